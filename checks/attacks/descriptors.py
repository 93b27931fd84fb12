"""No descriptor is left: the server waits without work, and goes on when connections go."""

import contextlib
import time

import target
import wire

LIMIT = 80
ATTEMPTS = 150
QUIET_SECONDS = 5
MAX_CPU_PERCENT = 5
MAX_RECOVERY_SECONDS = 2


def run(figures, options):
    # A limit of connections above that of descriptors, so that the latter is what ends.
    flags = [("--max-connections", 4_096), ("--max-connections-per-address", 0)]
    with target.Server(flags, descriptors=LIMIT) as server:
        server.answers_well()
        held = [hold(server) for _ in range(ATTEMPTS)]
        used = target.footprint(server.pid)[1]
        figures.figure(f"descriptors in use, of {LIMIT}", used)
        figures.holds("the limit is reached", used >= LIMIT - 10, used)
        before = target.process_cpu_seconds(server.pid)
        time.sleep(QUIET_SECONDS)
        share = 100 * (target.process_cpu_seconds(server.pid) - before) / QUIET_SECONDS
        figures.figure(f"processor use over {QUIET_SECONDS} s, %", share, f"< {MAX_CPU_PERCENT}", share < MAX_CPU_PERCENT)
        answered = sum(bool(c) and target.is_right(c.resolve(target.GOOD_NAME, within=3)) for c in held[:5])
        figures.figure("connections from before that are answered, of 5", answered, "5", answered == 5)
        for connection in held:
            if connection:
                connection.close()
        started = time.monotonic()
        recovered = server.answers_well(10)
        took = time.monotonic() - started
        figures.figure("seconds until a new client is answered", took, f"<= {MAX_RECOVERY_SECONDS}", recovered and took <= MAX_RECOVERY_SECONDS)
        figures.figure("alive", server.is_alive(), "True", server.is_alive())


def hold(server):
    """A connection that has begun as it should, and stays; beyond the limit it waits in the queue of the system."""
    with contextlib.suppress(OSError, wire.Lost):
        connection = server.connect(timeout=2, settle=False)
        # Acknowledges the server's settings, if there are any yet.
        connection.pump(0.05)
        return connection
    return None
