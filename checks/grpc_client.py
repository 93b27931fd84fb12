"""An independent client: it starts the built service, learns it by server reflection alone, and asks it.

    python3 checks/grpc_client.py        (needs the packages of checks/requirements.txt)
"""

import functools
import sys
import threading

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import harness
import yaqut

SERVICE = "yaqut.v1.GazetteerService"
HEALTH = "grpc.health.v1.Health"
DEADLINE_SECONDS = 30

NAMES = {
    "Q39259": ["أردوغان", "إردوغان", "وأردوغان", "Erdoğan"],
    "Q18808": ["بيونغ يانغ", "بيونج يانج", "بيونج يانح", "Pyongyang"],
    "Q212": ["أوكرانيا", "اوكرانيا", "أكرانيا", "أوکرانیا", "فی أوکرانیا", "والأوكرانية"],
}
CASES = [(name, qid) for qid, names in NAMES.items() for name in names]


class AsReflectionV1(grpc.StreamStreamClientInterceptor):
    """Sends calls of reflection v1alpha to v1, whose messages are the same on the wire."""

    class Details(grpc.ClientCallDetails):
        def __init__(self, details):
            self.method = details.method.replace("grpc.reflection.v1alpha.", "grpc.reflection.v1.")
            self.timeout, self.metadata, self.credentials = details.timeout, details.metadata, details.credentials
            self.wait_for_ready, self.compression = details.wait_for_ready, details.compression

    def intercept_stream_stream(self, continuation, client_call_details, request_iterator):
        return continuation(self.Details(client_call_details), request_iterator)


class Stub:
    """The methods of a service as reflection describes them; requests are given as dictionaries."""

    def __init__(self, channel, pool, service):
        for method in pool.FindServiceByName(service).methods:
            setattr(self, method.name, self._caller(channel, service, method))

    @staticmethod
    def _caller(channel, service, method):
        request_class, response_class = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        streams = method.client_streaming and method.server_streaming
        make = channel.stream_stream if streams else channel.unary_unary
        call = make(
            f"/{service}/{method.name}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=response_class.FromString,
        )
        if streams:
            return lambda requests: call((ParseDict(r, request_class()) for r in requests), timeout=DEADLINE_SECONDS)
        return lambda **request: call(ParseDict(request, request_class()), timeout=DEADLINE_SECONDS)


def name_of(message, field):
    """The name of an enum value."""
    return message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[getattr(message, field)].name


def verdict(resolution):
    return name_of(resolution, "status").removeprefix("RESOLUTION_STATUS_"), resolution.canonical_id


def expect_resolutions(report, how, resolutions, cases):
    report.equal(f"{how}: number of answers", len(resolutions), len(cases))
    for resolution, (name, qid) in zip(resolutions, cases):
        report.equal(f"{how}: order", resolution.query, name)
        report.equal(f"{how} {name}", verdict(resolution), ("RESOLVED", qid))
        first = resolution.candidates[0] if resolution.candidates else None
        report.holds(f"{how} {name}: the first candidate is the one", first is not None and first.id == qid)
        sums = sum(candidate.score for candidate in resolution.candidates)
        report.holds(f"{how} {name}: scores sum to at most 1", sums <= 1.0001, sums)


