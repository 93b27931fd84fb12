"""Who calls without a right to: no token, a wrong one, one for something else, and JWTs that were tampered with."""

import base64
import hashlib
import hmac
import json
import pathlib
import random
import tempfile
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import harness
import pki
import target
import wire

ISSUER, AUDIENCE, KEY_ID = "https://issuer.example", "yaqut", "key 1"
DENIED, FORBIDDEN = "UNAUTHENTICATED", "PERMISSION_DENIED"


def run(figures, options):
    if not target.has_flag("--auth-tokens"):
        figures.skip("tokens", "this build knows no --auth-tokens")
        return
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(pathlib.Path(scratch))
        with target.Server(bench.flags, probes=True) as server:
            let_in(figures, server, bench)
            static(figures, server, bench, chance)
            forged(figures, server, bench, chance)
            unguarded(figures, server)
            flood(figures, server, chance, 20_000 if options.full else 1_000)
            log = "".join(server.talk)
            shown = [token for token in bench.secrets if token in log]
            figures.figure("tokens that stand in the log", len(shown), "0", not shown)


class Bench:
    """The files that say who may call, and those who may."""

    def __init__(self, folder):
        self.table = folder / "tokens.tsv"
        self.resolver = self._token("resolver", "resolve")
        self.admin = self._token("admin", "admin")
        self.expired = self._token("expired", "resolve,admin", "2020-01-01")
        self.key = rsa.generate_private_key(65_537, 2_048)
        self.curve = ec.generate_private_key(ec.SECP256R1())
        self.edwards = ed25519.Ed25519PrivateKey.generate()
        self.jwks = folder / "jwks.json"
        keys = [
            self._jwk("RSAAlgorithm", self.key, KEY_ID, "RS256"), self._jwk("ECAlgorithm", self.curve, "key 2", "ES256"),
            self._jwk("OKPAlgorithm", self.edwards, "key 3", "EdDSA"),
        ]
        self.jwks.write_text(json.dumps({"keys": keys}), encoding="utf-8")
        for file in (self.table, self.jwks):
            file.chmod(0o600)
        self.secrets = [self.resolver, self.admin, self.expired]
        self.flags = [
            ("--auth-tokens", self.table), ("--auth-jwks", self.jwks), ("--auth-jwt-issuer", ISSUER),
            ("--auth-jwt-audience", AUDIENCE), ("-vv", None),
        ]

    def _token(self, name, scopes, expires=None):
        more = ["--expires", expires] if expires else []
        run = harness.run("token", "new", name, "--scope", scopes, "--append", self.table, *more)
        if run.returncode:
            raise SystemExit(f"no token was made: {run.stderr}")
        return run.stdout.strip()

    @staticmethod
    def _jwk(kind, key, key_id, algorithm):
        made = json.loads(getattr(jwt.algorithms, kind).to_jwk(key.public_key()))
        return {**made, "kid": key_id, "alg": algorithm, "use": "sig"}

    @staticmethod
    def claims(**changes):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "caller", "scope": "resolve", "iat": now, "exp": now + 600}
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def jwt(self, key=None, algorithm="RS256", header=None, **changes):
        headers = {"kid": KEY_ID, **(header or {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        # Signed as bytes: PyJWT itself would refuse some of these claims.
        claims = json.dumps(self.claims(**changes)).encode()
        return jwt.api_jws.encode(claims, key or self.key, algorithm, headers=headers)


def ask(server, token=None, method="GetIndexInfo", headers=None, admin=False):
    """The code of a call with this token."""
    address = server.admin_address if admin else server.address
    service = wire.ADMIN if admin else wire.SERVICE
    further = headers if headers is not None else (("authorization", f"Bearer {token}"),) if token is not None else ()
    try:
        with wire.Connection(address) as connection:
            return connection.call(service + method, headers=further).outcome
    except (OSError, wire.Lost):
        return "CONNECTION_LOST"


def expect(figures, what, found, *expected):
    figures.figure(what, found, " or ".join(expected), found in expected)


def let_in(figures, server, bench):
    """That what should pass does: else all else would prove nothing."""
    expect(figures, "a token for resolving, resolving", ask(server, bench.resolver), "OK")
    expect(figures, "a token for administration, administrating", ask(server, bench.admin, "GetReloadStatus", admin=True), "OK")
    for algorithm, key, key_id in (("RS256", bench.key, KEY_ID), ("ES256", bench.curve, "key 2"), ("EdDSA", bench.edwards, "key 3")):
        expect(figures, f"a good JWT, {algorithm}", ask(server, bench.jwt(key, algorithm, {"kid": key_id})), "OK")
    expect(figures, "a good JWT for administration", ask(server, bench.jwt(scope="admin"), "GetReloadStatus", admin=True), "OK")


def static(figures, server, bench, chance):
    good = bench.resolver
    expect(figures, "no token", ask(server), DENIED)
    expect(figures, "no token, administration", ask(server, method="ReloadIndex", admin=True), DENIED)
    expect(figures, "a token for resolving, administrating", ask(server, good, "ReloadIndex", admin=True), FORBIDDEN)
    expect(figures, "a token for administration, resolving", ask(server, bench.admin), FORBIDDEN)
    expect(figures, "a JWT for resolving, administrating", ask(server, bench.jwt(), "ReloadIndex", admin=True), FORBIDDEN)
    expect(figures, "a JWT without a scope", ask(server, bench.jwt(scope=None)), FORBIDDEN)
    expect(figures, "a JWT with scopes that nobody knows", ask(server, bench.jwt(scope="resolver * admin2 RESOLVE")), FORBIDDEN)
    expect(figures, "a token that has expired", ask(server, bench.expired), DENIED)
    unknown = ask(server, good, "NoSuchMethod")
    expect(figures, "a method that is none, with a token", unknown, FORBIDDEN, "UNIMPLEMENTED")
    expect(figures, "a method that is none, without", ask(server, method="NoSuchMethod"), DENIED, "UNIMPLEMENTED")
    reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    with server.connect() as connection:
        expect(figures, "reflection without a token", connection.call(reflection, wire.text(7, "")).outcome, DENIED)
    bad = {
        "cut short": good[:-1], "one more letter": good + "0", "of other case": good.upper(), "its hash": _hash_of(bench.table),
        "empty": "", "a blank": " ", "very long": "a" * 9_000,
    }
    wrong = [what for what, token in bad.items() if ask(server, token) != DENIED]
    for _ in range(50):
        at = chance.randrange(len(good))
        changed = good[:at] + chance.choice("0123456789abcdef".replace(good[at], "")) + good[at + 1 :]
        wrong += [f"a letter changed at {at}"] * (ask(server, changed) != DENIED)
    shapes = {
        "Basic": [("authorization", "Basic " + base64.b64encode(good.encode()).decode())],
        "without its scheme": [("authorization", good)],
        "twice, the good one last": [("authorization", "Bearer x"), ("authorization", f"Bearer {good}")],
        "twice, the good one first": [("authorization", f"Bearer {good}"), ("authorization", "Bearer x")],
        "two in one": [("authorization", f"Bearer x, Bearer {good}")], "in another header": [("x-authorization", f"Bearer {good}")],
        "as binary": [("authorization-bin", base64.b64encode(f"Bearer {good}".encode()).decode())],
        "in a cookie": [("cookie", f"authorization=Bearer {good}")],
    }
    wrong += [what for what, headers in shapes.items() if ask(server, headers=headers) != DENIED]
    figures.figure("bad tokens that were let in, of 65", len(wrong), "0", not wrong)
    for what in wrong[:5]:
        print("    ", what)


def _hash_of(table):
    return next(line.split("\t")[1] for line in table.read_text().splitlines() if line.startswith("resolver\t"))


def encoded(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(figures, server, bench, chance):
    """RFC 8725 lists the attacks."""
    def signed(header, claims, secret):
        text = f"{encoded(header)}.{encoded(claims)}"
        return f"{text}.{encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"

    claims, good = bench.claims(), bench.jwt()
    header, payload, signature = good.split(".")
    now = int(time.time())
    other_key = rsa.generate_private_key(65_537, 2_048)
    other_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other_key.public_key()))
    public = pki.public_pem(bench.key)
    spoilt = list(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    spoilt[chance.randrange(len(spoilt))] ^= 1
    tokens = {
        **{f"algorithm {name!r}": f"{encoded({'alg': name, 'typ': 'JWT', 'kid': KEY_ID})}.{payload}." for name in ("none", "None", "nOnE", "")},
        "no algorithm": f"{encoded({'kid': KEY_ID})}.{payload}.{signature}",
        "HS256 with the public key for a secret": signed({"alg": "HS256", "kid": KEY_ID}, claims, public),
        "HS256 with the file of keys for a secret": signed({"alg": "HS256", "kid": KEY_ID}, claims, bench.jwks.read_bytes()),
        "HS256 with nothing for a secret": signed({"alg": "HS256", "kid": KEY_ID}, claims, b""),
        "another key, the same ID": bench.jwt(other_key), "another key, its own in the header": bench.jwt(other_key, header={"jwk": other_jwk}),
        "another key, a place to fetch it": bench.jwt(other_key, header={"jku": "http://127.0.0.1:1/keys"}),
        "another key, a certificate of its own": bench.jwt(other_key, header={"x5c": ["MIIB"]}),
        "the key of another algorithm": bench.jwt(bench.curve, "ES256"), "RS512 with the key of RS256": bench.jwt(algorithm="RS512"),
        "PS256 with the key of RS256": bench.jwt(algorithm="PS256"),
        **{f"key ID {kid!r}": bench.jwt(header={"kid": kid}) for kid in ("", "../../../dev/null", "/dev/null", "key 1' OR '1'='1", "key 2", "x" * 4_000)},
        "no key ID": bench.jwt(header={"kid": None}), "critical extension": bench.jwt(header={"crit": ["x"], "x": 1}),
        "expired": bench.jwt(exp=now - 120), "expired in 1970": bench.jwt(exp=0), "never expires": bench.jwt(exp=None),
        "not yet valid": bench.jwt(nbf=now + 600), "expiry that is no number": bench.jwt(exp="tomorrow"),
        "another audience": bench.jwt(aud="yaqut2"), "no audience": bench.jwt(aud=None), "audience in part": bench.jwt(aud="yaqu"),
        "another issuer": bench.jwt(iss="https://issuer.example.evil"), "no issuer": bench.jwt(iss=None),
        "issuers in a list": bench.jwt(iss=[ISSUER, "https://evil.example"]), "a subject that is no text": bench.jwt(sub=["caller"]),
        "signature of none": f"{header}.{payload}.", "signature spoilt": f"{header}.{payload}.{encoded(bytes(spoilt))}",
        "claims exchanged": f"{header}.{encoded({**claims, 'scope': 'resolve admin'})}.{signature}",
        "claims that are no object": f"{header}.{encoded([1])}.{signature}", "claims that are no JSON": f"{header}.{encoded(b'{')}.{signature}",
        "two parts": f"{header}.{payload}", "five parts": f"{good}.a.b", "no base64": "!!!.???.***", "dots": "..",
    }
    let_in_wrongly = {}
    for what, token in tokens.items():
        if (found := ask(server, token)) != DENIED:
            let_in_wrongly[what] = found
    figures.figure("forged JWTs", len(tokens))
    figures.figure("forged JWTs that were let in, or not told so", len(let_in_wrongly), "0", not let_in_wrongly)
    for what, found in let_in_wrongly.items():
        print("    ", what, found)
    bench.secrets.append(good)


def unguarded(figures, server):
    """Health needs no token, and the listener of probes changes nothing."""
    with server.connect() as connection:
        health = connection.call("/grpc.health.v1.Health/Check").outcome
    expect(figures, "health without a token", health, "OK")
    if server.probe_address:
        with wire.Connection(server.probe_address) as connection:
            for path in (wire.ADMIN + "ReloadIndex", wire.SERVICE + "GetIndexInfo"):
                found = connection.call(path).outcome
                figures.figure(f"the listener of probes, {path.rsplit('/')[-1]}", found, "refused", found != "OK")


def flood(figures, server, chance, count):
    """Many wrong tokens leave no trace in memory, and do not keep a right one out."""
    with target.Watch(server.pid) as watch, server.connect() as connection:
        seen = set()
        for _ in range(count):
            token = f"yaqut_{chance.getrandbits(256):064x}" if chance.random() < 0.5 else f"{encoded({'alg': 'RS256', 'kid': KEY_ID})}.{encoded({'a': chance.random()})}.{'A' * 342}"
            seen.add(connection.call(wire.SERVICE + "GetIndexInfo", headers=(("authorization", f"Bearer {token}"),)).outcome)
    figures.figure(f"{count} wrong tokens", ", ".join(sorted(seen)), DENIED, seen == {DENIED})
    figures.figure("memory meanwhile, MB more", watch.growth, "< 32", watch.growth < 32)
