"""Arabic letter forms: the folds by which the build finds conflicts, and nothing of Yaqut's own rules.

`fold` takes away what no reader takes for another name (marks, tatweel, the Persian keyboard's kaf and yeh, the seat
of hamza on alif); `loose` also what Arabic typists mix up at the end of a word. Both serve to see when two names of
the benchmark would be one name to a reader.
"""

import re
import unicodedata

MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
                   "\u200b-\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
KEYBOARD = str.maketrans("یېےکڪھہەۀۃٱ", "يييككهههه" + "ةا")
ALIF = str.maketrans("أإآ", "ااا")
SEPARATORS = re.compile(r"[\s\-–—‐‑_.,،؛:;'’‘ʼʻ`´\"“”«»()/]+")
ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]")


def safe(name):
    """Marks, tatweel and invisible signs gone, keyboard letters made Arabic, separators one space, lower case."""
    name = unicodedata.normalize("NFKC", name.replace("ی\u0654", "ئ").replace("ى\u0654", "ئ"))
    name = MARKS.sub("", name).translate(KEYBOARD)
    return SEPARATORS.sub(" ", name).strip().casefold()


def fold(name):
    """`safe`, and every alif bare: two names equal in this are one name in print."""
    return safe(name).translate(ALIF)


def joined(name):
    """`fold` without spaces."""
    return fold(name).replace(" ", "")


def loose(name):
    """`joined`, with final ة as ه, ى as ي, and hamza seats gone: equal in careless typing."""
    words = [re.sub("ة$", "ه", word) for word in fold(name).split()]
    return "".join(words).replace("ى", "ي").replace("ئ", "ي").replace("ؤ", "و").replace("ء", "")


def is_arabic(name):
    return bool(ARABIC_LETTER.search(name))


def distance(a, b):
    """Levenshtein distance of two strings."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
