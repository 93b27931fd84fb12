"""What the checks of whole runs share: expectations that are told in lines, runs with any exit code, a service."""

import os
import queue
import re
import signal
import subprocess
import threading
import time

import yaqut

START_SECONDS = 120
STOP_SECONDS = 10


class Report:
    """Collects what does not hold, so that one run of a check tells all of it."""

    def __init__(self):
        self.held = 0
        self.failed = 0

    def holds(self, what, is_so, seen=""):
        """Notes whether `what` holds; `seen` is shown if it does not."""
        if is_so:
            self.held += 1
            return
        self.failed += 1
        print(f"MISMATCH {what}" + (f": {seen}" if seen != "" else ""))

    def equal(self, what, actual, expected):
        self.holds(what, actual == expected, f"expected {expected!r}, not {actual!r}")

    def ended(self, what, run, code, *said):
        """Notes whether a run ended with `code` and said each of `said`, on either stream."""
        talk = run.stdout + run.stderr
        seen = f"expected {code}, not {run.returncode}; {talk[-800:]}"
        self.holds(f"{what}: exit code", run.returncode == code, seen)
        for part in said:
            self.holds(f"{what}: message", part in talk, f"no {part!r} in {talk[-800:]!r}")

    def exit_code(self):
        print(f"{self.held} expectations hold, {self.failed} do not")
        return 1 if self.failed else 0


def environment(**changes):
    """Ours, without what would change how the program runs; a change to None takes a variable away."""
    kept = {"YAQUT_CACHE_DIR"}
    variables = {n: v for n, v in os.environ.items() if n in kept or not n.startswith(("YAQUT_", "RUST_LOG"))}
    variables.update(changes)
    return {name: str(value) for name, value in variables.items() if value is not None}


def run(*arguments, program=None, **options):
    """Runs the program to its end, however it ends; all that it says is in the result."""
    command = [str(program or yaqut.PROGRAM), *map(str, arguments)]
    options.setdefault("env", environment())
    return subprocess.run(
        command, stdin=options.pop("stdin", subprocess.DEVNULL), capture_output=True, timeout=START_SECONDS,
        text=True, encoding="utf-8", errors="backslashreplace", **options
    )


class Service:
    """A running `yaqut serve` on a port of its own choice."""

    def __init__(self, *arguments, **options):
        command = [yaqut.PROGRAM, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", *map(str, arguments)]
        options.setdefault("env", environment())
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", **options
        )
        self.talk = []
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.address, self.admin_address, self.probe_address = self._wait_for_addresses()
        except BaseException:
            self.process.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def hang_up(self):
        """Sends SIGHUP, which makes it read its packs again."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """Sends SIGTERM, and returns the exit code (None if it had to be killed) and how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        return code, time.monotonic() - started

    def _read(self):
        for line in self.process.stderr:
            self.talk.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _wait_for_addresses(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            if line is None:
                raise SystemExit(f"the service did not start: {''.join(self.talk)}")
            # Anywhere in the line, which is a JSON object with --log-format json.
            if found := re.search(r"listening on ([^,\s]+)(?:, administration on ([^,\s]+))?(?:, probes on ([^,\s]+))?", line):
                return found.groups()
