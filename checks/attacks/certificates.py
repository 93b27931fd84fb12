"""Who speaks TLS badly, or shows the wrong certificate, or none: refused, in time, and nobody else is kept waiting."""

import contextlib
import pathlib
import random
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import pki
import target
import wire

STALLED = 50
HANDSHAKE_SECONDS = 2
GARBAGE = 200


def run(figures, options):
    if not target.has_flag("--tls-cert"):
        figures.skip("TLS", "this build knows no --tls-cert")
        return
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(pathlib.Path(scratch))
        with target.Server(bench.flags) as server:
            certificates(figures, server, bench)
            protocols(figures, server, bench)
            garbage(figures, server, bench, chance)
            stalls(figures, server, bench)
            figures.figure("alive and right afterwards", outcome(server, bench.context()), "OK", outcome(server, bench.context()) == "OK")
            renewal(figures, server, bench)


class Bench:
    """Two CAs: ours, and one that anybody could make."""

    def __init__(self, folder):
        self.folder = folder
        self.ours, self.theirs = pki.Authority(folder, "ours"), pki.Authority(folder, "theirs")
        self.server = self.ours.sign("server")
        self.client = self.ours.sign("client")
        self.flags = [
            ("--tls-cert", self.server[0]), ("--tls-key", self.server[1]), ("--tls-client-ca", self.ours.path),
            ("--tls-handshake-timeout", HANDSHAKE_SECONDS), ("--tls-reload-interval", 1),
        ]

    def context(self, client="ours", protocol=ssl.PROTOCOL_TLS_CLIENT):
        context = ssl.SSLContext(protocol)
        context.load_verify_locations(self.ours.path)
        context.set_alpn_protocols(["h2"])
        files = self.client if client == "ours" else client
        if files:
            context.load_cert_chain(*files)
        return context


def outcome(server, context):
    """How a call over TLS ends."""
    try:
        with wire.Connection(server.address, tls=context, timeout=5) as connection:
            return connection.resolve(target.GOOD_NAME, within=5).outcome
    except (OSError, wire.Lost) as error:
        return f"refused ({type(error).__name__})"


def expect(figures, what, found, is_ok=False):
    figures.figure(what, found, "OK" if is_ok else "refused", (found == "OK") == is_ok and found != "MISSING")


def certificates(figures, server, bench):
    expect(figures, "a client of our CA", outcome(server, bench.context()), True)
    expect(figures, "no certificate", outcome(server, bench.context(None)))
    expect(figures, "a certificate of another CA", outcome(server, bench.context(bench.theirs.sign("client"))))
    named_alike = pki.Authority(bench.folder / ".", "ours2")
    named_alike.subject = bench.ours.subject
    expect(figures, "a certificate of a CA that is named like ours", outcome(server, bench.context(named_alike.sign("client"))))
    expired = bench.ours.sign("expired", pki.NOW - 3 * pki.DAY, pki.NOW - pki.DAY)
    expect(figures, "a certificate that has expired", outcome(server, bench.context(expired)))
    early = bench.ours.sign("early", pki.NOW + pki.DAY, pki.NOW + 3 * pki.DAY)
    expect(figures, "a certificate that is not yet valid", outcome(server, bench.context(early)))
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stranger.load_verify_locations(bench.theirs.path)
    expect(figures, "a client that trusts another CA refuses the server", outcome(server, stranger))
    expect(figures, "plain HTTP/2 where TLS is spoken", outcome(server, None))


def protocols(figures, server, bench):
    for name, version in (("1.0", ssl.TLSVersion.TLSv1), ("1.1", ssl.TLSVersion.TLSv1_1)):
        context = bench.context()
        # Else the client itself refuses before the server is asked.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        expect(figures, f"TLS {name}", outcome(server, context))
    context = bench.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    expect(figures, "TLS 1.2", outcome(server, context), True)
    weak = bench.context()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-SHA:AES256-SHA:@SECLEVEL=0")
    expect(figures, "ciphers without forward secrecy", outcome(server, weak))
    if (renegotiated := renegotiates(server, bench)) is not None:
        figures.figure("renegotiation by the client", renegotiated, "False", not renegotiated)
    no_h2 = bench.context()
    no_h2.set_alpn_protocols(["http/1.1"])
    expect(figures, "a client that offers HTTP/1.1 alone", outcome(server, no_h2))


