"""Names that mean no entity of the pack: other names, near neighbours of a label, ordinary words."""

import re
from itertools import islice

import classify
import forms
import newsmakers
from attested import digest, in_dev, listable
from curated import table
from model import NIL, Case

NEAR, OTHER, LATIN = 170, 170, 45      # cases of one half, at most
WORDFREQ = "PyPI wordfreq 3.1.1"
SKELETON = str.maketrans({**dict.fromkeys("اويىةهءئؤع ", None), "پ": "ب", "ڤ": "ف", "غ": "ج", "گ": "ج", "ك": "ق",
                          "ط": "ت", "ث": "ت", "ذ": "د", "ض": "د", "ز": "س", "ظ": "س", "ص": "س", "ش": "س", "ح": "خ"})


class Labels:
    """The labels of a half, by what they might be confused with."""

    def __init__(self, half):
        self.by_skeleton = {}
        for entity in half.entities.values():
            for label in entity.labels:
                for key in keys(label):
                    self.by_skeleton.setdefault(key, set()).add((label, entity.id))

    def neighbours(self, name):
        """(label, ID) of the labels that are one letter away from `name`, for names of three letters or more."""
        if len(forms.joined(name)) < 3:
            return []
        near = {pair for key in keys(name) for pair in self.by_skeleton.get(key, ())}
        return [(label, id) for label, id in sorted(near) if forms.distance(forms.fold(label), forms.fold(name)) == 1]

    def alike(self, name):
        """(phenomenon, label, ID) of the labels of which `name` could be a spelling, or is one consonant away."""
        near = {pair for key in keys(name) for pair in self.by_skeleton.get(key, ())}
        length = len(forms.joined(name))
        found = ((classify.phenomenon(label, name), label, id) for label, id in sorted(near)
                 if abs(len(forms.joined(label)) - length) <= length / 2)
        return [(phenomenon, label, id) for phenomenon, label, id in found if phenomenon != classify.OTHER_NAME]


def keys(name):
    """The consonants of a name, and the same with each one left out."""
    bare = re.sub(r"\bال(?=\w{2})", "", forms.fold(name)).replace("تش", "ش").translate(SKELETON)
    return {bare, *(bare[:at] + bare[at + 1:] for at in range(len(bare)))}


def spelling(alike):
    """Those of `Labels.alike` that a reader could take for one name."""
    return [match for match in alike if match[0] != "consonant"]


def fill(half, entities):
    """Puts the negatives of a half into it. `entities` are all that the registries attest."""
    labels = Labels(half)
    bearers = half.bearers()
    half.cases += newsmakers.false_friends(half)
    half.cases += ordinary_words(half, labels)
    pool = sorted((e for e in entities if listable(e) and e.id not in half.entities
                   and forms.fold(e.label) not in bearers), key=lambda e: digest(half.name + "nil" + e.id))
    half.cases += near_neighbours(pool, labels)
    half.cases += others(pool, labels)
    half.cases += latin(half, pool, labels)


def ordinary_words(half, labels):
    """Common words; where one is a letter from a label, choosing that label is forbidden."""
    for word in (row["word"] for row in table("ordinary_words.tsv")):
        near = labels.neighbours(word)
        if forms.loose(word) in half.names or (not near and in_dev(word) != (half.name == "dev")):
            continue
        label, id = near[0] if near else ("", "")
        yield Case(word, NIL, "ordinary_word", forbidden=id, label=label, source=WORDFREQ)


def near_neighbours(pool, labels):
    """Other names one consonant away from a label, and no spelling of any label."""
    used = set()
    for entity in pool:
        if len(used) == NEAR:
            return
        near = labels.neighbours(entity.label)
        if near and near[0][1] not in used and not spelling(labels.alike(entity.label)):
            used.add(near[0][1])
            yield Case(entity.label, NIL, "near_neighbour", forbidden=near[0][1], label=near[0][0],
                       source=entity.source, note=f"{entity.name}, {entity.country or entity.description}")


def others(pool, labels):
    """Names of other places, people and organisations, like no label."""
    people = [(row["label"], row["name"], "Yaqut project, curated") for row in newsmakers.unlisted()
              if listable_name(row["label"])]
    places = [(e.label, f"{e.name}, {e.country}", e.source) for e in pool if e.type != "other"]
    people.sort(key=digest_of)
    for group, most in ((places, OTHER // 2), (people, OTHER // 2)):
        fresh = (entry for entry in group if not labels.alike(entry[0]))
        for name, note, source in islice(fresh, most):
            yield Case(name, NIL, "nil", source=source, note=note)


def listable_name(name):
    return re.fullmatch("[ء-غف-ي -]+", name)


def digest_of(entry):
    return digest(entry[0])


def latin(half, pool, labels):
    """Latin names of places that the half does not list."""
    known = {entity.name.casefold() for entity in half.entities.values()}
    fresh = (e for e in reversed(pool) if e.type != "other" and e.name.isascii() and len(e.name) > 4
             and e.name.casefold() not in known and not labels.alike(e.label))
    for entity in islice(fresh, LATIN):
        yield Case(entity.name, NIL, "nil_latin", source=entity.source, note=entity.country)
