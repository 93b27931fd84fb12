"""Deadlines of 1 to 200 ms over work that takes longer: DEADLINE_EXCEEDED and nothing else, and the work stops."""

import collections
import random
import time

import names
import target
import wire

SMALL, FULL = 160, 3_000
IN_FLIGHT = 4
CHUNKS = 40
# A call that is answered counts as in time up to so much later: the way back, and a busy client.
SLACK_MS = 50
MAX_AFTERWORK_MS = 50
PATIENCE_SECONDS = 20


def call(connection, chance, bodies):
    """Begins a call of a random kind with a random deadline, which this client leaves to the server."""
    milliseconds = chance.choice((1, 2, 5, 10, 20, 50, 100, 200))
    kind = chance.choice(("unary", "batch", "stream"))
    method = {"unary": "ResolveName", "batch": "BatchResolveNames", "stream": "StreamResolveNames"}[kind]
    body = chance.choice(bodies[kind])
    stream = connection.start(wire.SERVICE + method, body, (("grpc-timeout", f"{milliseconds}m"),))
    connection.pump(0)
    return kind, milliseconds, stream


def make_bodies(chance):
    heavy = [names.heavy(chance) for _ in range(60)]
    misspelt = [names.misspelt(chance) for _ in range(3_000)]
    full = wire.number(1, 20) + wire.number(7, 2)
    batches = [wire.batch(chance.choices(misspelt + heavy, k=1_000), full) for _ in range(6)]
    return {
        "unary": [wire.framed(wire.text(1, name)) for name in heavy],
        "batch": [wire.framed(batch) for batch in batches],
        "stream": [wire.framed(wire.batch(chance.choices(misspelt, k=100))) * CHUNKS for _ in range(6)],
    }


def run(figures, options):
    chance = random.Random(options.seed)
    count = FULL if options.full else SMALL
    bodies = make_bodies(chance)
    codes, late = {}, []
    with target.Server() as server, server.connect() as connection:
        for at in range(0, count, IN_FLIGHT):
            begun = [call(connection, chance, bodies) for _ in range(min(IN_FLIGHT, count - at))]
            answers = connection.finish(*(stream for *_, stream in begun), within=PATIENCE_SECONDS)
            for (kind, milliseconds, _), answer in zip(begun, answers):
                codes.setdefault(kind, collections.Counter())[answer.outcome] += 1
                if answer.seconds is not None:
                    late.append(1000 * answer.seconds - milliseconds)
        afterwork = [work_after(connection, server, bodies, kind) for kind in bodies for _ in range(3)]
        figures.figure("calls with a deadline", count)
        for kind, seen in codes.items():
            others = set(seen) - {"OK", "DEADLINE_EXCEEDED"}
            figures.figure(f"{kind}: codes", ", ".join(f"{c} {n}" for c, n in seen.items()), "OK, DEADLINE_EXCEEDED", not others)
        exceeded = sum(seen["DEADLINE_EXCEEDED"] for seen in codes.values())
        figures.holds("there were deadlines that passed", exceeded > count // 4, exceeded)
        figures.figure("answered after the deadline, ms, p50", target.median([t for t in late if t > 0] or [0.0]))
        p99 = target.quantile(late, 0.99)
        figures.figure("answered after the deadline, ms, p99", p99, f"<= {SLACK_MS}", p99 <= SLACK_MS, timed=True)
        worst = max(afterwork)
        figures.figure("processor time after the last call, ms, median", target.median(afterwork))
        figures.figure("processor time after the last call, ms, worst", worst, f"<= {MAX_AFTERWORK_MS} × 2 processors", worst <= 2 * MAX_AFTERWORK_MS, timed=True)
        figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive())


def work_after(connection, server, bodies, kind):
    """Milliseconds of processor time that the server uses in the second after all deadlines have passed."""
    method = {"unary": "ResolveName", "batch": "BatchResolveNames", "stream": "StreamResolveNames"}[kind]
    streams = [
        connection.start(wire.SERVICE + method, body, (("grpc-timeout", "30m"),)) for body in (bodies[kind] * 12)[:12]
    ]
    connection.finish(*streams, within=PATIENCE_SECONDS)
    before = target.process_cpu_seconds(server.pid)
    time.sleep(1)
    return 1000 * (target.process_cpu_seconds(server.pid) - before)
