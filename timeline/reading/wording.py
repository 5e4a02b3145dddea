"""The common wording of records in pages, commands and exports.

Must not know a page or a format.
"""

import re
from typing import Final

NO_TITLE: Final = "(redacted)"
NO_REASON: Final = "no reason is on record"  # of a redaction
GRADES: Final = {  # how a quotation matched
    "exact": "the same words, character for character",
    "normalised": "the same words, with other spacing, line breaks or invisible characters",
    "typographic": "the same words, with other quotation marks, dashes, spacing or ligatures",
}
VERBS: Final = {  # by event type
    "SourceArchived": "archived",
    "SourceCorrected": "corrected",
    "HappeningRecorded": "recorded",
    "HappeningCorrected": "corrected",
    "HappeningRetracted": "retracted",
    "EventRedacted": "redacted",
}
_RUN: Final = re.compile(r"[\t-\r\x1c-\x1f \x85\u2028\u2029]+")


def headline(title: str | None, claimed_by: str | None, untitled: str = NO_TITLE) -> str:
    """Return the title, after the author if it is a claim: a list may show nothing else of it."""
    return f"{claimed(claimed_by) if claimed_by else ''}{title or untitled}"


def marks(claimed_by: str | None, status: str, *, near: bool = False) -> str:
    """Return the marks after a title in a list: whose claim it is, and whether it is retracted, or only near the period."""
    words = (
        f"according to {claimed_by}" if claimed_by else "",
        status if status != "current" else "",
        "near the period" if near else "",
    )
    joined = ", ".join(filter(None, words))
    return f"({joined})" if joined else ""


def claimed(by: str) -> str:
    """Return "According to …: ", which goes before the title of a claim."""
    return f"According to {one_line(by)}: "


def one_line(text: str | None) -> str:
    """Return a text on one line, with runs of spaces collapsed. No-break spaces stay, because they belong to the words."""
    if not text:
        return ""
    return " ".join(text.split()) if text.isascii() else _RUN.sub(" ", text).strip()
