"""What the built service tells of itself, asked by independent programs: calls by grpcio, metrics by the parser of
prometheus_client.

    python3 checks/metrics.py            (needs the packages of checks/requirements.txt)
"""

import collections
import http.client
import json
import pathlib
import re
import sys
import tempfile
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import grpc_client
import harness
import yaqut
from attacks import pki

SERVICE = grpc_client.SERVICE
CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# Far above what it takes (some milliseconds): this finds what is not bounded, and measures nothing.
MOST_BYTES = 512 << 10

# Type and unit of every family that is always there.
FAMILIES = {
    "grpc_server_started": ("counter", ""),
    "grpc_server_handled": ("counter", ""),
    "grpc_server_handling_seconds": ("histogram", "seconds"),
    "grpc_server_msg_received": ("counter", ""),
    "grpc_server_msg_sent": ("counter", ""),
    "yaqut_build": ("info", ""),
    "yaqut_index": ("info", ""),
    "yaqut_index_age_seconds": ("gauge", "seconds"),
    "yaqut_index_aliases": ("gauge", ""),
    "yaqut_reloads": ("counter", ""),
    "yaqut_resolutions": ("counter", ""),
    "yaqut_candidates": ("histogram", ""),
    "yaqut_stage_seconds": ("histogram", "seconds"),
    "yaqut_connections": ("gauge", ""),
    "yaqut_connections_refused": ("counter", ""),
    "yaqut_tls_handshakes": ("counter", ""),
    "yaqut_request_memory_bytes": ("gauge", "bytes"),
    "yaqut_request_memory_limit_bytes": ("gauge", "bytes"),
    "yaqut_queue_depth": ("gauge", ""),
    "yaqut_shed": ("counter", ""),
    "yaqut_auth": ("counter", ""),
    "yaqut_credential_reloads": ("counter", ""),
    "process_cpu_seconds": ("counter", "seconds"),
}
ON_LINUX = {
    "process_resident_memory_bytes": ("gauge", "bytes"),
    "process_virtual_memory_bytes": ("gauge", "bytes"),
    "process_open_fds": ("gauge", ""),
    "process_max_fds": ("gauge", ""),
    "process_start_time_seconds": ("gauge", "seconds"),
}


def get(address, path, method="GET"):
    """Status, content type and body of an answer over HTTP/1.1, and how many milliseconds it took."""
    connection = http.client.HTTPConnection(address, timeout=30)
    started = time.perf_counter()
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read().decode("utf-8")
    took = (time.perf_counter() - started) * 1_000
    connection.close()
    return response.status, response.getheader("content-type"), body, took


class Page:
    """Metrics as they were at one time."""

    def __init__(self, address):
        status, self.content_type, self.text, self.took = get(address, "/metrics")
        assert status == 200, f"/metrics answers {status}"
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        samples = [sample for family in self.families.values() for sample in family.samples]
        self.samples = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
        assert len(self.samples) == len(samples), "two series have one name and one set of labels"

    def value(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())))

    def sum(self, name):
        """Over all labels."""
        values = [value for (of, _), value in self.samples.items() if of == name]
        assert values, f"no {name}"
        return sum(values)

    def handled(self):
        """Calls by method and code, those that were made."""
        counts = collections.Counter()
        for (name, labels), value in self.samples.items():
            if name == "grpc_server_handled_total" and value:
                labels = dict(labels)
                counts[labels["grpc_method"], labels["grpc_code"]] += int(value)
        return counts

    def calls(self, name, method, kind="unary"):
        return self.value(name, grpc_type=kind, grpc_service=SERVICE, grpc_method=method)


def make_calls(channel, stub):
    """Calls of each outcome; gives how many of which method end with which code."""
    made = collections.Counter()

    def ends(code, method, call):
        made[method, code] += 1
        try:
            call()
        except grpc.RpcError as error:
            assert label(error.code()) == code, f"{method}: {error}"
            return
        assert code == "OK", f"{method} was answered, not {code}"

    for name in ["أوكرانيا", "والأوكرانية", "zzzqqqxxx", "\x1b[31m"]:
        ends("OK", "ResolveName", lambda: stub.ResolveName(name=name))
    ends("InvalidArgument", "ResolveName", lambda: stub.ResolveName(name=""))
    ends("FailedPrecondition", "ResolveName", lambda: stub.ResolveName(name="x", expectedIndexVersion="0" * 64))
    ends("NotFound", "GetEntity", lambda: stub.GetEntity(id="Q0404"))
    ends("OK", "GetIndexInfo", stub.GetIndexInfo)
    queries = [{"name": name} for name in ["أوكرانيا"] * 300 + [""]]
    ends("OK", "BatchResolveNames", lambda: stub.BatchResolveNames(queries=queries))
    chunk = {"queries": [{"name": "أوكرانيا"}]}
    ends("OK", "StreamResolveNames", lambda: list(stub.StreamResolveNames([chunk] * 5)))
    ends("OK", "SuggestNames", lambda: stub.SuggestNames(prefix="كي"))
    raw = channel.unary_unary(f"/{SERVICE}/Invented_{'x' * 500}")
    ends("Unimplemented", "unknown", lambda: raw(b"", timeout=30))
    broken = channel.unary_unary(f"/{SERVICE}/ResolveName")
    ends("Internal", "ResolveName", lambda: broken(b"\xff\xff\xff", timeout=30))
    ends("DeadlineExceeded", "StreamResolveNames", lambda: list(hold_open(channel)))
    ends("Canceled", "StreamResolveNames", lambda: cancel(channel))
    return made


