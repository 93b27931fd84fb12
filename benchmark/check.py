#!/usr/bin/env python3
"""Checks the benchmark's invariants: columns, counts, the attested share, halves that share no entity, expected IDs
that exist, names that contradict no label. With --packages, that a rebuild gives the same bytes. Exit code 1 on
failure.

    python3 benchmark/check.py
    python3 benchmark/check.py --packages FOLDER
"""

import argparse
import csv
import filecmp
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import forms
from model import CASE_COLUMNS, NIL

HERE = Path(__file__).parent
HALVES = ("dev", "test")
TABLES = ("cases.tsv", "pack/entities.tsv", "pack/aliases.tsv", "pack/datapackage.json")
CASES, ENTITIES, NEGATIVE_SHARE, ATTESTED_SHARE, NAME_PART_SHARE = 3000, 800, 0.2, 0.5, 0.2
NOT_VARIANTS = {"must_not_merge", "near_neighbour", "nil", "nil_latin", "ordinary_word", "homograph",
                "homograph_hint", "proclitic_like"}
RARE = 8        # a phenomenon of so many cases or more is in both halves
MADE = ("composed", "Yaqut project, curated")


def main():
    parser = argparse.ArgumentParser(description="Checks the benchmark's invariants.")
    parser.add_argument("--packages", help="folder of the registries' archives: rebuild and compare")
    parser.add_argument("--counts", action="store_true", help="print the table of counts for README.md")
    arguments = parser.parse_args()
    packages = arguments.packages
    halves = {name: read(name) for name in HALVES}
    if arguments.counts:
        print(counts_table(halves))
        return
    failures = [failure for name, half in halves.items() for failure in half_failures(name, *half)]
    failures += whole_failures(halves)
    failures += readme_failures(halves)
    if packages:
        failures += rebuild_failures(packages)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if not failures:
        print(summary(halves))
    sys.exit(1 if failures else 0)


def read(name):
    """(cases, entities, aliases) of a half, as rows."""
    return tuple(rows(HERE / name / path) for path in TABLES[:3])


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def half_failures(name, cases, entities, aliases):
    ids = {row["id"] for row in entities}
    if list(cases[0]) != CASE_COLUMNS:
        yield f"{name}: the case table has not the columns {CASE_COLUMNS}"
    if len(ids) != len(entities):
        yield f"{name}: an ID is twice in entities.tsv"
    for id in ids ^ {row["id"] for row in aliases}:
        yield f"{name}: `{id}` has no label, or a label has no entity"
    for row in entities:
        if not row["type"] or not row["name"]:
            yield f"{name}: `{row['id']}` has no type or no name"
    asked = Counter((c["name"], c["types"], c["country"], c["lang"], c["context"], c["forbidden"]) for c in cases)
    for question, times in asked.items():
        if times > 1:
            yield f"{name}: {question} is asked {times} times"
    bearers = {}
    for row in aliases:
        bearers.setdefault(forms.fold(row["alias"]), {})[row["id"]] = forms.safe(row["alias"])
    for case in cases:
        yield from (f"{name}: {case['name']} ({case['phenomenon']}): {failure}"
                    for failure in case_failures(case, ids, bearers.get(forms.fold(case["name"]), {})))


def case_failures(case, ids, named):
    """`named`: the IDs of which the name is a label but for the seat of hamza, each with that label."""
    expected = set() if case["expected"] == NIL else set(case["expected"].split("|"))
    forbidden = set(filter(None, [case["forbidden"]]))
    if not case["name"].strip() or not case["phenomenon"] or not case["source"]:
        yield "no name, phenomenon or source"
    if (expected | forbidden) - ids:
        yield f"unknown entity {sorted((expected | forbidden) - ids)}"
    if expected & forbidden:
        yield "expected and forbidden at once"
    if case["phenomenon"] == "must_not_merge":      # فأس is not فاس, nor بأن بان
        named = [id for id, label in named.items() if label == forms.safe(case["name"])]
    hinted = case["types"] or case["country"] or case["lang"] or case["context"]
    if set(named) - expected and not hinted:
        yield f"is a label of {sorted(set(named) - expected)}, which is not expected"


