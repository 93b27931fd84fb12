"""What the checks share: where the program is, how to ask it, how to read and write packs."""

import csv
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("YAQUT_BIN", str(ROOT / "target" / "release" / "yaqut"))
PACK_NAMES = [line for line in (ROOT / "data" / "packs.txt").read_text(encoding="utf-8").splitlines()
              if line and not line.startswith("#")]
PACKS = [ROOT / "data" / name for name in PACK_NAMES]


def run(*arguments, **options):
    """Runs the program; what it says goes to our stderr, what it answers is returned."""
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8", **options).stdout


def resolve(names, *arguments):
    """One answer per name, as `yaqut resolve --format jsonl` gives them."""
    names = list(names)
    lines = run("resolve", "--format", "jsonl", *arguments, "-", input="".join(name + "\n" for name in names))
    answers = [json.loads(line) for line in lines.splitlines()]
    assert len(answers) == len(names), f"{len(names)} names, {len(answers)} answers"
    return answers


def read_table(path):
    """The rows of a tab-separated table without quoting."""
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def read_aliases(pack):
    for path in sorted(pack.glob("aliases*.tsv")):
        yield from read_table(path)


def write_table(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("\t".join(columns) + "\n")
        for row in rows:
            file.write("\t".join(row.get(column) or "" for column in columns) + "\n")


def share(part, whole):
    return f"{part} of {whole} ({100 * part / max(whole, 1):.2f} %)"
