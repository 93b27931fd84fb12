"""Floods of HTTP/2 frames: the server ends them or bounds them, keeps its memory, and answers a good client meanwhile."""

import collections
import concurrent.futures
import multiprocessing
import random
import struct
import time

from hyperframe.frame import (
    ContinuationFrame, DataFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame,
)

import target
import wire

SMALL_SECONDS, FULL_SECONDS = 0.5, 10.0
MAX_GROWTH_MB = 32
MAX_RATIO = 3
# An attacker who is thrown out comes back, but not without end.
MAX_CONNECTIONS = 300
CHUNK, CHUNK_BYTES = 64, 1 << 16
RESOLVE = wire.SERVICE + "ResolveName"
STREAMED = wire.SERVICE + "StreamResolveNames"


def streams():
    """The IDs of a client's streams."""
    return range(1, 1 << 31, 2)


def headers(stream, block, *flags):
    return HeadersFrame(stream, block, flags=["END_HEADERS", *flags]).serialize()


def chunks(frames):
    """Several frames at a time, for what is sent one by one is no flood."""
    waiting, size = [], 0
    for frame in frames:
        waiting.append(frame)
        size += len(frame)
        if len(waiting) == CHUNK or size > CHUNK_BYTES:
            yield b"".join(waiting), len(waiting)
            waiting, size = [], 0


# -- what is sent: each takes a connection and gives frames without end ------------------------------------------------


def rapid_reset(raw, _):
    block = raw.header_block(RESOLVE)
    for stream in streams():
        yield headers(stream, block) + RstStreamFrame(stream, 8).serialize()


def rapid_reset_of_work(raw, _):
    """Whole requests, so that work has begun when they are given up."""
    block = raw.header_block(RESOLVE)
    data = wire.framed(wire.text(1, "أكرانيا كييف موسكو"))
    for stream in streams():
        yield headers(stream, block) + DataFrame(stream, data, flags=["END_STREAM"]).serialize() + RstStreamFrame(stream, 8).serialize()


def local_reset(raw, _):
    """Requests that the server must reset itself (RUSTSEC-2024-0003)."""
    block = raw.encoder.encode([h for h in wire.request_headers(RESOLVE) if h[0] != b":path"])
    for stream in streams():
        yield headers(stream, block, "END_STREAM")


def window_overflow(raw, _):
    """Requests whose windows then overflow: the server resets them, though their work has begun (CVE-2025-8671)."""
    block = raw.header_block(RESOLVE)
    for stream in streams():
        yield headers(stream, block) + WindowUpdateFrame(stream, (1 << 31) - 1).serialize()


def window_of_nothing(raw, _):
    block = raw.header_block(RESOLVE)
    for stream in streams():
        yield headers(stream, block) + struct.pack(">BHBBLL", 0, 4, 8, 0, stream, 0)


def continuation(raw, _):
    yield HeadersFrame(1, raw.header_block(RESOLVE)).serialize()
    while True:
        yield ContinuationFrame(1, b"\x00\x01a\x01b" * 20).serialize()


def empty_continuation(raw, _):
    yield HeadersFrame(1, raw.header_block(RESOLVE)).serialize()
    while True:
        yield ContinuationFrame(1, b"").serialize()


def small_data(raw, _):
    """Bytes one by one on many streams, of messages that are never whole."""
    block = raw.header_block(STREAMED)
    for stream in range(1, 201, 2):
        yield headers(stream, block) + DataFrame(stream, struct.pack(">BI", 0, 1 << 20)).serialize()
    while True:
        for stream in range(1, 201, 2):
            yield DataFrame(stream, b"\x0a").serialize()


def small_messages(raw, _):
    """Chunks of no names, each of which must be answered, and the answers are never read."""
    yield headers(1, raw.header_block(STREAMED))
    while True:
        yield DataFrame(1, wire.framed(b"")).serialize()


def empty_data(raw, _):
    yield headers(1, raw.header_block(STREAMED))
    while True:
        yield DataFrame(1, b"").serialize()


def padding(raw, _):
    yield headers(1, raw.header_block(STREAMED))
    while True:
        yield DataFrame(1, b"", pad_length=255, flags=["PADDED"]).serialize()


def settings(_, chance):
    while True:
        yield SettingsFrame(0, settings={4: chance.randint(1, (1 << 31) - 1), 1: chance.randint(0, 1 << 16)}).serialize()


def settings_of_many(_, chance):
    body = b"".join(struct.pack(">HI", chance.randint(16, 60_000), chance.getrandbits(32)) for _ in range(2_700))
    while True:
        yield struct.pack(">I", len(body))[1:] + b"\x04\x00" + bytes(4) + body


def ping(_, chance):
    while True:
        yield PingFrame(0, chance.randbytes(8)).serialize()


def window_update(_, __):
    while True:
        yield WindowUpdateFrame(0, 1).serialize()


def priority(_, chance):
    while True:
        yield PriorityFrame(chance.randrange(1, 1 << 20, 2), depends_on=0, stream_weight=1).serialize()


