"""The tables: figures of one half as Markdown."""

import dataclasses
import typing

from protocol import OTHER_LANGUAGES, is_negative, is_spelling_variant, tally


@dataclasses.dataclass(frozen=True)
class Column:
    """A figure of the headline table: the share of some outcomes among some cases."""
    key: str
    title: str
    of: typing.Callable
    outcomes: tuple
    hinted: bool = False

    def cases(self, case):
        return bool(case.hints) == self.hinted and self.of(case)


def phenomenon(name):
    return lambda case: case.phenomenon == name


HEADLINE = [
    Column("variants_resolved", "variants resolved", is_spelling_variant, ("resolved",)),
    Column("variants_wrong", "variants wrong", is_spelling_variant, ("wrong",)),
    Column("merged", "must-not-merge merged", lambda case: bool(case.forbidden), ("merged",)),
    Column("nil_wrong", "NIL wrong", is_negative, ("wrong",)),
    Column("homographs_ambiguous", "homographs AMBIGUOUS", phenomenon("homograph"), ("resolved",)),
    Column("proclitic_like_kept", "proclitic-like kept", phenomenon("proclitic_like"), ("resolved",)),
    Column("proclitic_like_wa", "the same with و", phenomenon("proclitic_like_wa"), ("resolved",)),
    Column("cross_script_listed", "cross-script listed", phenomenon("cross_script"), ("resolved", "listed")),
    Column("other_languages_resolved", "Persian, Urdu … forms resolved",
           lambda case: case.phenomenon in OTHER_LANGUAGES, ("resolved",)),
    Column("hinted_resolved", "with hints resolved", lambda case: True, ("resolved",), hinted=True),
]


def headline(cases, answers):
    """The shares of the headline table by key, each from 0 to 1; None where a system has no such answers."""
    return {column.key: share(column, cases, answers) for column in HEADLINE}


def share(column, cases, answers):
    chosen = [(case, answer) for case, answer in zip(cases, answers, strict=True)
              if column.cases(case) and answer is not None]
    counts = tally([case for case, _ in chosen], [answer for _, answer in chosen])
    return sum(counts[outcome] for outcome in column.outcomes) / len(chosen) if chosen else None


def by_phenomenon(cases, answers):
    """The counts of outcomes of the cases without hints, by phenomenon."""
    groups = {}
    for case, answer in zip(cases, answers, strict=True):
        if not case.hints:
            groups.setdefault(case.phenomenon, []).append((case, answer))
    return {name: tally(*zip(*groups[name], strict=True)) for name in sorted(groups)}


def markdown(half):
    """Both tables of a half's report."""
    lines = [f"### {half['title']}", "",
             f"{half['cases']} cases, {half['entities']} entities, {half['distractors']} cities as distractors. Shares "
             "are in %; the number of cases stands in the second row. Names/s: one thread a peer, Yaqut as it comes.",
             "", *headline_table(half), "", "By phenomenon: resolved / wrong, in % of the cases.", "",
             *phenomenon_table(half)]
    return "\n".join(lines) + "\n"


def headline_table(half):
    columns = [column for column in HEADLINE if half["headline_cases"][column.key]]
    yield row("system", *(column.title for column in columns), "names/s", "threshold")
    yield row(*[":--"], *["--:"] * (len(columns) + 2))
    yield row("*cases*", *(f"*{half['headline_cases'][column.key]}*" for column in columns), "", "")
    for system in half["systems"]:
        figures = (percent(system["headline"][column.key]) for column in columns)
        yield row(system["name"], *figures, f"{system['names_per_second']:,.0f}", threshold(system["threshold"]))


def phenomenon_table(half):
    systems = half["systems"]
    yield row("phenomenon", "cases", *(system["name"] for system in systems))
    yield row(":--", *["--:"] * (len(systems) + 1))
    for name, counts in systems[0]["phenomena"].items():
        cells = (system["phenomena"][name] for system in systems)
        yield row(name, counts["cases"], *(f"{of(cell, 'resolved')} / {of(cell, 'wrong')}" for cell in cells))


def of(counts, outcome):
    return f"{100 * counts[outcome] / counts['cases']:.0f}"


def percent(figure):
    return "n/a" if figure is None else f"{100 * figure:.1f}"


def threshold(figure):
    return "" if figure is None else f"{figure:.3g}"


def row(*cells):
    return f"| {' | '.join(map(str, cells))} |"
