#!/usr/bin/env python3
"""Builds the two halves of the benchmark, `dev/` and `test/`, from the curated tables in `sources/` and the packages
of public registries. The same inputs give the same bytes. See README.md beside this file.

    python3 benchmark/build.py
"""

import argparse
import json
from pathlib import Path

import attested
import composed
import curated
import forms
import homographs
import negatives
import newsmakers
import registry
from model import CASE_COLUMNS, Half
from packages import Packages

SURE = {"must_not_merge", "ordinary_word", "proclitic", "proclitic_like", "proclitic_like_wa", "homograph",
        "homograph_hint"}
HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description="Builds the halves of the benchmark.")
    parser.add_argument("--packages", required=True, help="folder of the registries' archives, see packages.py")
    parser.add_argument("--output", default=HERE, type=Path, help="folder to write the halves to")
    arguments = parser.parse_args()
    packages = Packages(arguments.packages)
    if packages.missing():
        parser.error(f"{arguments.packages} lacks {', '.join(packages.missing())}; README.md tells how to fetch them")
    dev, test = Half("dev"), Half("test")
    halves = (dev, test)
    curated.fill(dev)
    reserved = set(dev.entities)
    entities = registry.attested(packages)
    newsmakers.fill(halves)
    homographs.fill(entities, halves, reserved)
    attested.choose(entities, halves, reserved)
    for half in halves:
        composed.fill(half)
        negatives.fill(half, entities)
        half.settle()
        drop_doubtful(half)
        write(half, arguments.output)


def drop_doubtful(half):
    """Drops cases that a reader could as well refer to another label of the half."""
    labels = negatives.Labels(half)
    half.cases = [case for case in half.cases if not doubtful(case, labels)]


def doubtful(case, labels):
    """Whether a name is as near, as a spelling, to a label of another entity as to its own."""
    if case.phenomenon in SURE or not forms.is_arabic(case.name):
        return False
    others = [label for _, label, id in negatives.spelling(labels.alike(case.name))
              if id not in case.expected_ids()]
    name = forms.joined(case.name)
    own = forms.distance(forms.joined(case.label), name) if case.expected_ids() else len(name)
    return any(forms.distance(forms.joined(label), name) <= own for label in others)


def write(half, output):
    """Writes a half's case table and pack."""
    folder = output / half.name
    entities = sorted(half.entities.values(), key=lambda entity: entity.id)
    write_table(folder / "cases.tsv", CASE_COLUMNS, (case.row() for case in half.cases))
    write_table(folder / "pack/entities.tsv", ["id", "type", "name", "country", "rank", "description"],
                ([e.id, e.type, e.labels[0], e.country, e.rank, described(e)] for e in entities))
    write_table(folder / "pack/aliases.tsv", ["id", "alias", "lang", "kind", "source"],
                ([e.id, label, language(label), "alternate" if n else "preferred", e.source]
                 for e in entities for n, label in enumerate(e.labels)))
    package = json.dumps(datapackage(half), ensure_ascii=False, indent=2) + "\n"
    (folder / "pack/datapackage.json").write_text(package, encoding="utf-8")
    print(f"{half.name}: {len(half.cases)} cases, {len(entities)} entities")


def described(entity):
    """For people, and for context: the pack lists no name but the labels, and a name in `entities.tsv` is found."""
    return f"{entity.name}: {entity.description}" if entity.description else entity.name


def write_table(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def language(label):
    return "en" if label.isascii() else "ar"


def datapackage(half):
    return {
        "profile": "data-package",
        "name": f"benchmark-{half.name}",
        "title": f"Yaqut benchmark, {half.name} half: one Arabic label for each entity",
        "version": "1",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/",
                      "title": "Creative Commons Attribution 4.0"}],
        "sources": [{"title": title} for title in sorted({entity.source for entity in half.entities.values()})],
    }


if __name__ == "__main__":
    main()
