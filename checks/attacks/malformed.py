"""Requests that no well-meant client sends: each class has the codes that may answer it, and harms no other request."""

import base64
import collections
import dataclasses
import random
import time

import names
import target
import wire
from wire import fixed32, framed, number, tag, text, varint

SMALL, FULL = 1_500, 10_000
# Of a connection; in flight at once, of it.
PER_CONNECTION, IN_FLIGHT = 400, 16
LONGEST_WAIT = 10

OK, INVALID, UNSUPPORTED, FAULT = "OK", "INVALID_ARGUMENT", "UNIMPLEMENTED", "INTERNAL"
# What the transport says of a body that is no message.
NO_MESSAGE = {FAULT}
TOO_LARGE = {"RESOURCE_EXHAUSTED"}
# HTTP/2's own answer to a request that breaks its rules on one stream.
STREAM_ERROR = {"RESET_1"}


@dataclasses.dataclass
class Request:
    """One request: `body` as it goes out, or None for none; `headers` in place of the usual ones, if any."""

    body: bytes | None
    path: str = wire.SERVICE + "ResolveName"
    further: tuple = ()
    headers: list | None = None


def unary(message, method="ResolveName", **more):
    return Request(framed(message), wire.SERVICE + method, **more)


def named(name, *more):
    return text(1, name) + b"".join(more)


def with_options(*options):
    return unary(named(target.GOOD_NAME, text(2, b"".join(options))))


def noise(chance, least=1, most=64):
    return chance.randbytes(chance.randint(least, most))


def good(chance):
    return named(names.fit(chance.choice(names.listed())))


def without(name):
    return [header for header in wire.request_headers(wire.SERVICE + "ResolveName") if header[0] != name]


def replaced(name, value, path="ResolveName"):
    headers = wire.request_headers(wire.SERVICE + path)
    return [(n, value if n == name else v) for n, v in headers]


def plain(**more):
    return Request(framed(named(target.GOOD_NAME)), **more)


# What breaks the framing of gRPC.
FRAMING = {
    "prefix promises more than there is": (
        lambda c: Request(framed(good(c), length=c.randint(600, 60_000))), NO_MESSAGE),
    "prefix promises less than there is": (
        lambda c: Request(framed(named(target.GOOD_NAME) + bytes(c.randint(1, 4)), length=len(named(target.GOOD_NAME)))),
        NO_MESSAGE | {UNSUPPORTED}),
    "prefix cut off": (lambda c: Request(framed(good(c))[: c.randint(1, 4)]), NO_MESSAGE),
    "message cut off": (lambda c: Request(framed(good(c))[: c.randint(5, 9)]), NO_MESSAGE),
    "body of nothing": (lambda c: Request(b""), NO_MESSAGE),
    "headers that end the stream": (lambda c: Request(None), NO_MESSAGE),
    "message of no bytes": (lambda c: unary(b""), {INVALID}),
    "compressed, says the flag alone": (lambda c: Request(framed(good(c), flag=1)), NO_MESSAGE),
    "compressed by gzip": (
        lambda c: Request(framed(noise(c), flag=1), further=(("grpc-encoding", "gzip"),)), {UNSUPPORTED}),
    "compressed by what nobody knows": (
        lambda c: Request(framed(noise(c), flag=1), further=(("grpc-encoding", "x" + noise(c, 1, 9).hex()),)), {UNSUPPORTED}),
    "flag of no meaning": (lambda c: Request(framed(good(c), flag=c.randint(2, 255))), NO_MESSAGE),
    "four gigabytes, says the prefix": (
        lambda c: Request(framed(good(c), length=c.randint(1 << 21, (1 << 32) - 1))), TOO_LARGE),
    "larger than is taken": (
        lambda c: Request(framed(named(b"x" * ((1 << 20) + c.randint(1, 1 << 16))))), TOO_LARGE),
    "many messages for one": (
        lambda c: Request(framed(good(c)) * c.randint(2, 20)), {UNSUPPORTED}),
    "noise for a body": (lambda c: Request(noise(c)), NO_MESSAGE | TOO_LARGE | {UNSUPPORTED}),
}

