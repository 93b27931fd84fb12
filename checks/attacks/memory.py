"""The worst batches of a megabyte, 64 at once: memory stays bounded, what is refused says when to come again, all is given back."""

import base64
import collections
import concurrent.futures
import random
import time
import urllib.request

from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

import names
import target
import wire

AT_ONCE_SMALL, AT_ONCE_FULL = 16, 64
ROUNDS_SMALL, ROUNDS_FULL = 1, 5
MAX_MB = 1_024
MEGABYTE = (1 << 20) - 64
# Of the second server: what its requests may take together, far less than is sent at once.
TIGHT_MB = 16
# Batches of half a megabyte that are all but whole: there is memory for half of them.
HALTING = 16
OPTIONS_OF_MOST = wire.number(1, 20) + wire.number(7, 2)


def filled(part):
    return part * (MEGABYTE // len(part))


# Method and message: what a megabyte can be made of.
WORST = {
    "empty items": lambda c: ("BatchResolveNames", filled(wire.text(1, b""))),
    "empty IDs": lambda c: ("BatchGetEntities", filled(wire.text(1, b""))),
    "empty types": lambda c: ("BatchResolveNames", wire.text(2, filled(wire.text(2, b"")))),
    "empty contexts of one item": lambda c: ("BatchResolveNames", wire.text(1, wire.text(1, "x") + filled(wire.text(4, b"")))),
    "empty contexts that wait beside work": lambda c: (
        "BatchResolveNames",
        wire.batch([names.misspelt(c) for _ in range(50)]) + wire.text(1, wire.text(1, "x") + filled(wire.text(4, b""))[:1_000_000])),
    "options again and again": lambda c: ("BatchResolveNames", filled(wire.text(2, wire.number(1, 1)))),
    "unknown groups": lambda c: ("BatchResolveNames", filled(wire.tag(99, 3) + wire.tag(99, 4))),
    "1,000 of the longest that are no names": lambda c: ("BatchResolveNames", wire.batch(["،" * 256] * 1_000)),
    "1,000 names, all that can be told": lambda c: (
        "BatchResolveNames", wire.batch(c.choices(names.listed(), k=1_000), OPTIONS_OF_MOST)),
}


def send(address, method, message, window=1 << 24, within=60):
    """One call on a connection of its own."""
    try:
        with wire.Connection(address, window=window) as connection:
            return connection.call(wire.SERVICE + method, message, within=within)
    except (OSError, wire.Lost):
        return wire.Answer(lost=True)


def retry_delay(answer):
    """Seconds after which the answer says that the caller may try again, or None."""
    padded = answer.details + b"=" * (-len(answer.details) % 4)
    for detail in status_pb2.Status.FromString(base64.b64decode(padded)).details:
        info = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            delay = info.retry_delay if isinstance(info.retry_delay, Duration) else Duration()
            return delay.seconds + delay.nanos / 1e9
    return None


def metric(server, name):
    """A sample of /metrics without labels, if this build has a listener for probes."""
    for address in (server.probe_address,) if server.probe_address else ():
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
    return None


def burst(server, pool, kind, chance, window=1 << 24, within=60):
    """As many calls at once as the pool has threads."""
    method, message = WORST[kind](chance)
    return list(pool.map(lambda _: send(server.address, method, message, window, within), range(pool.at_once)))


def run(figures, options):
    chance = random.Random(options.seed)
    rounds = ROUNDS_FULL if options.full else ROUNDS_SMALL
    at_once = AT_ONCE_FULL if options.full else AT_ONCE_SMALL
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        pool.at_once = at_once
        figures.figure("calls at once", at_once)
        with target.Server(probes=True) as server:
            bursts(figures, server, pool, chance, rounds)
            unread(figures, server, pool, chance)
            afterwards(figures, server)
        with target.Server([("--max-request-memory", f"{TIGHT_MB}MiB")], probes=True) as server:
            if server.unknown:
                figures.skip("a tight budget", "this build knows no --max-request-memory")
            else:
                tight(figures, server, pool, chance)
                afterwards(figures, server)


def bursts(figures, server, pool, chance, rounds):
    allowed = {"OK", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "INTERNAL", "DEADLINE_EXCEEDED"}
    for kind in WORST:
        seen = collections.Counter()
        with target.Watch(server.pid) as watch:
            for _ in range(rounds):
                seen.update(answer.outcome for answer in burst(server, pool, kind, chance))
        figures.figure(f"{kind}: answers", ", ".join(f"{c} {n}" for c, n in seen.items()), "each has one", set(seen) <= allowed)
        figures.figure(f"{kind}: resident memory at most, MB", watch.most, f"< {MAX_MB}", watch.most < MAX_MB)


def unread(figures, server, pool, chance):
    """Large answers whose window is shut, so that the server must keep them or end them."""
    with target.Watch(server.pid) as watch:
        seen = collections.Counter(
            answer.outcome for answer in burst(server, pool, "1,000 names, all that can be told", chance, window=0, within=4)
        )
    figures.figure("answers that are not read: met with", ", ".join(f"{c} {n}" for c, n in seen.items()))
    figures.figure("answers that are not read: memory at most, MB", watch.most, f"< {MAX_MB}", watch.most < MAX_MB)


def tight(figures, server, pool, chance):
    seen = collections.Counter()
    refused = []
    answers = halting(server)
    for kind in ("1,000 of the longest that are no names", "empty items", "1,000 names, all that can be told"):
        answers += burst(server, pool, kind, chance)
    for answer in answers:
        seen[answer.outcome] += 1
        if answer.outcome == "RESOURCE_EXHAUSTED":
            refused.append(retry_delay(answer))
    figures.figure(f"budget of {TIGHT_MB} MB: answers", ", ".join(f"{c} {n}" for c, n in seen.items()))
    figures.figure("refused as RESOURCE_EXHAUSTED", len(refused), "> 0", bool(refused))
    hinted = sum(delay is not None and delay > 0 for delay in refused)
    figures.figure("of these, with a hint when to come again", hinted, str(len(refused)), hinted == len(refused))
    figures.figure("answered", seen["OK"], "> 0", seen["OK"] > 0)


def halting(server):
    """Batches that stop before their last byte, all of them at once; then what was taken on is sent to its end."""
    body = wire.framed(wire.batch([f"{i:0500}" for i in range(1_000)]))
    connections = [server.connect() for _ in range(HALTING)]
    streams = [c.start(wire.SERVICE + "BatchResolveNames", body[:-1], end=False) for c in connections]
    time.sleep(0.5)
    for connection, stream in zip(connections, streams):
        connection.pump(0)
        connection.send(stream, body[-1:], end=True)
    answers = [c.finish(s)[0] for c, s in zip(connections, streams)]
    for connection in connections:
        connection.close()
    return answers


def afterwards(figures, server):
    time.sleep(1)
    figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive())
    figures.figure("memory afterwards, MB", target.memory_mb(server.pid))
    held = metric(server, "yaqut_request_memory_bytes")
    if held is None:
        figures.skip("bytes of the budget in use afterwards", "this build has no such metric")
    else:
        figures.figure("bytes of the budget in use afterwards", held, "0", held == 0)
