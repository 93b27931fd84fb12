"""More connections than are allowed, in all and from one address: those within go on, those beyond get none, room is found again."""

import contextlib
import time

import target
import wire

IN_ALL, PER_ADDRESS = 20, 5
PATIENCE_SECONDS = 2


def open_one(server, source):
    """A connection that answers, or None if the server takes or serves no more."""
    with contextlib.suppress(OSError, wire.Lost):
        connection = server.connect(source=source, timeout=PATIENCE_SECONDS)
        if target.is_right(connection.resolve(target.GOOD_NAME, within=PATIENCE_SECONDS)):
            return connection
        connection.close()
    return None


def open_many(server, sources):
    opened = [open_one(server, source) for source in sources]
    return [connection for connection in opened if connection]


def run(figures, options):
    flags = [("--max-connections", IN_ALL), ("--max-connections-per-address", PER_ADDRESS)]
    with target.Server(flags) as server:
        if server.unknown:
            figures.skip("limits of connections", f"this build knows no {', '.join(server.unknown)}")
            return
        first = open_many(server, ["127.0.0.2"] * (PER_ADDRESS + 2))
        figures.figure("from one address", len(first), str(PER_ADDRESS), len(first) == PER_ADDRESS)
        others = open_many(server, [f"127.0.0.{3 + i // PER_ADDRESS}" for i in range(IN_ALL - PER_ADDRESS + 2)])
        figures.figure("in all", len(first) + len(others), str(IN_ALL), len(first) + len(others) == IN_ALL)
        right = sum(target.is_right(connection.resolve(target.GOOD_NAME)) for connection in first + others)
        figures.figure("of these, answered while others are refused", right, str(IN_ALL), right == IN_ALL)
        for connection in first + others:
            connection.close()
        started = time.monotonic()
        answered = server.answers_well()
        figures.figure("seconds until there is room again", time.monotonic() - started, "< 2", answered)
