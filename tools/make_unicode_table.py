"""Writes service/wirecopy/core/text/unicode_table.py: what each code point is to the tokeniser, pinned to one Unicode version.

The table is committed and not made at start, because two replicas on different Python versions carry different
Unicode data, and a token that one of them splits would break law 1 (same log, same verdicts).

What a sign folds to is Unicode's (NFKD, case, marks dropped) and, beyond that, what publishers write for each other
without noticing: a keyboard's, a converter's or a code page's form of the same letter. Each rule below names its
writers. A fold may make two words of a language one; a shingle of five tokens tells texts apart all the same.

    python tools/make_unicode_table.py [--check]
"""

from __future__ import annotations

import base64
import re
import sys
import unicodedata
import zlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent.parent / "service" / "wirecopy" / "core" / "text" / "unicode_table.py"
HAN_VARIANTS = Path(__file__).parent / "han_variants.txt"
CODE_POINTS = 0x20000  # beyond it lie only ideographs, which the kernel treats alike
SEPARATOR, DROPPED, PUNCTUATION, LETTER, UNSPACED, NEWLINE = range(6)
ENDS_SENTENCE, DIGIT, LOWER, CUTS = 8, 16, 32, 64

SENTENCE_END = ".!?…。！？．‼⁉؟۔।॥።။།։՝᙮᠃｡\"”“»«」』’')）›"
NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"
UNSPACED_BLOCKS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x1AAF),  # Tai Le, New Tai Lue, Khmer symbols, Buginese, Tai Tham
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3100, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),  # Yi
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
)

# Signs that only stretch a word: what a typesetter or a headline writer adds, and a copier drops.
STRETCHES = "\u0640\u07fa\u180a"  # Arabic tatweel, N'Ko lajanyalan, Mongolian nirugu
# Letters by category, apostrophes by use: Uzbek o\u02bb, Hawaiian \u02bbokina, Ukrainian \u02bc. Most sites and converters write
# \u2018, \u2019 or ' for them, which separate words; so do these.
APOSTROPHES = "\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02ee\u07f4\u07f5\ua78b\ua78c"
# One letter under several code points, by keyboard or code page; after decomposition.
TWINS = {
    # Arabic yeh, alef maksura and the Persian yeh; likewise kaf; Urdu's and Sorani's letters for h, teh marbuta
    **dict.fromkeys("\u064a\u0649", "\u06cc"),
    **dict.fromkeys("\u0643\u06aa", "\u06a9"),
    **dict.fromkeys("\u06c1\u06be\u06d5\u0629\u06c3", "\u0647"),
    "\u0671": "\u0627",
    # Turkish capitals folded by rules for English, and text typed without Turkish letters
    "\u0131": "i",
    # Azeri schwa, the letter that looks like it, and what stands for it where neither is to be had
    "\u0259": "e",
    "\u01dd": "e",
    # chillu letters: older input methods write the consonant, a virama and a joiner
    **dict(zip("\u0d7a\u0d7b\u0d7c\u0d7d\u0d7e\u0d7f", "\u0d23\u0d28\u0d30\u0d32\u0d33\u0d15", strict=True)),
    **dict(zip("\u0d54\u0d55\u0d56\u0d4e", "\u0d2e\u0d2f\u0d34\u0d30", strict=True)),
    "\u09ce": "\u09a4",  # Bengali khanda ta, likewise
}
# Serbian in its two scripts, letter by letter as its orthography has them; marks of the Latin form are dropped anyway.
SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgddezzijklmnoprstcufhccs", strict=True)) | {
    "љ": "lj",
    "њ": "nj",
    "џ": "dz",
}


def han_variants() -> dict[str, str]:
    """Traditional and regional Chinese signs → the simplified one."""
    lines = HAN_VARIANTS.read_text(encoding="utf-8").splitlines()
    groups = [group for line in lines if not line.startswith("#") for group in line.split()]
    return {variant: group[0] for group in groups for variant in group[1:]}


def plain(letter: str) -> str:
    """The Latin letter that this one is with a stroke, hook or the like: what a keyboard without it has (Vietnamese đ,
    Polish ł, Hausa ɓ). Unicode decomposes only what can be taken off."""
    found = WITH.match(unicodedata.name(letter, ""))
    return found[1].lower() if found else letter


WITH = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")
FOLDED_FURTHER = TWINS | SERBIAN | han_variants()


