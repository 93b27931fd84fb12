"""tantivy 0.27 (the search engine's own Python bindings), an index in memory, three settings:

- ngrams: `Tokenizer.ngram(2, 3)`, any gram of the query, BM25. The score is BM25 over what a label equal to the query
  would get: bare BM25 means nothing across queries.
- fuzzy: `Tokenizer.simple()`, every token of the query by `fuzzy_term_query` within Elasticsearch's `AUTO` distances
  (0 below 3 letters, 1 to 5, 2 above; transpositions cost one). A fuzzy term's score is a constant in tantivy: it is
  set to 1 − edits / length of the query's token. The sum is divided by the number of tokens of query or label,
  whichever has more.
- fuzzy with stems: the same on tokens that `Filter.stemmer("arabic")` (Snowball) has normalised and stemmed, all that
  tantivy has for Arabic.
"""

import collections
import math

from peers import fold

INSTALL = "pip install tantivy==0.27.0"

K1, B = 1.2, 0.75
"""BM25's parameters as tantivy has them."""
FOUND_AT_MOST = 200


def systems():
    import tantivy

    tokenizers = tantivy.Tokenizer.simple, lambda: tantivy.Tokenizer.ngram(2, 3)
    simple, ngrams = (tantivy.TextAnalyzerBuilder(tokenizer()) for tokenizer in tokenizers)
    stems = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.stemmer("arabic"))
    return [Ngrams("tantivy ngrams", ngrams.build(), True), Fuzzy("tantivy fuzzy", simple.build(), True),
            Fuzzy("tantivy fuzzy, Arabic stemmer", stems.build(), False)]


class Index:
    """Labels in a tantivy index of one segment, and their tokens."""

    def __init__(self, name, analyzer, shown):
        self.name, self.analyzer, self.shown = name, analyzer, shown

    def fit(self, labels):
        import tantivy

        self.ids = [label.id for label in labels]
        self.tokens = [self.analyzer.analyze(fold(label.form)) for label in labels]
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("form", tokenizer_name="labels")
        builder.add_unsigned_field("place", stored=True)
        self.schema = builder.build()
        index = tantivy.Index(self.schema)
        index.register_tokenizer("labels", self.analyzer)
        writer = index.writer(num_threads=1)
        for place, label in enumerate(labels):
            writer.add_document(tantivy.Document(form=fold(label.form), place=place))
        writer.commit()
        index.reload()
        self.searcher = index.searcher()

    def rank(self, name, limit):
        tokens = self.analyzer.analyze(fold(name))
        if not tokens:
            return []
        hits = self.searcher.search(self.query(set(tokens)), limit=FOUND_AT_MOST, count=False).hits
        places = [(self.searcher.doc(address)["place"][0], score) for score, address in hits]
        ranking = [(self.ids[place], self.score(score, tokens, place)) for place, score in places]
        return sorted(ranking, key=lambda pair: (-pair[1], pair[0]))[:limit]


class Ngrams(Index):
    def query(self, tokens):
        import tantivy

        grams = [tantivy.Query.term_query(self.schema, "form", token) for token in tokens]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, gram) for gram in grams])

    def fit(self, labels):
        super().fit(labels)
        self.mean_length = sum(map(len, self.tokens)) / len(self.tokens)

    def score(self, score, tokens, _place):
        return score / self.score_of_equal(tokens)

    def score_of_equal(self, tokens):
        """The BM25 score of a label that has the query's grams and no other."""
        damping = K1 * (1 - B + B * len(tokens) / self.mean_length)
        counts = collections.Counter(tokens)
        return sum(self.rarity(token) * count * (K1 + 1) / (count + damping) for token, count in counts.items())

    def rarity(self, token):
        """BM25's inverse document frequency."""
        found = self.searcher.doc_freq("form", token)
        return math.log(1 + (len(self.ids) - found + 0.5) / (found + 0.5))


class Fuzzy(Index):
    def query(self, tokens):
        import tantivy

        return tantivy.Query.boolean_query([(tantivy.Occur.Must, self.near(token)) for token in tokens])

    def near(self, token):
        """The token within its distance: the nearer, the greater the score."""
        import tantivy

        distance = 0 if len(token) < 3 else 1 if len(token) <= 5 else 2
        return tantivy.Query.disjunction_max_query([
            tantivy.Query.const_score_query(
                tantivy.Query.fuzzy_term_query(self.schema, "form", token, distance=edits), 1 - edits / len(token))
            for edits in range(distance + 1)])

    def score(self, score, tokens, place):
        return score / max(len(set(tokens)), len(set(self.tokens[place])))
