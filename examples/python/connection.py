"""How to reach Yaqut: one channel for the life of the program, which balances, retries, keeps alive and says who calls."""

import dataclasses
import json
import pathlib
import re

import grpc

SERVICE = "yaqut.v1.GazetteerService"

# https://grpc.io/docs/guides/service-config: the same in every language.
SERVICE_CONFIG = {
    # A connection to every address of the name, and calls to each in turn. The default, pick_first, leaves all but one
    # server idle.
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{"service": SERVICE}],
            # Every call only reads, so any of them may be sent again. A server that drains or has gone is UNAVAILABLE:
            # the next attempt meets another one. RESOURCE_EXHAUSTED says itself when to come back: see calls.py.
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    # When more than about one call in ten fails, retries stop: they would only add to the load.
    "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
}

CHANNEL_OPTIONS = [
    ("grpc.service_config", json.dumps(SERVICE_CONFIG)),
    # A server that vanished without a word is noticed within 25 s, also between calls.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Back at a server that was restarted within a second, rather than after up to two minutes.
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # Servers that were added or replaced are found when a connection ends: ask the DNS again soon.
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
]


@dataclasses.dataclass(frozen=True)
class Connection:
    """Where the service is, and what proves who we are. Without `ca_file` nothing is encrypted."""

    target: str = "localhost:50051"
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    token_file: str | None = None

    def open(self) -> grpc.Channel:
        if (self.client_cert_file is None) != (self.client_key_file is None):
            raise ValueError("a client certificate needs its key, and a key its certificate")
        if self.ca_file is None:
            if self.token_file or self.client_cert_file:
                raise ValueError("a token or a client certificate needs TLS: give the CA too")
            return grpc.insecure_channel(self.target, self._options())
        return grpc.secure_channel(self.target, self._credentials(), self._options())

    def _options(self):
        if "," not in self.target:
            return CHANNEL_OPTIONS
        # A list of addresses, as ipv4:10.0.0.1:50051,10.0.0.2:50051: else all of it would be sent as the name of the
        # host, which servers refuse.
        first = self.target.split(",")[0].removeprefix("ipv4:").removeprefix("ipv6:")
        return [*CHANNEL_OPTIONS, ("grpc.default_authority", first)]

    def _credentials(self) -> grpc.ChannelCredentials:
        tls = grpc.ssl_channel_credentials(
            _read(self.ca_file), _read(self.client_key_file), _read(self.client_cert_file)
        )
        if self.token_file is None:
            return tls
        token = TokenFile(self.token_file)
        token.read()  # What is wrong with it is told here, and not by the first call.
        return grpc.composite_channel_credentials(tls, grpc.metadata_call_credentials(token))


class TokenFile(grpc.AuthMetadataPlugin):
    """A bearer token, read for every call: it may be replaced while we run."""

    def __init__(self, path):
        self._path = pathlib.Path(path)

    def read(self) -> str:
        token = self._path.read_bytes().strip()
        if not re.fullmatch(rb"[A-Za-z0-9._~+/-]+=*", token):
            raise ValueError(f"{self._path} holds no token: expected one line, in ASCII and without a byte order mark")
        return token.decode()

    def __call__(self, context, callback):
        try:
            callback((("authorization", f"Bearer {self.read()}"),), None)
        except (OSError, ValueError) as error:
            callback((), error)


def _read(path):
    return None if path is None else pathlib.Path(path).read_bytes()
