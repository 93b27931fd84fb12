"""SIGTERM with calls in flight: what can finish does, what cannot is ended in time, and the process exits."""

import collections
import contextlib
import random
import threading
import time

import names
import target
import wire

DRAIN_SECONDS = 3
SLACK_SECONDS = 0.5
WORK, NAMES = 8, 120


def run(figures, options):
    chance = random.Random(options.seed)
    finishing(figures, chance)
    stuck(figures, chance)


def finishing(figures, chance):
    """Work alone is in flight: all of it is answered, and the server goes at once."""
    with target.Server([("--drain", 30)]) as server:
        connections = [server.connect() for _ in range(WORK)]
        body = wire.framed(wire.batch([names.misspelt(chance) for _ in range(NAMES)]))
        streams = [c.start(wire.SERVICE + "BatchResolveNames", body) for c in connections]
        time.sleep(0.1)
        ended = stop_meanwhile(server, 40)
        answers = [c.finish(s, within=30)[0] for c, s in zip(connections, streams)]
        for connection in connections:
            connection.close()
        code, seconds = ended()
        right = sum(a.outcome == "OK" and len(wire.fields(wire.messages(a.data)[0])[1]) == NAMES for a in answers)
        late = sum(a.started + a.seconds > server.told for a in answers if a.seconds)
        figures.figure("batches in flight when told to end", late, f"<= {WORK}")
        figures.holds("some were in flight", late > 0, late)
        codes = collections.Counter(a.outcome for a in answers)
        figures.figure("batches: codes", ", ".join(f"{c} {n}" for c, n in codes.items()))
        figures.figure("batches answered in full", right, str(WORK), right == WORK)
        figures.figure("exit code", code, "0", code == 0)
        figures.figure("seconds to exit, of the 30 allowed", seconds, "< 30", seconds < 30)


def stuck(figures, chance):
    """What never ends by itself: an open stream, a half message, a reader that does not read, a watcher of health."""
    with target.Server([("--drain", DRAIN_SECONDS)]) as server:
        open_stream = server.connect()
        talking = open_stream.start(wire.SERVICE + "StreamResolveNames", wire.framed(wire.batch([target.GOOD_NAME])), end=False)
        half = server.connect()
        unfinished = half.start(wire.SERVICE + "ResolveName", wire.framed(wire.text(1, "x" * 99))[:20], end=False)
        unread = server.connect(window=1)
        blocked = unread.start(wire.SERVICE + "BatchResolveNames", wire.framed(wire.batch(names.listed()[:1_000])))
        health = server.connect()
        watching = health.start("/grpc.health.v1.Health/Watch", wire.framed(b""))
        idle, silent = server.connect(), wire.Raw(server.address, preface=False)
        time.sleep(0.5)
        ended = stop_meanwhile(server, DRAIN_SECONDS + 10)
        time.sleep(0.5)
        figures.figure("a new connection while it drains", offered(server), "refused", offered(server) == "refused")
        talked = open_stream.finish(talking, within=DRAIN_SECONDS + 5)[0]
        others = {
            "half a message": half.finish(unfinished, within=5)[0], "an answer that is not read": unread.finish(blocked, within=1)[0],
            "a watcher of health": health.finish(watching, within=1)[0],
        }
        code, seconds = ended()
        figures.figure("open stream: what came before holds", len(wire.messages(talked.data)), "1", len(wire.messages(talked.data)) == 1)
        figures.figure("open stream: ended with", talked.outcome, "UNAVAILABLE", talked.outcome == "UNAVAILABLE")
        for what, answer in others.items():
            figures.figure(f"{what}: ended with", answer.outcome)
        figures.figure("exit code", code, "0", code == 0)
        bound = DRAIN_SECONDS + SLACK_SECONDS
        figures.figure(f"seconds to exit, --drain {DRAIN_SECONDS}", seconds, f"<= {bound}", seconds <= bound)
        for connection in (open_stream, half, unread, health, idle, silent):
            connection.close()


def stop_meanwhile(server, within):
    """Sends SIGTERM; what is returned waits for the end, and gives exit code and seconds."""
    result = []
    server.told = time.perf_counter()

    def stop():
        server.process.terminate()
        with contextlib.suppress(Exception):
            server.process.wait(within)
        result.append((server.process.poll(), time.perf_counter() - server.told))

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()

    def ended():
        thread.join()
        return result[0]

    return ended


def offered(server):
    """How a new connection is met."""
    try:
        with server.connect(timeout=1) as connection:
            return connection.resolve(target.GOOD_NAME, within=1).outcome
    except ConnectionRefusedError:
        return "refused"
    except (OSError, wire.Lost):
        return "closed"
