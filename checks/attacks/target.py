"""The server under attack: how it is started, what it uses, and a good client that asks it meanwhile."""

import contextlib
import functools
import os
import pathlib
import re
import resource
import socket
import statistics
import threading
import time

import harness
import wire

GOOD_NAME, GOOD_ID = "أوكرانيا", "Q212"
RESOLVED = 1


@functools.cache
def help_text():
    return harness.run("serve", "--help").stdout


def has_flag(flag):
    """Whether this build of the program knows a flag of `serve`."""
    return re.search(rf"(^|\s|, ){re.escape(flag)}(\s|\.|$)", help_text()) is not None


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server(harness.Service):
    """A `yaqut serve` on loopback; flags that this build does not know are left out, and listed in `unknown`."""

    def __init__(self, flags=(), descriptors=None, probes=False, **options):
        known, self.unknown = [], []
        self.probe_address = None
        if probes and has_flag("--probe-listen"):
            # The port is not told where it is free of choice in every build: one that is free now is taken.
            self.probe_address = f"127.0.0.1:{free_port()}"
            flags = [*flags, ("--probe-listen", self.probe_address)]
        for flag, value in flags:
            (known.extend((flag, value)) if flag == "-vv" or has_flag(flag) else self.unknown.append(flag))
        if descriptors:
            limit = (descriptors, descriptors)
            options["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        super().__init__(*(str(part) for part in known if part is not None), **options)
        self.pid = self.process.pid

    def is_alive(self):
        return self.process.poll() is None

    def connect(self, **options):
        return wire.Connection(self.address, **options)

    def answers_well(self, within=10):
        """Whether a new connection gets a right answer within so many seconds, trying again and again."""
        deadline = time.monotonic() + within
        while True:
            with contextlib.suppress(OSError, wire.Lost), self.connect(timeout=2) as connection:
                if is_right(connection.resolve(GOOD_NAME, within=2)):
                    return True
            if time.monotonic() > deadline or not self.is_alive():
                return False
            time.sleep(0.02)


def is_right(answer):
    """Whether this is the answer to GOOD_NAME."""
    return answer.status == 0 and wire.resolution(wire.messages(answer.data)[0]) == (RESOLVED, GOOD_ID)


# -- what a process uses ------------------------------------------------------------------------------------------------


def status_kb(pid, field):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split(field + ":")[1].split()[0])


def memory_mb(pid):
    """Anonymous memory: what the maps of segments hold is no growth."""
    return status_kb(pid, "RssAnon") / 1024


def cpu_seconds(pid):
    """On-processor time of all threads that are alive, in nanoseconds' resolution."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def process_cpu_seconds(pid):
    """User and system time of the process, ended threads included, in ticks' resolution."""
    parts = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def footprint(pid):
    """Anonymous MB, open files, threads, maps."""
    process = pathlib.Path(f"/proc/{pid}")
    return (
        memory_mb(pid), len(os.listdir(process / "fd")), len(os.listdir(process / "task")),
        (process / "maps").read_text().count("\n"),
    )


class Watch:
    """Samples the anonymous memory of a process until it is left: `before` and `peak`. `most` is what was resident at any
    moment, maps included, as the kernel has it. All in MB."""

    def __init__(self, pid, every=0.01):
        self.pid, self.every = pid, every
        self.over = threading.Event()

    def __enter__(self):
        self.before = self.peak = memory_mb(self.pid)
        # Sets the high-water mark back to what is resident now.
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.most = status_kb(self.pid, "VmHWM") / 1024

    @property
    def growth(self):
        return self.peak - self.before

    def _sample(self):
        while not self.over.wait(self.every):
            with contextlib.suppress(OSError, IndexError):
                self.peak = max(self.peak, memory_mb(self.pid))


# -- a good client ------------------------------------------------------------------------------------------------------


def lower_priority():
    """What an attacker computes elsewhere takes no processor from the server; here it takes little."""
    os.nice(15)


def ask(address, seconds, pause=0.002, source="127.0.0.200"):
    """Asks for one known name again and again on one connection. The milliseconds of each call, and what went wrong.

    Runs in a process of its own, so that the attacker does not slow it down.
    """
    took, failures = [], []
    end = time.monotonic() + seconds
    connection = None
    while time.monotonic() < end:
        try:
            connection = connection or wire.Connection(address, source=source)
            started = time.perf_counter()
            answer = connection.resolve(GOOD_NAME)
            took.append(1000 * (time.perf_counter() - started))
            if not is_right(answer):
                failures.append(answer.outcome)
                connection = connection.close() if answer.lost else connection
        except (OSError, wire.Lost) as error:
            failures.append(repr(error))
            connection = None
        time.sleep(pause)
    return took, failures


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def median(values):
    return statistics.median(values) if values else float("nan")