def renegotiates(server, bench):
    """Whether the server lets a client begin a second handshake within the first, which burns its time (TLS 1.2 alone)."""
    if not shutil.which("openssl"):
        return None
    command = [
        "openssl", "s_client", "-connect", server.address, "-tls1_2", "-CAfile", bench.ours.path,
        "-cert", bench.client[0], "-key", bench.client[1],
    ]
    # A line with R alone asks for it; the second handshake would be told like the first.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as client:
        time.sleep(0.5)
        with contextlib.suppress(BrokenPipeError):
            client.stdin.write("R\n")
            client.stdin.flush()
            time.sleep(1)
        client.kill()
        said = client.stdout.read()
    return said.count("verify return:1") > 2 and "no renegotiation" not in said.lower() and "error" not in said.lower()


def client_hello(bench):
    """The first flight of a handshake, as OpenSSL writes it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = bench.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


def garbage(figures, server, bench, chance):
    """First flights with bytes changed, and no first flights at all: closed, each with no harm."""
    hello = client_hello(bench)
    left = 0
    with target.Watch(server.pid) as watch:
        for i in range(GARBAGE):
            data = bytearray(hello)
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            sent = bytes(data) if i % 2 else chance.randbytes(chance.randint(1, 2_000))
            with contextlib.suppress(OSError), wire.connect(server.address, timeout=HANDSHAKE_SECONDS + 3) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                left += not closes(connection)
    figures.figure(f"garbage: connections still open, of {GARBAGE}", left, "0", left == 0)
    figures.figure("garbage: memory, MB more", watch.growth, "< 32", watch.growth < 32)


def closes(connection):
    """Whether the server closes within the time that is allowed here."""
    try:
        while connection.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def stalls(figures, server, bench):
    """Handshakes that are begun and left: half a first flight, or all of it and no more."""
    hello = client_hello(bench)
    held = [wire.connect(server.address, timeout=HANDSHAKE_SECONDS + 8) for _ in range(STALLED)]
    started = time.monotonic()
    for i, connection in enumerate(held):
        connection.sendall((b"", hello[: len(hello) // 2], hello)[i % 3])
    found = outcome(server, bench.context())
    figures.figure("a good client beside handshakes that stall", found, "OK", found == "OK")
    ended = sum(closes(connection) for connection in held)
    seconds = time.monotonic() - started
    for connection in held:
        connection.close()
    figures.figure("stalled handshakes that were ended", ended, str(STALLED), ended == STALLED)
    figures.figure(f"within seconds, of {HANDSHAKE_SECONDS} allowed", seconds, f"<= {HANDSHAKE_SECONDS + 2}", seconds <= HANDSHAKE_SECONDS + 2)


def renewal(figures, server, bench):
    """New files are taken up while a connection goes on; broken ones are not."""
    with wire.Connection(server.address, tls=bench.context()) as going_on:
        before = serial(server, bench)
        broken = bench.server[0].read_bytes()[:200]
        bench.server[0].write_bytes(broken)
        time.sleep(2.5)
        same = serial(server, bench) == before
        figures.figure("a broken certificate: the old one goes on", same, "True", same)
        bench.ours.sign("server")
        deadline = time.monotonic() + 10
        while serial(server, bench) == before and time.monotonic() < deadline:
            time.sleep(0.2)
        changed = serial(server, bench) not in (before, None)
        figures.figure("a new certificate is shown without a restart", changed, "True", changed)
        answer = going_on.resolve(target.GOOD_NAME)
        figures.figure("a connection from before goes on", answer.outcome, "OK", answer.outcome == "OK")


def serial(server, bench):
    """The serial number of the certificate that the server shows, or None."""
    with contextlib.suppress(OSError), wire.connect(server.address, timeout=5) as plain:
        with bench.context().wrap_socket(plain, server_hostname="localhost") as shown:
            return shown.getpeercert()["serialNumber"]
    return None
