#!/usr/bin/env python3
"""The mutation score of the core: how many small faults, put into it one by one, its tests notice.

    checks/mutants.py                 400 mutants, drawn from all
    checks/mutants.py 2000 --seed 7   more, and others
    checks/mutants.py 50 --rooms text

The mutants are those of cargo-mutants (`cargo install cargo-mutants`). It compiles the crate anew for each, which would
take days here; so all that are drawn are put into one copy of the tree, each behind a switch that is read from the
environment: a function with mutants becomes `if mutant(7) { mutated body } else if … else { body }`. The copy is
compiled once, and its tests run once a mutant: those of the mutant's own room first, then all.

What does not compile so is left out and counted: what cargo-mutants would find unviable, and functions that cannot
have two bodies (`const`, those that return `impl Trait`).
"""

import argparse
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "mutants"
ROOMS = ("model", "text", "pack", "sort", "index", "resolve", "gazetteer")
# The tests of the core; the command line and the service have their own.
TESTS = ["--features", "store", "--no-default-features", "--lib", *(
    word for name in ("resolution", "explain", "hints", "batch") for word in ("--test", name))]
SWITCH = "YAQUT_MUTANT"
SWITCH_CODE = f"""
/// Whether this run is to have the fault `number`.
#[doc(hidden)]
pub fn mutant(number: u32) -> bool {{
    static CHOSEN: std::sync::OnceLock<Option<u32>> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| std::env::var("{SWITCH}").ok()?.parse().ok()) == Some(number)
}}
"""


@dataclass
class Mutant:
    number: int
    name: str
    file: str
    # Offsets in the text of the file: of the function, and of what is replaced.
    function: tuple
    span: tuple
    replacement: str


def main():
    args = arguments()
    mutants = drawn(args)
    texts = {file: (ROOT / file).read_text() for file in {mutant.file for mutant in mutants}}
    built, binaries = build(mutants, texts)
    print(f"{len(built)} mutants compile, of {len(mutants)} drawn")
    baseline = time.monotonic()
    for binary in binaries:
        if not passes(binary, None, [], 600):
            sys.exit(f"the tests fail without any mutant: {binary}")
    limit = max(20, 4 * (time.monotonic() - baseline))
    outcomes = {}
    for mutant in built:
        outcomes[mutant.number] = outcome(mutant, binaries, limit)
        print(f"{len(outcomes)}/{len(built)} {outcomes[mutant.number]}: {mutant.name}", flush=True)
    report(built, outcomes, args)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=400, help="how many mutants are drawn")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--rooms", nargs="+", default=ROOMS, help="rooms of src/ to draw from")
    parser.add_argument("--json", type=Path, help="write what became of each mutant")
    return parser.parse_args()


def drawn(args):
    """The mutants of this run, from the list of cargo-mutants."""
    globs = [word for room in args.rooms for word in ("-f", f"src/{room}.rs", "-f", f"src/{room}/**")]
    listed = json.loads(subprocess.run(["cargo", "mutants", "--list", "--json", *globs], cwd=ROOT, check=True,
                                       stdout=subprocess.PIPE, text=True).stdout)
    listed = [mutant for mutant in listed if mutant["function"]]
    print(f"{len(listed)} mutants in {' '.join(args.rooms)}")
    chosen = random.Random(args.seed).sample(listed, min(args.count, len(listed)))
    lines = {}
    return [placed(number, mutant, lines) for number, mutant in enumerate(chosen, 1)]


