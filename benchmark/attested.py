"""Chooses, of all that the registries attest, which entities and which spellings become cases, and in which half."""

import hashlib
import re
from collections import Counter
from dataclasses import replace

import classify
import forms
from curated import table
from latin import kinship
from model import Case

# Cases of one phenomenon in one half, at most; phenomena that are not named here are rare, and all of theirs go in.
LIMITS = {
    "vowel": 230, "mixed": 140, "hamza": 110, "yeh_maksura": 90, "ta_marbuta": 75, "g_letter": 90, "diacritics": 60,
    "article": 60, "space": 75, "final_vowel": 70, "madda": 50, "persian_letters": 70, "persian_form": 110,
    "urdu_form": 45, "pashto_form": 25, "sindhi_form": 12, "kurdish_form": 16, "uyghur_form": 12, "consonant": 25,
    "other_name": 50, "hamza_seat": 40, "double": 40, "cross_script": 190, "exonym": 25,
}
DEV_SHARE = 0.36          # of the registries' entities: the curated tables fill the rest of the development half
NAME_PARTS = 330          # cases of name parts in one half, at most
OF_ONE_ENTITY = 4         # cases of one entity, at most
LISTABLE = re.compile("[ء-غف-ي]+(?:[ -][ء-غف-ي]+)*")
ASKABLE = re.compile("[\u0620-\u06ff\u0750-\u077f\u200c -]+")
LANGUAGE_FORMS = {"fa": "persian_form", "fa-AF": "persian_form", "ur": "urdu_form", "pnb": "urdu_form",
                  "ps": "pashto_form", "sd": "sindhi_form", "ckb": "kurdish_form", "ku": "kurdish_form",
                  "ug": "uyghur_form", "azb": "persian_form"}
# What no reader takes for another name, however short it is; and what may differ between two forms of a name part.
SURFACE = {"diacritics", "tatweel", "hyphen", "space", "hamza", "madda", "persian_letters", "yeh_maksura", "ta_marbuta"}
SOUNDS_IN_NAMES = {"vowel", "g_letter", "g_k", "k_q", "t_letter", "v_letter", "w_v", "s_z", "tsh", "th_letter",
                   "double", "hamza_seat"}
COMPOUND = re.compile("^ال|الدين|الله|عبد|عبود|الرح|بيير|جيمس")
LONG_NAME = 6
NO_NAME = re.compile("(عائلة|قبيلة|إسم|اسم|آل|ال|أسرة|تصغير|نام|مدينة|ولاية|بلدية|محافظة|إمارة|شعبية|منطقة) ")


def choose(entities, halves, reserved):
    """Puts attested entities and their cases into the halves; entities of `reserved` IDs all into the first."""
    excluded = {(row["label"], row["form"]) for row in table("exclusions.tsv")}
    chosen = {half.name: Counter() for half in halves}
    candidates = []
    for entity in entities:
        entity = as_listed(entity, halves[0])
        if listable(entity) and (entity.label, "*") not in excluded:
            candidates += [(case, entity) for case in cases(entity) if (entity.label, case.name) not in excluded]
    candidates.sort(key=lambda pair: (pair[1].type == "other", digest(pair[1].id + pair[0].name)))
    for case, entity in candidates:
        half = half_of(entity.id, halves, reserved)
        take(case, entity, half, chosen[half.name])


def as_listed(entity, half):
    """The entity under the label by which the half lists it already; its own label is then one form more."""
    listed = half.entities.get(entity.id)
    if not listed or entity.label in listed.labels:
        return entity
    return replace(entity, label=listed.labels[0], forms=[(entity.label, "ar", entity.source), *entity.forms])


def half_of(id, halves, reserved):
    """The half that lists the entity already, else the one that the tables or the hash of its ID tell."""
    lists = next((half for half in halves if id in half.entities), None)
    return lists or halves[0 if id in reserved or in_dev(id) else 1]


