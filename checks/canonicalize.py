"""Accuracy and safety of `yaqut canonicalize` on a list of 100,000 names drawn from the bundled packs.

Half of the names are untouched, a quarter carry a proclitic or another hamza, yeh or teh marbuta (Arabic names), and a
quarter one random edit (names of five letters or more). The generator is seeded. An answer is right if it names an
entity that bears the drawn name, or is AMBIGUOUS between entities that all bear it; it is wrong if it names another.

    python3 checks/canonicalize.py [NUMBER OF NAMES [ARGUMENTS OF THE PROGRAM]]

`SAMPLES=20` in the environment shows so many names of each verdict.
"""

import collections
import csv
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata

import yaqut

LEAST_RIGHT = {"untouched": 0.98, "changed": 0.98, "one edit": 0.90}
MOST_WRONG = 0.005

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
ALPHABETS = [ARABIC, "abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщыьэюя"]
MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f]")
FOLDS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي",
                       "ئ": "ي", "ؤ": "و", "ء": "", "ک": "ك", "ہ": "ه", "ە": "ه", "ھ": "ه", "ı": "i", "ø": "o",
                       "đ": "d", "ł": "l", "ə": "e", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"})


def fold(name):
    """A plain re-statement of the project's lossy key, to tell which entities bear a name."""
    name = unicodedata.normalize("NFKC", name).casefold()
    name = unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFD", name)))
    return "".join(c for c in MARKS.sub("", name).translate(FOLDS) if c.isalnum() or unicodedata.category(c)[0] == "M")


def read_packs():
    """The aliases, the entities under each folded name, and the canonical ID of every ID."""
    aliases, canonical = [], {}
    for pack in yaqut.PACKS:
        for row in yaqut.read_table(pack / "entities.tsv"):
            ids = [row["id"], *filter(None, row["same_as"].split("|"))]
            first = next((canonical[one] for one in ids if one in canonical), row["id"])
            canonical.update((one, first) for one in ids)
        aliases += [(row["alias"], row["id"]) for row in yaqut.read_aliases(pack)]
    bearers = collections.defaultdict(set)
    for alias, owner in aliases:
        bearers[fold(alias)].add(canonical.get(owner, owner))
    return aliases, bearers


def is_arabic(name):
    return any("\u0620" <= c <= "\u064a" for c in name)


def change(rng, name):
    """Another way to write an Arabic name that folds and proclitics undo."""
    options = [lambda n: rng.choice(["و", "ف", "ب", "ل", "ك", "وب", "ول"]) + n if not n.startswith("ال") else rng.choice(["و", "ب", "وب", "ف"]) + n]
    if re.search("[أإآ]", name):
        options.append(lambda n: re.sub("[أإآ]", "ا", n))
    if name.endswith("ة"):
        options.append(lambda n: n[:-1] + "ه")
    if name.endswith("ي"):
        options.append(lambda n: n[:-1] + "ى")
    if "ي" in name:
        options.append(lambda n: n.replace("ي", "ی"))
    return rng.choice(options)(name)


def edit(rng, name):
    """One insertion, deletion, substitution or transposition of letters."""
    alphabet = next((a for a in ALPHABETS if any(c in a for c in name.casefold())), None)
    letters = [i for i, c in enumerate(name) if c.isalpha()]
    i = rng.choice(letters)
    letter = rng.choice(alphabet or name.replace(" ", ""))
    kind = rng.randrange(4)
    if kind == 0:
        return name[:i] + letter + name[i:]
    if kind == 1:
        return name[:i] + name[i + 1 :]
    if kind == 2 and i + 1 < len(name):
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    return name[:i] + letter + name[i + 1 :]


def draw(count, aliases):
    rng = random.Random(20261121)
    arabic = [row for row in aliases if is_arabic(row[0]) and len(fold(row[0])) > 3]
    editable = [row for row in aliases if len(fold(row[0])) >= 5]
    for i in range(count):
        if i % 4 < 2:
            name, owner = rng.choice(aliases)
            yield "untouched", name, name
        elif i % 4 == 2:
            name, owner = rng.choice(arabic)
            yield "changed", name, change(rng, name)
        else:
            name, owner = rng.choice(editable)
            edited = edit(rng, name)
            yield ("one edit" if fold(edited) != fold(name) else "untouched"), name, edited


def judge(answer, rivals, truth):
    """`rivals` are the candidates of an ambiguous name that are not far less likely than the first."""
    if answer["status"] == "RESOLVED":
        return "right" if answer["canonical_id"] in truth else "wrong"
    if answer["status"] == "AMBIGUOUS":
        return "right" if rivals and rivals <= truth else "ambiguous"
    return "missed"


def read_rivals(review):
    """By name, the candidates with more than a seventh of the first one's score: too many to choose."""
    rivals = collections.defaultdict(set)
    best = {}
    with open(review, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["status"] == "AMBIGUOUS" and float(row["score"]) * 7 > best.setdefault(row["name"], float(row["score"])):
                rivals[row["name"]].add(row["candidate_id"])
    return rivals


def check_killed(source, folder, arguments):
    """A run that is killed leaves no output that could be taken for a whole one."""
    target = folder / "killed.csv"
    command = [yaqut.PROGRAM, "canonicalize", source, "--column", "name", "-o", target, *arguments]
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
    # As soon as it has written something, under whatever name.
    while process.poll() is None and not any(p.stat().st_size for p in folder.iterdir() if p != source):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL and not target.exists()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    samples_shown = int(os.environ.get("SAMPLES", "0"))
    arguments = sys.argv[2:]
    aliases, bearers = read_packs()
    cases = list(draw(count, aliases))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        source, target = folder / "names.csv", folder / "answers.csv"
        with open(source, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "name"])
            writer.writerows((i, name) for i, (_, _, name) in enumerate(cases))
        killed_leaves_nothing = check_killed(source, folder, arguments)
        started = time.monotonic()
        review = folder / "review.csv"
        yaqut.run("canonicalize", source, "--column", "name", "-o", target, "--review", review, "--limit", "100", *arguments)
        seconds = time.monotonic() - started
        with open(target, encoding="utf-8", newline="") as file:
            answers = list(csv.DictReader(file))
        rivals = read_rivals(review)
    in_order = [(a["row"], a["name"]) for a in answers] == [(str(i), c[2]) for i, c in enumerate(cases)]
    verdicts = collections.Counter()
    samples = collections.defaultdict(list)
    for (group, name, asked), answer in zip(cases, answers):
        verdict = judge(answer, rivals.get(asked, set()), bearers[fold(name)])
        verdicts[group, verdict] += 1
        samples[group, verdict].append(f"{asked} (from {name}) → {answer['canonical_name']} {answer['score']} {answer['tier']}")
    holds = killed_leaves_nothing and in_order
    for group, least in LEAST_RIGHT.items():
        counts = {verdict: verdicts[group, verdict] for verdict in ("right", "ambiguous", "missed", "wrong")}
        total = sum(counts.values())
        holds &= counts["right"] >= least * total
        print(f"{group}: {total} names, " + ", ".join(f"{v} {100 * n / total:.2f} %" for v, n in counts.items()))
        for verdict in ("wrong", "missed", "ambiguous"):
            for line in samples[group, verdict][:samples_shown]:
                print(f"  {verdict}: {line}")
    wrong = sum(n for (_, verdict), n in verdicts.items() if verdict == "wrong")
    holds &= wrong <= MOST_WRONG * count
    print(f"wrong in all: {yaqut.share(wrong, count)}; rows and order kept: {in_order}; "
          f"a killed run leaves no output: {killed_leaves_nothing}; {count / seconds:,.0f} rows/s")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
