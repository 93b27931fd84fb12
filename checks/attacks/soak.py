"""Mixed load for a long time, with reloads: memory, descriptors, threads and maps stay as they are, and nothing fails."""

import collections
import concurrent.futures
import contextlib
import json
import multiprocessing
import pathlib
import random
import tempfile
import time

import names
import target
import wire

SMALL_MINUTES, FULL_MINUTES = 0.1, 30
CLIENTS = 2
# Of the whole: until then pools and caches fill.
WARM_UP = 0.25
RELOAD_SECONDS = 3
MAX_SLOPE_MB_PER_HOUR = 20
ALIAS = "Zzyzx Breadbasket"
MANIFEST = {"name": "overlay", "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "us"}]}


def mixed(address, seconds, seed):
    """One client: calls of all sorts, one after another, and what came of those that should have ended otherwise."""
    chance = random.Random(seed)
    counts, failures = collections.Counter(), collections.Counter()
    end = time.monotonic() + seconds
    connection, left = None, 0
    while time.monotonic() < end:
        try:
            if left == 0:
                if connection:
                    connection.close()
                connection, left = wire.Connection(address), 2_000
            left -= 1
            kind = chance.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
            counts[kind] += 1
            if problem := KINDS[kind][0](connection, chance):
                failures[f"{kind}: {problem}"] += 1
        except (OSError, wire.Lost) as error:
            failures[repr(error)] += 1
            left = 0
    return counts, failures


def expect(answer, *outcomes):
    return None if answer.outcome in outcomes else answer.outcome


def known(connection, _):
    return None if target.is_right(connection.resolve(target.GOOD_NAME)) else "not the answer"


def misspelt(connection, chance):
    return expect(connection.resolve(names.misspelt(chance)), "OK")


def pathological(connection, chance):
    return expect(connection.resolve(names.SORTS[chance.choice(list(names.SORTS))](chance)), "OK", "INVALID_ARGUMENT")


def batch(connection, chance):
    asked = chance.choices(names.listed(), k=chance.randint(1, 300))
    answer = connection.call(wire.SERVICE + "BatchResolveNames", wire.batch(asked))
    if answer.outcome != "OK":
        return answer.outcome
    return None if len(wire.fields(wire.messages(answer.data)[0])[1]) == len(asked) else "answers are missing"


def stream(connection, chance):
    chunks = chance.randint(1, 8)
    body = b"".join(wire.framed(wire.batch(chance.choices(names.listed(), k=30))) for _ in range(chunks))
    (answer,) = connection.finish(connection.start(wire.SERVICE + "StreamResolveNames", body))
    if answer.outcome != "OK":
        return answer.outcome
    return None if len(wire.messages(answer.data)) == chunks else "chunks are missing"


def suggest(connection, chance):
    return expect(connection.call(wire.SERVICE + "SuggestNames", wire.text(1, chance.choice(names.listed())[:4])), "OK", "INVALID_ARGUMENT")


def explain(connection, chance):
    message = wire.text(1, names.misspelt(chance)) + wire.text(2, target.GOOD_ID)
    return expect(connection.call(wire.SERVICE + "ExplainResolution", message), "OK", "INVALID_ARGUMENT")


def bad(connection, chance):
    (answer,) = connection.finish(connection.start(wire.SERVICE + "ResolveName", chance.randbytes(40)))
    return expect(answer, "INTERNAL", "INVALID_ARGUMENT", "UNIMPLEMENTED", "OUT_OF_RANGE", "RESOURCE_EXHAUSTED")


def given_up(connection, chance):
    """Reset by the caller while the server works."""
    opened = connection.start(
        wire.SERVICE + "BatchResolveNames", wire.framed(wire.batch([names.misspelt(chance) for _ in range(20)]))
    )
    time.sleep(chance.random() * 0.01)
    with contextlib.suppress(wire.h2.exceptions.StreamClosedError):
        connection.reset(opened)


def short_deadline(connection, chance):
    message = wire.batch([names.misspelt(chance) for _ in range(20)])
    answer = connection.call(wire.SERVICE + "BatchResolveNames", message, (("grpc-timeout", f"{chance.randint(1, 30)}m"),))
    return expect(answer, "OK", "DEADLINE_EXCEEDED")


KINDS = {
    "known": (known, 40), "misspelt": (misspelt, 20), "pathological": (pathological, 5), "batch": (batch, 8), "stream": (stream, 5),
    "suggest": (suggest, 8), "explain": (explain, 4), "bad": (bad, 4), "given up": (given_up, 3), "short deadline": (short_deadline, 3),
}


def write_overlay(pack, line):
    """The overlay with this alias, by a rename."""
    pack.mkdir(exist_ok=True)
    (pack / "datapackage.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    following = pack / ".next"
    following.write_text(f"id\talias\tlang\tkind\tsource\tnote\n{line}\n", encoding="utf-8")
    following.replace(pack / "aliases.tsv")


def slope(samples):
    """By least squares: of (seconds, value), units an hour."""
    if len(samples) < 2:
        return 0.0
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return 3_600 * sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread


def run(figures, options):
    minutes = options.minutes or (FULL_MINUTES if options.full else SMALL_MINUTES)
    pool = concurrent.futures.ProcessPoolExecutor(CLIENTS, mp_context=multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory() as scratch, pool:
        overlay = pathlib.Path(scratch) / "overlay"
        write_overlay(overlay, f"{target.GOOD_ID}\t{ALIAS}\ten\talternate\t\t0")
        with target.Server([("--pack", overlay), ("--watch", "off")]) as server:
            server.answers_well()
            soak(figures, server, pool, overlay, 60 * minutes)


def soak(figures, server, pool, overlay, seconds):
    running = [pool.submit(mixed, server.address, seconds, seed) for seed in range(CLIENTS)]
    started = time.monotonic()
    samples, reloads = [], 0
    while (at := time.monotonic() - started) < seconds:
        write_overlay(overlay, f"{target.GOOD_ID}\t{ALIAS}\ten\talternate\t\t{reloads + 1}")
        server.hang_up()
        reloads += 1
        time.sleep(min(RELOAD_SECONDS, max(0.0, seconds - at)))
        samples.append((at, *target.footprint(server.pid)))
    counts, failures = collections.Counter(), collections.Counter()
    for future in running:
        counted, failed = future.result()
        counts += counted
        failures += failed
    tell(figures, server, seconds, samples, reloads, counts, failures)


def tell(figures, server, seconds, samples, reloads, counts, failures):
    figures.figure("minutes", seconds / 60)
    figures.figure("calls", sum(counts.values()))
    figures.figure("reloads", reloads)
    figures.figure("unexpected failures", sum(failures.values()), "0", not failures)
    for what, count in failures.most_common(10):
        figures.figure(f"  {what}", count)
    warm = [sample for sample in samples if sample[0] >= WARM_UP * seconds] or samples
    memory = [(sample[0], sample[1]) for sample in warm]
    figures.figure("anonymous memory, MB, first / last after warm-up", f"{memory[0][1]:.1f} / {memory[-1][1]:.1f}")
    growth = slope(memory)
    # Some seconds tell nothing of an hour: only long runs are held to it.
    is_long = seconds >= 600
    figures.figure(
        "slope of memory, MB an hour", growth, f"< {MAX_SLOPE_MB_PER_HOUR}", growth < MAX_SLOPE_MB_PER_HOUR if is_long else None
    )
    third = max(1, len(warm) // 3)
    for at, what in ((2, "descriptors"), (3, "threads"), (4, "maps")):
        begin = max(sample[at] for sample in warm[:third])
        end = max(sample[at] for sample in warm[-third:])
        figures.figure(f"{what}, most in the first and the last third", f"{begin} / {end}", "no more", end <= begin + 4 if is_long else None)
    figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive())