def fold(character: str) -> list[int]:
    """What of one code point is compared: NFKD and case fold, marks and what is neither letter nor digit out, each
    letter in its plainest form, digits in ASCII. Hangul syllables become their letters, since both forms are in use."""
    apart = unicodedata.normalize("NFKD", character).replace(
        "\u0345", ""
    )  # a mark, though its case fold is a letter
    folded = unicodedata.normalize("NFKD", apart.casefold())
    kept = [c for c in folded if unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Mc"]
    digits = [str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in kept]
    return [ord(c) for letter in digits for c in FOLDED_FURTHER.get(letter, plain(letter))]


def tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """classes u8[CODE_POINTS]; folds i32[CODE_POINTS], ≥ 0 a code point, < 0 minus the place in expansions i32[n]."""
    classes = np.zeros(CODE_POINTS, np.uint8)
    folds = np.arange(CODE_POINTS, dtype=np.int32)
    expansions: list[int] = [0]
    unspaced = np.zeros(CODE_POINTS, bool)
    for first, last in UNSPACED_BLOCKS:
        unspaced[first : last + 1] = True
    for code_point in range(CODE_POINTS):
        character = chr(code_point)
        category = unicodedata.category(character)
        if character in NEWLINES:
            classes[code_point] = NEWLINE
        elif category in ("Mn", "Me", "Cf", "Cs") or character in STRETCHES:
            classes[code_point] = DROPPED
        elif character in APOSTROPHES:
            classes[code_point] = PUNCTUATION
        elif category[0] in "LN" or category == "Mc":
            folded = fold(character)
            if not folded:
                classes[code_point] = DROPPED
                continue
            kind = (
                UNSPACED
                if (folded[0] >= CODE_POINTS or unspaced[folded[0]]) and category[0] != "N"
                else LETTER
            )
            flags = (DIGIT if category == "Nd" else 0) | (LOWER if category == "Ll" else 0)
            if (folded[0] * 0x9E3779B1 >> 13) & 1:
                flags |= CUTS
            classes[code_point] = kind | flags
            if len(folded) == 1:
                folds[code_point] = folded[0]
            else:
                folds[code_point] = -len(expansions)
                expansions += [len(folded), *folded]
        elif category[0] in "PS":
            classes[code_point] = PUNCTUATION
        else:
            classes[code_point] = SEPARATOR
        if character in SENTENCE_END:
            classes[code_point] |= ENDS_SENTENCE
    return classes, folds, np.array(expansions, np.int32)


def packed(array: np.ndarray) -> list[str]:
    text = base64.b85encode(zlib.compress(array.tobytes(), 9)).decode()
    return [text[i : i + 100] for i in range(0, len(text), 100)]


def source() -> str:
    classes, folds, expansions = tables()
    delta = folds - np.arange(
        CODE_POINTS, dtype=np.int32
    )  # compresses well: case pairs lie at fixed distances
    lines = [
        '"""What each code point is to the tokeniser. Written by tools/make_unicode_table.py: edit that, not this.',
        "",
        f"Unicode {unicodedata.unidata_version}; the tool's docstring says why the table is pinned.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "import base64",
        "import zlib",
        "",
        "import numpy as np",
        "import numpy.typing as npt",
        "",
        f'UNICODE_VERSION = "{unicodedata.unidata_version}"',
        "",
        "",
        "def _unpacked(text: str) -> bytes:",
        "    return zlib.decompress(base64.b85decode(text))",
        "",
    ]
    for name, array in (("_CLASSES", classes), ("_FOLD_DELTAS", delta), ("_EXPANSIONS", expansions)):
        lines += ["", f"{name} = ("]
        lines += [f'    "{row}"' for row in packed(array)]
        lines += [")"]
    lines += [
        "",
        "CLASSES: npt.NDArray[np.uint8] = np.frombuffer(_unpacked(_CLASSES), np.uint8)",
        "_PLACES: npt.NDArray[np.int32] = np.arange(len(CLASSES), dtype=np.int32)",
        "FOLDS: npt.NDArray[np.int32] = np.frombuffer(_unpacked(_FOLD_DELTAS), np.int32) + _PLACES",
        "EXPANSIONS: npt.NDArray[np.int32] = np.frombuffer(_unpacked(_EXPANSIONS), np.int32)",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") != source():
            print(f"{TARGET.name} is not what this tool writes under Unicode {unicodedata.unidata_version}")
            return 1
        return 0
    TARGET.write_text(source(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
