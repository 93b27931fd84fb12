"""From a peer's ranking to an answer, and the threshold that suits a peer best.

The objective, the same for every peer: resolved − 2 · wrong, summed over all development cases without hints, those
where NIL is right and those that must not be merged included. Of thresholds that reach the same, the highest is taken.
"""

import math

from protocol import AMBIGUOUS, LISTED_AT_MOST, NOT_FOUND, RESOLVED, Answer, judge

WORTH = {"resolved": 1, "wrong": -2}
SAME_SCORE = 1e-9
"""Scores that differ by less are a tie: no order of floating-point sums shall decide between entities."""


def best_of_entities(ranking):
    """One (id, score) for each entity, its best, best first; equal scores in order of ID. A score of 0 is no hit."""
    best = {}
    for entity, score in ranking:
        if score > 0:
            best[entity] = max(score, best.get(entity, 0))
    return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))


def answer(ranking, threshold):
    """What a ranking by `best_of_entities` says at a threshold: a tie at the top is AMBIGUOUS."""
    listed = tuple(entity for entity, _ in ranking[:LISTED_AT_MOST])
    if not ranking or ranking[0][1] < threshold:
        return Answer(NOT_FOUND, candidates=listed)
    if len(ranking) > 1 and ranking[0][1] - ranking[1][1] <= SAME_SCORE:
        return Answer(AMBIGUOUS, candidates=listed)
    return Answer(RESOLVED, ranking[0][0], listed)


def worth(case, ranking, threshold):
    return WORTH.get(judge(case, answer(ranking, threshold)), 0)


def best_threshold(cases, rankings):
    """The threshold with the greatest objective, and that objective.

    A case changes its outcome only where the threshold passes its top score: O(n log n).
    """
    objective = sum(worth(case, ranking, math.inf) for case, ranking in zip(cases, rankings, strict=True))
    best = (objective, math.inf)
    tops = sorted(((ranking[0][1], case, ranking) for case, ranking in zip(cases, rankings, strict=True) if ranking),
                  key=lambda top: -top[0])
    for place, (score, case, ranking) in enumerate(tops):
        objective += worth(case, ranking, -math.inf) - worth(case, ranking, math.inf)
        if place + 1 == len(tops) or tops[place + 1][0] < score:
            best = max(best, (objective, score))
    return best[1], best[0]