def expect_failure(report, what, call, code, reason, fields=()):
    """The call fails with this code; its details say why, as google.rpc has it."""
    try:
        answer = call()
        if isinstance(answer, grpc.Call):
            list(answer)  # A stream fails when it is read.
    except grpc.RpcError as error:
        failure = error
    else:
        report.holds(what, False, f"answered instead of {code.name}")
        return
    report.equal(f"{what}: code", failure.code(), code)
    packed = dict(failure.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    info, violations = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status_pb2.Status.FromString(packed).details:
        detail.Unpack(info)
        detail.Unpack(violations)
    report.equal(f"{what}: reason", (info.domain, info.reason), ("yaqut.v1", reason))
    report.equal(f"{what}: fields", [v.field for v in violations.field_violations], list(fields))
    report.holds(f"{what}: says why", all(v.description for v in violations.field_violations) and failure.details())


def check_reflection(report, channel):
    """Both versions describe the same service; returns what v1 says."""
    pools = {}
    for version, through in (("v1", grpc.intercept_channel(channel, AsReflectionV1())), ("v1alpha", channel)):
        database = ProtoReflectionDescriptorDatabase(through)
        services = set(database.get_services())
        report.holds(f"reflection {version} lists the services", {SERVICE, HEALTH} <= services, services)
        pools[version] = DescriptorPool(database)
    methods = {
        version: [method.name for method in pool.FindServiceByName(SERVICE).methods] for version, pool in pools.items()
    }
    report.equal("reflection v1alpha: methods", methods["v1alpha"], methods["v1"])
    return pools["v1"]


def check_health(report, health):
    for service in ("", SERVICE):
        report.equal(f"health of {service!r}", name_of(health.Check(service=service), "status"), "SERVING")


def check_single(report, service):
    versions = set()
    for name, qid in CASES:
        response = service.ResolveName(name=name)
        expect_resolutions(report, "ResolveName", [response.resolution], [(name, qid)])
        versions.add(response.index_version)
    report.holds("ResolveName: one index_version", len(versions) == 1 and all(versions), versions)
    nothing = service.ResolveName(name="zqxwv zqxwv").resolution
    report.equal("a name of nothing is an answer", verdict(nothing), ("NOT_FOUND", ""))
    several = service.ResolveName(name="عمان").resolution
    report.equal("a name of several is ambiguous", verdict(several), ("AMBIGUOUS", ""))
    report.holds("and lists them", len(several.candidates) > 1)


def check_options(report, service):
    full = service.ResolveName(name="وأكرانيا", options={"view": "RESOLUTION_VIEW_FULL", "limit": 1}).resolution
    report.equal("limit", len(full.candidates), 1)
    report.holds("the full view explains", full.candidates and full.candidates[0].explanation)
    basic = service.ResolveName(name="وأكرانيا").resolution
    report.holds("the basic view does not", not any(candidate.explanation for candidate in basic.candidates))
    cities = service.ResolveName(name="عمان", options={"types": ["country"]}).resolution
    report.equal("a type decides", verdict(cities), ("RESOLVED", "Q842"))
    for language, name in (("ar", "أوكرانيا"), ("ar-EG", "أوكرانيا"), ("tlh", "Ukraine")):
        shown = service.ResolveName(name="Ukraine", options={"display_language_code": language}).resolution
        report.equal(f"names are shown in {language}, or what comes nearest", shown.candidates[0].name, name)


def check_hints(report, service):
    """Each reading of a homograph is reached by what the caller says beside the name."""
    for name, context, qid in (
        ("جورجيا", ["تبليسي القوقاز"], "Q230"),
        ("جورجيا", ["أتلانتا", "الولايات المتحدة"], "Q1428"),
        ("عمان", ["مسقط"], "Q842"),
        ("عمان", ["الأردن"], "Q3805"),
        ("طرابلس", ["لبنان"], "Q168954"),
        ("طرابلس", ["ليبيا"], "Q3579"),
        ("الجزائر", ["مدينة"], "Q3561"),
        ("الجزائر", ["دولة"], "Q262"),
    ):
        answer = service.ResolveName(name=name, options={"context": context}).resolution
        report.equal(f"{name} beside {context}", verdict(answer), ("RESOLVED", qid))
        alone = service.ResolveName(name=name).resolution
        report.equal(f"{name} alone", verdict(alone), ("AMBIGUOUS", ""))
        report.holds(f"{name} alone lists {qid}", any(candidate.id == qid for candidate in alone.candidates))
    queries = [{"name": "عمان", "context": ["مسقط"]}, {"name": "عمان"}, {"name": "عمان", "context": ["x " * 65]}]
    batch = service.BatchResolveNames(queries=queries, options={"context": ["الأردن"]})
    verdicts = [verdict(resolution) for resolution in batch.resolutions]
    report.equal("context of one name and of all", verdicts, [("RESOLVED", "Q842"), ("RESOLVED", "Q3805"), ("INVALID", "")])
    found = service.ResolveName(name="عمان", options={"min_rank": 0.5, "limit": 100}).resolution.candidates
    report.holds("min_rank", found and all(c.HasField("rank") and c.rank >= 0.5 for c in found), found)


def check_naming(report, service):
    """Every call shows the ID of the namespace, and the name in the language, that are asked for."""
    for naming, expected in (
        ({}, ("Q212", "Ukraine")),
        ({"id_namespace": "geonames", "display_language_code": "ar-EG"}, ("geonames:690791", "أوكرانيا")),
        ({"id_namespace": "nobody", "display_language_code": "tlh"}, ("Q212", "Ukraine")),
    ):
        batch = {"queries": [{"name": "Ukraine"}], "options": naming}
        resolutions = {
            "ResolveName": service.ResolveName(name="Ukraine", options=naming).resolution,
            "BatchResolveNames": service.BatchResolveNames(**batch).resolutions[0],
            "StreamResolveNames": next(iter(service.StreamResolveNames([batch]))).resolutions[0],
        }
        shown = {call: resolution.candidates[0] for call, resolution in resolutions.items()}
        for call, resolution in resolutions.items():
            report.equal(f"{call} {naming}: canonical_id", resolution.canonical_id, expected[0])
        shown["SuggestNames"] = service.SuggestNames(prefix="Ukraine", **naming).suggestions[0]
        shown["GetEntity"] = service.GetEntity(id="Q212", **naming).entity
        shown["BatchGetEntities"] = service.BatchGetEntities(ids=["Q212"], **naming).lookups[0].entity
        for call, entity in shown.items():
            report.equal(f"{call} {naming}", (entity.id, entity.name), expected)
            report.holds(f"{call}: rank", entity.HasField("rank") and 0.9 < entity.rank <= 1, entity.rank)


def check_batch(report, service):
    response = service.BatchResolveNames(queries=[{"name": name} for name, _ in CASES])
    expect_resolutions(report, "BatchResolveNames", response.resolutions, CASES)
    mixed = service.BatchResolveNames(queries=[{"name": n} for n in ("أوكرانيا", "", "x" * 10_000, "Pyongyang")])
    verdicts = [verdict(resolution) for resolution in mixed.resolutions]
    expected = [("RESOLVED", "Q212"), ("INVALID", ""), ("INVALID", ""), ("RESOLVED", "Q18808")]
    report.equal("bad items of a batch harm no other", verdicts, expected)
    report.holds("bad items are told why", all(r.invalid_reason for r in mixed.resolutions[1:3]))
    report.equal("an empty batch", len(service.BatchResolveNames().resolutions), 0)


def check_stream(report, service):
    chunks = [CASES[i : i + 4] for i in range(0, len(CASES), 4)]
    chunks.insert(1, [])
    requests = [{"queries": [{"name": name} for name, _ in chunk]} for chunk in chunks]
    responses = list(service.StreamResolveNames(requests))
    report.equal("StreamResolveNames: number of chunks", len(responses), len(chunks))
    for response, chunk in zip(responses, chunks):
        expect_resolutions(report, "StreamResolveNames", response.resolutions, chunk)
    report.equal("StreamResolveNames: one index_version", len({r.index_version for r in responses}), 1)


def check_conversation(report, service):
    """Answers come while requests are still being sent: each request here waits for the answer before it."""
    answered = []

    def requests():
        for i, (name, _) in enumerate(CASES):
            yield {"queries": [{"name": name}]}
            with received:
                received.wait_for(lambda: len(answered) > i, DEADLINE_SECONDS)

    received = threading.Condition()
    for response in service.StreamResolveNames(requests()):
        with received:
            answered.append(response.resolutions[0])
            received.notify()
    expect_resolutions(report, "a conversation", answered, CASES)


def check_failures(report, service):
    invalid, index = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION
    for name in ("", " \u200b\t", "؟!", "x" * 10_000):
        call = functools.partial(service.ResolveName, name=name)
        expect_failure(report, f"the name {name[:9]!r}", call, invalid, "INVALID_FIELDS", ["name"])
    expect_failure(
        report, "options out of range",
        lambda: service.ResolveName(name="x", options={"limit": -1, "max_edits": 3, "min_score": 2, "types": ["a b"], "min_rank": 2, "context": ["x " * 65]}),
        invalid, "INVALID_FIELDS",
        ["options.limit", "options.types[0]", "options.min_rank", "options.context", "options.max_edits", "options.min_score"],
    )
    too_many = [{"name": "x"}] * 1_001
    for what, call in (
        ("too large a batch", lambda: service.BatchResolveNames(queries=too_many)),
        ("too large a chunk", lambda: service.StreamResolveNames([{"queries": too_many}])),
    ):
        expect_failure(report, what, call, invalid, "INVALID_FIELDS", ["queries"])
    unknown = functools.partial(service.GetEntity, id="Q999999999999")
    expect_failure(report, "an unknown entity", unknown, grpc.StatusCode.NOT_FOUND, "ENTITY_NOT_FOUND")
    expect_failure(report, "a malformed ID", lambda: service.GetEntity(id="Q 1"), invalid, "INVALID_FIELDS", ["id"])
    other = {"expected_index_version": "another"}
    calls = {
        "ResolveName": lambda: service.ResolveName(name="x", **other),
        "BatchResolveNames": lambda: service.BatchResolveNames(**other),
        "StreamResolveNames": lambda: service.StreamResolveNames([other]),
        "ExplainResolution": lambda: service.ExplainResolution(name="x", id="Q212", **other),
        "SuggestNames": lambda: service.SuggestNames(prefix="x", **other),
        "GetEntity": lambda: service.GetEntity(id="Q212", **other),
    }
    for method, call in calls.items():
        expect_failure(report, f"{method} of another index", call, index, "INDEX_VERSION_MISMATCH")


def check_broken_text(report, channel, pool):
    """Names that are not UTF-8, which no stub sends: as bytes, field by field."""
    text = lambda tag, data: bytes([tag << 3 | 2, len(data)]) + data
    broken, good = text(1, b"Kyi\xff"), text(1, "أوكرانيا".encode())

    def call(method, request):
        response = GetMessageClass(pool.FindServiceByName(SERVICE).FindMethodByName(method).output_type)
        raw = channel.unary_unary(f"/{SERVICE}/{method}", lambda data: data, response.FromString)
        return raw(request, timeout=DEADLINE_SECONDS)

    batch = call("BatchResolveNames", text(1, good) + text(1, broken) + text(1, good)).resolutions
    expected = [("RESOLVED", "Q212"), ("INVALID", ""), ("RESOLVED", "Q212")]
    report.equal("a broken name of a batch harms no other", [verdict(resolution) for resolution in batch], expected)
    report.holds("and is told why", "UTF-8" in batch[1].invalid_reason and batch[1].query == "Kyi\ufffd", batch[1])
    for method, field in (("ResolveName", "name"), ("SuggestNames", "prefix")):
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        expect_failure(report, f"{method} of a broken name", lambda: call(method, broken), invalid, "INVALID_FIELDS", [field])


def check_explanations(report, service):
    why = lambda name, qid, **more: service.ExplainResolution(name=name, id=qid, **more).explanation
    reason = lambda explanation: name_of(explanation, "reason").removeprefix("RESOLUTION_REASON_")
    for name, qid in CASES:
        explanation = why(name, qid)
        report.equal(f"ExplainResolution {name}", (reason(explanation), explanation.canonical_id), ("CHOSEN", qid))
        cost = sum(step.cost for step in explanation.alias.steps)
        report.holds("costs add up", abs(1 - 0.15 * cost - explanation.alias.form_similarity) < 1e-4, explanation)
        standing = explanation.standing
        report.holds("the margin suffices", standing.margin >= standing.needed_margin > 0, standing)
    report.equal("why not: ambiguous", reason(why("عمان", "Q842")), "AMBIGUOUS")
    person = {"options": {"types": ["person"]}}
    report.equal("why not: the types asked for", reason(why("أوكرانيا", "Q212", **person)), "TYPE_FILTER")
    nothing = why("zqxwv zqxwv", "Q212")
    report.holds("why not: too far", reason(nothing) == "TOO_FAR" and nothing.message and not nothing.HasField("standing"))
    missing, invalid = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT
    expect_failure(
        report, "an explanation of nothing", lambda: why("أوكرانيا", "Q999999999999"), missing, "ENTITY_NOT_FOUND"
    )
    expect_failure(
        report, "an explanation of no name", lambda: why("", "Q 1"), invalid, "INVALID_FIELDS", ["name", "id"]
    )


def check_entities(report, service):
    info = service.GetIndexInfo()
    report.equal("the packs", [pack.name for pack in info.packs], yaqut.PACK_NAMES)
    report.holds("packs name licences and sources", all(pack.licenses and pack.sources for pack in info.packs))
    report.holds("packs are not empty", all(pack.entity_count > 0 and pack.alias_count > 0 for pack in info.packs))
    same_index = {"expected_index_version": info.index_version}
    resolution = service.ResolveName(name="Ukraine", **same_index).resolution
    report.equal("the index that was told", verdict(resolution), ("RESOLVED", "Q212"))

    entity = service.GetEntity(id="Q212", **same_index).entity
    seen = (entity.id, entity.name, list(entity.types), entity.region_code)
    report.equal("GetEntity", seen, ("Q212", "Ukraine", ["country"], "UA"))
    report.holds("an entity has its names", any(alias.text == "أوكرانيا" for alias in entity.aliases))
    for other in entity.same_as:
        report.equal(f"GetEntity {other}", service.GetEntity(id=other).entity.id, "Q212")
    lookups = service.BatchGetEntities(ids=["Q18808", "Q999999999999", "Q 1"]).lookups
    states = [name_of(lookup, "state").removeprefix("ENTITY_LOOKUP_STATE_") for lookup in lookups]
    report.equal("BatchGetEntities", states, ["FOUND", "NOT_FOUND", "INVALID"])

    suggestions = service.SuggestNames(prefix="أوكر", limit=3).suggestions
    report.holds("SuggestNames", any(s.id == "Q212" for s in suggestions) and len(suggestions) <= 3, suggestions)


CHECKS = (
    check_single, check_options, check_hints, check_naming, check_batch, check_stream, check_conversation, check_failures, check_entities,
    check_explanations,
)


def main():
    report = harness.Report()
    with harness.Service() as process:
        print(process.talk[-1].rstrip())
        with grpc.insecure_channel(process.address) as channel:
            pool = check_reflection(report, channel)
            check_health(report, Stub(channel, pool, HEALTH))
            service = Stub(channel, pool, SERVICE)
            for check in CHECKS:
                check(report, service)
            check_broken_text(report, channel, pool)
            # The connection is still open.
            code, seconds = process.stop()
        report.equal("exit code after SIGTERM", code, 0)
        print(f"stopped in {seconds:.2f} s")
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
