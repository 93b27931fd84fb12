"""Names that are hard to answer, drawn by a seeded generator."""

import functools
import itertools

import yaqut

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
MARKS = [chr(mark) for mark in range(0x64B, 0x653)]
MAX_BYTES = 512
MAX_POINTS = 256


@functools.cache
def listed():
    """Some aliases of every bundled pack, in several scripts. (Tables have no quotes: a tab is a tab.)"""
    found = set()
    for pack in yaqut.PACKS:
        for path in sorted(pack.glob("aliases*.tsv")):
            with open(path, encoding="utf-8") as file:
                at = next(file).rstrip("\n").split("\t").index("alias")
                found.update(line.split("\t", at + 1)[at] for line in itertools.islice(file, 0, 120_000, 4))
    return sorted(name for name in found if 5 <= len(name) <= 60)


def slip(chance, name, edits=2):
    """The name with letters changed, left out, put in or swapped."""
    letters = list(name)
    for _ in range(edits):
        at = chance.randrange(len(letters))
        match chance.randrange(4):
            case 0:
                letters[at] = chance.choice(LETTERS)
            case 1 if len(letters) > 3:
                del letters[at]
            case 2:
                letters.insert(at, chance.choice(LETTERS))
            case _:
                other = max(0, at - 1)
                letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def misspelt(chance):
    return slip(chance, chance.choice(listed()))


def fit(name, bytes_=MAX_BYTES, points=MAX_POINTS):
    """The longest beginning of the name that a request may hold."""
    return name[:points].encode("utf-8", "ignore")[:bytes_].decode("utf-8", "ignore").strip()


def heavy(chance):
    """As long as may be, of misspelt names: every token is searched for."""
    parts = []
    while sum(map(len, parts)) < MAX_POINTS:
        parts.append(misspelt(chance))
    return fit(" ".join(parts))


# -- pathological -------------------------------------------------------------------------------------------------------


def _one_letter(chance):
    return chance.choice(LETTERS + "aоאक中") * chance.randint(1, 300)


def _proclitics(chance):
    return "".join(chance.choice(("و", "ال", "وال", "بال", "ل", "ف", "ك")) for _ in range(chance.randint(2, 120)))


def _marks(chance):
    return "".join(letter + "".join(chance.choices(MARKS, k=chance.randint(0, 40))) for letter in misspelt(chance))


def _latin_marks(chance):
    return "".join(c + "".join(chr(chance.randint(0x300, 0x36F)) for _ in range(chance.randint(0, 31))) for c in "abcdefgh")


def _ligatures(chance):
    return chance.choice(("\ufdfa", "\ufdfb", "\ufdf2", "\ufefb", "\u33c2", "\u3300")) * chance.randint(1, 80) + misspelt(chance)


def _joiners(chance):
    joiners = ("\u200d", "\u200c", "\u200b", "\u2060", "\ufeff", "\u200e", "\u202e", "\u2066", "\u00ad", "\ufe0f")
    return "".join(c + chance.choice(joiners) * chance.randint(0, 9) for c in misspelt(chance))


def _scripts(chance):
    ranges = ((0x41, 0x17F), (0x370, 0x52F), (0x5D0, 0x5EA), (0x620, 0x6D3), (0x905, 0x939), (0xAC00, 0xD7A3), (0x4E00, 0x9FFF), (0x1F300, 0x1F6FF))
    return "".join(chr(chance.randint(*chance.choice(ranges))) for _ in range(chance.randint(1, 200)))


def _any_point(chance):
    points = (chance.randrange(0x110000) for _ in range(chance.randint(1, 120)))
    return "".join(chr(p) for p in points if not 0xD800 <= p < 0xE000)


def _tokens(chance):
    return " ".join(chance.choice(LETTERS) * chance.randint(1, 3) for _ in range(chance.randint(20, 128)))


def _shuffled(chance):
    tokens = " ".join(chance.choice(listed()) for _ in range(chance.randint(2, 12))).split()
    chance.shuffle(tokens)
    return " ".join(tokens)


def _punctuation(chance):
    return "".join(c + chance.choice(("", "-", "'", "/", ".", "،", "\u0640" * 20, "\n", "\t", "\0")) for c in misspelt(chance))


def _digits(chance):
    return "".join(chance.choice("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳") for _ in range(chance.randint(1, 256)))


def _short(chance):
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 5)))


def _skeleton(chance):
    return "".join(chance.choice("bnjydrzshAEIOUaeiou") for _ in range(chance.randint(6, 40)))


SORTS = {
    "misspelt": misspelt, "two slips of a long name": lambda c: slip(c, fit(" ".join(c.choices(listed(), k=4)))),
    "longest of misspelt names": heavy, "one letter": _one_letter, "proclitics": _proclitics, "Arabic marks": _marks,
    "Latin marks": _latin_marks, "ligatures that grow": _ligatures, "joiners and bidi": _joiners, "many scripts": _scripts,
    "any code points": _any_point, "many short tokens": _tokens, "shuffled tokens": _shuffled,
    "punctuation between": _punctuation, "digits": _digits, "few letters": _short, "Latin of one skeleton": _skeleton,
}
