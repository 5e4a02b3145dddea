"""Puts together what becomes of one record: the fields, what was dropped and why, what is asked.

Owns how values of others become text of ours. Must not know any format.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Final, Literal

from timeline import dates
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import DateInvalid
from timeline.exchange.importing.row import Row
from timeline.exchange.tables.dates import ask_first_days
from timeline.exchange.text import html_text
from timeline.exchange.text.additions import ADDITION, RULE
from timeline.reading.wording import claimed
from timeline.shortening import shortened

IN_ROW: Final = "a happening has no place for it; it stands in the row that is cited"
IN_FILE: Final = "a source has no field for it; it stands in the file"
RETRACTED: Final = "it was retracted in the timeline that wrote it"
_BY_EXPORT: Final = "an export of a timeline added it to the happening's own words"
_SHOWN: Final = 300
_TITLE: Final = 120
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_WEB: Final = re.compile(r"https?://[^\s/]\S*")


class Building:
    """One record while it is read."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.fields = dict[str, Any]()
        self.dropped = list[tuple[str, str, str]]()
        self.questions = list[tuple[str, str]]()
        self.refused: str | None = None

    def line(self, field: str, value: object, said: str) -> None:
        """Set a field of one line; `said` is what the file calls it."""
        self._set(field, value, said, html_text.one_line)

    def words(self, field: str, value: object, said: str) -> None:
        """Set a field of paragraphs."""
        self._set(field, value, said, html_text.plain)

    def _set(self, field: str, value: object, said: str, read: Callable[[str], html_text.PlainText]) -> None:
        if (text := scalar(value)) is None:
            if value not in (None, "", [], {}) and not isinstance(value, str):
                self.drop(said, value, "it is not a text")
            return
        found = read(text)
        if found.text:
            self.fields[field] = found.text
        self.dropped += [(f"{said}: {what}", shown(address), why) for what, address, why in found.dropped]

    def exact(self, field: str, value: object) -> None:
        """Set a field to the letter, as our own exports have it."""
        if (text := scalar(value)) is not None:
            self.fields[field] = text

    def bibliography(self, *told: tuple[str, object, str], exact: bool) -> None:
        """Set fields of one line, each given as (field, value, what the file calls it); to the letter where we wrote the file."""
        for field, value, said in told:
            if exact:
                self.exact(field, value)
            else:
                self.line(field, value, said)
        self.titled("title")

    def claim(self, by: object, note: object = None) -> None:
        """Set whose claim it is and how the date was read, as our own exports have them; the title is that without the claim."""
        self.exact("date_note", note)
        if (text := scalar(by)) is not None:
            self.fields["attributed_to"] = text
            self.fields["title"] = self.fields.get("title", "").removeprefix(claimed(text))

    def own_words(self, field: str, value: object, said: str) -> None:
        """Set a field to the happening's own words in a text of our own exports; what they added is told."""
        text = scalar(value)
        own, rule, added = f"\n\n{text}\n".rpartition(RULE) if text else ("", "", "")
        own, added = (own, added) if rule else (added, "")
        self.exact(field, own)
        self.drop(f"{said}: what was added", added, _BY_EXPORT)

    def own_html(self, value: object, said: str) -> str | None:
        """Give HTML without what our own exports added, which is told; None where they added nothing."""
        text = scalar(value) or ""
        added = ADDITION.findall(text)
        self.drop(f"{said}: what was added", html_text.plain(" ".join(added)).text, _BY_EXPORT)
        return ADDITION.sub("", text) if added else None

    def drop(self, field: str, value: object, why: str = IN_ROW) -> None:
        """Tell that something is not taken over; nothing is told where there is nothing."""
        if value not in (None, "", [], {}, False):
            self.dropped.append((field, shown(value), why))

    def drop_others(self, said: Mapping[str, Any], known: Set[str], under: str = "", why: str = IN_ROW) -> None:
        """Tell of every field that nobody asked for."""
        for name, value in said.items():
            if name not in known:
                self.drop(f"{under}{name}", value, why)

    def ask(self, field: str, question: str) -> None:
        """Ask a person to look."""
        self.questions.append((field, question))

    def note(self, words: str | None) -> None:
        """Add to how the date was read."""
        if words:
            self.fields["date_note"] = "; ".join(filter(None, (self.fields.get("date_note"), html_text.one_line(words).text)))

    def date(self, found: OthersDate) -> None:
        """Set the date."""
        self.fields["date"] = found.date
        self.note(found.note)
        if found.zone:
            self.fields["zone"] = found.zone
        self.questions += [("date", question) for question in found.questions]

    def kept(self, value: object, said: str, theirs: Callable[[], OthersDate], written: Callable[[str], OthersDate]) -> bool:
        """Set the date from EDTF that the file gives beside a date of its own; whether it is such, and they agree.

        `theirs` reads the file's own date, `written` what that is where our own exports write a date. Where the two differ, people
        have changed the file's own date since: then that is meant, and it is asked.
        """
        if not self.edtf(value, said):
            return False
        edtf = self.fields["date"]
        try:
            found = theirs().date
        except DateUnread:
            return True
        try:
            was = written(edtf).date
        except DateUnread:
            was = None
        if found == was:
            return True
        del self.fields["date"]
        self.drop(said, edtf, f"the date beside it is {found}")
        self.ask("date", f"{said} says otherwise than the date beside it, which is taken. Say if it was not changed on purpose")
        return False

    def edtf(self, value: object, said: str) -> bool:
        """Set the date from EDTF that the file gives beside its own; whether it is such."""
        text = scalar(value)
        if text is None:
            return False
        try:
            dates.parse(text)
        except DateInvalid:
            self.drop(said, text, "it is not EDTF")
            return False
        self.fields["date"] = text
        return True

    def refuse(self, reason: str | DateUnread) -> None:
        """Let nothing become of it; the first reason stands."""
        self.refused = self.refused or (reason if isinstance(reason, str) else reason.reason)

    def titled(self, said: str) -> None:
        """See that there is a title: where there is none, the first line of the summary is one, and that is asked."""
        if self.fields.get("title"):
            return
        first = titled(self.fields.get("summary", ""))
        if not first:
            self.refuse(f"there is no {said}")
            return
        self.fields["title"] = first
        self.ask("title", f"there is no {said}: the first line of the text is taken")

    def tags(self, values: list[str]) -> None:
        """Set the tags, each once."""
        cleaned = (html_text.one_line(value).text for value in values)
        if tags := list(dict.fromkeys(tag for tag in cleaned if tag)):
            self.fields["tags"] = tags

    def url(self, value: object, said: str) -> None:
        """Set the address of a source; one that is not of the web is told."""
        text = scalar(value)
        if text and _WEB.fullmatch(text):
            self.fields["url"] = text
        elif text:
            self.drop(said, text, "it is not a web address")

    def language(self, value: object, said: str) -> None:
        """Set the language of a source; one that is no tag of BCP 47 is told."""
        text = scalar(value)
        if text and _LANGUAGE.fullmatch(text):
            self.fields["language"] = text
        elif text:
            self.drop(said, text, 'it is not a language tag, such as "en"')

    def published_edtf(self, value: object) -> bool:
        """Set when a source was published from EDTF; whether it is such."""
        try:
            self.fields["published"] = dates.parse(scalar(value) or "").text
        except DateInvalid:
            return False
        return True

    def published(self, read: Callable[[], OthersDate], said: str, value: object) -> None:
        """Set when a source was published, by a function that reads it; what cannot be read is told."""
        try:
            found = read()
        except DateUnread as error:
            self.drop(said, value, str(error))
            return
        self.fields["published"] = found.date
        self.questions += [("published", question) for question in found.questions]

    def row(
        self,
        number: int,
        start: int,
        end: int,
        kind: Literal["happening", "source", "citation"] = "happening",
        key: object = None,
        id: str | None = None,
    ) -> Row:
        """Give the row."""
        if kind == "happening" and "date" not in self.fields:
            self.refuse("there is no date")
        told = (tuple(self.dropped), tuple(dict.fromkeys(self.questions)))
        return Row(number, start, end, kind, self.fields, scalar(key), *told, id=id, refused=self.refused)


def asked(rows: Sequence[Row]) -> Sequence[Row]:
    """Ask about first days of years, but not where a timeline wrote the file: it says a year where it means one."""
    return rows if any(row.id for row in rows) else ask_first_days(rows)


def titled(summary: str) -> str:
    """Make a title of the first line of a summary."""
    first = summary.partition("\n")[0].strip()
    return shortened(first, _TITLE)


def scalar(value: object) -> str | None:
    """Give a text or number as text; None for anything else, and for nothing."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return html_text.without_controls(str(value)).strip() or None
    return None


def listed(value: object) -> list[Any]:
    """Give what may be one or several as several."""
    return value if isinstance(value, list) else [] if value in (None, "", {}) else [value]


def shown(value: object) -> str:
    """Write a value as it is told among what was dropped."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(html_text.without_controls(text).split())
    return shortened(text, _SHOWN)
