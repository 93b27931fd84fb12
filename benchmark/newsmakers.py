"""People and organisations of the news, from the project's own pack (`sources/newsmakers.tsv`, kept here so that the
benchmark stands still when the pack moves)."""

from collections import Counter

import classify
import forms
from attested import digest
from curated import CURATED, table
from model import NIL, Case

DEV_SHARE = 0.4
LIMITS = {"alt_name": 80, "ellipsis": 60}       # cases of one half, at most
FALSE_FRIENDS = 55       # in one half, at most


def fill(halves):
    """Listed people and organisations with the forms they are asked by."""
    counts = Counter()
    for row in table("newsmakers.tsv"):
        half = halves[0] if in_dev(row["id"]) else halves[1]
        bearers = half.names.get(forms.loose(row["label"]), set()) - {row["id"]}
        name = phenomenon(row) if row["kind"] != "unlisted" else None
        if name and not bearers and counts[half.name, name] < LIMITS.get(name, 1000):
            counts[half.name, name] += 1
            half.label(row, row["label"], CURATED)
            half.cases.append(Case(row["form"], row["id"], name, label=row["label"], source=CURATED))


def in_dev(id):
    return int(digest("newsmakers" + id)[:8], 16) / 0x1_0000_0000 < DEV_SHARE


def phenomenon(row):
    """The letters' class; for other names, whether words were left out, or which kind of other name it is."""
    if row["kind"] == "abbreviation":
        return "initials"
    name = classify.phenomenon(row["label"], row["form"])
    if name == classify.OTHER_NAME or (name == "mixed" and of_words(row)):
        return "ellipsis" if set(row["form"].split()) < set(row["label"].split()) else "alt_name"
    return name


def of_words(row):
    """Whether a form of mixed classes has a word more or less, or a consonant of no class: رضا شاه/رضا خان."""
    classes, edits, _ = classify.compare(row["label"], row["form"])
    return "consonant" in edits or ("space" in classes and len(edits) > 1)


def unlisted():
    """Rows of people and organisations that no half lists."""
    return [row for row in table("newsmakers.tsv") if row["kind"] == "unlisted"]


def false_friends(half):
    """People that no half lists and who share their first or last name with one person of this half."""
    people = [e for e in half.entities.values() if e.type == "person" and " " in e.labels[0]]
    by_part = {}
    for entity in sorted(people, key=lambda e: e.id):
        words = entity.labels[0].split()
        for part in (words[0], words[-1]):
            by_part.setdefault(part, []).append(entity)
    found = 0
    for row in sorted(unlisted(), key=lambda row: digest(half.name + row["id"])):
        words = row["label"].split()
        alike = next((by_part[part] for part in (words[0], words[-1]) if len(by_part.get(part, ())) == 1), None)
        if row["type"] == "person" and len(words) > 1 and alike and found < FALSE_FRIENDS:
            found += 1
            yield Case(row["label"], NIL, "must_not_merge", forbidden=alike[0].id, label=alike[0].labels[0],
                       source=CURATED, note=f"token: {row['name']}")
