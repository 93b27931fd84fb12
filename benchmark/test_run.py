"""Tests of the benchmark's own code: the judgement, thresholds, Lucene's rules, distractors.

    python3 -m unittest discover -s benchmark
"""

import pathlib
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import distractors
import report
import threshold
from peers import fold, lucene_arabic
from protocol import (AMBIGUOUS, NOT_FOUND, RESOLVED, Answer, Case, Label, Pack, is_negative, is_spelling_variant,
                      judge, merged, read_cases, tally)


def case(*expected, phenomenon="vowel", forbidden="", name="name", hints=()):
    return Case(name, frozenset(expected), phenomenon, forbidden, hints=hints)


class Judgement(unittest.TestCase):
    ONE, PAIR, NIL = case("a"), case("a", "b"), case()

    def check(self, asked, table):
        for answer, outcome in table:
            with self.subTest(expected=asked.expected, answer=answer):
                self.assertEqual(judge(asked, answer), outcome)

    def test_one_entity(self):
        self.check(self.ONE, [
            (Answer(RESOLVED, "a", ("a", "b")), "resolved"),
            (Answer(RESOLVED, "b", ("b", "a")), "wrong"),
            (Answer(AMBIGUOUS, "", ("b", "a")), "listed"),
            (Answer(NOT_FOUND, "", ("b", "a")), "listed"),
            (Answer(NOT_FOUND, "", ("b",)), "missed"),
            (Answer(AMBIGUOUS, "", ("b", "c")), "missed"),
            (Answer("INVALID"), "missed"),
        ])

    def test_the_sixth_candidate_is_not_listed(self):
        self.check(self.ONE, [(Answer(AMBIGUOUS, "", tuple("bcdea")), "listed"),
                              (Answer(AMBIGUOUS, "", tuple("bcdefa")), "missed")])

    def test_homograph(self):
        self.check(self.PAIR, [
            (Answer(AMBIGUOUS, "", ("b", "a", "c")), "resolved"),
            (Answer(AMBIGUOUS, "", ("b", "c")), "listed"),
            (Answer(NOT_FOUND, "", ("a", "b")), "listed"),
            (Answer(RESOLVED, "a", ("a", "b")), "wrong"),
            (Answer(NOT_FOUND), "missed"),
        ])

    def test_nil(self):
        self.check(self.NIL, [
            (Answer(NOT_FOUND), "resolved"),
            (Answer(NOT_FOUND, "", ("a",)), "resolved"),
            (Answer(AMBIGUOUS, "", ("a", "b")), "listed"),
            (Answer(RESOLVED, "a", ("a",)), "wrong"),
            (Answer("INVALID"), "missed"),
        ])

    def test_merged_is_part_of_wrong(self):
        cases = [case(forbidden="x"), case(forbidden="x"), case("a", forbidden="x")]
        answers = [Answer(RESOLVED, "x", ("x",)), Answer(RESOLVED, "y", ("y",)), Answer(RESOLVED, "a", ("a", "x"))]
        self.assertEqual([merged(*pair) for pair in zip(cases, answers)], [True, False, False])
        self.assertEqual(tally(cases, answers),
                         {"cases": 3, "resolved": 1, "listed": 0, "wrong": 2, "missed": 0, "merged": 1})

    def test_kinds_of_cases(self):
        self.assertTrue(is_spelling_variant(case("a")))
        self.assertTrue(is_spelling_variant(case("a", "b")))
        self.assertFalse(is_spelling_variant(case("a", phenomenon="ellipsis")))
        self.assertFalse(is_spelling_variant(case("a", phenomenon="urdu_form")))
        self.assertFalse(is_spelling_variant(case("a", phenomenon="must_not_merge", forbidden="b")))
        self.assertFalse(is_spelling_variant(case(phenomenon="ordinary_word")))
        self.assertTrue(is_negative(case(phenomenon="ordinary_word")))
        self.assertFalse(is_negative(case(phenomenon="must_not_merge", forbidden="b")))


