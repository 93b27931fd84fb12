"""Reloads of a running service, by an independent client that learns it by reflection.

    python3 checks/reload.py                                  small, as in CI
    python3 checks/reload.py load --reloads 1000 --seconds 60 --callers 6
    python3 checks/reload.py kill --kills 100 --seed 1
    python3 checks/reload.py live --index places.yaqut --id Q10000018 --name "Ahras Mercete"

`load`: while callers ask for one alias, name by name, in batches and in streams, its target is changed again and again. No
call fails; every answer is that of exactly the index_version that it carries; memory, maps and open files stay as they
were. `kill`: the service is killed at any moment of its reloads; packs and cache stay whole, and the next start answers.
`live`: how many milliseconds from the write of a file to the answer that shows it, for an alias, a block, a redirect and a
`same_as` that joins two packs, over a segment file of any size. (Needs the packages of checks/requirements.txt.)
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import grpc_client
import harness
import yaqut

ADMIN = "yaqut.v1.AdminService"
ALIAS = "Zzyzx Breadbasket"
MANIFEST = {"name": "overlay", "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "us"}]}
HEADERS = {
    "aliases.tsv": "id\talias\tlang\tkind\tsource\tnote\n",
    "entities.tsv": "id\ttype\tname\tcountry\trank\tsame_as\tdescription\n",
    "overrides.tsv": "action\tid\talias\ttarget\tnote\n",
}
# Of growth beyond this a reload is to blame.
MEMORY_SLACK_KB = 32 << 10


def write_table(pack, table, *rows):
    """Replaces a table of the pack by a rename, as a careful program does."""
    pack.mkdir(exist_ok=True)
    manifest = pack / "datapackage.json"
    if not manifest.exists():
        manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    following = pack / ".next"
    following.write_text(HEADERS[table] + "".join(row + "\n" for row in rows), encoding="utf-8")
    following.replace(pack / table)


def connect(address, service):
    channel = grpc.insecure_channel(address)
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    return grpc_client.Stub(channel, pool, service)


def outcome(attempt):
    return grpc_client.name_of(attempt, "outcome").removeprefix("RELOAD_OUTCOME_")


# -- load ---------------------------------------------------------------------------------------------------------------


def call(address, kind, pause):
    """A caller in a process of its own: asks until its standard input closes, then tells what it saw."""
    import threading

    service = connect(address, grpc_client.SERVICE)
    seen, failures = collections.Counter(), []
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    queries = [{"name": ALIAS}] * 20

    def note(response, resolutions):
        seen.update((response.index_version, resolution.canonical_id) for resolution in resolutions)

    def chunks():
        for _ in range(10):
            yield {"queries": queries[:5]}
            time.sleep(pause)

    print("ready", flush=True)
    while not over.is_set():
        try:
            if kind == "unary":
                response = service.ResolveName(name=ALIAS)
                note(response, [response.resolution])
            elif kind == "batch":
                response = service.BatchResolveNames(queries=queries)
                note(response, response.resolutions)
            else:
                responses = list(service.StreamResolveNames(chunks()))
                if len({response.index_version for response in responses}) != 1:
                    failures.append("a stream of several versions")
                for response in responses:
                    note(response, response.resolutions)
        except grpc.RpcError as error:
            failures.append(f"{error.code()}: {error.details()}")
        time.sleep(pause)
    print(json.dumps({"seen": [[*key, count] for key, count in seen.items()], "failures": failures}))


@contextlib.contextmanager
def callers(address, count, pause):
    """Processes that ask; ended, each has its report in `.report`."""
    processes = []
    try:
        for i in range(count):
            kind = ("unary", "batch", "stream")[i % 3]
            command = [sys.executable, __file__, "call", address, kind, str(pause)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            processes.append(process)
        for process in processes:
            process.stdout.readline()
        yield processes
        for process in processes:
            process.stdin.close()
        for process in processes:
            process.report = json.loads(process.stdout.read())
            process.wait(harness.STOP_SECONDS)
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()


def footprint(pid):
    """Anonymous memory in kB, memory maps, and open files of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    anonymous = int(status.split("RssAnon:")[1].split()[0])
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    return anonymous, maps.count(".yaqut"), len(os.listdir(f"/proc/{pid}/fd"))


