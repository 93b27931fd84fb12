"""Accuracy on the gold mentions of real news texts, if they lie beside the project.

Asks every distinct surface of `mentions.tsv` (tier `core`, QID given) twice: with the bundled packs, and with every
alias taken away but one preferred Arabic and one English label of each entity (demonyms stay), so that rules and not
listed forms must do the work.

    python3 checks/mentions.py [FOLDER WITH mentions.tsv] [-v]
"""

import json
import pathlib
import shutil
import sys
import tempfile

import yaqut

LEAST_LISTED = 1.0
LEAST_RIGHT = 0.97
LEAST_RIGHT_BY_RULES = 0.85
MOST_WRONG_BY_RULES = 0.01


def gold(folder):
    rows = yaqut.read_table(folder / "mentions.tsv")
    return sorted({(row["surface"], row["qid"]) for row in rows if row["tier"] == "core" and row["qid"]})


def labels_only(pack, target):
    """Copies a pack with one Arabic and one English preferred label an entity, and its demonyms."""
    target.mkdir()
    manifest = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))
    del manifest["resources"]
    (target / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    shutil.copy(pack / "entities.tsv", target / "entities.tsv")
    kept, labelled = [], set()
    rows = sorted(yaqut.read_aliases(pack), key=lambda row: row["kind"] != "preferred")
    for row in rows:
        if row["kind"] == "demonym":
            kept.append(row)
        elif row["lang"] in ("ar", "en") and (row["id"], row["lang"]) not in labelled:
            labelled.add((row["id"], row["lang"]))
            kept.append(row)
    columns = ["id", "alias", "lang", "kind", "article", "source", "note"]
    yaqut.write_table(target / "aliases.tsv", columns, kept)


def names_of(answer):
    """IDs by which a candidate is known."""
    return [{candidate["id"], *candidate["same_as"]} for candidate in answer["candidates"]]


def measure(title, cases, verbose, *arguments):
    surfaces = [surface for surface, _ in cases]
    listed = right = wrong = 0
    for (surface, qid), answer in zip(cases, yaqut.resolve(surfaces, "--limit", "20", *arguments)):
        places = [place for place, ids in enumerate(names_of(answer)) if qid in ids]
        listed += bool(places)
        # A rival of the same form cannot be told apart without context.
        forms = {round(candidate["form_similarity"], 2) for candidate in answer["candidates"][: places[0] + 1]} if places else ()
        is_right = bool(places) and (
            (answer["status"] == "RESOLVED" and places[0] == 0) or (answer["status"] == "AMBIGUOUS" and len(forms) == 1)
        )
        is_wrong = answer["status"] == "RESOLVED" and places[:1] != [0]
        right += is_right
        wrong += is_wrong
        if verbose and not is_right:
            best = [(c["id"], c["name"], round(c["score"], 2), c["tier"], c["matched_alias"]) for c in answer["candidates"][:3]]
            print(f"  {'WRONG' if is_wrong else 'missed'} {surface} ({qid}): {answer['status']} {best}")
    print(f"{title}: listed {yaqut.share(listed, len(cases))}, right {yaqut.share(right, len(cases))}, "
          f"wrong {yaqut.share(wrong, len(cases))}")
    return listed / len(cases), right / len(cases), wrong / len(cases)


def main():
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    folder = pathlib.Path(folders[0]) if folders else yaqut.ROOT.parent / "shared" / "seeds"
    if not (folder / "mentions.tsv").is_file():
        print(f"skipped: there is no {folder / 'mentions.tsv'}")
        return 0
    cases = gold(folder)
    verbose = "-v" in sys.argv
    listed, right, _ = measure("bundled packs", cases, verbose)
    with tempfile.TemporaryDirectory() as scratch:
        stack = ["--no-default-packs", "--cache-dir", str(pathlib.Path(scratch) / "cache")]
        for pack in yaqut.PACKS:
            target = pathlib.Path(scratch) / pack.name
            labels_only(pack, target)
            stack += ["--pack", str(target)]
        _, right_by_rules, wrong_by_rules = measure("labels only", cases, verbose, *stack)
    holds = (
        listed >= LEAST_LISTED
        and right >= LEAST_RIGHT
        and right_by_rules >= LEAST_RIGHT_BY_RULES
        and wrong_by_rules <= MOST_WRONG_BY_RULES
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
