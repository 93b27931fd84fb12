#!/usr/bin/env python3
"""Builds the two halves of the benchmark, `dev/` and `test/`, from the curated tables in `sources/` and the packages
of public registries. The same inputs give the same bytes. See README.md beside this file.

    python3 benchmark/build.py
"""

import json
from pathlib import Path

import curated
from model import CASE_COLUMNS, Half

HERE = Path(__file__).parent


def main():
    dev = Half("dev")
    curated.fill(dev)
    for half in (dev,):
        half.settle()
        write(half)


def write(half):
    """Writes a half's case table and pack."""
    folder = HERE / half.name
    entities = sorted(half.entities.values(), key=lambda entity: entity.id)
    write_table(folder / "cases.tsv", CASE_COLUMNS, (case.row() for case in half.cases))
    write_table(folder / "pack/entities.tsv", ["id", "type", "name", "country", "rank", "description"],
                ([e.id, e.type, e.name, e.country, e.rank, e.description] for e in entities))
    write_table(folder / "pack/aliases.tsv", ["id", "alias", "lang", "kind", "source"],
                ([e.id, label, language(label), "alternate" if n else "preferred", e.source]
                 for e in entities for n, label in enumerate(e.labels)))
    package = json.dumps(datapackage(half), ensure_ascii=False, indent=2) + "\n"
    (folder / "pack/datapackage.json").write_text(package, encoding="utf-8")
    print(f"{half.name}: {len(half.cases)} cases, {len(entities)} entities")


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
        "sources": [{"title": curated.CURATED}],
    }


if __name__ == "__main__":
    main()