def take(case, entity, half, counts):
    """Adds a case, and its entity, unless the half has enough of its kind."""
    of_parts = entity.type == "other" and case.phenomenon not in ("cross_script", "exonym")
    if (counts[case.phenomenon] >= LIMITS.get(case.phenomenon, 1000) or counts[entity.id] >= OF_ONE_ENTITY
            or (of_parts and counts["name parts"] >= NAME_PARTS) or not fits(case, entity, half)):
        return
    counts.update([case.phenomenon, entity.id] + ["name parts"] * of_parts)
    half.label(entity.row(), entity.label, entity.source)
    half.cases.append(case)


def fits(case, entity, half):
    """Whether the half does not list the entity under another label, nor its label for another entity."""
    listed = half.entities.get(entity.id)
    if listed:
        return entity.label in listed.labels and forms.safe(case.name) not in map(forms.safe, listed.labels[1:])
    return not half.names.get(forms.loose(entity.label), set()) - {entity.id}


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def in_dev(id):
    return int(digest(id)[:8], 16) / 0x1_0000_0000 < DEV_SHARE


def listable(entity):
    """Whether the label is a plain Arabic name of three letters or more."""
    return bool(LISTABLE.fullmatch(entity.label)) and len(forms.joined(entity.label)) > 2 \
        and not NO_NAME.match(entity.label) and not (entity.type == "other" and entity.label.count(" ") > 1)


def cases(entity):
    """Every attested form of an entity that differs from its label, once, with its phenomenon."""
    seen = {entity.label}
    ranked = sorted(entity.forms, key=lambda form: {"ar": 0, "arz": 1, "": 3}.get(form[1][:3], 2))
    for form, language, source in ranked:
        if form not in seen and ASKABLE.fullmatch(form) and not NO_NAME.match(form):
            seen.add(form)
            phenomenon = phenomenon_of(entity, form, language)
            if phenomenon:
                note = f"lang {language}" if language not in ("", "ar") else ""
                yield Case(form, entity.id, phenomenon, label=entity.label, source=source, note=note)
    yield from latin_cases(entity)


def phenomenon_of(entity, form, language):
    """The class of a form; what another language's letters or tag mark as its own spelling has a class of its own."""
    phenomenon = classify.phenomenon(entity.label, form)
    foreign = LANGUAGE_FORMS.get(language) or classify.orthography(form)
    if phenomenon is None or phenomenon in SURFACE:
        return phenomenon if phenomenon in (None, "persian_letters") else foreign or phenomenon
    if phenomenon == classify.OTHER_NAME:
        return phenomenon if language.startswith("ar") else None
    _, edits, _ = classify.compare(entity.label, form)
    if foreign:
        return foreign if "consonant" not in edits and len(edits) < 4 else None
    likely = likely_of_part if entity.type == "other" else likely_of_place
    return phenomenon if likely(entity.label, form, phenomenon, edits, language) else None


def likely_of_place(label, form, phenomenon, edits, language):
    """Leaves out what a reader would dispute: short names, an Egyptian bot's St for Saint, far untagged forms."""
    if shorter(label, form) < 4 or ("سانت" in form and "سانت" not in label):
        return False
    return bool(language) or (len(edits) <= 2 and not (phenomenon == "mixed" and {"w_v", "consonant"} & set(edits)))


def likely_of_part(label, form, phenomenon, edits, language):
    """Leaves out what makes another name of a name part (حسن/حسين, زيادة/زياد, السنعوسي/السنوسي)."""
    return (shorter(label, form) >= LONG_NAME and len(edits) <= 2 and set(edits) <= SOUNDS_IN_NAMES
            and phenomenon != "article" and not COMPOUND.search(label))


def shorter(label, form):
    return min(len(forms.joined(label)), len(forms.joined(form)))


def latin_cases(entity):
    """The Latin forms of a name, asked against its Arabic label: renderings of its sound, and exonyms."""
    seen = set()
    for form, source in entity.latin:
        if form not in seen and re.fullmatch(r"[A-Za-zÀ-ž'’ -]{4,}", form):
            seen.add(form)
            near = kinship(form, entity.label)
            yield Case(form, entity.id, "cross_script" if near else "exonym", label=entity.label, source=source)
