"""How records are worded alike everywhere: pages, commands, exports.

Owns that wording. Must not know a page or a format.
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
VERBS: Final = {  # what an event of each type did
    "SourceArchived": "archived",
    "SourceCorrected": "corrected",
    "HappeningRecorded": "recorded",
    "HappeningCorrected": "corrected",
    "HappeningRetracted": "retracted",
    "EventRedacted": "redacted",
}
_RUN: Final = re.compile(r"[\t-\r\x1c-\x1f \x85\u2028\u2029]+")


def headline(title: str | None, claimed_by: str | None, untitled: str = NO_TITLE) -> str:
    """Say what is said to have happened, and by whom where it is somebody's claim: in a list, no more may be seen of it."""
    return f"{claimed(claimed_by) if claimed_by else ''}{title or untitled}"


def claimed(by: str) -> str:
    """Say whose claim it is, before its title."""
    return f"According to {one_line(by)}: "


def one_line(text: str | None) -> str:
    """Write a text on one line, with every run of spaces as one; spaces at which no line may break are words' own, and stay."""
    if not text:
        return ""
    return " ".join(text.split()) if text.isascii() else _RUN.sub(" ", text).strip()