def label(code):
    """A code as go-grpc-prometheus writes it."""
    return code.name.title().replace("_", "").replace("Cancelled", "Canceled")


def hold_open(channel):
    """A stream that nobody ends before its deadline."""
    stream = channel.stream_stream(f"/{SERVICE}/StreamResolveNames")
    return stream(iter(lambda: time.sleep(1) or b"", None), timeout=0.3)


def cancel(channel):
    call = channel.stream_stream(f"/{SERVICE}/StreamResolveNames")(iter(lambda: time.sleep(1) or b"", None), timeout=30)
    time.sleep(0.3)
    call.cancel()
    list(call)


def settled(address, made, before):
    """The page once all calls have ended: that a caller has its answer is known before the server has counted it."""
    return awaited(address, lambda page: (page.handled() - before.handled()).total() >= made.total())


def awaited(address, holds):
    """The page of which that holds, or as it is after ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        page = Page(address)
        if holds(page) or time.monotonic() > deadline:
            return page
        time.sleep(0.05)


def check_families(report, page):
    report.equal("content type", page.content_type, CONTENT_TYPE)
    report.holds("the page ends", page.text.endswith("# EOF\n"))
    report.holds("the page is bounded", len(page.text) < MOST_BYTES, len(page.text))
    for name, expected in (FAMILIES | (ON_LINUX if sys.platform == "linux" else {})).items():
        family = page.families.get(name)
        report.holds(f"{name} is there", family is not None)
        if family is not None:
            report.equal(f"{name}: type and unit", (family.type, family.unit), expected)
            report.holds(f"{name}: help", len(family.documentation) > 5, family.documentation)


def check_counts(report, page, made, before):
    report.equal("calls by outcome", page.handled() - before.handled(), made)
    report.equal("started", page.calls("grpc_server_started_total", "ResolveName"), 7)
    report.equal("timed", page.calls("grpc_server_handling_seconds_count", "ResolveName"), 7)
    stream = "bidi_stream"
    report.equal("stream: received", page.calls("grpc_server_msg_received_total", "StreamResolveNames", stream), 5)
    report.equal("stream: sent", page.calls("grpc_server_msg_sent_total", "StreamResolveNames", stream), 5)
    resolutions = page.sum("yaqut_resolutions_total")
    # Four answered, one refused, 301 of the batch, five of the stream.
    report.equal("resolutions", resolutions, 4 + 1 + 301 + 5)
    report.equal("candidates", page.value("yaqut_candidates_count"), resolutions)
    report.equal("exact", page.value("yaqut_resolutions_total", status="RESOLVED", tier="EXACT"), 1 + 300 + 5)
    for stage in ["decode", "queue", "resolve", "encode"]:
        report.holds(f"stage {stage}", page.value("yaqut_stage_seconds_count", stage=stage) > 0)


def check_rooms(report, page):
    """What is counted beside calls, with the channel that they came over still open."""
    report.equal("connections to the service", page.value("yaqut_connections", listener="public"), 1)
    report.equal("connections to the administration", page.value("yaqut_connections", listener="admin"), 0)
    report.holds("connections to the probes", page.value("yaqut_connections", listener="probes") >= 1)
    report.equal("nobody was sent away", page.sum("yaqut_connections_refused_total"), 0)
    report.equal("nothing was shed", page.sum("yaqut_shed_total"), 0)
    report.equal("nothing waits", page.sum("yaqut_queue_depth"), 0)
    report.equal("nothing is held", page.value("yaqut_request_memory_bytes"), 0)
    report.equal("what may be held", page.value("yaqut_request_memory_limit_bytes"), 256 << 20)
    report.equal("no credentials are asked for", page.sum("yaqut_auth_total"), 0)


def check_probes(report, address):
    report.equal("/live", get(address, "/live")[0], 200)
    status, content_type, body, _ = get(address, "/ready")
    report.equal("/ready", (status, content_type, json.loads(body)["ready"]), (200, "application/json", True))
    report.equal("an unknown path", get(address, "/nothing")[0], 404)
    report.equal("another method", get(address, "/metrics", "POST")[0], 405)
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        for service in ["", SERVICE, "liveness"]:
            request = bytes([0x0A, len(service)]) + service.encode() if service else b""
            report.equal(f"health of {service!r}", check(request, timeout=30), b"\x08\x01")


def check_log(report, service):
    """Every line is a JSON object; calls have their members; no name is among them."""
    lines = [json.loads(line) for line in service.talk]
    calls = [line for line in lines if line.get("message", "").startswith("call ")]
    report.holds("calls are logged", len(calls) >= 10, len(calls))
    for line in calls:
        members = {"timestamp", "level", "request_id", "method", "code", "micros", "peer"}
        report.holds("members of a line", members <= line.keys(), line)
        report.holds("request ID", re.fullmatch(r"[A-Za-z0-9._-]{1,64}", line["request_id"]), line)
    talk = "".join(service.talk)
    report.holds("no name is logged", not any(name in talk for name in ["أوكرانيا", "zzzqqqxxx", "[31m"]))


def check_guarded(report):
    """With a certificate and tokens: how long the one lasts, and what became of those who showed the others."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        authority = pki.Authority(folder, "authority")
        certificate, key = authority.sign("server")
        tokens = folder / "tokens.tsv"
        token = yaqut.run("token", "new", "resolver", "--scope", "resolve", "--append", tokens).strip()
        tls = ["--tls-cert", certificate, "--tls-key", key]
        flags = ["--auth-tokens", tokens, "--auth-reload-interval", "1", "--log-format", "json", "-vv"]
        with harness.Service("--probe-listen", "127.0.0.1:0", *tls, *flags) as service:
            show_tokens(service.address, authority, [token, token, "invented", None])
            page = Page(service.probe_address)
            tokens.write_text("no table of tokens\n")
            later = awaited(service.probe_address, lambda page: page.sum("yaqut_credential_reloads_total") > 0)
            service.stop()
            calls = [json.loads(line) for line in service.talk if '"call ' in line]
    day = 24 * 60 * 60
    report.holds("the certificate lasts", 0 < page.value("yaqut_certificate_expiry_seconds") <= day)
    report.equal("nothing was reloaded", page.sum("yaqut_certificate_reloads_total"), 0)
    report.equal("handshakes", page.value("yaqut_tls_handshakes_total", result="done"), 1)
    report.equal("all handshakes", page.sum("yaqut_tls_handshakes_total"), 1)
    for result, count in (("allowed", 2), ("unknown", 1), ("missing", 1)):
        report.equal(f"credentials: {result}", page.value("yaqut_auth_total", result=result), count)
    report.equal("all credentials", page.sum("yaqut_auth_total"), 4)
    report.equal("no file of credentials was read again", page.sum("yaqut_credential_reloads_total"), 0)
    report.equal("one could not be", later.value("yaqut_credential_reloads_total", result="failed"), 1)
    reasons = [(call["message"], call.get("reason")) for call in calls]
    refused = [("call refused", "unknown"), ("call refused", "missing")]
    report.equal("the log tells why", reasons, [("call answered", None)] * 2 + refused)


