"""Names the phenomenon by which two spellings of one name differ.

This is the benchmark's own rule, from letters alone; it asks no resolver. Two forms are compared from the outside in:
marks, the Persian keyboard, separators, alif seats, final letters. What is left is aligned letter by letter with the
fewest edits, and each edit has a class by the table below. One class names the phenomenon; several are `mixed`; one
edit of no class is `consonant`. Anything further apart is `other_name`: more than half of the letters edited, two
edits of no class, or a word more on one side.
"""

import re
from functools import cache

import forms

OTHER_NAME = "other_name"
VOWELS = "اوي"

# Letters of one sound, by class; a digraph may stand for a letter.
SUBSTITUTIONS = {
    "g_letter": [("غ", "ج")],
    "g_k": [("غ", "ك"), ("ج", "ك"), ("ق", "گ")],
    "g_q": [("غ", "ق"), ("ج", "ق")],
    "k_q": [("ك", "ق")],
    "t_letter": [("ت", "ط")],
    "th_letter": [("ت", "ث"), ("س", "ث"), ("د", "ذ"), ("ز", "ذ"), ("ض", "د"), ("ظ", "ز"), ("ض", "ظ"), ("ص", "ث"),
                  ("ز", "ث")],
    "s_letter": [("س", "ص")],
    "s_z": [("س", "ز"), ("ص", "ز"), ("ز", "تس"), ("س", "تس")],
    "sh_s": [("س", "ش")],
    "tsh": [("ش", "تش"), ("ش", "ج"), ("تش", "ج"), ("تش", "ك"), ("تش", "س"), ("تش", "ت"), ("ش", "دج"),
            ("تش", "چ"), ("ش", "چ"), ("ج", "چ")],
    "zh": [("ج", "ز"), ("ج", "دج"), ("ش", "ز")],
    "kh_g": [("خ", "غ"), ("خ", "ك"), ("خ", "ق"), ("خ", "ج"), ("ه", "خ"), ("ح", "خ"), ("ش", "خ")],
    "h_letter": [("ح", "ه")],
    "h_g": [("ه", "غ"), ("ه", "ج")],
    "x": [("كس", "ز"), ("كس", "س"), ("كس", "خ"), ("كس", "ش")],
    "v_letter": [("ڤ", "ف"), ("ڤ", "و"), ("ڤ", "ب")],
    "w_v": [("و", "ف")],
    "v_b": [("ف", "ب")],
    "n_m": [("ن", "م")],
    "j_y": [("ج", "ي")],
    "ain": [("ع", "ا"), ("ع", "ي"), ("ع", "و")],
    "persian_letters": [("پ", "ب"), ("چ", "تش"), ("چ", "ج"), ("چ", "ش"), ("ژ", "ج"), ("ژ", "ز"), ("ژ", "ش"),
                        ("گ", "غ"), ("گ", "ج"), ("گ", "ك")],
    "voicing": [("د", "ت"), ("د", "ط")],
    "vowel": [(a, b) for a in VOWELS for b in VOWELS if a < b],
}
CLASS_OF = {frozenset(pair): name for name, pairs in SUBSTITUTIONS.items() for pair in pairs}
LIGHT = {"vowel", "final_vowel", "hamza", "hamza_seat", "hamza_drop", "ta_marbuta", "yeh_maksura", "double",
         "persian_letters"}
FINAL = {"ا", "ة", "ه", "ي", "و"}

# Letters that Arabic does not use, and who does. Kaf and yeh of the Persian keyboard alone prove no language.
KURDISH = re.compile("[ۆێڵڕە]")
UYGHUR = re.compile("[ۇۈۋڭۅۉ]")
URDU = re.compile("[ٹڈڑںےہھۂۃ]")
PASHTO = re.compile("[ټډړږښګڼۍځڅې]")
SINDHI = re.compile("[ٻڀٺٿٽڄڃڇڏڌڊڍڙڦڪڻ]")
PERSIAN = re.compile("[پچژگکی]")
SCRIPTS = (("kurdish_form", KURDISH), ("uyghur_form", UYGHUR), ("pashto_form", PASHTO), ("sindhi_form", SINDHI),
           ("urdu_form", URDU), ("persian_form", PERSIAN))
FORMS = {name for name, _ in SCRIPTS}


@cache
def phenomenon(label, form):
    """The class of what differs between two spellings, or None if nothing does."""
    if label == form:
        return None
    return surface(label, form) or lettered(label, form)


def orthography(form):
    """The spelling of another language that a form's letters show, as a phenomenon, or None."""
    return next((name for name, letters in SCRIPTS if letters.search(form)), None)


def surface(label, form):
    """Differences that any reader overlooks: `safe` forms, or their joined or bare-alif forms, are equal."""
    a, b = forms.safe(label), forms.safe(form)
    if a == b:
        if "ـ" in label + form:
            return "tatweel"
        if re.search("[\u064b-\u0652\u0670]", label + form):
            return "diacritics"
        if orthography(label + form):
            return "persian_letters"
        return "hyphen"
    if a.replace(" ", "") == b.replace(" ", ""):
        return "space"
    if forms.fold(label) == forms.fold(form):
        return "madda" if "آ" in label + form else "hamza"
    return None


