"""Names that several entities of the registries bear: cities of different countries, a city and a name."""

import forms
from attested import digest, in_dev, listable
from curated import table
from model import Case

PEOPLE = 15_000          # a city of a homograph has at least so many
GAP = 0.15               # of rank, at most: above it one bearer is what every reader thinks of
GROUPS, MIXED = 34, 8    # names of cities alone, names that are a person's too; in one half, at most


def fill(entities, halves, reserved):
    """Lists both bearers of a name in one half, and asks it without a hint and with one."""
    excluded = {row["label"] for row in table("exclusions.tsv")}
    groups = {}
    for entity in entities:
        if listable(entity) and entity.label not in excluded and (entity.people >= PEOPLE or entity.type == "other"):
            groups.setdefault(forms.safe(entity.label), []).append(entity)
    counts = {(half.name, kind): 0 for half in halves for kind in ("places", "mixed")}
    for label in sorted(groups, key=digest):
        group = distinct(groups[label])
        if len(group) < 2 or any(forms.loose(label) in h.names or e.id in reserved for e in group for h in halves):
            continue
        half = halves[0] if in_dev(min(e.id for e in group)) else halves[1]
        kind = "mixed" if any(e.type == "other" for e in group) else "places"
        if counts[half.name, kind] < (MIXED if kind == "mixed" else GROUPS):
            counts[half.name, kind] += 1
            ask(group, half)


def distinct(group):
    """The most populous places of two countries, of like prominence; or the one city, and a name part."""
    places = sorted((e for e in group if e.type != "other"), key=lambda e: (-e.people, e.id))
    first = list({e.country: e for e in reversed(places)}.values())
    first.sort(key=lambda e: (-e.people, e.id))
    parts = [e for e in group if e.type == "other"][:1]
    if len(first) == 1 and first[0].type == "city":
        return first + parts
    return [e for e in first if float(first[0].rank) - float(e.rank) <= GAP][:2]


def ask(group, half):
    for entity in group:
        half.label(entity.row(), entity.label, entity.source)
    name, source = group[0].label, group[0].source
    half.cases.append(Case(name, "|".join(sorted(e.id for e in group)), "homograph", label=name, source=source))
    half.cases += hints(name, group, source)


def hints(name, group, source):
    """The same name with what singles out one of its bearers: a country, a type, or words of its description."""
    types = {e.type for e in group}
    for at, entity in enumerate(group):
        hint = {"types": entity.type} if len(types) > 1 else \
            {"context": entity.description.removeprefix("city in ")} if at and digest(name) < "4" else \
            {"country": entity.country}
        yield Case(name, entity.id, "homograph_hint", label=name, source=source, **hint)
