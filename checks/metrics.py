"""What the built service tells of itself, asked by independent programs: calls by grpcio, metrics by the parser of
prometheus_client.

    python3 checks/metrics.py            (needs the packages of checks/requirements.txt)
"""

import collections
import http.client
import json
import re
import sys
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import grpc_client
import harness

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
            assert error.code().name.replace("_", "").lower() == code.lower(), f"{method}: {error}"
            return
        assert code == "OK", f"{method} was answered, not {code}"

    for name in ["أوكرانيا", "والأوكرانية", "zzzqqqxxx"]:
        ends("OK", "ResolveName", lambda: stub.ResolveName(name=name))
    ends("InvalidArgument", "ResolveName", lambda: stub.ResolveName(name="\x1b[31m"))
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


def hold_open(channel):
    """A stream that nobody ends before its deadline."""
    stream = channel.stream_stream(f"/{SERVICE}/StreamResolveNames")
    return stream(iter(lambda: time.sleep(1) or b"", None), timeout=0.3)


def cancel(channel):
    call = channel.stream_stream(f"/{SERVICE}/StreamResolveNames")(iter(lambda: time.sleep(1) or b"", None), timeout=30)
    time.sleep(0.3)
    call.cancel()
    list(call)


def settled(address, made):
    """The page once all calls have ended: that a caller has its answer is known before the server has counted it."""
    deadline = time.monotonic() + 10
    while True:
        page = Page(address)
        if sum(page.handled().values()) >= sum(made.values()) or time.monotonic() > deadline:
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
    report.equal("started", page.calls("grpc_server_started_total", "ResolveName"), 6)
    report.equal("timed", page.calls("grpc_server_handling_seconds_count", "ResolveName"), 6)
    stream = "bidi_stream"
    report.equal("stream: received", page.calls("grpc_server_msg_received_total", "StreamResolveNames", stream), 5)
    report.equal("stream: sent", page.calls("grpc_server_msg_sent_total", "StreamResolveNames", stream), 5)
    resolutions = sum(v for (name, _), v in page.samples.items() if name == "yaqut_resolutions_total")
    # Three answered, one refused, 301 of the batch, five of the stream.
    report.equal("resolutions", resolutions, 3 + 1 + 301 + 5)
    report.equal("candidates", page.value("yaqut_candidates_count"), resolutions)
    report.equal("exact", page.value("yaqut_resolutions_total", status="RESOLVED", tier="EXACT"), 1 + 300 + 5)
    for stage in ["decode", "queue", "resolve", "encode"]:
        report.holds(f"stage {stage}", page.value("yaqut_stage_seconds_count", stage=stage) > 0)


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
            page = settled(address, made)
            check_counts(report, page, made, before)
            report.equal("series", page.samples.keys(), before.samples.keys())
        report.holds("the administration has metrics too", "yaqut_index" in Page(service.admin_address).families)
        check_probes(report, address)
        report.equal("ends well", service.stop()[0], 0)
        check_log(report, service)
        times = f"{len(page.samples)} series, {len(page.text) >> 10} KiB, {page.took:.1f} ms"
        print(f"a page of metrics: {times}")
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
