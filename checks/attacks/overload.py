"""Five times as much work as can be done: what can be done still is, the rest is refused at once.

The server has processors of its own, for those of its callers are not on its machine: what they take is no part of what it
could do.
"""

import collections
import concurrent.futures
import multiprocessing
import os
import random
import select
import time

import names
import target
import wire

SMALL_SECONDS, FULL_SECONDS = 2, 60
FACTOR = 5
LEAST_GOODPUT_PERCENT = 80
MAX_SHED_MS = 5
# A caller waits no longer: what comes later is of no use to it.
DEADLINE_MS = 1_000
CLIENTS = 2
CONNECTIONS = 8
# Of a closed loop: calls that a client has in flight, on each connection.
IN_FLIGHT = 4
# That the server takes on a connection at once; beyond them HTTP/2 itself refuses.
MAX_STREAMS = 120
# So heavy that the server and not the client, which is slow, sets the pace.
NAMES = {"batch": 60, "unary": 1}


class Load:
    """One client process: its connections, and the requests that it may send."""

    def __init__(self, address, kind, seed, connections=CONNECTIONS):
        chance = random.Random(seed)
        method = "BatchResolveNames" if kind == "batch" else "ResolveName"
        deadline = (("grpc-timeout", f"{DEADLINE_MS}m"),)
        self.pipes = [wire.Pipe(address, method, deadline) for _ in range(connections)]
        make = {
            "batch": lambda: wire.batch([names.misspelt(chance) for _ in range(NAMES["batch"])]),
            "unary": lambda: wire.text(1, names.heavy(chance)),
        }[kind]
        self.messages = [make() for _ in range(100)]
        self.done = []
        self.sent = 0

    def send(self, pipe):
        """Sends a call, unless so many are open that the server would take no more: that one counts as not sent."""
        self.sent += 1
        if len(pipe.begun) >= MAX_STREAMS or not pipe.start(self.messages[self.sent % len(self.messages)]):
            self.done.append(("NOT_SENT", 0.0))

    def read(self, seconds):
        """Reads what comes within so many seconds; gives the connections on which calls ended, one for each."""
        ready = select.select([p.socket for p in self.pipes if not p.closed], [], [], seconds)[0]
        free = []
        for pipe in self.pipes:
            if pipe.socket in ready:
                ended = pipe.ended()
                self.done += ended
                free += [pipe] * len(ended)
        return free

    def is_open(self):
        return any(pipe.begun and not pipe.closed for pipe in self.pipes)


def closed_loop(address, kind, seconds, seed):
    """Sends anew when an answer comes. How many calls were answered within their deadline, a second."""
    load = Load(address, kind, seed)
    begun = time.monotonic()
    for pipe in load.pipes * IN_FLIGHT:
        load.send(pipe)
    while time.monotonic() < begun + seconds:
        for pipe in load.read(0.05):
            load.send(pipe)
    return goodput(load.done, time.monotonic() - begun)


def open_loop(address, kind, seconds, seed, rate):
    """Sends so many a second, whatever comes back."""
    load = Load(address, kind, seed)
    begun = time.monotonic()
    while (now := time.monotonic()) < begun + seconds:
        due = int((now - begun) * rate)
        while load.sent < due:
            load.send(load.pipes[load.sent % CONNECTIONS])
            if load.sent % 8 == 0:
                load.read(0)
        load.read(0.002)
    sending = time.monotonic() - begun
    end = time.monotonic() + 3
    while load.is_open() and time.monotonic() < end:
        load.read(0.1)
    load.done += [("MISSING", 0.0)] * sum(len(pipe.begun) for pipe in load.pipes)
    return {"sent": load.sent / sending, "goodput": goodput(load.done, sending), "done": load.done}


