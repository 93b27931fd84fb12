#!/usr/bin/env python3
"""Puts the benchmark's cases to Yaqut and to its peers in the same run, and prints one table of them all.

    python3 -m pip install -r benchmark/requirements.txt
    cargo build --release
    python3 benchmark/run.py --half test --distractors 25000

Every system knows the labels of the same packs, and one judgement counts the answers of all (protocol.py). A peer has
one threshold, the best for it on the development half (threshold.py); a peer that cannot run here is left out, and
told. YAQUT_BIN in the environment names the program, else it is target/release/yaqut.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import math
import pathlib
import platform
import sys
import tempfile
import time

import distractors
import peers
import report
import threshold
from protocol import Pack, read_cases, tally
from yaqut import Yaqut

HERE = pathlib.Path(__file__).resolve().parent
HALVES = {"dev": "Development half", "test": "Test half"}
RANKED = 50
"""So many labels are asked of a peer: enough for five entities and all that tie with the best."""
PROGRESS_SECONDS = 15


def main():
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        halves = read_halves(options, pathlib.Path(folder))
        wanted = [half for half in halves if options.half in (half.name, "both")]
        yaqut = {half.name: ask_yaqut(half) for half in wanted}
        asked = [system for name in options.peers for system in ask_peer(name, halves)]
        result = {"python": platform.python_version(), "packages": versions(), "halves": [
            summary(half, [yaqut[half.name], *asked]) for half in wanted]}
    text = "\n".join(report.markdown(half_to_show(half)) for half in result["halves"])
    print(text, end="")
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=[*HALVES, "both"], default="dev", help="the half to report (default: dev)")
    parser.add_argument("--distractors", type=int, default=0, metavar="N", help="add N cities of data/cities")
    parser.add_argument("--peers", type=peer_names, default=peers.names(), metavar="LIST",
                        help=f"of {','.join(peers.names())}; 'none' for Yaqut alone (default: all)")
    parser.add_argument("--json", type=pathlib.Path, metavar="OUT", help="write all figures and settings there")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="OUT", help="write the tables there too")
    parser.add_argument("--data", type=pathlib.Path, default=HERE, metavar="DIR",
                        help="the folder that holds dev/ and test/ (default: that of this file)")
    return parser.parse_args()


def peer_names(text):
    chosen = [] if text == "none" else text.split(",")
    unknown = set(chosen).difference(peers.names())
    if unknown:
        raise argparse.ArgumentTypeError(f"no such peer: {', '.join(sorted(unknown))}; there are {peers.names()}")
    return chosen


@dataclasses.dataclass
class Half:
    """Cases, and the packs whose labels every system is to know: the half's own, and the distractors'."""
    name: str
    packs: list
    cases: list

    def labels(self):
        return [label for pack in self.packs for label in pack.labels]


@dataclasses.dataclass
class Asked:
    """One system's answers; those of a peer by half, None for the cases with hints."""
    name: str
    answers: dict
    names_per_second: dict
    shown: bool = True
    threshold: float | None = None
    objective: int | None = None
    peer: str | None = None
    version: str | None = None


def read_halves(options, folder):
    """The halves that are needed: the development half always, for the peers' thresholds.

    The distractors are the same whatever half is reported: no name of either half is among them.
    """
    halves = [read_half(name, options.data) for name in HALVES]
    if options.distractors:
        packs, cases = [half.packs[0] for half in halves], [case for half in halves for case in half.cases]
        tell(f"distractors: choosing {options.distractors} cities")
        cities = Pack(distractors.write(folder / "distractors", options.distractors, packs, cases))
        for half in halves:
            half.packs.append(cities)
    return [half for half in halves if half.name in ("dev", options.half) or options.half == "both"]


def read_half(name, data):
    try:
        pack = Pack(data / name / "pack")
        return Half(name, [pack], read_cases(data / name / "cases.tsv", pack))
    except OSError as error:
        raise SystemExit(f"run.py: the {HALVES[name].lower()} cannot be read: {error}") from error


def ask_yaqut(half):
    tell(f"Yaqut: {half.name}")
    program = Yaqut([pack.folder for pack in half.packs])
    answers = program.answers(half.cases)
    speed = program.names_per_second([case.name for case in half.cases if not case.hints])
    return Asked(program.name, {half.name: answers}, {half.name: speed}, version=program.version())


def ask_peer(name, halves):
    """All settings of a peer, those to show marked; none if it cannot run here."""
    try:
        systems = [ask_system(name, system, halves) for system in peers.load(name)]
    except peers.Unavailable as reason:
        tell(f"{name}: left out: {reason}")
        return []
    others = [system for system in systems if not system.shown]
    if others:
        max(others, key=lambda system: system.objective).shown = True
    return systems


def ask_system(name, system, halves):
    rankings, speeds = {}, {}
    for half in halves:
        rankings[half.name], speeds[half.name] = rank_all(system, half)
    dev = [(case, ranking) for case, ranking in zip(halves[0].cases, rankings["dev"], strict=True) if not case.hints]
    best, objective = threshold.best_threshold(*zip(*dev, strict=True))
    tell(f"{system.name}: threshold {best:.4g}, objective {objective} on the development half")
    answers = {half.name: [None if case.hints else threshold.answer(ranking, best)
                           for case, ranking in zip(half.cases, rankings[half.name], strict=True)] for half in halves}
    return Asked(system.name, answers, speeds, system.shown, best, objective, name)


def rank_all(system, half):
    """The peer's ranking for each case (none for a case with hints), and how many names it ranked a second."""
    started = time.perf_counter()
    system.fit(half.labels())
    begun = told = time.perf_counter()
    tell(f"{system.name}: {half.name}: labels taken in {begun - started:.1f} s")
    rankings = []
    for case in half.cases:
        rankings.append([] if case.hints else threshold.best_of_entities(system.rank(case.name, RANKED)))
        if time.perf_counter() - told > PROGRESS_SECONDS:
            told = time.perf_counter()
            tell(f"{system.name}: {half.name}: {len(rankings)} of {len(half.cases)} cases")
    asked = sum(not case.hints for case in half.cases)
    return rankings, asked / max(time.perf_counter() - begun, 1e-9)


def summary(half, systems):
    """All figures of a half, of the settings that are not shown too."""
    return {
        "half": half.name, "title": HALVES[half.name], "cases": len(half.cases),
        "entities": len(half.packs[0].entities), "distractors": sum(len(pack.entities) for pack in half.packs[1:]),
        "headline_cases": {column.key: sum(map(column.cases, half.cases)) for column in report.HEADLINE},
        "systems": [system_summary(half, system) for system in systems],
    }


def system_summary(half, system):
    answers = system.answers[half.name]
    plain = [(case, answer) for case, answer in zip(half.cases, answers, strict=True) if not case.hints]
    return {
        "name": system.name, "peer": system.peer, "version": system.version, "shown": system.shown,
        "threshold": None if system.threshold in (None, math.inf) else system.threshold,
        "objective_on_dev": system.objective,
        "names_per_second": round(system.names_per_second[half.name], 1),
        "headline": report.headline(half.cases, answers),
        "outcomes": tally(*zip(*plain, strict=True)),
        "phenomena": report.by_phenomenon(half.cases, answers),
    }


def half_to_show(half):
    return {**half, "systems": [system for system in half["systems"] if system["shown"]]}


def versions():
    """Of the packages that requirements.txt names, those that are installed."""
    lines = (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in lines if "==" in line]
    return {name: version for name in names if (version := installed(name))}


def installed(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def tell(message):
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
