"""What the benchmark is made of: entities with labels, cases, and the two halves that hold them."""

from dataclasses import dataclass, field, replace

import forms

NIL = "NIL"
SAME_WORD = {"homograph", "homograph_hint", "diacritics", "tatweel", "hyphen", "space", "hamza", "madda",
             "persian_letters", "yeh_maksura", "ta_marbuta", "proclitic", "proclitic_like", "proclitic_like_wa"}
CASE_COLUMNS = ["name", "expected", "phenomenon", "forbidden", "types", "country", "lang", "context",
                "label", "source", "note"]


@dataclass
class Entity:
    """One entity of a half's pack; `labels` are its listed names, the first one preferred."""
    id: str
    type: str
    name: str
    country: str = ""
    rank: str = ""
    description: str = ""
    labels: list = field(default_factory=list)
    source: str = ""

    def add_label(self, label):
        if label not in self.labels:
            self.labels.append(label)


@dataclass(frozen=True)
class Case:
    """One row of a case table."""
    name: str
    expected: str
    phenomenon: str
    forbidden: str = ""
    types: str = ""
    country: str = ""
    lang: str = ""
    context: str = ""
    label: str = ""
    source: str = ""
    note: str = ""

    def row(self):
        return [getattr(self, column) for column in CASE_COLUMNS]

    def expected_ids(self):
        return [] if self.expected == NIL else self.expected.split("|")

    def hinted(self):
        return bool(self.types or self.country or self.lang or self.context)


class Half:
    """The development or the test half: its entities by ID and its cases."""

    def __init__(self, name):
        self.name = name
        self.entities = {}
        self.names = {}
        self.cases = []

    def entity(self, row, source):
        """The entity of a row of an entity table, made at first sight."""
        if row["id"] not in self.entities:
            columns = ("id", "type", "name", "country", "rank", "description")
            self.entities[row["id"]] = Entity(*(row[column] for column in columns), source=source)
        return self.entities[row["id"]]

    def label(self, row, label, source):
        """Lists a label of the entity of `row`."""
        self.entity(row, source).add_label(label)
        self.names.setdefault(forms.loose(label), set()).add(row["id"])

    def bearers(self):
        """Folded label → the IDs that bear it, each with the label as it bears it."""
        table = {}
        for entity in self.entities.values():
            for label in entity.labels:
                table.setdefault(forms.fold(label), {})[entity.id] = forms.safe(label)
        return table

    def settle(self):
        """Makes the cases agree with the pack; see `settled`. Cases are sorted, and each question is put once."""
        bearers = self.bearers()
        cases = (settled(case, bearers) for case in self.cases)
        unique = {}
        for case in cases:
            if case is not None:
                question = (case.name, case.types, case.country, case.lang, case.context, case.forbidden)
                unique.setdefault(question, case)
        self.cases = sorted(unique.values(),
                            key=lambda case: (case.phenomenon, case.expected, case.name, case.row()))


def settled(case, bearers):
    """The case as the pack makes it, or None where pack and case contradict one another.

    A label that several entities bear makes them a homograph: what a reader takes for the same word expects them all,
    unless a hint separates them; any other form of it is dropped, as it may be one bearer's alone. The false friend of
    a label, if it is a label itself, expects who bears it. Any other case whose name is a label of other entities is
    dropped.
    """
    expected = set(case.expected_ids())
    named = bearers.get(forms.fold(case.name), {})
    shared = set(bearers.get(forms.fold(case.label), {})) - expected
    if shared and case.phenomenon not in SAME_WORD and not case.forbidden:
        return None
    if case.forbidden:
        expected |= {id for id, label in named.items() if label == forms.safe(case.name)}
        return replace(case, expected=joined(expected)) if case.forbidden not in expected else None
    if case.hinted():
        return case
    if expected:
        expected |= shared
    return replace(case, expected=joined(expected)) if expected.issuperset(named) else None


def joined(ids):
    return "|".join(sorted(ids)) or NIL
