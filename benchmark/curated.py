"""Cases of the tables that the Yaqut project curates (`sources/*.tsv`); all of them are in the development half."""

import csv
from pathlib import Path

import forms
from model import NIL, Case

SOURCES = Path(__file__).parent / "sources"
CURATED = "Yaqut project, curated"
RENAMED = {"xscript": "cross_script"}


def table(name):
    """The rows of a table of `sources/`."""
    with open(SOURCES / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def fill(half):
    """Puts the curated entities, labels and cases into `half`."""
    entities = {row["id"]: row for row in table("entities.tsv")}

    def label(id, name):
        half.label(entities[id], name, CURATED)

    pairs, merges, traps = table("variant_pairs.tsv"), table("must_not_merge.tsv"), table("strip_traps.tsv")
    graphs = table("homographs.tsv")
    for row in [*pairs, *merges]:
        label(row["id"], row["label"])
    for row in [*traps, *table("labels.tsv")]:
        label(row["id"], row["name"])
    for row in graphs:
        for id in row["ids"].split("|"):
            label(id, row["name"])
    for make, rows in ((variant, pairs), (false_friend, merges), (trap, traps), (homograph, graphs)):
        for row in rows:
            half.cases.extend(make(row, half))


def variant(row, half):
    """A spelling variant, asked unless the entity lists that very form."""
    if forms.safe(row["form"]) in {forms.safe(label) for label in half.entities[row["id"]].labels}:
        if row["phenomenon"] not in ("tatweel", "diacritics", "hyphen", "persian_letters"):
            return
    phenomenon = RENAMED.get(row["phenomenon"], row["phenomenon"])
    yield Case(row["form"], row["id"], phenomenon, label=row["label"], source=CURATED)


def false_friend(row, half):
    """The other half of a pair that must never merge."""
    yield Case(row["asked"], row["expected"], "must_not_merge", forbidden=row["id"], label=row["label"],
               source=CURATED, note=f"{row['mechanism']}: {row['asked_means']}")


def trap(row, half):
    """A name that begins like a proclitic, as it is and after و."""
    yield Case(row["name"], row["id"], "proclitic_like", label=row["name"], source=CURATED)
    yield Case("و" + row["name"], row["id"], "proclitic_like_wa", label=row["name"], source="composed")


def homograph(row, half):
    """A name of several entities: without a hint all of them, with a country or a type the one that it singles out."""
    yield Case(row["name"], row["ids"], "homograph", label=row["name"], source=CURATED)
    bearers = [half.entities[id] for id in row["ids"].split("|")]
    for entity in bearers:
        key = "types" if len({e.type for e in bearers}) == len(bearers) else "country"
        hint = {key: entity.type if key == "types" else entity.country}
        yield Case(row["name"], entity.id, "homograph_hint", label=row["name"], source=CURATED, **hint)
