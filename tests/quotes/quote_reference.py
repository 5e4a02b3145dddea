"""The grades written a second time, in the plainest way and without a map of offsets; and how quotations are tried."""

import re
import unicodedata
from pathlib import Path

import pytest

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes import Passage, Text, find

FOLDER = Path(__file__).parents[2] / "seeds"
SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))]

INVISIBLE = [0xAD, *range(0x200B, 0x200E), 0x2060, 0xFEFF]
INVISIBLE += [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
WHITE_SPACE = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


def folded(text: str, grade: str) -> str:
    """Fold a text as a grade says."""
    if grade == "exact":
        return text
    visible = "".join(char for char in text if ord(char) not in INVISIBLE)
    text = re.sub(f"{WHITE_SPACE}+", " ", unicodedata.normalize("NFC", visible))
    if grade == "typographic":
        text = re.sub("[\u2018-\u201b]", "'", text)
        text = re.sub("[\u201c-\u201f]", '"', text)
        text = re.sub("[\u2010-\u2015\u2212]", "-", text)
        text = re.sub("[\ufb00-\ufb06]", lambda ligature: unicodedata.normalize("NFKC", ligature[0]), text)
    return text


def cuts(text: str, at: int) -> bool:
    """Whether a mark, or a Hangul vowel or final, stands here and has something to stand on."""
    before = "".join(char for char in text[:at] if ord(char) not in INVISIBLE)
    after = "".join(char for char in text[at:] if ord(char) not in INVISIBLE)
    if not before or not after or re.match(WHITE_SPACE, before[-1]):
        return False
    jamo = "\u1160" <= after[0] <= "\u11ff" or "\ud7b0" <= after[0] <= "\ud7ff"
    return jamo or unicodedata.category(after[0]).startswith("M")


def places(text: str, quote: str, grade: str) -> list[tuple[int, int]]:
    """Every slice that matches at a grade, found by trying all of them."""
    wanted = folded(quote, grade) if grade == "exact" else folded(quote, grade).strip(" ")
    found = []
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            at_edges = ord(text[start]) in INVISIBLE or ord(text[end - 1]) in INVISIBLE
            if grade != "exact" and at_edges:
                continue
            if folded(text[start:end], grade) == wanted and not cuts(text, start) and not cuts(text, end):
                found.append((start, end))
    return found


def stands(text: str, quote: str, grade: str, prefix: str | None = None) -> Passage:
    """Find a quotation, and expect it at a grade."""
    passage = find(text, quote, prefix)
    assert passage.grade == grade
    return passage


def refusal(text: str | Text, quote: str, prefix: str | None = None, suffix: str | None = None) -> str:
    """Give the message with which a quotation is refused, held to what every message must be."""
    with pytest.raises((QuoteNotFound, QuoteAmbiguous)) as refused:
        find(text, quote, prefix, suffix)
    message = str(refused.value)
    assert message.isprintable(), "one line, without control characters"
    assert len(message) <= 450
    return message
