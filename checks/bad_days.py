"""Bad days in a real environment: each ends with the right exit code and a message that names file and way out.

A full disk is a small file system in memory if we may mount one, else the device /dev/full. As root, what needs a
user without rights runs as `nobody`.

    python3 checks/bad_days.py                                        # every check
    python3 checks/bad_days.py --only check_killed_builds --kills 100 # one of them, at full size
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

import harness
import yaqut

IS_ROOT = os.geteuid() == 0
NOBODY = 65534
# Layout of a segment file: magic (8 bytes), format version (u32, little-endian), sections (u32), digest of rules (32).
VERSION_OFFSET, RULES_OFFSET = 8, 16


def make_folder(path, mode=0o755):
    path.mkdir()
    path.chmod(mode)
    return path


def write_pack(folder, aliases, name="mine"):
    pack = make_folder(folder / name)
    manifest = {"name": name, "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "us"}]}
    (pack / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    (pack / "aliases.tsv").write_bytes(aliases)
    return pack


def resolves(report, what, run):
    """The run told that أوكرانيا is Q212."""
    report.ended(what, run, 0)
    report.holds(f"{what}: answer", "Q212" in run.stdout, run.stdout + run.stderr)


def check_port_in_use(report, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = "{}:{}".format(*other.getsockname())
        run = harness.run("serve", "--listen", address, "--admin-listen", "off")
    report.ended("a port in use", run, 74, f"cannot listen on {address}", "--listen")


def check_outputs_exist(report, folder):
    source, target = folder / "names.txt", folder / "mine.tsv"
    source.write_text("أوكرانيا\n", encoding="utf-8")
    target.write_text("mine", encoding="utf-8")
    for command in (["canonicalize", source], ["build", yaqut.PACKS[2]]):
        run = harness.run(*command, "-o", target)
        report.ended(f"{command[0]} to an output that exists", run, 74, str(target), "exist", "--force")
        report.equal(f"{command[0]} leaves it alone", target.read_text(encoding="utf-8"), "mine")


@contextlib.contextmanager
def full_disk(folder):
    """A file system with hardly any room, or None if we may not mount one."""
    place = make_folder(folder / "full")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0755", "tmpfs", place]
    if not IS_ROOT or subprocess.run(mount, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def check_full_disk(report, folder):
    with open("/dev/full", "w") as full:
        command = [yaqut.PROGRAM, "resolve", "أوكرانيا"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=harness.environment())
    report.equal("a full disk behind standard output: exit code", run.returncode, 74)
    report.holds("a full disk behind standard output: message", "standard output" in run.stderr, run.stderr)
    with full_disk(folder) as disk:
        if disk is None:
            print("no file system can be mounted here: /dev/full stands for the full disk")
            return
        names = folder / "many.txt"
        names.write_text("أوكرانيا\n" * 20_000, encoding="utf-8")
        for command in (["build", yaqut.PACKS[0]], ["canonicalize", names]):
            run = harness.run(*command, "-o", disk / "out")
            report.ended(f"{command[0]} to a full disk", run, 74, str(disk / "out"), "No space left")
            report.equal(f"{command[0]} to a full disk leaves nothing", list(disk.iterdir()), [])
        run = harness.run("resolve", "أوكرانيا", "--cache-dir", disk)
        resolves(report, "a cache on a full disk", run)
        is_told = str(disk) in run.stderr and "YAQUT_CACHE_DIR" in run.stderr
        report.holds("a cache on a full disk is told", is_told, run.stderr)


def kill_after(seconds, *arguments):
    command = [yaqut.PROGRAM, *map(str, arguments)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": harness.environment()}
    process = subprocess.Popen(command, **quiet)
    time.sleep(seconds)
    process.kill()
    process.wait()


def check_killed_builds(report, folder, kills):
    """Under its name a segment is whole, the old one or the new; the kills are spread over a whole build."""
    place, cache, rng = make_folder(folder / "killed"), folder / "killed-cache", random.Random(20261121)
    pack, target = yaqut.PACKS[0], place / "out.yaqut"
    report.ended("build", harness.run("build", yaqut.PACKS[-1], "-o", target), 0)
    old = target.read_bytes()
    started = time.monotonic()
    report.ended("build anew", harness.run("build", "--force", pack, "-o", target), 0)
    whole, new = time.monotonic() - started, target.read_bytes()
    finished = 0
    for _ in range(kills):
        target.write_bytes(old)
        kill_after(rng.uniform(0, 1.2 * whole), "build", "--force", pack, "-o", target)
        found = target.read_bytes()
        finished += found == new
        report.holds("a killed build leaves the old segment or the new", found in (old, new))
    others = [path.name for path in place.iterdir() if path != target and not path.name.startswith(".yaqut-tmp-")]
    report.equal("killed builds leave nothing else", others, [])
    print(f"{kills} builds of {whole:.1f} s killed, {finished} when they were done")

    for _ in range(kills // 3):
        kill_after(rng.uniform(0, whole), "resolve", "x", "--cache-dir", cache)
    run = harness.run("resolve", "أوكرانيا", "--cache-dir", cache)
    resolves(report, "after killed first starts", run)
    report.equal("after killed first starts nothing is amiss", run.stderr, "")


def check_bad_segments(report, folder):
    good = folder / "good.yaqut"
    harness.run("build", yaqut.PACKS[0], "-o", good)
    whole = good.read_bytes()

    def patched(offset, value):
        return whole[:offset] + value + whole[offset + len(value) :]

    (version,) = struct.unpack_from("<I", whole, VERSION_OFFSET)
    middle = len(whole) // 2
    rebuild, make = "rebuild it with `yaqut build`", "make one with `yaqut build`"
    cases = {
        "older": (patched(VERSION_OFFSET, struct.pack("<I", version - 1)), f"format {version - 1}", rebuild),
        "newer": (patched(VERSION_OFFSET, struct.pack("<I", version + 1)), f"format {version + 1}", rebuild),
        "patched-rules": (patched(RULES_OFFSET, bytes(32)), "damaged", rebuild),
        "flipped": (patched(middle, bytes([whole[middle] ^ 1])), "damaged", rebuild),
        "cut": (whole[:-1], "damaged", rebuild),
        "half": (whole[:middle], "damaged", rebuild),
        "beginning": (whole[:20], "not a Yaqut segment", make),
        "longer": (whole + b"\0", "damaged", rebuild),
        "empty": (b"", "not a Yaqut segment", make),
        "text": (b"id\talias\n", "not a Yaqut segment", make),
    }
    for name, (content, *said) in cases.items():
        path = folder / f"{name}.yaqut"
        path.write_bytes(content)
        report.ended(f"verify of a segment: {name}", harness.run("verify", path), 65, str(path), *said)
        for command in (["resolve", "x"], ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"]):
            run = harness.run(*command, "--no-default-packs", "--index", path)
            report.ended(f"{command[0]} with a segment: {name}", run, 65, str(path), *said)
    run = harness.run("resolve", "x", "--index", folder)
    report.ended("a folder in place of a segment", run, 66, str(folder), "not a segment file")


def check_cut_short(report, folder):
    """In place, as nobody should: in memory a segment needs its file no more. (In a map the process would end.)"""
    index, names = folder / "cut.yaqut", ["أوكرانيا", "Ukraine"]
    report.ended("build", harness.run("build", yaqut.PACKS[0], "-o", index), 0)
    with harness.Service("--no-default-packs", "--index", index, "--load", "heap") as service:
        whole = index.read_bytes()
        for what, content in (("cut short", whole[:100]), ("overwritten", bytes(len(whole))), ("emptied", b"")):
            with open(index, "r+b") as file:
                file.truncate(len(content))
                file.write(content)
            run = harness.run("resolve", *names, "--server", f"http://{service.address}")
            resolves(report, f"a segment in memory whose file is {what}", run)
            service.hang_up()
        report.equal("it ends well", service.stop()[0], 0)
    index.write_bytes(whole)
    for load in ("mmap", "heap"):
        run = harness.run("info", "--no-default-packs", "--index", index, "--load", load, "--format", "json")
        report.equal(f"info tells of {load}", json.loads(run.stdout)["load"], load)


def check_damaged_cache(report, folder):
    cache = folder / "damaged-cache"
    resolves(report, "a first start", harness.run("resolve", "أوكرانيا", "--cache-dir", cache))
    segments = sorted(cache.rglob("*.yaqut"))
    report.holds("segments are kept", segments)
    with open(segments[0], "r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))
    run = harness.run("resolve", "أوكرانيا", "--cache-dir", cache)
    resolves(report, "a damaged cache", run)
    report.holds("a damaged cache is told", str(segments[0]) in run.stderr, run.stderr)
    report.equal("and mended", harness.run("resolve", "أوكرانيا", "--cache-dir", cache).stderr, "")


def check_homes(report, folder):
    """As a user without rights; the program, copied to another folder, needs nothing but itself."""
    alone = make_folder(folder / "alone")
    program = alone / "yaqut"
    shutil.copy(yaqut.PROGRAM, program)
    program.chmod(0o755)
    read_only = make_folder(folder / "read-only", 0o555)
    row = "id\talias\tlang\tkind\nQ212\tأوكرانيا\tar\tpreferred\n"
    pack = write_pack(folder, row.encode(), name="small")
    (pack / "entities.tsv").write_text("id\ttype\tname\nQ212\tcountry\tUkraine\n", encoding="utf-8")
    small = ["--no-default-packs", "--pack", pack]
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if IS_ROOT else {}

    def run(what, cache_told, *stack, **variables):
        changes = {"YAQUT_CACHE_DIR": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None, **variables}
        ended = harness.run(
            "resolve", "أوكرانيا", *stack, program=program, cwd=alone, env=harness.environment(**changes), **user
        )
        resolves(report, what, ended)
        if cache_told is not None:
            is_told = "cannot be kept" in ended.stderr and "YAQUT_CACHE_DIR" in ended.stderr
            report.equal(f"{what}: the cache is told", is_told, cache_told)

    run("a HOME that is read-only", True, HOME=read_only)
    run("a HOME that is missing", None, *small, HOME=folder / "nowhere")
    run("a HOME that is a file", True, *small, HOME=program)
    run("no HOME", None, *small, HOME=None)
    run("a cache folder that is read-only", True, *small, HOME=read_only, YAQUT_CACHE_DIR=read_only)
    run("no cache folder", False, *small, HOME=read_only, YAQUT_CACHE_DIR="")
    target = read_only / "out.yaqut"
    ended = harness.run("build", pack, "-o", target, program=program, cwd=alone, **user)
    report.ended("an output in a read-only folder", ended, 74, str(target), "ermission denied")
    secret = write_pack(folder, b"id\talias\n", name="secret")
    (secret / "aliases.tsv").chmod(0o000)
    ended = harness.run("lint", secret, program=program, cwd=alone, **user)
    report.ended("a pack that may not be read", ended, 66, str(secret / "aliases.tsv"), "ermission denied")


def check_pack_bytes(report, folder):
    header = "id\talias\tlang\tkind\n"
    row = "Q212\tسلة خبز أوروبا\tar\talternate\n"
    encoded = (header + row).encode()
    cases = {
        "latin-1": (encoded + b"Q212\tcaf\xe9\tfr\talternate\n", 65, "aliases.tsv:3:", "UTF-8"),
        "utf-16": ((header + row).encode("utf-16"), 65, "aliases.tsv", "UTF-16"),
        "nul": (encoded + b"Q212\ta\0b\ten\talternate\n", 65, "aliases.tsv:3:"),
        "ragged-short": (encoded + b"Q212\tabc\n", 65, "aliases.tsv:3:"),
        "ragged-long": (encoded + b"Q212\tabc\ten\talternate\tmore\n", 65, "aliases.tsv:3:"),
        "no-header": (row.encode(), 65, "aliases.tsv:1"),
        "empty": (b"", 65, "aliases.tsv"),
        "long-name": (encoded + ("Q212\t" + "ك" * 10_000 + "\tar\talternate\n").encode(), 65, "aliases.tsv:3:"),
        "excel": (b"\xef\xbb\xbf" + encoded.replace(b"\n", b"\r\n"), 0),
        "no-last-line-end": (encoded.rstrip(), 0),
    }
    for name, (content, code, *said) in cases.items():
        pack = write_pack(folder, content, name=name)
        report.ended(f"lint of a pack: {name}", harness.run("lint", pack), code, *said)
        run = harness.run("resolve", "سلة خبز أوروبا", "--pack", pack)
        report.ended(f"resolve with a pack: {name}", run, code, *said)
        if code == 0:
            report.holds(f"resolve with a pack: {name}: answer", "Q212" in run.stdout, run.stdout)


def check_long_names(report, folder):
    for name in ("ك" * 10_000, "و" * 10_000, "\u0301" * 10_000, "a b " * 2_500):
        started = time.monotonic()
        run = harness.run("resolve", name)
        report.ended(f"10,000 × {name[:4]!r}", run, 1, "INVALID", "512")
        report.holds("it is quick", time.monotonic() - started < 5)
    # The longest that is accepted is no way to keep the program busy.
    for name in ("ك" * 256, "وال" * 85, "ab " * 85):
        started = time.monotonic()
        report.equal(f"256 × {name[:3]!r}", harness.run("resolve", name).returncode, 0)
        report.holds("it is quick", time.monotonic() - started < 5)


CHECKS = (
    check_port_in_use, check_outputs_exist, check_full_disk, check_killed_builds, check_bad_segments,
    check_cut_short, check_damaged_cache, check_homes, check_pack_bytes, check_long_names,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[check.__name__ for check in CHECKS], help="run this check alone")
    parser.add_argument("--kills", type=int, default=12, metavar="N", help="how many builds are killed (default: 12)")
    options = parser.parse_args()
    report = harness.Report()
    for check in CHECKS:
        if options.only in (None, check.__name__):
            with tempfile.TemporaryDirectory() as scratch:
                folder = pathlib.Path(scratch)
                folder.chmod(0o755)
                further = (options.kills,) if check is check_killed_builds else ()
                check(report, folder, *further)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