class Thresholds(unittest.TestCase):
    def test_entities_are_ranked_once_by_their_best(self):
        ranking = threshold.best_of_entities([("b", 0.5), ("a", 0.9), ("b", 0.9), ("c", 0.7), ("d", 0)])
        self.assertEqual(ranking, [("a", 0.9), ("b", 0.9), ("c", 0.7)])

    def test_answers(self):
        self.assertEqual(threshold.answer([("a", 0.9), ("b", 0.8)], 0.9), Answer(RESOLVED, "a", ("a", "b")))
        self.assertEqual(threshold.answer([("a", 0.9), ("b", 0.8)], 0.91), Answer(NOT_FOUND, "", ("a", "b")))
        self.assertEqual(threshold.answer([("a", 0.9), ("b", 0.9)], 0.5), Answer(AMBIGUOUS, "", ("a", "b")))
        self.assertEqual(threshold.answer([], 0.5), Answer(NOT_FOUND))

    def test_the_best_threshold_is_the_best_of_all(self):
        cases = [case("a"), case("b"), case("c"), case(), case(), case("d", "e")]
        rankings = [[("a", 0.9)], [("b", 0.6), ("a", 0.2)], [("a", 0.5)], [("a", 0.7)], [], [("d", 1), ("e", 1)]]
        best, objective = threshold.best_threshold(cases, rankings)
        by_hand = {theta: sum(threshold.worth(*pair, theta) for pair in zip(cases, rankings))
                   for theta in (0.5, 0.6, 0.7, 0.9, 1, 2)}
        self.assertEqual((best, objective), (0.9, by_hand[0.9]))
        self.assertEqual(objective, max(by_hand.values()))

    def test_where_every_answer_would_be_wrong_none_is_given(self):
        best, objective = threshold.best_threshold([case(), case("a")], [[("a", 0.9)], [("b", 0.9)]])
        self.assertGreater(best, 0.9)
        self.assertEqual(objective, 1)


class LuceneRules(unittest.TestCase):
    def check(self, function, pairs):
        for given, expected in pairs.items():
            with self.subTest(given):
                self.assertEqual(function(given), expected)

    def test_normalizer(self):
        self.check(lucene_arabic.normalize, {
            "أإآٱ": "اااٱ", "مصطفى": "مصطفي", "سورية": "سوريه", "مُحَمَّد": "محمد", "أردوغـان": "اردوغان",
            "رؤوف": "رؤوف", "فائز": "فائز", "علی": "علی",
        })

    def test_stemmer(self):
        self.check(lucene_arabic.stem, {
            "الحسن": "حسن", "والحسن": "حسن", "بالحسن": "حسن", "كالحسن": "حسن", "فالحسن": "حسن", "للاخر": "اخر",
            "وحسن": "حسن", "ولد": "ولد", "الو": "الو",
            "زوجها": "زوج", "ساهدان": "ساهد", "ساهدات": "ساهد", "ساهدون": "ساهد", "ساهدين": "ساهد", "ساهديه": "ساهد",
            "ساهده": "ساهد", "ساهدي": "ساهد", "ساهدهات": "ساهد", "مالي": "مال", "لبناني": "لبنان", "وارسو": "ارسو",
        })

    def test_tokens(self):
        self.check(lucene_arabic.tokenize, {
            "بور-سعيد، مصر": ["بور", "سعيد", "مصر"], "أ.ف.ب": ["أ.ف.ب"], "٢٤ ساعة": ["24", "ساعة"],
            "«داعش»": ["داعش"], "مُحَمَّد": ["مُحَمَّد"], "": [], "…": [],
        })

    def test_edit_distance(self):
        for one, other, edits in [("", "", 0), ("ab", "ba", 1), ("abc", "abc", 0), ("abc", "", 3), ("abc", "axc", 1),
                                  ("ca", "abc", 3), ("abcd", "acbe", 2)]:
            with self.subTest(one=one, other=other):
                self.assertEqual(lucene_arabic.edit_distance(one, other), edits)
                self.assertEqual(lucene_arabic.edit_distance(other, one), edits)

    def test_neighbours_are_those_of_every_comparison(self):
        tokens = [first + second + third + fourth for first in "abc" for second in "abc" for third in "ab"
                  for fourth in ("", "a", "bc")]
        neighbours = lucene_arabic.Neighbours(tokens)
        for token in ["abab", "cab", "ba", "ccbbc"]:
            for edits in range(3):
                distances = {other: lucene_arabic.edit_distance(token, other) for other in tokens}
                near = {pair for pair in distances.items() if pair[1] <= edits}
                self.assertEqual(set(neighbours.within(token, edits)), near)

    def test_every_token_of_the_query_must_match(self):
        exact, fuzzy = lucene_arabic.systems()[:2]
        for system in (exact, fuzzy):
            system.fit([Label("north", "كوريا الشمالية"), Label("south", "كوريا الجنوبية"), Label("de", "المانيا")])
        self.assertEqual(exact.rank("الجنوبية كوريا", 5), [("south", 1)])
        self.assertEqual(dict(exact.rank("كوريا", 5)), {"north": 0.5, "south": 0.5})
        self.assertEqual(exact.rank("كورنا الجنوبية", 5), [])
        self.assertEqual([entity for entity, _ in fuzzy.rank("كورنا الجنوبية", 5)], ["south"])
        self.assertEqual(fuzzy.rank("", 5), [])

    def test_budgets(self):
        self.assertEqual([lucene_arabic.auto_budget("x" * length) for length in range(1, 8)], [0, 0, 1, 1, 1, 2, 2])