def ask_now_and_then(address, kind, seconds, seed):
    """One call after the other of the same sort: a caller that waits for the server alone, and for nothing of its own."""
    load = Load(address, kind, seed, connections=1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        load.send(load.pipes[0])
        while load.is_open() and time.monotonic() < end + 3:
            load.read(0.1)
        time.sleep(0.02)
    return load.done


def goodput(done, seconds):
    return sum(outcome == "OK" and took <= DEADLINE_MS / 1000 for outcome, took in done) / seconds


def run(figures, options):
    seconds = FULL_SECONDS if options.full else SMALL_SECONDS
    processors = sorted(os.sched_getaffinity(0))
    of_callers, of_server = processors[: len(processors) // 2], processors[len(processors) // 2 :]
    pool = lambda count, yielding: concurrent.futures.ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=stay_on, initargs=(of_callers, yielding)
    )
    # Those that overload their own processor give way to those whose times are told.
    with pool(CLIENTS, 10) as attackers, pool(2, 0) as others:
        for kind in NAMES:
            with target.Server(preexec_fn=lambda: stay_on(of_server)) as server:
                server.answers_well()
                overload(figures, server, attackers, others, kind, seconds)


def stay_on(processors, yielding=0):
    """Keeps this process to some processors (to all, where there are too few to be divided), with so much lower a priority."""
    if processors:
        os.sched_setaffinity(0, processors)
    os.nice(yielding)


def overload(figures, server, attackers, others, kind, seconds):
    submit = lambda call, *more: [attackers.submit(call, server.address, kind, *m, *more[1:]) for m in more[0]]
    seeds = [(seconds / 2, i) for i in range(CLIENTS)]
    peak = sum(f.result() for f in submit(closed_loop, seeds))
    figures.figure(f"{kind}: peak, calls a second", peak)
    loads = submit(open_loop, [(seconds, i) for i in range(CLIENTS)], FACTOR * peak / CLIENTS)
    good = others.submit(target.ask, server.address, seconds, 0.01)
    single = others.submit(ask_now_and_then, server.address, kind, seconds, CLIENTS)
    found = [f.result() for f in loads]
    took, failures = good.result()
    sent, reached = sum(f["sent"] for f in found), sum(f["goodput"] for f in found)
    codes = collections.Counter(outcome for f in found for outcome, _ in f["done"])
    refused = [1000 * t for f in found for outcome, t in f["done"] if outcome == "RESOURCE_EXHAUSTED"]
    share = 100 * reached / peak if peak else 0.0
    figures.figure(f"{kind}: offered, as multiple of the peak", sent / peak if peak else 0.0, f"{FACTOR}")
    figures.figure(f"{kind}: codes", ", ".join(f"{c} {n}" for c, n in codes.items()))
    figures.figure(f"{kind}: goodput, % of the peak", share, f">= {LEAST_GOODPUT_PERCENT}", share >= LEAST_GOODPUT_PERCENT, timed=True)
    figures.figure(f"{kind}: refused", len(refused), "> 0", bool(refused), timed=True)
    if refused:
        middle = target.median(refused)
        figures.figure(f"{kind}: refused within, ms, p50", middle, f"< {MAX_SHED_MS}", middle < MAX_SHED_MS, timed=True)
        figures.figure(f"{kind}: refused within, ms, p99", target.quantile(refused, 0.99))
    told = [1000 * t for outcome, t in single.result() if outcome == "RESOURCE_EXHAUSTED"]
    if told:
        middle = target.median(told)
        what = f"{kind}: refused within, a caller of one call at a time, ms, p50 of {len(told)}"
        figures.figure(what, middle, f"< {MAX_SHED_MS}", middle < MAX_SHED_MS, timed=True)
    figures.figure(f"{kind}: known names meanwhile, p50 / p99 ms", f"{target.median(took):.2f} / {target.quantile(took, 0.99):.2f}")
    refusals = sum(failure == "RESOURCE_EXHAUSTED" for failure in failures)
    figures.figure(f"{kind}: known names meanwhile, refused of {len(took)}", refusals)
    others = len(failures) - refusals
    figures.figure(f"{kind}: known names meanwhile, other failures", others, "0", others == 0)
    figures.figure(f"{kind}: answers well 2 s later", server.answers_well(2), "True", server.is_alive())
