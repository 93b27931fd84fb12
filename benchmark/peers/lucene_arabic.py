"""Apache Lucene's Arabic analysis, restated from its documentation (package org.apache.lucene.analysis.ar) so that no
Java is needed: standard tokens → decimal digits → ArabicNormalizer → ArabicStemmer. Checked against Lucene 8.7.0's
ArabicAnalyzer on 61,871 Arabic and Latin names of this project's packs and cases: all but 5 give the same tokens (those
have a Latin mark that NFKC detached from its letter).

- ArabicNormalizer: آ أ إ to ا, ى to ي, ة to ه; removes tatweel and the marks U+064B–U+0652.
- ArabicStemmer: cuts one of the prefixes ال وال بال كال فال لل و if two letters stay after it (three after و), then
  each of the suffixes ها ان ات ون ين يه ية ه ة ي, in this order, if two letters stay before it.
- No stop words: ArabicAnalyzer takes a set of them, and an empty one is the better for names.

Two ways to match, both over whole labels, in any order of the tokens:
- exact: every token of the query is a token of the label;
- fuzzy, Elasticsearch's `fuzziness: AUTO`: a token of the query may be 0 edits away from one of the label if it has
  less than 3 letters, 1 if it has 3 to 5, 2 if it has more; an edit is an insertion, a deletion, a substitution or a
  transposition of neighbours (FuzzyQuery's `transpositions`, on by default).

The score of a token is 1 − edits / length of the shorter one, as FuzzyQuery boosts it, in place of BM25, whose sums
mean nothing across queries; a label's score is their sum over the number of tokens of query or label, whichever has
more. Each way is run with the analyzer and with its normaliser alone (without the stemmer).
"""

import collections
import unicodedata

from peers import fold

INSTALL = "nothing: it needs Python alone"

NORMALIZED = {**dict.fromkeys("آأإ", "ا"), "ى": "ي", "ة": "ه", "\N{ARABIC TATWEEL}": None,
              **{chr(mark): None for mark in range(0x064B, 0x0653)}}
NORMALIZER = str.maketrans(NORMALIZED)
PREFIXES = ["ال", "وال", "بال", "كال", "فال", "لل", "و"]
SUFFIXES = ["ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي"]
JOINS_LETTERS = frozenset(".'‘’:·‧")
"""Signs that do not end a word between two letters (Unicode word boundaries, rules WB6 and WB7)."""


def systems():
    return [Analysis("Lucene Arabic, exact", analyze, exact_budget, True),
            Analysis("Lucene Arabic, fuzzy AUTO", analyze, auto_budget, True),
            Analysis("Lucene normaliser alone, exact", normalized_tokens, exact_budget, False),
            Analysis("Lucene normaliser alone, fuzzy AUTO", normalized_tokens, auto_budget, False)]


class Analysis:
    """Labels under their analysed tokens, found by tokens within a budget of edits."""

    def __init__(self, name, analyzer, budget, shown):
        self.name, self.analyzer, self.budget, self.shown = name, analyzer, budget, shown

    def fit(self, labels):
        self.labels = [(label.id, len(set(self.analyzer(fold(label.form))))) for label in labels]
        self.postings = collections.defaultdict(list)
        for place, label in enumerate(labels):
            for token in set(self.analyzer(fold(label.form))):
                self.postings[token].append(place)
        self.neighbours = Neighbours(self.postings)

    def rank(self, name, limit):
        tokens = set(self.analyzer(fold(name)))
        scores = None
        for token in tokens:
            found = self.labels_with(token)
            scores = found if scores is None else {
                place: score + found[place] for place, score in scores.items() if place in found}
        ranking = [(self.labels[place][0], score / max(len(tokens), self.labels[place][1]))
                   for place, score in (scores or {}).items()]
        return sorted(ranking, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def labels_with(self, token):
        """The labels that have the token or one near it, each with its best score."""
        scores = {}
        for near, edits in self.neighbours.within(token, self.budget(token)):
            score = 1 - edits / min(len(token), len(near))
            for place in self.postings[near]:
                scores[place] = max(score, scores.get(place, 0))
        return scores


def exact_budget(_token):
    return 0


def auto_budget(token):
    """Elasticsearch's `fuzziness: AUTO`."""
    return 0 if len(token) < 3 else 1 if len(token) <= 5 else 2


class Neighbours:
    """The tokens within two edits, by deletions: tokens at a distance of k share a form with at most k letters out."""

    def __init__(self, tokens):
        self.under = collections.defaultdict(list)
        for token in tokens:
            for form in deletions(token, 2):
                self.under[form].append(token)

    def within(self, token, edits):
        """(token, edits) for each token that near."""
        near = {other for form in deletions(token, edits) for other in self.under.get(form, ())}
        distances = ((other, edit_distance(token, other)) for other in near)
        return [(other, distance) for other, distance in distances if distance <= edits]


def deletions(token, edits):
    """The token, and all that is left of it after up to so many deletions."""
    forms = {token}
    for _ in range(edits):
        forms |= {form[:place] + form[place + 1:] for form in forms for place in range(len(form))}
    return forms


def edit_distance(one, other):
    """Optimal string alignment: edits with transpositions of neighbours, no part edited twice."""
    before, above = [], list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, opposite in enumerate(other, 1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != opposite)))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == opposite:
                line[-1] = min(line[-1], before[column - 2] + 1)
        before, above = above, line
    return above[-1]


def analyze(text):
    return [stem(token) for token in normalized_tokens(text)]


def normalized_tokens(text):
    return [normalize(token) for token in tokenize(text)]


def tokenize(text):
    """Standard tokens: runs of letters, digits, marks and format characters; digits in their ASCII form."""
    tokens, token = [], ""
    for place, sign in enumerate(text):
        if in_word(sign) or token and joins(text, place):
            token += sign
        else:
            tokens, token = tokens + [token], ""
    return [ascii_digits(token) for token in [*tokens, token] if any(map(str.isalnum, token))]


def in_word(sign):
    return unicodedata.category(sign)[0] in "LMN" or unicodedata.category(sign) in ("Cf", "Pc")


def joins(text, place):
    """Whether a sign after a sign of a word does not end it."""
    return text[place] in JOINS_LETTERS and not text[place - 1].isdecimal() and text[place + 1:place + 2].isalpha()


def ascii_digits(token):
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in token)


def normalize(text):
    """ArabicNormalizer."""
    return text.translate(NORMALIZER)


def stem(token):
    """ArabicStemmer: one prefix, then every suffix in turn."""
    for prefix in PREFIXES:
        if token.startswith(prefix) and len(token) >= len(prefix) + (3 if len(prefix) == 1 else 2):
            token = token[len(prefix):]
            break
    for suffix in SUFFIXES:
        if token.endswith(suffix) and len(token) >= len(suffix) + 2:
            token = token[:-len(suffix)]
    return token
