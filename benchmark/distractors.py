"""Cities of data/cities as a further pack, labels only: names among which the right ones have to be found."""

import json
import pathlib
import re
import unicodedata

from protocol import read_table

CITIES = pathlib.Path(__file__).resolve().parent.parent / "data" / "cities"
MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f]")
LOSSY = str.maketrans({"ٱ": "ا", **dict.fromkeys("ىیېے", "ي"), **dict.fromkeys("ةہەھ", "ه"), "ء": None, "ک": "ك"})


def write(folder, count, packs, cases):
    """Writes a pack of `count` cities to the folder, and returns the folder."""
    cities = choose(read_table(CITIES / "entities.tsv"), names_by_id(), packs, cases)
    if len(cities) < count:
        raise SystemExit(f"run.py: there are {len(cities)} cities to be distractors, not {count}")
    write_pack(folder, cities[:count])
    return folder


def choose(entities, names, packs, cases):
    """(entity, (form, language)) of every city that may be a distractor, those first that are the first to be taken.

    Cities with an Arabic label come first, since they are the harder to tell apart, then the greater ones. Left out
    are the entities of the benchmark's packs, and every city that shares a name, spelling aside, with a label or case.
    """
    known = {any_id for pack in packs for any_id in pack.canonical}
    taken = {lossy(label.form) for pack in packs for label in pack.labels} | {lossy(case.name) for case in cases}
    cities = []
    for entity in entities:
        aliases = names.get(entity["id"], [])
        forms = [entity["name"], *(alias["alias"] for alias in aliases)]
        if known.isdisjoint([entity["id"], *entity["same_as"].split("|")]) and taken.isdisjoint(map(lossy, forms)):
            cities.append((entity, label(entity, aliases)))
    return sorted(cities, key=lambda city: (city[1][1] != "ar", -float(city[0]["rank"] or 0), city[0]["id"]))


def label(row, aliases):
    """(form, language): the preferred Arabic name, else any Arabic one, else the name of the entity, in English."""
    arabic = [alias for alias in aliases if alias["lang"] == "ar"]
    arabic.sort(key=lambda alias: alias["kind"] != "preferred")
    return (arabic[0]["alias"], "ar") if arabic else (row["name"], "en")


def names_by_id():
    names = {}
    for path in sorted(CITIES.glob("aliases*.tsv")):
        for alias in read_table(path):
            names.setdefault(alias["id"], []).append(alias)
    return names


def lossy(name):
    """A name less all that spellings differ in most: marks, hamzas, final letters, spaces, signs."""
    name = MARKS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold()))
    return "".join(filter(str.isalnum, name.translate(LOSSY)))


def write_pack(folder, cities):
    folder.mkdir(parents=True)
    package = {"profile": "data-package", "name": "benchmark-distractors", "version": "1",
               "title": "Cities to be told apart from the benchmark's entities",
               "licenses": json.loads((CITIES / "datapackage.json").read_text(encoding="utf-8"))["licenses"]}
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2), encoding="utf-8")
    write_rows(folder / "entities.tsv", ["id", "type", "name", "country"],
               [(row["id"], row["type"], row["name"], row["country"]) for row, _ in cities])
    write_rows(folder / "aliases.tsv", ["id", "alias", "lang", "kind"],
               [(row["id"], form, language, "preferred") for row, (form, language) in cities])


def write_rows(path, columns, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in [columns, *rows]), encoding="utf-8")
