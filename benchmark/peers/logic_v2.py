"""OpenSanctions' logic-v2 matcher (nomenklatura 4.17, followthemoney 4.11, rigour 2.6), one weight changed.

logic-v2 compares two entities. Here each label is an entity with that one name, of the schema of its type; the query
is compared with it as an entity of the same schema, which is the best that a caller could know. Persons are Person,
companies Company, organizations Organization, and what is none of these LegalEntity, the schema above all three.
followthemoney has no schema for places that logic-v2 can match by name, so that they are run in two ways: as
LegalEntity (names compared part by part) and as Address (`full`; addresses compared by their tokens). The weight of
addresses is set to 1, that of names, instead of 0.98: else a place would never tie with a person of the same name.

As the library's users do, pairs are preselected, by the forms and keys that the matcher itself compares: the labels
most similar by trigrams of `Name.comparable` (50), by rapidfuzz's ratio of it (50), and those that share the most
symbols (known name parts, which reach across scripts; 100) or tokens of the address fingerprint (countries are one
token in all languages; 50). On a sample of 250 development cases this lost no best label that scoring all of them finds
with 0.5 or more.

Entities have one ID for each pair of schema and name, since the library caches analysed names by the entity's ID.
"""

import collections

from peers import fold

INSTALL = "apt-get install libicu-dev pkg-config; pip install nomenklatura==4.17.4 rapidfuzz==3.14.6"

SCHEMATA = {"person": "Person", "company": "Company", "organization": "Organization"}
PLACES = {"country", "territory", "region", "city", "place"}
PRESELECTED = 50
WITH_SYMBOLS = 100


def systems():
    import nomenklatura.matching  # noqa: F401: tells at once if it is not there
    import rapidfuzz  # noqa: F401

    return [LogicV2("logic-v2", "LegalEntity", False), LogicV2("logic-v2, places as addresses", "Address", False)]


class LogicV2:
    def __init__(self, name, place_schema, shown):
        from nomenklatura.matching import LogicV2 as Matcher

        self.name, self.place_schema, self.shown = name, place_schema, shown
        self.matcher, self.config = Matcher, Matcher.default_config()
        self.config.weights["address_entity_match"] = 1.0

    def fit(self, labels):
        self.ids = [label.id for label in labels]
        self.entities = [self.entity(self.schema(label.type), fold(label.form)) for label in labels]
        names = [self.analysed(label.form) for label in labels]
        self.comparable = [name.comparable for name in names]
        self.by_trigram = postings(trigrams(name.comparable) for name in names)
        self.by_symbol = postings(name.symbols for name in names)
        self.by_address_token = postings(address_tokens(label.form) for label in labels)

    def rank(self, name, limit):
        queries = {}
        ranking = []
        for place in self.preselect(name):
            schema = self.entities[place].schema.name
            query = queries.setdefault(schema, self.entity(schema, fold(name)))
            score = self.matcher.compare(query, self.entities[place], self.config).score
            ranking.append((self.ids[place], score))
        return sorted(ranking, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def preselect(self, name):
        from rapidfuzz import fuzz, process

        query = self.analysed(name)
        similar = process.extract(query.comparable, self.comparable, scorer=fuzz.ratio, limit=PRESELECTED)
        return {*most_shared(self.by_trigram, trigrams(query.comparable), PRESELECTED),
                *(place for _, _, place in similar),
                *most_shared(self.by_symbol, query.symbols, WITH_SYMBOLS),
                *most_shared(self.by_address_token, address_tokens(name), PRESELECTED)}

    def schema(self, entity_type):
        return self.place_schema if entity_type in PLACES else SCHEMATA.get(entity_type, "LegalEntity")

    def entity(self, schema, name):
        from followthemoney import model

        prop = "full" if schema == "Address" else "name"
        return model.get_proxy({"id": f"{schema}:{name}", "schema": schema, "properties": {prop: [name]}})

    def analysed(self, name):
        """The name as the matcher sees a person's: with the symbols of its parts."""
        from nomenklatura.matching.logic_v2.names.analysis import entity_names
        from rigour.names import Name

        return next(iter(entity_names(self.entity("Person", fold(name)), is_query=True)), None) or Name(fold(name))


def trigrams(form):
    padded = f"  {form} "
    return {padded[place:place + 3] for place in range(len(padded) - 2)}


def address_tokens(name):
    from rigour.addresses import address_fingerprint

    return set((address_fingerprint(fold(name)) or "").split())


def postings(keys_of_places):
    """The places under each key."""
    table = collections.defaultdict(list)
    for place, keys in enumerate(keys_of_places):
        for key in keys:
            table[key].append(place)
    return table


def most_shared(table, keys, limit):
    """The places that are under the most of the keys."""
    counts = collections.Counter(place for key in keys for place in table.get(key, ()))
    return [place for place, _ in counts.most_common(limit)]
