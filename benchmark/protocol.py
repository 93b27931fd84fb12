"""The benchmark's protocol: cases, answers, and the one judgement that counts Yaqut and every peer alike.

A pack lists the labels of its entities. A case asks another name and says which entity is right: one ID, several
joined by `|` for a homograph (right is AMBIGUOUS with all of them listed), or NIL. See README.md beside this file.
"""

import collections
import csv
import dataclasses

RESOLVED, AMBIGUOUS, NOT_FOUND = "RESOLVED", "AMBIGUOUS", "NOT_FOUND"
NIL = "NIL"
LISTED_AT_MOST = 5
"""So many candidates of an answer are looked at, for every system."""

OTHER_LANGUAGES = frozenset(f"{language}_form" for language in (
    "persian", "urdu", "pashto", "sindhi", "kurdish", "uyghur"))
"""Phenomena where the name is written as another language of the Arabic script writes it."""

NOT_SPELLING = OTHER_LANGUAGES | {
    "alt_name", "other_name", "kunya", "exonym", "translation", "initials", "ellipsis", "ellipsis_ambiguous",
    "cross_script", "homograph", "must_not_merge", "proclitic_like", "proclitic_like_wa",
}
"""The phenomena that are no spelling variants. Whatever else has an expected entity counts as one."""


@dataclasses.dataclass(frozen=True)
class Label:
    """A name that a pack lists: all that a system may know of an entity."""
    id: str
    form: str
    type: str = ""


@dataclasses.dataclass(frozen=True)
class Case:
    """A name that is asked, with what is right."""
    name: str
    expected: frozenset
    phenomenon: str
    forbidden: str = ""
    label: str = ""
    hints: tuple = ()
    """(types, country, lang, context) as the table gives them; empty if it gives none of them."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a system says to a name: `chosen` only if RESOLVED; `candidates` are IDs, best first."""
    status: str
    chosen: str = ""
    candidates: tuple = ()


def judge(case, answer):
    """How a case ended: resolved, listed, wrong or missed."""
    if answer.status == RESOLVED:
        return "resolved" if case.expected == {answer.chosen} else "wrong"
    ambiguous = answer.status == AMBIGUOUS
    if not case.expected:
        return {NOT_FOUND: "resolved", AMBIGUOUS: "listed"}.get(answer.status, "missed")
    listed = case.expected.intersection(answer.candidates[:LISTED_AT_MOST])
    if len(case.expected) > 1 and ambiguous and listed == case.expected:
        return "resolved"
    return "listed" if listed else "missed"


def merged(case, answer):
    """Whether the forbidden entity, the other half of a pair that must not be merged, was chosen."""
    return bool(case.forbidden) and answer.status == RESOLVED and answer.chosen == case.forbidden


def tally(cases, answers):
    """Counts of the outcomes, `merged` (part of `wrong`) and `cases`."""
    counts = collections.Counter(cases=len(cases), resolved=0, listed=0, wrong=0, missed=0, merged=0)
    for case, answer in zip(cases, answers, strict=True):
        counts[judge(case, answer)] += 1
        counts["merged"] += merged(case, answer)
    return dict(counts)


def is_negative(case):
    """NIL is right, and the name is no half of a pair that must not be merged."""
    return not case.expected and not case.forbidden


def is_spelling_variant(case):
    return bool(case.expected) and not case.forbidden and case.phenomenon not in NOT_SPELLING


def read_table(path):
    """The rows of a tab-separated table without quoting."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Pack:
    """A pack's labels, under one ID for each entity: any ID in `same_as` stands for it."""

    def __init__(self, folder):
        self.folder = folder
        self.entities = read_table(folder / "entities.tsv")
        self.canonical = {other: row["id"] for row in self.entities
                          for other in filter(None, [row["id"], *(row.get("same_as") or "").split("|")])}
        types = {row["id"]: row["type"] for row in self.entities}
        self.labels = [Label(self.one_id(row["id"]), row["alias"], types.get(self.one_id(row["id"]), ""))
                       for path in sorted(folder.glob("aliases*.tsv")) for row in read_table(path)]

    def one_id(self, any_id):
        return self.canonical.get(any_id, any_id)


def read_cases(path, pack):
    return [read_case(row, pack) for row in read_table(path)]


def read_case(row, pack):
    ids = [] if row["expected"] == NIL else row["expected"].split("|")
    hints = tuple(row.get(column) or "" for column in ("types", "country", "lang", "context"))
    return Case(name=row["name"], expected=frozenset(map(pack.one_id, ids)), phenomenon=row["phenomenon"],
                forbidden=pack.one_id(row.get("forbidden") or ""), label=row.get("label") or "",
                hints=hints if any(hints) else ())