def unknown_frames(_, chance):
    while True:
        yield struct.pack(">BHBBL", 0, 64, chance.randint(32, 255), 0, chance.randrange(1 << 20)) + chance.randbytes(64)


def header_bomb(raw, _):
    """One large header into the table, then a reference of one byte to it, again and again."""
    name = b"x-bomb"
    first = raw.encoder.encode([*wire.request_headers(RESOLVE), (name, b"a" * 3_900)])
    again = raw.encoder.encode([*wire.request_headers(RESOLVE), *[(name, b"a" * 3_900)] * 500])
    ids = iter(streams())
    yield headers(next(ids), first, "END_STREAM")
    for stream in ids:
        yield headers(stream, again, "END_STREAM")


def headers_of_many(raw, _):
    block = raw.encoder.encode([*wire.request_headers(RESOLVE), *((f"x{i}".encode(), b"") for i in range(1_500))])
    for stream in streams():
        yield headers(stream, block[:16_000], "END_STREAM")


def never_ended(raw, _):
    """More streams than are allowed, none of which ends."""
    block = raw.header_block(STREAMED)
    for stream in streams():
        yield headers(stream, block)


def refused_names(raw, _):
    """Upper case, which HTTP/2 forbids in names of headers."""
    block = raw.header_block(RESOLVE) + b"\x00\x01X\x01y"
    for stream in streams():
        yield headers(stream, block, "END_STREAM")


FLOODS = {f.__name__.replace("_", " "): f for f in (
    rapid_reset, rapid_reset_of_work, local_reset, window_overflow, window_of_nothing, continuation, empty_continuation,
    small_data, small_messages, empty_data, padding, settings, settings_of_many, ping, window_update, priority, unknown_frames,
    header_bomb, headers_of_many, never_ended, refused_names,
)}


def attack(address, name, seconds, seed):
    """Floods for so long, from a new connection when one is ended. What was sent, and how it was met."""
    target.lower_priority()
    chance = random.Random(f"{seed} {name}")
    end = time.monotonic() + seconds
    met = collections.Counter()
    sent = connections = 0
    while time.monotonic() < end and connections < MAX_CONNECTIONS:
        try:
            raw = wire.Raw(address, timeout=0.5)
        except OSError:
            met["connection refused"] += 1
            time.sleep(0.05)
            continue
        connections += 1
        for data, count in chunks(FLOODS[name](raw, chance)):
            if not raw.send(data):
                break
            sent += count
            # Answers to this one are never read.
            if name != "small messages" and chance.random() < 0.1:
                raw.read()
            if raw.goaway or time.monotonic() > end:
                break
        raw.read_until_closed(0.2)
        met[_ending(raw)] += 1
        raw.close()
    return {"frames": sent, "connections": connections, "met": dict(met)}


def _ending(raw):
    if raw.goaway:
        code, why = raw.goaway
        return f"GOAWAY {int(code)} {why.decode('ascii', 'replace')}".rstrip()
    if raw.closed:
        return "closed"
    if raw.resets:
        return "streams reset"
    return "open"


def run(figures, options):
    seconds = FULL_SECONDS if options.full else SMALL_SECONDS
    pool = concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    with target.Server() as server, pool:
        for _ in pool.map(time.sleep, (0.2, 0.2)):
            pass
        server.answers_well()
        quiet, _ = pool.submit(target.ask, server.address, 2 * seconds).result()
        figures.figure("good client, quiet: calls", len(quiet))
        figures.figure("good client, quiet: p99 ms", target.quantile(quiet, 0.99))
        for name in FLOODS:
            flood(figures, options, server, pool, name, seconds)
        figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive() and server.answers_well())


def flood(figures, options, server, pool, name, seconds):
    # Quiet before each: what else the machine does goes up and down.
    quiet, _ = pool.submit(target.ask, server.address, seconds / 2).result()
    with target.Watch(server.pid) as watch:
        attacked = pool.submit(attack, server.address, name, seconds, options.seed)
        took, failures = pool.submit(target.ask, server.address, seconds).result()
        found = attacked.result()
    ratio = target.quantile(took, 0.99) / target.quantile(quiet, 0.99)
    met = ", ".join(f"{what} × {n}" for what, n in found["met"].items())
    figures.figure(f"{name}: {found['frames']:,} frames, {found['connections']} connections", met)
    figures.holds(f"{name}: something was sent", found["frames"] > 0)
    figures.figure(f"{name}: memory, MB more", watch.growth, f"< {MAX_GROWTH_MB}", watch.growth < MAX_GROWTH_MB)
    figures.figure(f"{name}: good client, calls that failed of {len(took)}", len(failures), "0", not failures)
    figures.figure(
        f"{name}: good client, p99 as multiple", ratio, f"< {MAX_RATIO}", ratio < MAX_RATIO, timed=True
    )
    figures.figure(f"{name}: a new client is answered", server.answers_well(2), "True", server.is_alive())