def show_tokens(address, authority, tokens):
    """A call with each, whatever comes of it."""
    with grpc.secure_channel(address, grpc.ssl_channel_credentials(authority.path.read_bytes())) as channel:
        call = channel.unary_unary(f"/{SERVICE}/GetIndexInfo")
        for token in tokens:
            try:
                call(b"", metadata=[("authorization", f"Bearer {token}")] if token else None, timeout=30)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error


def main():
    report = harness.Report()
    flags = ["--probe-listen", "127.0.0.1:0", "--log-format", "json", "-vv"]
    with harness.Service(*flags) as service:
        address = service.probe_address
        with grpc.insecure_channel(service.address) as channel:
            pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
            stub = grpc_client.Stub(channel, pool, SERVICE)
            before = Page(address)
            check_families(report, before)
            report.equal("methods start at 0", before.calls("grpc_server_started_total", "ExplainResolution"), 0)
            made = make_calls(channel, stub)
            page = settled(address, made, before)
            check_counts(report, page, made, before)
            check_rooms(report, page)
            report.equal("series", page.samples.keys(), before.samples.keys())
        report.holds("the administration has metrics too", "yaqut_index" in Page(service.admin_address).families)
        status = get(service.admin_address, "/yaqut.v1.AdminService/ReloadIndex", "POST")[0]
        report.equal("what is posted and no call", status, 415)
        check_probes(report, address)
        report.equal("ends well", service.stop()[0], 0)
        check_log(report, service)
        times = f"{len(page.samples)} series, {len(page.text) >> 10} KiB, {page.took:.1f} ms"
        print(f"a page of metrics: {times}")
    check_guarded(report)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