def check_load(report, arguments):
    ids = [row["id"] for row in yaqut.read_table(yaqut.PACKS[0] / "entities.tsv")][:200]
    with tempfile.TemporaryDirectory() as scratch:
        overlay = pathlib.Path(scratch) / "overlay"
        alias = lambda i: f"{ids[i % len(ids)]}\t{ALIAS}\ten\talternate\t\treload {i}"
        write_table(overlay, "aliases.tsv", alias(0))
        options = ["--pack", overlay, "--watch", "off", "--cache-dir", pathlib.Path(scratch) / "cache"]
        with harness.Service(*options) as service:
            admin = connect(service.admin_address, ADMIN)
            oracle = {admin.GetReloadStatus().index_version: ids[0]}
            with callers(service.address, arguments.callers, arguments.pause) as processes:
                # What a first few reloads allocate stays allocated.
                took, before = [], None
                warm = arguments.reloads // 10
                started = time.monotonic()
                for i in range(1, arguments.reloads + warm + 1):
                    if i == warm + 1:
                        before, started = footprint(service.process.pid), time.monotonic()
                    write_table(overlay, "aliases.tsv", alias(i))
                    begun = time.monotonic()
                    attempt = admin.ReloadIndex().attempt
                    took.append(time.monotonic() - begun)
                    report.equal(f"reload {i}", outcome(attempt), "EXCHANGED")
                    oracle[attempt.new_index_version] = ids[i % len(ids)]
                    rest = started + (i - warm) * arguments.seconds / arguments.reloads - time.monotonic()
                    if i > warm and rest > 0:
                        time.sleep(rest)
                seconds = time.monotonic() - started
            time.sleep(1)
            after = footprint(service.process.pid)
            counters = admin.GetReloadStatus().counters
            report.equal("counters", counters.exchanged_count, arguments.reloads + warm)
            report.equal("exit code after SIGTERM", service.stop()[0], 0)
    answers = expect_oracle(report, processes, oracle)
    print(f"{arguments.reloads} reloads in {seconds:.1f} s, each {milliseconds(took)}; {answers:,} answers checked")
    print("anonymous memory kB, maps of segments, open files: {} before, {} after".format(before, after))
    report.holds("memory is flat", after[0] <= before[0] + MEMORY_SLACK_KB, (before, after))
    report.holds("no map is left", after[1] <= before[1] + 2, (before, after))
    report.holds("no file is left open", after[2] <= before[2], (before, after))


