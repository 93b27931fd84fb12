"""A thousand connections that begin and never end: each is closed, or its stream ended, within ten seconds."""

import concurrent.futures
import multiprocessing
import resource
import selectors
import time

from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame

import names
import target
import wire

SMALL, FULL = 120, 1_000
MAX_SECONDS = 10
# The scheduler of a busy machine, and the sampling here.
SLACK_SECONDS = 1.0
MAX_RATIO = 3
# Addresses of loopback, so that the limit on one does not hide what each connection can do.
SOURCES = [f"127.0.0.{i}" for i in range(2, 102)]
HALF_MESSAGE = wire.framed(wire.text(1, "أوكرانيا"))[:9]


def nothing(_):
    return b""


def half_preface(_):
    return wire.PREFACE[:12]


def preface_alone(_):
    return wire.PREFACE


def no_acknowledgement(_):
    return wire.PREFACE + SettingsFrame(0).serialize()


def half_headers(encoder):
    block = encoder.encode(wire.request_headers(wire.SERVICE + "ResolveName"))
    return HeadersFrame(1, block[: len(block) // 2]).serialize()


def half_frame(_):
    return b"\x00\x10\x00\x00"


def no_body(encoder):
    return _request(encoder, "ResolveName")


def half_body(encoder):
    return _request(encoder, "ResolveName") + DataFrame(1, HALF_MESSAGE).serialize()


def half_batch(encoder):
    return _request(encoder, "BatchResolveNames") + DataFrame(1, wire.framed(b"", length=1 << 20)).serialize()


def unread(encoder):
    """A batch whose answer may not be sent: the window of its stream is one byte."""
    body = wire.framed(wire.batch(names.listed()[:1_000]))
    frames = [DataFrame(1, body[i : i + 16_000]).serialize() for i in range(0, len(body), 16_000)]
    frames.append(DataFrame(1, b"", flags=["END_STREAM"]).serialize())
    return _request(encoder, "BatchResolveNames") + b"".join(frames)


def _request(encoder, method):
    block = encoder.encode(wire.request_headers(wire.SERVICE + method))
    return HeadersFrame(1, block, flags=["END_HEADERS"]).serialize()


KINDS = {
    "nothing": nothing, "half a preface": half_preface, "a preface and no more": preface_alone,
    "settings that are not acknowledged": no_acknowledgement, "half a header block": half_headers, "half a frame": half_frame, "headers and no body": no_body, "half a message": half_body, "a batch that does not come": half_batch,
    "an answer that is not read": unread,
}
# Before HTTP/2 has begun; all others begin as they should.
UNBEGUN = ("nothing", "half a preface", "a preface and no more", "settings that are not acknowledged", "a preface, by the byte")
# A byte a second, of what would take minutes: a deadline between bytes is none.
TRICKLES = {"a preface, by the byte": wire.PREFACE, "a body, by the byte": None}


class Held(wire.Raw):
    """A slow connection: when it was opened, and when the server ended it or its stream."""

    def __init__(self, address, source, kind):
        super().__init__(address, source, preface=False)
        self.kind = kind
        self.rest = b""
        if kind not in UNBEGUN:
            self.greet({4: 1 if kind == "an answer that is not read" else 65_535})
        # What is read from here on is not acknowledged.
        self.settled = True
        if kind == "a preface, by the byte":
            self.rest = wire.PREFACE
        elif kind == "a body, by the byte":
            self.send(no_body(self.encoder))
            self.rest = b"".join(DataFrame(1, bytes([b])).serialize() for b in wire.framed(b"\0" * 600))
        else:
            self.send(KINDS[kind](self.encoder))
        self.opened = time.monotonic()
        self.ended = None

    def trickle(self):
        size = 1 if self.kind == "a preface, by the byte" else 10
        if self.rest and self.ended is None:
            self.send(self.rest[:size])
            self.rest = self.rest[size:]

    def look(self):
        """Notes whether the server has ended it."""
        over = any(getattr(frame, "stream_id", 0) == 1 and self._ends(frame) for frame in self.read())
        if self.ended is None and (over or self.closed):
            self.ended = time.monotonic() - self.opened

    @staticmethod
    def _ends(frame):
        return type(frame).__name__ == "RstStreamFrame" or "END_STREAM" in frame.flags


class Holder:
    """Many slow connections: opened one after another, looked at all the while."""

    def __init__(self):
        self.all = []
        self.open = selectors.DefaultSelector()
        self.ticked = time.monotonic()

    def add(self, connection):
        self.all.append(connection)
        self.open.register(connection.socket, selectors.EVENT_READ, connection)

    def turn(self, seconds):
        """Notes which have ended; once a second, sends the next byte of those that trickle."""
        for key, _ in self.open.select(seconds):
            key.data.look()
            if key.data.ended is not None:
                self.open.unregister(key.fileobj)
        if time.monotonic() > self.ticked + 1:
            self.ticked += 1
            for connection in self.all:
                connection.trickle()


def hold(address, count, seconds):
    """Opens so many connections of all kinds, and holds each until it is ended, or time is up. Seconds by kind."""
    target.lower_priority()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    kinds = [*KINDS, *TRICKLES]
    holder = Holder()
    begun = time.monotonic()
    for i in range(count):
        holder.add(Held(address, SOURCES[i % len(SOURCES)], kinds[i % len(kinds)]))
        holder.turn(0)
    opening = time.monotonic() - begun
    end = time.monotonic() + seconds
    while holder.open.get_map() and time.monotonic() < end:
        holder.turn(0.1)
    for connection in holder.all:
        connection.close()
    return opening, {kind: [c.ended for c in holder.all if c.kind == kind] for kind in kinds}


def run(figures, options):
    count = FULL if options.full else SMALL
    seconds = MAX_SECONDS + 3
    flags = [("--max-connections", 4_096), ("--max-connections-per-address", 512)]
    pool = concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    with target.Server(flags) as server, pool:
        for _ in pool.map(time.sleep, (0.2, 0.2)):
            pass
        server.answers_well()
        quiet, _ = pool.submit(target.ask, server.address, 3).result()
        before = target.footprint(server.pid)
        with target.Watch(server.pid) as watch:
            holding = pool.submit(hold, server.address, count, seconds)
            took, failures = pool.submit(target.ask, server.address, seconds).result()
            opening, ended = holding.result()
        figures.figure("connections", sum(map(len, ended.values())))
        figures.figure("seconds until all were open", opening)
        for kind, times in ended.items():
            left = sum(t is None or t > MAX_SECONDS + SLACK_SECONDS for t in times)
            latest = max((t for t in times if t is not None), default=float("nan"))
            figures.figure(f"{kind}: ended after, seconds at most", latest)
            figures.figure(f"{kind}: not ended of {len(times)}", left, f"0 after {MAX_SECONDS} s", left == 0)
        ratio = target.quantile(took, 0.99) / target.quantile(quiet, 0.99)
        figures.figure(f"good client: calls that failed of {len(took)}", len(failures), "0", not failures)
        figures.figure("good client: p99 as multiple", ratio, f"< {MAX_RATIO}", ratio < MAX_RATIO, timed=True)
        figures.figure("memory, MB more", watch.growth)
        time.sleep(1)
        left = target.footprint(server.pid)[1] - before[1]
        figures.figure("descriptors left once the peers are gone", left, "<= 1", left <= 1)
        figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive())