# What breaks protobuf.
PROTOBUF = {
    "wire type that is none": (lambda c: unary(good(c) + tag(c.randint(1, 9), c.choice((6, 7))) + noise(c)), NO_MESSAGE),
    "group without an end": (lambda c: unary(tag(c.randint(4, 99), 3) * c.randint(1, 50)), NO_MESSAGE),
    "end without a group": (lambda c: unary(tag(c.randint(4, 99), 4)), NO_MESSAGE),
    "groups a thousand deep": (lambda c: unary(tag(99, 3) * (n := c.randint(1_000, 15_000)) + tag(99, 4) * n), NO_MESSAGE),
    "field number 0": (lambda c: unary(bytes([c.choice((0, 2, 5))]) + noise(c)), NO_MESSAGE),
    "varint of more than ten bytes": (lambda c: unary(b"\xff" * c.randint(10, 64) + b"\x01"), NO_MESSAGE),
    "longer than the message": (lambda c: unary(tag(1, 2) + varint(c.randint(100, 1 << 40)) + b"abc"), NO_MESSAGE),
    "length of 2^63 and more": (lambda c: unary(tag(c.randint(1, 9), 2) + varint(c.randint(1 << 62, 1 << 64))), NO_MESSAGE),
    "known field, wrong type": (lambda c: unary(c.choice((number(1, 7), fixed32(1, 1.0), number(2, 1), number(3, 1)))), NO_MESSAGE),
    "field cut off": (lambda c: unary((m := named("x" * 20))[: c.randint(1, len(m) - 1)]), NO_MESSAGE),
    "unknown fields": (
        lambda c: unary(named(target.GOOD_NAME) + b"".join(c.choice((
            number(n, c.getrandbits(63)), text(n, noise(c)), fixed32(n, 0.5), tag(n, 1) + noise(c, 8, 8),
        )) for n in c.choices(range(100, 100_000), k=20))), {OK}),
    "field given twice": (lambda c: unary(good(c) + named(target.GOOD_NAME)), {OK}),
    "options given a hundred times": (
        lambda c: unary(named(target.GOOD_NAME) + text(2, number(1, c.randint(1, 9))) * 100), {OK}),
    "broken UTF-8 in a text of options": (lambda c: with_options(text(2, b"ab\xff" + noise(c, 1, 4))), NO_MESSAGE),
}

# What is well-formed and out of range.
VALUES = {
    "name not UTF-8": (lambda c: unary(named(b"Kyi\xff" + noise(c, 0, 20))), {INVALID}),
    "surrogates in UTF-8": (lambda c: unary(named(chr(c.randint(0xD800, 0xDFFF)) + "a")), {INVALID}),
    "overlong UTF-8": (lambda c: unary(named(b"a" + b"\xc0" + bytes([c.randint(0x80, 0xBF)]))), {INVALID}),
    "name of NULs": (lambda c: unary(named("\0" * c.randint(1, 99))), {INVALID}),
    "name without a letter": (lambda c: unary(named("".join(c.choices(" \t\n\u200b\u200f؟!،-\u0640", k=c.randint(1, 60))))), {INVALID}),
    "name too long in bytes": (lambda c: unary(named("ك" * c.randint(257, 5_000))), {INVALID}),
    "name too long once it is folded": (lambda c: unary(named("\ufdfa" * c.randint(20, 150))), {INVALID}),
    "marks upon marks": (lambda c: unary(named("كييف" + "".join(c.choices(names.MARKS, k=c.randint(60, 200))))), {INVALID}),
    "limit out of range": (lambda c: with_options(number(1, c.choice((-1, 101, 1 << 31, -(1 << 31), 1 << 40 | 500)))), {INVALID}),
    "edits out of range": (lambda c: with_options(number(5, c.choice((-1, 3, 258)))), {INVALID}),
    "score out of range": (lambda c: with_options(fixed32(6, c.choice((-0.1, 1.1, float("nan"), float("inf"))))), {INVALID}),
    "rank out of range": (lambda c: with_options(fixed32(11, c.choice((-1e-9, 1.01, float("nan"), float("-inf"))))), {INVALID}),
    "view of no meaning": (lambda c: with_options(number(7, c.choice((-1, 3, 77, 1 << 30)))), {INVALID}),
    "country of no form": (lambda c: with_options(text(3, c.choice(("JOR", "1", "é", "a" * 9_999)))), {INVALID}),
    "language of no form": (lambda c: with_options(text(c.choice((4, 9)), c.choice(("a b", "-", "x" * 36, "\0")))), {INVALID}),
    "namespace of no form": (lambda c: with_options(text(8, c.choice(("geo names", "x" * 65, "ä")))), {INVALID}),
    "too many types": (lambda c: with_options(text(2, "city") * c.randint(33, 5_000)), {INVALID} | TOO_LARGE),
    "types of no form": (lambda c: with_options(text(2, c.choice(("", "City", "a b", "x" * 2_000)))), {INVALID}),
    "too much context": (lambda c: with_options(text(10, "word " * c.randint(65, 5_000))), {INVALID}),
    "contexts, too many and empty": (
        lambda c: unary(text(1, text(1, "x")) + text(2, text(10, b"") * c.randint(100_000, 400_000)), "BatchResolveNames"), {INVALID} | TOO_LARGE),
    "index version too long": (lambda c: unary(named("x") + text(3, "v" * c.randint(129, 9_999))), {INVALID}),
    "index version of another": (lambda c: unary(named("x") + text(3, noise(c).hex()[:120])), {"FAILED_PRECONDITION"}),
    "batch of too many": (
        lambda c: unary(text(1, text(1, "x")) * c.randint(1_001, 9_999), "BatchResolveNames"), {INVALID} | TOO_LARGE),
    "batch of too many empty items": (
        lambda c: unary(text(1, b"") * c.randint(1_001, 400_000), "BatchResolveNames"), {INVALID} | TOO_LARGE),
    "batch that asks for too many candidates": (
        lambda c: unary(wire.batch(["x"] * c.randint(201, 1_000), number(1, 100)), "BatchResolveNames"), {INVALID}),
    "IDs, too many": (lambda c: unary(text(1, "Q1") * c.randint(1_001, 9_999), "BatchGetEntities"), {INVALID} | TOO_LARGE),
    "ID of no form": (lambda c: unary(text(1, c.choice(("", "Q 1", "a|b", "x" * 129, "\0"))), "GetEntity"), {INVALID}),
    "ID of nobody": (lambda c: unary(text(1, f"Q{c.randint(10**12, 10**15)}"), "GetEntity"), {"NOT_FOUND"}),
    "explanation of a bad ID": (lambda c: unary(named("x") + text(2, c.choice(("", "a b", "x" * 999))), "ExplainResolution"), {INVALID}),
    "prefix too long": (lambda c: unary(text(1, "a" * c.randint(513, 9_999)), "SuggestNames"), {INVALID}),
    "chunk of too many": (
        lambda c: Request(framed(wire.batch([target.GOOD_NAME])) + framed(text(1, text(1, "x")) * c.randint(1_001, 2_000)),
                          wire.SERVICE + "StreamResolveNames"), {INVALID} | TOO_LARGE),
    "chunk that is no message": (
        lambda c: Request(framed(wire.batch([target.GOOD_NAME])) + framed(tag(1, 7)), wire.SERVICE + "StreamResolveNames"), NO_MESSAGE),
}


