"""rapidfuzz 3.14: the scorers that its documentation offers for names, over all labels (`process.extract`).

WRatio is the one that `process.extract` takes by default; ratio, token_sort_ratio and Jaro-Winkler are run too. No
`processor` is set, since `utils.default_process` turns Arabic vowel marks into spaces; names are folded (NFKC, case) as
for every peer. rapidfuzz has no Arabic normalisation of its own: each scorer is also run on names that Lucene's Arabic
normaliser has folded, to tell scorer and folding apart.
"""

from peers import fold
from peers.lucene_arabic import normalize

INSTALL = "pip install rapidfuzz==3.14.6"


def systems():
    from rapidfuzz import distance, fuzz

    scorers = {"WRatio": fuzz.WRatio, "ratio": fuzz.ratio, "token_sort_ratio": fuzz.token_sort_ratio,
               "JaroWinkler": distance.JaroWinkler.normalized_similarity}
    plain = [Scorer(f"rapidfuzz {name}", scorer, fold, name == "WRatio") for name, scorer in scorers.items()]
    return plain + [Scorer(f"rapidfuzz {name}, Lucene-normalised", scorer, lambda form: normalize(fold(form)), False)
                    for name, scorer in scorers.items()]


class Scorer:
    def __init__(self, name, scorer, prepare, shown):
        self.name, self.scorer, self.prepare, self.shown = name, scorer, prepare, shown

    def fit(self, labels):
        self.ids = [label.id for label in labels]
        self.forms = [self.prepare(label.form) for label in labels]

    def rank(self, name, limit):
        from rapidfuzz import process
        found = process.extract(self.prepare(name), self.forms, scorer=self.scorer, limit=limit)
        return [(self.ids[place], score) for _, score, place in found]
