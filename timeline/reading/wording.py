"""The common wording of records in pages, commands and exports.

Must not know a page or a format.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from timeline import dates

NO_TITLE: Final = "(redacted)"
DESCRIBED: Final = "Described, not quoted"
BY_CITER: Final = "in the words of the person who cites it, which no program can check"  # of a description
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
    "HappeningReviewed": "reviewed",
    "EventRedacted": "redacted",
}
_RUN: Final = re.compile(r"[\t-\r\x1c-\x1f \x85\u2028\u2029]+")


def verdict(data: Mapping[str, Any]) -> str | None:
    """Word the data of a review, "confirmed version 2"; None for any other event's."""
    return f"{data['verdict']} version {data.get('version')}" if "verdict" in data else None


def review(data: Mapping[str, Any]) -> str | None:
    """Word the data of a review with its comment; None for any other event's."""
    return ": ".join(filter(None, (verdict(data), data.get("comment")))) if "verdict" in data else None


def headline(title: str | None, claimed_by: str | None, untitled: str = NO_TITLE) -> str:
    """Return the title, after the author if it is a claim: a list may show nothing else of it."""
    return f"{claimed(claimed_by) if claimed_by else ''}{title or untitled}"


def label(title: str | None, claimed_by: str | None, untitled: str = NO_TITLE) -> str:
    """Return the title, before the author if it is a claim: where it may be cut, beside a sign of a claim."""
    return f"{title or untitled}{f' (according to {one_line(claimed_by)})' if claimed_by else ''}"


def marks(claimed_by: str | None, status: str, *, near: bool = False, review: str | None = None) -> str:
    """Return the marks after a title in a list: whose claim it is, whether retracted, reviewed, or only near the period."""
    words = (
        f"according to {claimed_by}" if claimed_by else "",
        status if status != "current" else "",
        review or "",
        "near the period" if near else "",
    )
    joined = ", ".join(filter(None, words))
    return f"({joined})" if joined else ""


def claimed(by: str) -> str:
    """Return "According to …: ", which goes before the title of a claim."""
    return f"According to {one_line(by)}: "


def obtained(by: str | None, at: str | None, origin: str | None, means: str | None, note: str | None) -> list[str]:
    """Return how a document was obtained, "Collected by …, date, from …, with …", and the note; nothing of what is unknown."""
    parts = (("by", by), ("", dates.worded(at) if at else None), ("from", origin), ("with", means))
    how = ", ".join(f"{before} {one_line(part)}".strip() for before, part in parts if part)
    return [f"Collected {how}"] * bool(how) + [one_line(note)] * bool(note)


def step(fields: Mapping[str, str | None]) -> str:
    """Describe a step in the custody of a document: when, who and what."""
    when = fields.get("when")
    words = (dates.worded(when) if when else "", one_line(fields.get("who")), one_line(fields.get("what")))
    return ", ".join(filter(None, words))


def one_line(text: str | None) -> str:
    """Return a text on one line, with runs of spaces collapsed. No-break spaces stay, because they belong to the words."""
    if not text:
        return ""
    return " ".join(text.split()) if text.isascii() else _RUN.sub(" ", text).strip()
