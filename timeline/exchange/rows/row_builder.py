"""Build the row of one record: its fields, what was dropped and why, and questions.

Owns how the values of other programs become our text. Must not know any format.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Final, Literal

from timeline import dates
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import DateInvalid
from timeline.exchange.rows.row import Row
from timeline.exchange.text import html_text
from timeline.exchange.text.json_text import Piece
from timeline.exchange.text.own_exports import ADDITION, RULE
from timeline.reading.wording import claimed
from timeline.shortening import shortened

IN_ROW: Final = "a happening has no field for it; it stays in the row that is cited"
IN_FILE: Final = "a source has no field for it; it stays in the file"
RETRACTED: Final = "it was retracted in the timeline that wrote it"
_BY_EXPORT: Final = "an export of a timeline added it to the happening's own words"
_SHOWN: Final = 300
_TITLE: Final = 120
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_WEB: Final = re.compile(r"https?://[^\s/]\S*")


class Building:
    """The row of one record while it is read. `label` is always the file's own name for a field."""

    def __init__(self) -> None:
        self.fields = dict[str, Any]()
        self.dropped = list[tuple[str, str, str]]()
        self.questions = list[tuple[str, str]]()
        self.refused: str | None = None
        self.media: Mapping[str, str] = {}

    def line(self, field: str, value: object, label: str) -> None:
        """Set a field of one line."""
        self._set(field, value, label, html_text.one_line)

    def words(self, field: str, value: object, label: str) -> None:
        """Set a field of paragraphs."""
        self._set(field, value, label, html_text.plain)

    def _set(self, field: str, value: object, label: str, read: Callable[[str], html_text.PlainText]) -> None:
        if (text := scalar(value)) is None:
            if value not in (None, "", [], {}) and not isinstance(value, str):
                self.drop(label, value, "it is not a text")
            return
        plain = read(text)
        if plain.text:
            self.fields[field] = plain.text
        self.dropped += [(f"{label}: {tag}", preview(address), why) for tag, address, why in plain.dropped]

    def exact(self, field: str, value: object) -> None:
        """Set a field exactly, as our own exports have it."""
        if (text := scalar(value)) is not None:
            self.fields[field] = text

    def bibliography(self, *values: tuple[str, object, str], exact: bool) -> None:
        """Set fields of one line, each given as (field, value, label); exactly if our own export wrote the file."""
        for field, value, label in values:
            if exact:
                self.exact(field, value)
            else:
                self.line(field, value, label)
        self.require_title("title")

    def claim(self, by: object, note: object = None) -> None:
        """Set the claimant and the date note, as our own exports have them, and remove the claim from the title."""
        self.exact("date_note", note)
        if (text := scalar(by)) is not None:
            self.fields["attributed_to"] = text
            self.fields["title"] = self.fields.get("title", "").removeprefix(claimed(text))

    def own_words(self, field: str, value: object, label: str) -> None:
        """Set a field to the happening's own words in a text of our own export. The additions are dropped."""
        text = scalar(value)
        own, rule, added = f"\n\n{text}\n".rpartition(RULE) if text else ("", "", "")
        own, added = (own, added) if rule else (added, "")
        self.exact(field, own)
        self.drop(f"{label}: additions", added, _BY_EXPORT)

    def own_html(self, value: object, label: str) -> str | None:
        """Return HTML without the additions of our own export, which are dropped. Return None if there are none."""
        text = scalar(value) or ""
        added = ADDITION.findall(text)
        self.drop(f"{label}: additions", html_text.plain(" ".join(added)).text, _BY_EXPORT)
        return ADDITION.sub("", text) if added else None

    def drop(self, field: str, value: object, why: str = IN_ROW) -> None:
        """List a value as not imported, unless it is empty."""
        if value not in (None, "", [], {}, False):
            self.dropped.append((field, preview(value), why))

    def drop_others(self, fields: Mapping[str, Any], names: Set[str], under: str = "", why: str = IN_ROW) -> None:
        """List every field but those with these names as not imported."""
        for name, value in fields.items():
            if name not in names:
                self.drop(f"{under}{name}", value, why)

    def ask(self, field: str, question: str) -> None:
        """Ask a person to check a field."""
        self.questions.append((field, question))

    def note(self, words: str | None) -> None:
        """Add to the date note."""
        if words:
            self.fields["date_note"] = "; ".join(filter(None, (self.fields.get("date_note"), html_text.one_line(words).text)))

    def date(self, read: Callable[[], OthersDate]) -> None:
        """Set the date by a function that reads it. An unreadable date refuses the row."""
        try:
            date = read()
        except DateUnread as error:
            self.refuse(error.reason)
            return
        self.fields["date"] = date.date
        self.note(date.note)
        if date.zone:
            self.fields["zone"] = date.zone
        self.questions += [("date", question) for question in date.questions]

    def unmoved_edtf(
        self, value: object, label: str, native: Callable[[], OthersDate], exported: Callable[[str], OthersDate]
    ) -> bool:
        """Set the date from EDTF beside the format's native date. Return whether it is EDTF, and the two agree.

        `native` reads the native date, `exported` the one that our own exports write for EDTF. If the two differ, somebody has
        changed the native date since: then that one is valid, and a person is asked.
        """
        if not self.edtf(value, label):
            return False
        edtf = self.fields["date"]
        try:
            present = native().date
        except DateUnread:
            return True
        try:
            original = exported(edtf).date
        except DateUnread:
            original = None
        if present == original:
            return True
        del self.fields["date"]
        self.drop(label, edtf, f"the date beside it is {present}")
        self.ask("date", f"{label} differs from the date beside it, which is used. Check that it was changed on purpose")
        return False

    def edtf(self, value: object, label: str) -> bool:
        """Set the date from EDTF. Return whether it is EDTF."""
        text = scalar(value)
        if text is None:
            return False
        try:
            dates.parse(text)
        except DateInvalid:
            self.drop(label, text, "it is not EDTF")
            return False
        self.fields["date"] = text
        return True

    def refuse(self, reason: str) -> None:
        """Refuse the row. The first reason counts."""
        self.refused = self.refused or reason

    def require_title(self, label: str) -> None:
        """Require a title: without one, take the first line of the summary and ask; without both, refuse the row."""
        if self.fields.get("title"):
            return
        first = title_from(self.fields.get("summary", ""))
        if not first:
            self.refuse(f"there is no {label}")
            return
        self.fields["title"] = first
        self.ask("title", f"there is no {label}: the first line of the text is used")

    def tags(self, values: list[str]) -> None:
        """Set the tags, each once."""
        cleaned = (html_text.one_line(value).text for value in values)
        if tags := list(dict.fromkeys(tag for tag in cleaned if tag)):
            self.fields["tags"] = tags

    def url(self, value: object, label: str) -> None:
        """Set the address of a source, or drop one that is not a web address."""
        self._matching("url", value, _WEB, label, "it is not a web address")

    def language(self, value: object, label: str) -> None:
        """Set the language of a source, or drop one that is not a tag of BCP 47."""
        self._matching("language", value, _LANGUAGE, label, 'it is not a language tag, such as "en"')

    def _matching(self, field: str, value: object, form: re.Pattern[str], label: str, why: str) -> None:
        text = scalar(value)
        if text and form.fullmatch(text):
            self.fields[field] = text
        else:
            self.drop(label, text, why)

    def published_edtf(self, value: object) -> bool:
        """Set the publication date of a source from EDTF. Return whether it is EDTF."""
        try:
            self.fields["published"] = dates.parse(scalar(value) or "").text
        except DateInvalid:
            return False
        return True

    def published(self, read: Callable[[], OthersDate], label: str, value: object) -> None:
        """Set the publication date of a source by a function that reads it, or drop an unreadable one."""
        try:
            date = read()
        except DateUnread as error:
            self.drop(label, value, str(error))
            return
        self.fields["published"] = date.date
        self.questions += [("published", question) for question in date.questions]

    def row(
        self,
        number: int,
        start: int,
        end: int,
        kind: Literal["happening", "source", "citation"] = "happening",
        key: object = None,
        id: str | None = None,
    ) -> Row:
        """Return the finished row."""
        if kind == "happening" and "date" not in self.fields:
            self.refuse("there is no date")
        dropped, questions = tuple(self.dropped), tuple(dict.fromkeys(self.questions))
        return Row(
            number, start, end, kind, self.fields, scalar(key), dropped, questions, id=id, refused=self.refused, media=self.media
        )


def title_from(summary: str) -> str:
    """Make a title of the first line of a summary."""
    first = summary.partition("\n")[0].strip()
    return shortened(first, _TITLE)


def scalar(value: object) -> str | None:
    """Return a text or number as text, or None for anything else and for an empty text."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return html_text.without_controls(str(value)).strip() or None
    return None


def as_list(value: object) -> list[Any]:
    """Return a list as it is, and a single value as a list."""
    return value if isinstance(value, list) else [] if value in (None, "", {}) else [value]


def preview(value: object) -> str:
    """Write a value on one line for a report."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(html_text.without_controls(text).split())
    return shortened(text, _SHOWN)


def object_rows(
    pieces: Iterable[Piece], row: Callable[[int, Piece], Row], kind: Literal["happening", "citation"] = "happening"
) -> list[Row]:
    """Make a row of each object, numbered from 1, by `row`. Any other value becomes a refused row."""
    return [
        row(number, piece)
        if isinstance(piece.value, dict)
        else Row(number, piece.start, piece.end, kind, refused="it is not an object")
        for number, piece in enumerate(pieces, start=1)
    ]
