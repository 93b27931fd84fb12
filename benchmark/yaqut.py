"""Puts cases to the program: its answers on the benchmark's packs alone."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

from protocol import LISTED_AT_MOST, Answer

ROOT = pathlib.Path(__file__).resolve().parent.parent
HINT_OPTIONS = ("--types", "--country", "--lang", "--context")


class Yaqut:
    """The program over a stack of packs. `program` is YAQUT_BIN, else the release build of this repository."""

    name = "Yaqut"

    def __init__(self, packs):
        self.program = os.environ.get("YAQUT_BIN") or str(ROOT / "target" / "release" / "yaqut")
        self.packs = packs
        if not pathlib.Path(self.program).is_file():
            raise SystemExit(f"run.py: {self.program} is no program; build it with `cargo build --release`, or name "
                             "another in YAQUT_BIN")
        self.cache = tempfile.TemporaryDirectory(prefix="yaqut-benchmark-")
        self.options = self.run("canonicalize", "--help")

    def version(self):
        return self.run("--version").strip()

    def answers(self, cases):
        """One answer for each case; cases are put in groups of the same hints."""
        places = {}
        for place, case in enumerate(cases):
            places.setdefault(case.hints, []).append(place)
        answers = [None] * len(cases)
        for hints, group in places.items():
            names = [cases[place].name for place in group]
            for place, answer in zip(group, self.ask(names, self.hint_options(hints)), strict=True):
                answers[place] = answer
        return answers

    def names_per_second(self, names):
        """Names over the time of a run, less the time of a run without names, which opens the compiled packs."""
        self.timed([])
        start = min(self.timed([]) for _ in range(3))
        whole = min(self.timed(names) for _ in range(3))
        return len(names) / (whole - start if whole > start else whole)

    def timed(self, names):
        before = time.perf_counter()
        self.ask(names)
        return time.perf_counter() - before

    def ask(self, names, options=()):
        """The answers to the names, as `canonicalize --format jsonl` gives them for plain lines."""
        lines = self.run("--quiet", "--no-default-packs", *(f"--pack={pack}" for pack in self.packs),
                         "--cache-dir", self.cache.name, "canonicalize", "-", "--format", "jsonl",
                         "--limit", str(LISTED_AT_MOST), *options, given="".join(name + "\n" for name in names))
        answers = [read_answer(json.loads(line)) for line in lines.splitlines()]
        if len(answers) != len(names):
            raise RuntimeError(f"{self.program} gave {len(answers)} answers to {len(names)} names")
        return answers

    def hint_options(self, hints):
        """The hints for which the program has an option."""
        given = [(option, hint) for option, hint in zip(HINT_OPTIONS, hints) if hint and option in self.options]
        return [word for option, hint in given
                for word in (option, hint.replace("|", ",") if option == "--types" else hint)]

    def run(self, *arguments, given=""):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("YAQUT_")}
        return subprocess.run([self.program, *arguments], input=given, stdout=subprocess.PIPE, check=True,
                              text=True, encoding="utf-8", env=environment).stdout


def read_answer(answer):
    return Answer(answer["status"], answer["canonical_id"] or "",
                  tuple(candidate["id"] for candidate in answer["candidates"]))