def whole_failures(halves):
    cases = [case for half in halves.values() for case in half[0]]
    dev, test = ({row["id"] for row in halves[name][1]} for name in HALVES)
    if dev & test:
        yield f"both halves list {sorted(dev & test)[:5]}"
    if len(cases) < CASES:
        yield f"{len(cases)} cases, fewer than {CASES}"
    if len(dev | test) < ENTITIES:
        yield f"{len(dev | test)} entities, fewer than {ENTITIES}"
    for title, share, least in (("negative", negative_share(cases), NEGATIVE_SHARE),
                                ("attested", attested_share(cases), ATTESTED_SHARE)):
        if share < least:
            yield f"the {title} share is {share:.2f}, less than {least}"
    parts = {row["id"] for half in halves.values() for row in half[1] if row["type"] == "other"}
    of_parts = sum(bool(parts & set(case["expected"].split("|"))) for case in cases) / len(cases)
    if of_parts > NAME_PART_SHARE:
        yield f"{of_parts:.2f} of the cases are of name parts, more than {NAME_PART_SHARE}"
    counts = [Counter(case["phenomenon"] for case in halves[name][0]) for name in HALVES]
    for phenomenon, count in (counts[0] + counts[1]).items():
        if count >= RARE and not (counts[0][phenomenon] and counts[1][phenomenon]):
            yield f"only one half has cases of {phenomenon}, of {count}"


def readme_failures(halves):
    if counts_table(halves) not in (HERE / "README.md").read_text(encoding="utf-8"):
        yield "README.md has other counts; put in what --counts prints"


def counts_table(halves):
    """The cases of each phenomenon in each half, as Markdown."""
    counts = {name: Counter(case["phenomenon"] for case in half[0]) for name, half in halves.items()}
    attested = Counter(case["phenomenon"] for half in halves.values() for case in half[0]
                       if case["source"] not in MADE)
    total = sum(counts.values(), Counter())
    lines = ["| phenomenon | development | test | attested |", "|---|---:|---:|---:|"]
    rare = sorted(phenomenon for phenomenon, count in total.items() if count < 4)
    for phenomenon, count in sorted(total.items(), key=lambda item: (-item[1], item[0])):
        if phenomenon not in rare:
            lines.append(f"| `{phenomenon}` | {counts['dev'][phenomenon]} | {counts['test'][phenomenon]} "
                         f"| {attested[phenomenon]} |")
    dev, test, of_all = (sum(c.values()) for c in (counts["dev"], counts["test"], attested))
    lines.append(f"| all | {dev} | {test} | {of_all} |")
    return "\n".join(lines) + "\n\nFewer than four cases: " + ", ".join(f"`{name}`" for name in rare) + "."


def variants(cases):
    return [case for case in cases if case["phenomenon"] not in NOT_VARIANTS]


def attested_share(cases):
    asked = variants(cases)
    return sum(case["source"] not in MADE for case in asked) / len(asked)


def negative_share(cases):
    return sum(case["expected"] == NIL for case in cases) / len(cases)


def rebuild_failures(packages):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / "build.py", "--packages", packages, "--output", folder], check=True)
        for name in HALVES:
            for path in TABLES:
                if not filecmp.cmp(HERE / name / path, Path(folder) / name / path, shallow=False):
                    yield f"{name}/{path} is not what a rebuild gives"


def summary(halves):
    cases = [case for half in halves.values() for case in half[0]]
    sizes = ", ".join(f"{name} {len(half[0])} cases of {len(half[1])} entities" for name, half in halves.items())
    return (f"{sizes}; attested {attested_share(cases):.1%} of {len(variants(cases))} variant cases, "
            f"NIL {negative_share(cases):.1%} of all")


if __name__ == "__main__":
    main()
