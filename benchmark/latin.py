"""Whether a Latin and an Arabic form can be renderings of one sound: a plain comparison of consonants."""

import re
import unicodedata

import forms

# A Latin consonant or digraph → the Arabic consonants that render it.
RENDERINGS = {
    "sch": "ش", "dsch": "ج", "tsch": "ش", "sh": "ش", "ch": "شخكجت", "kh": "خك", "gh": "غق", "th": "ثتذط", "dh": "ذدضظ",
    "ph": "ف",
    "ck": "ك", "qu": "كق", "ts": "ستص", "tz": "ستز", "dj": "ج", "zh": "جز", "sz": "شس", "cz": "شت",
    "b": "ب", "c": "كسثقش", "d": "دضذ", "f": "ف", "g": "غجقك", "h": "هحخ", "j": "جيخ", "k": "كقخ", "l": "ل", "m": "م",
    "n": "ن", "p": "ب", "q": "قك", "r": "ر", "s": "سصزش", "t": "تط", "v": "فو", "w": "فو", "x": "كسخ", "z": "زسظضذث",
}
SOUND = re.compile("|".join(sorted(RENDERINGS, key=len, reverse=True)))
WEAK = "vw"              # may be no consonant in Arabic: و
SILENT = str.maketrans("", "", "اويىةهءأإآؤئع -")


def kinship(latin, arabic):
    """True if the consonants agree but for one in four."""
    plain = "".join(c for c in unicodedata.normalize("NFD", latin.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"^(al|el|ad|as|an|at)[- ]", "", plain)
    sounds = [sound for sound in SOUND.findall(plain) if sound != "h"]
    letters = re.sub(r"\bال", "", forms.safe(arabic)).replace("تش", "ش").replace("كس", "ك").translate(SILENT)
    return edits(sounds, letters) * 4 <= max(len(sounds), len(letters), 1)


def edits(sounds, letters):
    """The fewest insertions, deletions and unlike pairs between Latin sounds and Arabic letters."""
    row = list(range(len(letters) + 1))
    for i, sound in enumerate(sounds, 1):
        last, row[0] = row[0], row[0] + (sound not in WEAK)
        for j, letter in enumerate(letters, 1):
            unlike = letter not in RENDERINGS[sound]
            doubled = i > 1 and sounds[i - 2] == sound
            last, row[j] = row[j], min(row[j] + (not doubled), row[j - 1] + 1, last + unlike)
    return row[-1]
