"""What an extractor found in a document: its text, made fit for quoting, and what it says of itself.

Owns which characters may stand in a text, how long one may be, and the form of facts. Must not know any format.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from timeline import dates
from timeline.errors import DateInvalid, DocumentUnreadable

MAXIMUM_CHARACTERS = 20_000_000
_LONGEST_FACT = 500
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Found:
    """The text of a document, by which extractor, and what the document says of itself."""

    text: str
    extractor: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def refuse_unquotable(self, name: str) -> "Found":
        """Return it, unless nothing could be quoted from it, or it is longer than a text may be."""
        if not self.text.strip():
            raise DocumentUnreadable(name, "there is no text in it. Nothing could be quoted from it")
        if len(self.text) > MAXIMUM_CHARACTERS:
            longest = f"{MAXIMUM_CHARACTERS // 1_000_000} million characters"
            raise DocumentUnreadable(name, f"its text is longer than {longest}. Archive the part that you cite")
        return self


def readable(text: str, *, form_feed: str = "\n") -> str:
    """Take what cannot be read out of a text: control characters and halves of characters. Line ends become line feeds."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", form_feed))


def facts(**said: str | None) -> dict[str, str]:
    """Keep what a document says of itself, each on one line; what is empty, too long, or not in its form is left out."""
    kept = {}
    for name, value in said.items():
        line = " ".join(readable(value or "").split())
        if name == "language":
            line = line.replace("_", "-")
            line = line if _LANGUAGE.fullmatch(line) and line.lower() != "und" else ""
        elif name == "url":
            line = line if re.match(r"https?://[^\s/]", line) else ""
        elif name == "published":
            line = _edtf(line)
        if 0 < len(line) <= _LONGEST_FACT:
            kept[name] = line
    return kept


def _edtf(said: str) -> str:
    """Give a date as EDTF: a day of an instant, a month or a year as they are; nothing of what is not surely a date."""
    day = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?=$|[T ])", said)
    if day is None or (day[1] == "0000"):
        return ""
    try:
        if day[3]:
            return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
        dates.parse(day[0])
    except (ValueError, DateInvalid):
        return ""
    return day[0]
