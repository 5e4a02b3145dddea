"""The form of a happening: what a person typed, from and to the browser, and as the entry of a bundle.

Owns the names of its fields and how lists are typed: one person or tag in a line. Nothing typed is dropped. Must not judge it
(`checking` does), nor write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from timeline.documents import fragments

LISTS: Final = ("actors", "tags")
_STATED: Final = ("title", "date", "date_note", "summary", "kind", "place", "part_of", "attributed_to")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ROLE: Final = ": "  # between a name and a role, in the line of a person

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Quotation:
    """A quotation as typed. Its place `start_char`, or the words around it, are there where one of several places was chosen."""

    source: str = ""
    quote: str = ""
    start_char: str = ""
    prefix: str = ""
    suffix: str = ""
    fragment: str = ""  # the part of a picture or recording
    description: str = ""  # of that part, where there are no words to quote
    stance: str = "supports"
    supports: str = ""

    @property
    def has_place(self) -> bool:
        """Whether its place was chosen."""
        return _NUMBER.fullmatch(self.start_char) is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is quoted or described yet, nor the part chosen that is to be."""
        return not (self.quote.strip() or self.description.strip() or self.fragment.strip())

    def citation(self) -> dict[str, Any]:
        """Return the citation as an entry writes it, without empty fields."""
        values = {name: getattr(self, name) for name in _QUOTATION if name != "start_char"}
        values["fragment"] = fragments.of_typed_words(self.fragment)
        if not self.quote.strip():
            values |= {"quote": "", "description": self.description.strip()}
        place = {"start_char": int(self.start_char)} if self.has_place else {}
        return {**{name: value for name, value in values.items() if value and (name, value) != ("stance", "supports")}, **place}


_QUOTATION: Final = tuple(one.name for one in fields(Quotation))  # a quotation begins with its source


@dataclass(frozen=True)
class Form:
    """Everything typed for a happening or its correction. `version` is the version that the person read; "" for a new happening."""

    title: str = ""
    date: str = ""
    date_note: str = ""
    summary: str = ""
    kind: str = ""
    place: str = ""
    part_of: str = ""
    attributed_to: str = ""
    certainty: str = "fact"  # or "claim"
    actors: str = ""
    tags: str = ""
    id: str = ""
    reason: str = ""
    version: str = ""
    draft: str = ""
    quotations: tuple[Quotation, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        typed = (self.title, self.date, self.date_note, self.summary, self.kind, self.place, self.actors, self.tags, self.reason)
        return not any(typed) and not any(not one.is_empty for one in self.quotations)

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as a browser would send it."""
        texts = [(one.name, str(getattr(self, one.name))) for one in fields(self) if one.name != "quotations"]
        return [*texts, *((f"quote_{name}", getattr(one, name)) for one in self.quotations for name in _QUOTATION)]

    def entry(self, date: str) -> dict[str, Any]:
        """Return the fields of a happening as an entry has them, with the date in EDTF, without empty ones."""
        values: dict[str, Any] = {name: getattr(self, name).strip() for name in _STATED}
        values["date"] = date
        if self.certainty != "claim":
            values["attributed_to"] = ""
        values["actors"] = [_person(line) for line in lines(self.actors)]
        values["tags"] = lines(self.tags)
        values["citations"] = [one.citation() for one in self.quotations if not one.is_empty]
        return {name: value for name, value in values.items() if value or name in ("title", "citations")}


def from_pairs(pairs: Pairs) -> Form:
    """Read a form as a browser sends it. Unknown fields are ignored; a quotation begins with its source."""
    texts: dict[str, str] = {}
    quotations: list[dict[str, str]] = []
    names = {one.name for one in fields(Form)} - {"quotations"}
    for name, value in pairs:
        part = name.removeprefix("quote_")
        if name in names:
            texts[name] = value.replace("\r\n", "\n")
        elif part != name and part in _QUOTATION:
            if part == "source" or not quotations:
                quotations.append({})
            quotations[-1][part] = value.replace("\r\n", "\n")
    return Form(**texts, quotations=tuple(one for one in (Quotation(**typed) for typed in quotations) if not one.is_empty))


def from_statement(statement: Mapping[str, Any], version: int) -> Form:
    """Return the form that would record a statement as it is, to be corrected."""
    texts = {name: str(statement.get(name) or "") for name in _STATED}
    people = [_line(one) for one in statement.get("actors", ())]
    quotations = tuple(
        Quotation(**{name: str(one[name]) for name in _QUOTATION if one.get(name) is not None})
        for one in statement.get("citations", ())
    )
    return Form(
        **texts,
        certainty="claim" if texts["attributed_to"] else "fact",
        actors="\n".join(people),
        tags="\n".join(statement.get("tags", ())),
        version=str(version),
        quotations=quotations,
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that differ from another; None for those that are gone."""
    names = (*_STATED, *LISTS, "citations")
    return {name: after.get(name) for name in names if after.get(name) != before.get(name)}


def lines(text: str) -> list[str]:
    """Return what was typed one in a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _person(line: str) -> dict[str, str]:
    """Read the line of a person: a name, or a name and a role; as JSON where neither form can say it."""
    if line.startswith("{"):
        try:
            read = json.loads(line)
        except ValueError:
            read = None
        if isinstance(read, dict) and all(isinstance(one, str) for one in read.values()):
            return read
    name, _, role = line.rpartition(_ROLE)
    return {"name": name.strip(), "role": role.strip()} if name.strip() and role.strip() else {"name": line}


def _line(person: Mapping[str, str]) -> str:
    """Write the line of a person, which is read back as the same."""
    line = f"{person['name']}{_ROLE}{person['role']}" if person.get("role") else person["name"]
    return line if _person(line) == person else json.dumps(dict(person), ensure_ascii=False)
