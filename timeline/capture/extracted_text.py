"""The result of an extractor: the text of a document, fit for quoting, and the facts that the document states about itself.

Owns which characters a text may have, how long it may be, and the form of facts. Must not know any format.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from timeline import dates
from timeline.documents.document import Table
from timeline.errors import DateInvalid, DocumentUnreadable

MAXIMUM_CHARACTERS = 20_000_000
_LONGEST_FACT = 500
_NOT_TITLES = ("microsoft word", "untitled", "powerpoint presentation")
_FILES = (".doc", ".docx", ".indd", ".odt", ".pdf", ".qxd", ".rtf", ".tex", ".ppt", ".pptx", ".xls", ".xlsx", ".ods")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text of a document, the extractor that read it, and the document's own facts: title, author, date and so on.

    `tables` are the sheets of a spreadsheet, with the place of each row in the text.
    """

    text: str
    extractor: str
    facts: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[Table] = ()

    def refuse_unquotable(self, name: str) -> "ExtractedText":
        """Return itself. Raises DocumentUnreadable where the text is empty or too long."""
        if not self.text.strip():
            raise DocumentUnreadable(name, "there is no text in it. Nothing could be quoted from it")
        if len(self.text) > MAXIMUM_CHARACTERS:
            raise too_long(name)
        return self


def too_long(name: str) -> DocumentUnreadable:
    """Make the error for a document whose text is too long."""
    longest = f"{MAXIMUM_CHARACTERS // 1_000_000} million characters"
    return DocumentUnreadable(name, f"its text is longer than {longest}. Archive the part that you cite")


def readable(text: str, *, form_feed: str = "\n") -> str:
    """Remove control characters and lone surrogates from a text, and turn line ends into line feeds."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", form_feed))


def facts(**values: str | None) -> dict[str, str]:
    """Return a document's facts, each on one line, without those that are empty, too long or malformed."""
    valid = {}
    for name, value in values.items():
        line = " ".join(readable(value or "").split())
        if name == "language":
            line = line.replace("_", "-")
            line = line if _LANGUAGE.fullmatch(line) and line.lower() != "und" else ""
        elif name == "url":
            line = line if re.match(r"https?://[^\s/]", line) else ""
        elif name == "published":
            line = _edtf(line)
        elif name == "collected_at":
            line = re.sub(r"\.\d+", "", line)  # a fraction of a second, which no date has
            line = line if dates.is_date(line) else ""
        if 0 < len(line) <= _LONGEST_FACT:
            valid[name] = line
    return valid


def title(text: str | None) -> str | None:
    """Return the title that a file states, unless a program wrote it there: its own name, or that of a file."""
    words = (text or "").strip().lower()
    return None if words.startswith(_NOT_TITLES) or words.endswith(_FILES) else text


def _edtf(text: str) -> str:
    """Return a date as EDTF: the day of an instant, or the month or year as it is; empty where it is not surely a date."""
    day = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?=$|[T ])", text)
    if day is None or (day[1] == "0000"):
        return ""
    try:
        if day[3]:
            return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
        dates.parse(day[0])
    except (ValueError, DateInvalid):
        return ""
    return day[0]
