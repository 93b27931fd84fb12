"""Cases made from labels by a rule: proclitics, names that begin like one, joined signs, titles."""

from attested import digest
from model import Case

COMPOSED = "composed"
PROCLITICS = ("و", "ب", "ل", "ف", "ك", "ول", "وب")
TRAPS, ATTACHED, SIGNS, TITLES = 75, 80, 12, 12       # cases of one half, at most


def fill(half):
    entities = sorted(half.entities.values(), key=lambda entity: digest("composed" + entity.id))
    single = [e for e in entities if e.labels and not e.labels[0].isascii()]
    half.cases += traps(half, [e for e in single if e.type != "other"])
    half.cases += proclitics([e for e in single if e.type in ("city", "country", "region", "organization")])
    half.cases += signs(single)
    half.cases += titles([e for e in single if e.type == "person"])


def traps(half, entities):
    """Names that begin with a letter that is also a proclitic: as they are, and after و."""
    listed = sum(case.phenomenon == "proclitic_like" for case in half.cases)
    fit = [e for e in entities if e.labels[0][0] in "وفبلكس" and len(e.labels[0]) > 3]
    for entity in fit[:max(0, TRAPS - listed)]:
        label = entity.labels[0]
        yield Case(label, entity.id, "proclitic_like", label=label, source=entity.source)
        yield Case("و" + label, entity.id, "proclitic_like_wa", label=label, source=COMPOSED)


def proclitics(entities):
    for at, entity in enumerate(entities[:ATTACHED]):
        label = entity.labels[0]
        yield Case(attach(PROCLITICS[at % len(PROCLITICS)], label), entity.id, "proclitic", label=label,
                   source=COMPOSED)


def attach(proclitic, name):
    """Writes a proclitic before a name: after ل the article loses its alif."""
    if proclitic.endswith("ل") and name.startswith("ال") and not name.startswith("الل"):
        return proclitic + name[1:]
    return proclitic + name


def signs(entities):
    """Tatweel inside a word, a hyphen between words."""
    long = [e.labels[0] for e in entities if len(e.labels[0]) > 4 and " " not in e.labels[0]]
    ids = {e.labels[0]: e.id for e in entities}
    for label in long[:SIGNS]:
        at = next((i for i in range(2, len(label)) if label[i - 1] not in "اأإآدذرزوؤةىء"), None)
        if at:
            yield Case(label[:at] + "ـ" + label[at:], ids[label], "tatweel", label=label, source=COMPOSED)
    for label in [e.labels[0] for e in entities if e.labels[0].count(" ") == 1][:SIGNS]:
        yield Case(label.replace(" ", "-"), ids[label], "hyphen", label=label, source=COMPOSED)


def titles(people):
    """A title before a person's full name."""
    words = (("President", "الرئيس"), ("Prime Minister", "رئيس الوزراء"), ("oreign minister", "وزير الخارجية"),
             ("writer", "الكاتب"), ("novelist", "الروائي"), ("King", "الملك"))
    found = [(title, e) for e in people if " " in e.labels[0]
             for title in [next((ar for en, ar in words if e.description.startswith(en) or f" {en}" in
                                 e.description), None)] if title]
    for title, entity in found[:TITLES]:
        yield Case(f"{title} {entity.labels[0]}", entity.id, "title", label=entity.labels[0], source=COMPOSED)
