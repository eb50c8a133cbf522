"""Writes service/wirecopy/core/text/unicode_table.py: what each code point is to the tokeniser, pinned to one Unicode version.

The table is committed and not made at start, because two replicas on different Python versions carry different
Unicode data, and a token that one of them splits would break law 1 (same log, same verdicts).

    python tools/make_unicode_table.py [--check]
"""

from __future__ import annotations

import base64
import sys
import unicodedata
import zlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent.parent / "service" / "wirecopy" / "core" / "text" / "unicode_table.py"
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


def fold(character: str) -> list[int]:
    """NFKC and case fold of one code point, decomposed, marks and what is neither letter nor digit out."""
    code_point = ord(character)
    if 0xAC00 <= code_point <= 0xD7A3:  # Hangul syllables stay whole
        return [code_point]
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    composed = unicodedata.normalize("NFC", folded) if 0x1100 <= ord(folded[0]) <= 0x11FF else folded
    return [ord(c) for c in composed if unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Mc"]


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
        elif category in ("Mn", "Me", "Cf", "Cs"):
            classes[code_point] = DROPPED
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