def lettered(label, form):
    """The class of the edits between two forms that differ in letters."""
    classes, words, far = compare(label, form)
    if far:
        return OTHER_NAME
    classes = classes | set(words)
    if len(classes) == 1:
        return classes.pop()
    return "madda" if classes == {"hamza", "madda"} else "mixed"


@cache
def compare(label, form):
    """What differs: a set of article and space, the class of each edit of letters, and whether it is too much."""
    classes = set()
    a, b = forms.fold(label), forms.fold(form)
    bare_a, bare_b = (re.sub(r"\bال(?=\w{2})", "", x) for x in (a, b))
    if bare_a == bare_b:
        return {"article"}, [], False
    if forms.distance(bare_a, bare_b) < forms.distance(a, b) and a.startswith("ال") != b.startswith("ال"):
        classes.add("article")
        a, b = bare_a, bare_b
    if len(a.split()) != len(b.split()):
        classes.add("space")
    a, b = a.replace(" ", "\u0001"), b.replace(" ", "\u0001")
    edits = align(a, b)
    spaces = sum("\u0001" in x + y for x, y, *_ in edits)
    edits = [(x, y, final) for x, y, final in edits if "\u0001" not in x + y]
    words = [class_of(x, y, final) for x, y, final in edits]
    return classes, words, too_far(label, form, words, edits, spaces)


def too_far(label, form, words, edits, spaces):
    letters = max(len(forms.joined(label)), len(forms.joined(form)))
    shorter = min(len(forms.joined(label)), len(forms.joined(form)))
    changed = sum(max(len(x), len(y)) for x, y, _ in edits)
    unknown = words.count("consonant")
    heavy = [word for word in words if word not in LIGHT]
    return (changed > letters / 2 or unknown > 1 or spaces > 2 or (unknown and shorter < 6)
            or (spaces and letters - shorter > 2) or len(heavy) > max(2, letters // 4)
            or (shorter <= 3 and changed > 1))


def class_of(x, y, final):
    """The class of one edit: `x` became `y`; either may be empty. `final` tells the end of a word on either side."""
    pair = frozenset((x, y))
    if {x, y} <= {"ى", "ي"}:
        return "yeh_maksura"
    if {x, y} == {"ة", "ه"}:
        return "ta_marbuta"
    if {x, y} & {"ئ", "ؤ", "ء"}:
        return "hamza_drop" if "" in pair else "hamza_seat" if {x, y} & set("ئؤءايو") == pair else "consonant"
    if final and all(letter in FINAL | {"", "ى"} for letter in (x, y)):
        return "final_vowel"
    if "ى" in pair or "" in pair:
        return {"ا": "vowel", "و": "vowel", "ي": "vowel", "ى": "final_vowel", "ع": "ain", "ه": "h_letter",
                "ت": "t_drop", "ط": "t_drop", "D": "double", "N": "ng"}.get(x or y, "consonant")
    return CLASS_OF.get(pair, "consonant")


def align(a, b):
    """The cheapest edits between two strings, as (from, to, at the end of a word); digraphs count as one letter."""
    steps = {(0, 0): (0, None)}
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if (i, j) != (0, 0):
                steps[i, j] = min(moves(a, b, i, j, steps), key=lambda step: step[0])
    return backtrack(a, b, steps)


def moves(a, b, i, j, steps):
    """All ways to reach the cell (i, j), each with its cost: classed edits are cheaper than unclassed ones."""
    for di, dj in ((1, 1), (1, 0), (0, 1), (1, 2), (2, 1)):
        if di <= i and dj <= j:
            x, y = a[i - di:i], b[j - dj:j]
            cost = price(x, y, at_end(a, i) and at_end(b, j))
            if cost is not None:
                yield steps[i - di, j - dj][0] + cost, (di, dj)


@cache
def price(x, y, final):
    """The cost of an edit; None for what is no edit at all."""
    if x == y:
        return 0
    if len(x) + len(y) > 2:
        return 1.1 if frozenset((x, y)) in CLASS_OF else None
    if "\u0001" in x + y:
        return 1.0 if not (x and y) else 9
    return 1.6 if class_of(x, y, final) == "consonant" else 1.0


def at_end(text, position):
    return position == len(text) or text[position] == "\u0001"


def backtrack(a, b, steps):
    i, j, edits = len(a), len(b), []
    while (i, j) != (0, 0):
        di, dj = steps[i, j][1]
        x, y = a[i - di:i], b[j - dj:j]
        if x != y:
            edits.append(mark(a, b, i, j, x, y) + (at_end(a, i) and at_end(b, j),))
        i, j = i - di, j - dj
    return edits


def mark(a, b, i, j, x, y):
    """An inserted or dropped letter beside its like is doubling (`D`), one of /g/ after ن is -ng (`N`)."""
    if x and y:
        return x, y
    text, at = (a, i) if x else (b, j)
    letter = x or y
    if letter in "غجكقگ" and text[at - 2:at - 1] == "ن":
        return "N", ""
    beside = text[at - 2:at - 1] == letter or text[at:at + 1] == letter
    return ("D", "") if beside and letter != "\u0001" else (x, y)