def odd_metadata(chance):
    value = base64.b64encode(noise(chance)).decode()
    return chance.choice((
        (("x-bin", "!" * chance.randint(1, 99)),), (("x-bin", value),), (("x", b"\x80\xff caf\xe9"),), (("x" * 900, "y" * 900),),
        tuple((f"x-{i}", str(i)) for i in range(60)), (("grpc-encoding", "identity"),),
        (("grpc-accept-encoding", "gzip,,,;q=%%"),), (("user-agent", ""),), (("traceparent", "00-zz-!!-99"),),
        (("x-request-id", "a\tb"),), (("content-type", "application/grpc"),), (("grpc-message-type", "x"),),
    ))


# What browsers, other protocols and nobody at all say that they send.
FOREIGN = (b"text/plain", b"application/json", b"application/grpc-web", b"application/grpc-web-text", b"", b"grpc", b"\xff")

# What breaks HTTP, or what gRPC asks of it.
HEADERS = {
    "content type of another": (lambda c: plain(headers=replaced(b"content-type", c.choice(FOREIGN))), {"HTTP_415"}),
    "no content type": (lambda c: plain(headers=without(b"content-type")), {"HTTP_415"}),
    "no te": (lambda c: plain(headers=without(b"te")), {OK}),
    "unknown method": (lambda c: plain(path=wire.SERVICE + noise(c).hex()), {UNSUPPORTED}),
    "unknown service": (lambda c: plain(path=f"/{noise(c).hex()}/ResolveName"), {UNSUPPORTED}),
    "path of no form": (
        lambda c: plain(path=c.choice(("/", "//", "/a", "*", "/%00", "/yaqut.v1.GazetteerService/", "/../" * 99, "/é", "/" + "a" * 4_000))),
        {UNSUPPORTED, "HTTP_404", "HTTP_400", "HTTP_414"} | STREAM_ERROR),
    "GET": (lambda c: Request(None, headers=replaced(b":method", b"GET")), {UNSUPPORTED, "HTTP_405", FAULT, INVALID, "HTTP_415"}),
    "timeout of no form": (
        lambda c: plain(further=(("grpc-timeout", c.choice(("", "x", "1", "-1S", "1s", "999999999S", "1.5S", "٣S"))),)),
        {OK}),
    "timeout of nothing": (lambda c: plain(further=(("grpc-timeout", c.choice(("0n", "0S", "1n"))),)), {"DEADLINE_EXCEEDED"}),
    "timeout of ten thousand years": (lambda c: plain(further=(("grpc-timeout", "99999999H"),)), {OK}),
    "metadata that is odd": (lambda c: plain(further=odd_metadata(c)), {OK, INVALID}),
    "headers of more than is taken": (
        lambda c: plain(further=tuple((f"x-{i}", "y" * 1_000) for i in range(c.randint(17, 24)))), {"HTTP_431"} | STREAM_ERROR),
    "te of another": (lambda c: plain(headers=replaced(b"te", b"gzip")), STREAM_ERROR),
    "a header of connections": (lambda c: plain(further=((c.choice(("connection", "transfer-encoding", "upgrade")), "x"),)), STREAM_ERROR),
    "no path": (lambda c: plain(headers=without(b":path")), STREAM_ERROR | {"HTTP_400"}),
    "no method": (lambda c: plain(headers=without(b":method")), STREAM_ERROR | {"HTTP_400"}),
    "pseudo-header after headers": (lambda c: plain(further=((":status", "200"),)), STREAM_ERROR),
    "content length of another": (
        lambda c: plain(further=(("content-length", str(c.randint(100, 10**9))),)), STREAM_ERROR),
    "health of nobody": (lambda c: Request(framed(text(1, noise(c).hex())), "/grpc.health.v1.Health/Check"), {"NOT_FOUND"}),
    "noise to health": (lambda c: Request(framed(tag(1, 7)), "/grpc.health.v1.Health/Check"), NO_MESSAGE),
    "noise to reflection": (
        lambda c: Request(framed(tag(1, 7)), "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
        # tonic-reflection takes a message that it cannot read for the end of the stream.
        NO_MESSAGE | {OK}),
}

CLASSES = {**FRAMING, **PROTOBUF, **VALUES, **HEADERS}


def run(figures, options):
    chance = random.Random(options.seed)
    count = FULL if options.full else SMALL
    order = [what for what in CLASSES for _ in range(-(-count // len(CLASSES)))][:count]
    chance.shuffle(order)
    seen = {what: collections.Counter() for what in CLASSES}
    lost = wrong = 0
    with target.Server() as server:
        started = time.monotonic()
        for at in range(0, count, PER_CONNECTION):
            with server.connect() as connection:
                lost += _send(connection, order[at : at + PER_CONNECTION], chance, seen)
                wrong += not target.is_right(connection.resolve(target.GOOD_NAME))
        seconds = time.monotonic() - started
        figures.figure("requests", count)
        figures.figure("classes", len(CLASSES), ">= 30", len(CLASSES) >= 30)
        figures.figure("seconds", seconds)
        unexpected = _unexpected(seen)
        for what, codes in unexpected.items():
            figures.figure(f"  {what}", ", ".join(f"{c} {n}" for c, n in codes.items()), f"{sorted(CLASSES[what][1])}", False)
        figures.figure("answers of another code than expected", sum(sum(c.values()) for c in unexpected.values()), "0", not unexpected)
        missing = sum(codes["MISSING"] for codes in seen.values())
        figures.figure("requests without an answer", missing, "0", missing == 0)
        figures.figure("connections lost", lost, "0", lost == 0)
        figures.figure("connections that answered wrongly afterwards", wrong, "0", wrong == 0)
        figures.figure("alive and right afterwards", server.answers_well(), "True", server.is_alive() and server.answers_well())
        panics = sum("panic" in line for line in server.talk)
        figures.figure("panics in the log", panics, "0", panics == 0)


def _send(connection, order, chance, seen):
    """Sends requests of these classes, some at once, and notes what came. The number of connections lost: 0 or 1."""
    for at in range(0, len(order), IN_FLIGHT):
        chunk = order[at : at + IN_FLIGHT]
        streams = []
        try:
            for what in chunk:
                request = CLASSES[what][0](chance)
                streams.append(connection.start(request.path, request.body, request.further, all_headers=request.headers))
        except wire.Lost:
            pass
        for what, answer in zip(chunk, connection.finish(*streams, within=LONGEST_WAIT)):
            seen[what][answer.outcome] += 1
        if connection.goaway or len(streams) < len(chunk):
            return 1
    return 0


def _unexpected(seen):
    found = {}
    for what, codes in seen.items():
        others = {code: n for code, n in codes.items() if code not in CLASSES[what][1]}
        if others:
            found[what] = others
    return found