def expect_oracle(report, processes, oracle):
    """Every answer is that of its version, and callers saw many versions."""
    answers, versions = 0, set()
    for process in processes:
        report.equal("failed calls", process.report["failures"], [])
        for version, found, count in process.report["seen"]:
            report.equal(f"the answer of version {version}", found, oracle.get(version))
            answers += count
            versions.add(version)
    report.holds("callers were there", len(versions) > len(oracle) // 4, f"{len(versions)} of {len(oracle)} versions seen")
    return answers


def milliseconds(took):
    ordered = sorted(took)
    p99 = ordered[int(len(ordered) * 0.99)] if len(ordered) > 1 else ordered[0]
    return f"p50 {1000 * statistics.median(ordered):.0f} ms, p99 {1000 * p99:.0f} ms"


# -- kill ---------------------------------------------------------------------------------------------------------------


def check_kill(report, arguments):
    chance = random.Random(arguments.seed)
    ids = ["Q212", "Q159", "Q18808"]
    with tempfile.TemporaryDirectory() as scratch:
        overlay, cache = pathlib.Path(scratch) / "overlay", pathlib.Path(scratch) / "cache"
        write_table(overlay, "aliases.tsv", f"{ids[0]}\t{ALIAS}\ten\talternate\t\t")
        options = ["--pack", overlay, "--cache-dir", cache]
        for kill in range(arguments.kills):
            with harness.Service(*options) as service:
                end = time.monotonic() + chance.uniform(0, 0.4)
                count = 0
                while time.monotonic() < end:
                    target = ids[count % len(ids)]
                    write_table(overlay, "aliases.tsv", f"{target}\t{ALIAS}\ten\talternate\t\t{kill} {count}")
                    service.hang_up()
                    count += 1
                    time.sleep(chance.uniform(0, 0.02))
                service.process.kill()
            expect_next_start(report, f"kill {kill}", cache, ids[(count - 1) % len(ids)] if count else None, options)
    print(f"{arguments.kills} kills, seed {arguments.seed}")


def expect_next_start(report, what, cache, target, options):
    """The next start answers by the pack as it is, without a word; no file of the cache is broken."""
    for segment in cache.rglob("*.yaqut"):
        report.equal(f"{what}: {segment.name}", harness.run("verify", segment).returncode, 0)
    run = harness.run("resolve", ALIAS, "--format", "jsonl", *options)
    report.ended(f"{what}: the next start", run, 0)
    report.equal(f"{what}: it says nothing", run.stderr, "")
    if target and run.stdout:
        report.equal(f"{what}: it answers", json.loads(run.stdout)["canonical_id"], target)
    for segment in cache.rglob("*.yaqut"):
        # Of the overlay: the bundled packs are larger, and take seconds to compile.
        if segment.stat().st_size < 1 << 16:
            segment.unlink()


# -- live ---------------------------------------------------------------------------------------------------------------


def check_live(report, arguments):
    stack = [option for index in arguments.index for option in ("--index", index)]
    with tempfile.TemporaryDirectory() as scratch:
        overlay = pathlib.Path(scratch) / "overlay"
        write_table(overlay, "aliases.tsv")
        options = [*stack, "--pack", overlay, "--cache-dir", pathlib.Path(scratch) / "cache", "-v"]
        with harness.Service(*options) as service:
            print(service.talk[-1].rstrip())
            # What was written within the last two seconds is read again.
            time.sleep(3)
            names = connect(service.address, grpc_client.SERVICE)
            took = collections.defaultdict(list)
            for i in range(arguments.rounds):
                for what, change in live_changes(names, overlay, arguments.id, arguments.name, i).items():
                    took[what].append(time_until(report, what, *change))
                for table in HEADERS:
                    write_table(overlay, table)
                time.sleep(1)
            attempt = connect(service.admin_address, ADMIN).GetReloadStatus().last_attempt
            print(f"the last reload itself: {attempt.duration.ToMilliseconds()} ms, {len(attempt.packs)} packs")
    for what, values in took.items():
        print(f"{what}: {milliseconds(values)} from the write of the file to the answer")
        report.holds(f"{what}: is live in a second", max(values) < 1, values)


def live_changes(names, overlay, base_id, base_name, i):
    """For each sort of change: what writes it, and what tells that it is live."""
    found = lambda name: [c.id for c in names.ResolveName(name=name).resolution.candidates]
    entity = lambda id: names.GetEntity(id=id).entity
    alias, old, bridge = f"{ALIAS} {'abcdefghij'[i % 10]}", f"old:{i}", f"bridge:{i}"
    return {
        "an alias row": (
            lambda: write_table(overlay, "aliases.tsv", f"{base_id}\t{alias}\ten\talternate\t\t"),
            lambda: base_id in found(alias),
        ),
        "a block": (
            lambda: write_table(overlay, "overrides.tsv", f"block\t{base_id}\t{base_name}\t\t"),
            lambda: base_id not in found(base_name),
        ),
        "a redirect": (
            lambda: write_table(overlay, "overrides.tsv", f"redirect\t{old}\t\t{base_id}\t"),
            lambda: old in entity(base_id).same_as,
        ),
        "a same_as that joins two packs": (
            lambda: write_table(overlay, "entities.tsv", f"{bridge}\t\t\t\t\t{base_id}|Q212\t"),
            lambda: {base_id, bridge} <= set(entity("Q212").same_as),
        ),
    }


def time_until(report, what, write, is_live):
    report.holds(f"{what}: is not live before", not is_live())
    started = time.monotonic()
    write()
    while not is_live() and time.monotonic() < started + 30:
        time.sleep(0.002)
    return time.monotonic() - started


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("all", "load", "kill", "live"), default="all")
    parser.add_argument("--reloads", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--callers", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0.005, help="of a caller, between calls, in seconds")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", action="append", default=[], help="segment file below the overlay; repeatable")
    parser.add_argument("--id", default="Q159", help="an entity of it")
    parser.add_argument("--name", default="Russia", help="and one of its names")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    if sys.argv[1:2] == ["call"]:
        return call(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    chosen, report = arguments(), harness.Report()
    checks = {"load": check_load, "kill": check_kill, "live": check_live}
    for name, check in checks.items():
        if chosen.what in ("all", name):
            check(report, chosen)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