def placed(number, mutant, lines):
    """A mutant with offsets instead of lines and columns."""
    file = mutant["file"]
    if file not in lines:
        lines[file] = (ROOT / file).read_text().split("\n")
    starts = [0]
    for line in lines[file]:
        starts.append(starts[-1] + len(line) + 1)

    def offsets(span):
        return tuple(starts[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end"))

    return Mutant(number, mutant["name"], file, offsets(mutant["function"]["span"]), offsets(mutant["span"]),
                  mutant["replacement"])


def build(mutants, texts):
    """Writes the copy and compiles it, without those that do not compile; gives what is left, and the test programs."""
    copy_tree()
    alive = list(mutants)
    while True:
        places, unplaced = write(alive, texts)
        alive = [mutant for mutant in alive if mutant.number not in unplaced]
        messages, done = compile_tests()
        if done:
            return alive, [message["executable"] for message in messages if message.get("executable")]
        dropped = {number for message in messages for number in blamed(message, places)}
        if not dropped:
            sys.exit("the copy does not compile, and no mutant is to blame")
        print(f"{len(dropped)} mutants do not compile", flush=True)
        alive = [mutant for mutant in alive if mutant.number not in dropped]


def copy_tree():
    COPY.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    for name in filter(None, files.decode().split("\0")):
        source, target = ROOT / name, COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is not changed keeps its time, so that a second run compiles less.
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            shutil.copyfile(source, target)


def write(mutants, texts):
    """Puts the mutants into the copy; gives, for each file, the ranges of lines that each is to blame for, and those that
    have no place in it: in a function within one that has mutants itself, or outside of any body."""
    by_file = defaultdict(lambda: defaultdict(list))
    for mutant in mutants:
        by_file[mutant.file][mutant.function].append(mutant)
    places, unplaced = {}, set()
    for file, text in texts.items():
        out, end, places[file] = [], 0, []
        for function, group in sorted(by_file[file].items()):
            body = body_start(text, *function)
            if body is None or function[0] < end or any(mutant.span[0] < body for mutant in group):
                unplaced.update(mutant.number for mutant in group)
                continue
            out.append(text[end:body] + "{")
            line = "".join(out).count("\n") + 1
            first = line
            for mutant in group:
                start, stop = mutant.span
                branch = f" if crate::mutant({mutant.number}) {{" + text[body + 1:start] + mutant.replacement + \
                    text[stop:function[1]] + " else"
                out.append(branch)
                places[file].append((line, line + branch.count("\n"), [mutant.number]))
                line += branch.count("\n")
            out.append(" {" + text[body + 1:function[1]] + " }")
            whole = "".join(out).count("\n") + 1
            places[file].append((first, whole, [mutant.number for mutant in group]))
            end = function[1]
        out.append(text[end:])
        (COPY / file).write_text("".join(out))
    switch = (ROOT / "src/lib.rs").read_text() + SWITCH_CODE
    if (COPY / "src/lib.rs").read_text() != switch:
        (COPY / "src/lib.rs").write_text(switch)
    return places, unplaced


TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|b?r(\#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?'(?:\\[^u]|\\u\{[^}]*\}|[^\\'])'|[(){}\[\]]""",
                   re.DOTALL)


def body_start(text, start, end):
    """Where the body of a function opens: its first brace outside parentheses."""
    depth = 0
    for token in TOKEN.finditer(text, start, end):
        token = token.group(), token.start()
        if token[0] in ("(", "["):
            depth += 1
        elif token[0] in (")", "]"):
            depth -= 1
        elif token[0] == "{" and depth == 0:
            return token[1]
    return None


def compile_tests():
    run = subprocess.run(["cargo", "test", "--no-run", "--message-format=json", *TESTS], cwd=COPY,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                         env={**os.environ, "CARGO_TARGET_DIR": str(COPY / "target"), "RUSTFLAGS": "-Awarnings"})
    messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return messages, run.returncode == 0


def blamed(message, places):
    """The mutants to blame for an error: that of the branch where it stands, else all of its function."""
    error = message.get("message") or {}
    if error.get("level") != "error":
        return []
    for span in error.get("spans", []):
        if not span["is_primary"]:
            continue
        found = [numbers for first, last, numbers in places.get(span["file_name"], [])
                 if first <= span["line_start"] <= last]
        if found:
            return min(found, key=len)
    return []


def outcome(mutant, binaries, limit):
    """`caught`, `timeout` (caught as well) or `missed`."""
    own = mutant.file.removeprefix("src/").removesuffix(".rs").replace("/", "::").removesuffix("::mod")
    lib, *others = sorted(binaries, key=lambda binary: not Path(binary).name.startswith("yaqut-"))
    for binary, words in [(lib, [own]), (lib, [own.split("::")[0]]), (lib, []), *((other, []) for other in others)]:
        try:
            if not passes(binary, mutant.number, words, limit):
                return "caught"
        except subprocess.TimeoutExpired:
            return "timeout"
    return "missed"


def passes(binary, number, words, limit):
    env = {**os.environ, "CARGO_MANIFEST_DIR": str(COPY), "PROPTEST_FAILURE_PERSISTENCE": "off"}
    if number is not None:
        env[SWITCH] = str(number)
    run = subprocess.run([binary, "-q", *words], cwd=COPY, env=env, timeout=limit,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return run.returncode == 0


def report(mutants, outcomes, args):
    for room in args.rooms:
        here = [outcomes[mutant.number] for mutant in mutants if re.match(rf"src/{room}[./]", mutant.file)]
        if here:
            caught = sum(outcome != "missed" for outcome in here)
            print(f"{room}: {caught} of {len(here)} caught, {100 * caught / len(here):.1f} %")
    caught = sum(outcome != "missed" for outcome in outcomes.values())
    low, high = wilson(caught, len(outcomes))
    print(f"mutation score: {caught} of {len(outcomes)} caught, {100 * caught / len(outcomes):.1f} % "
          f"(95 % interval {100 * low:.1f} to {100 * high:.1f}); {dict(Counter(outcomes.values()))}")
    if args.json:
        rows = [{"name": mutant.name, "outcome": outcomes[mutant.number]} for mutant in mutants]
        args.json.write_text(json.dumps(rows, indent=1))


def wilson(hits, count, z=1.96):
    """The interval in which a share lies with 95 %, by Wilson's score."""
    share, square = hits / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return middle - half, middle + half


if __name__ == "__main__":
    main()