class Tables(unittest.TestCase):
    def test_ids_of_one_entity_count_as_one(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "entities.tsv").write_text("id\ttype\tsame_as\nQ1\tcity\tgeonames:1|iso:X\nQ2\tcity\t\n")
            (folder / "aliases.tsv").write_text("id\talias\nQ1\tone\nQ2\ttwo\n")
            (folder / "cases.tsv").write_text("name\texpected\tphenomenon\tforbidden\ttypes\n"
                                              "a\tgeonames:1|Q2\tvowel\tiso:X\t\nb\tNIL\tnil\t\tcity\n")
            pack = Pack(folder)
            first, second = read_cases(folder / "cases.tsv", pack)
        self.assertEqual(pack.labels, [Label("Q1", "one", "city"), Label("Q2", "two", "city")])
        self.assertEqual((first.expected, first.forbidden, first.hints), ({"Q1", "Q2"}, "Q1", ()))
        self.assertEqual((second.expected, second.hints), (frozenset(), ("city", "", "", "")))

    def test_figures_leave_out_hints_and_what_was_not_asked(self):
        cases = [case("a"), case("b"), case("a", hints=("city", "", "", ""))]
        answers = [Answer(RESOLVED, "a", ("a",)), Answer(RESOLVED, "c", ("c",)), None]
        figures = report.headline(cases, answers)
        self.assertEqual((figures["variants_resolved"], figures["variants_wrong"]), (0.5, 0.5))
        self.assertIsNone(figures["hinted_resolved"])
        self.assertIsNone(figures["merged"])
        self.assertEqual(report.by_phenomenon(cases, answers)["vowel"]["cases"], 2)


class Distractors(unittest.TestCase):
    def test_cities_that_share_a_name_or_an_id_are_left_out(self):
        chosen = self.choose([
            self.city("Q1", "Latin"), self.city("Q2", "small", "0.1", ar="صغيرة"),
            self.city("Q3", "great", "0.9", ar="كبيرة"),
            self.city("Q4", "of the pack"), self.city("Q5", "the same", same_as="geonames:5|iso:5"),
            self.city("Q6", "asked", ar="مكّة"), self.city("Q7", "labelled", fr="Berlin")])
        self.assertEqual([(entity["id"], label) for entity, label in chosen],
                         [("Q3", ("كبيرة", "ar")), ("Q2", ("صغيرة", "ar")), ("Q1", ("Latin", "en"))])

    @staticmethod
    def city(city_id, name, rank="", same_as="", **aliases):
        return ({"id": city_id, "name": name, "rank": rank, "same_as": same_as},
                [{"alias": alias, "lang": language, "kind": "preferred"} for language, alias in aliases.items()])

    @staticmethod
    def choose(cities):
        pack = types.SimpleNamespace(canonical={"Q4": "Q4", "geonames:5": "Q9"}, labels=[Label("Q9", "BERLIN")])
        return distractors.choose([entity for entity, _ in cities], {entity["id"]: names for entity, names in cities},
                                  [pack], [case(name="مكه")])

    def test_lossy(self):
        for one, other in [("مكة", "مكه"), ("أوسلو", "اوسلو"), ("نيو يورك", "نيويورك"), ("Zürich", "zurich")]:
            self.assertEqual(distractors.lossy(one), distractors.lossy(other))

    def test_every_name_is_folded(self):
        self.assertEqual(fold("  ﻣﻜﺔ   X "), "مكة x")


if __name__ == "__main__":
    unittest.main()
