"""Count the happenings from which an export format loses something, and describe each loss.

Owns when a field counts as used. Must not know any format: each describes in `loses` what happens to which field.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from timeline import dates
from timeline.dates import Edtf
from timeline.dates.spans import span
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import Format
from timeline.reading import wording
from timeline.reading.records import Happening, Quotation, Source

# Values that nobody would miss.
_DEFAULTS: Final[dict[str, tuple[Any, ...]]] = {
    "status": ("current",),
    "stance": ("supports",),
    "grade": ("exact",),
    "version": (1,),
}
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_NOTHING: Final = (None, "", ())
UNSUPPORTED: Final = {
    **dict.fromkeys(("zone", "part_of", "related", "supports", "reason", "media", "review"), "left out"),
    "status": "left out: a retracted happening looks like any other",
    "recorded_by": "left out, with the time of recording",
    "entries": "not quoted; the file that holds them is named",
}
"""Losses of every format for pictures of a timeline."""
_OF_HAPPENING, _OF_QUOTATION, _OF_SOURCE = ({field.name for field in fields(kind)} for kind in (Happening, Quotation, Source))

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch
_LAST: Final = dates.day_number(9999, 12, 31)
_SHIFT: Final = re.compile(r"T[0-9:]+(?:Z|[+-])").search
_HOUR: Final = re.compile(r"T[0-9]{2}(?![0-9:])").search
_NO_SECOND: Final = re.compile(r"T[0-9]{2}(?::[0-9]{2})?(?![0-9:])").search

# How a date can be vaguer than a day or longer; `date` is any of them.
_DATES: Final[dict[str, Callable[[Edtf], bool]]] = {
    "date": lambda date: (
        date.precision not in ("day", "datetime") or date.uncertain or date.approximate or (date.timed and bool(_HOUR(date.text)))
    ),
    "date.uncertain": lambda date: date.uncertain or date.approximate,
    "date.open": lambda date: date.type == "interval" and (date.start != "stated" or date.end != "stated"),
    "date.parts": lambda date: date.precision in ("season", "set") or "X" in date.text,
    "date.interval": lambda date: date.type == "interval",
    "date.time": lambda date: date.timed,
    "date.hour": lambda date: date.timed and _HOUR(date.text) is not None,
    "date.second": lambda date: date.timed and _NO_SECOND(date.text) is not None,
    "date.shift": lambda date: date.timed and _SHIFT(date.text) is not None,
    "date.unknown": lambda date: date.earliest is None and date.latest is None,
    "date.far": lambda date: (
        (date.earliest_day is not None and date.earliest_day < 1)
        or (date.latest_day is not None and (date.latest_day < 1 or date.latest_day >= _LAST + date.timed))
    ),
}
# The fields that a format may lose, as people call them.
FIELDS: Final = {
    "date": "vague dates", "date.uncertain": "uncertain and approximate dates", "date.open": "open and unknown starts and ends",
    "date.parts": "seasons, sets and unspecified digits", "date.interval": "periods", "date.time": "times of day",
    "date.far": "days before the year 1 and from the end of 9999 on",
    "title.spaces": "line ends and runs of spaces in titles",
    "summary.spaces": "runs of spaces in summaries", "returns": "carriage returns", "eras": "eras",
    "source.title": "titles of sources", "source.spaces": "runs of spaces in the descriptions of sources",
    "date.hour": "times without a minute", "date.second": "times without a second",
    "date.unknown": "dates without a known start or end", "date.shift": "shifts from universal time",
    "date_note": "how a date was read", "zone": "time zones", "instant": "the instant in universal time", "title": "titles",
    "summary": "summaries", "kind": "kinds", "place": "places", "latitude": "latitudes", "longitude": "longitudes",
    "part_of": "what is part of what", "attributed_to": "whose claim it is", "actors": "who took part", "role": "roles",
    "tags": "tags", "related": "what is related", "quotations": "quotations", "status": "that something was retracted",
    "reason": "reasons of corrections", "version": "versions", "recorded_at": "when it was recorded",
    "recorded_by": "who recorded it", "stance": "that a quotation disputes", "grade": "how exactly a quotation matched",
    "supports": "what a quotation is cited for", "page": "pages of quotations", "prefix": "the words before a quotation",
    "suffix": "the words after a quotation", "start": "where a quotation begins", "end": "where a quotation ends",
    "author": "authors", "publisher": "publishers", "published": "when a source was published", "url": "addresses of sources",
    "language": "languages", "media_type": "the file types of sources", "sha256": "fingerprints of sources",
    "archived_at": "when a source was archived", "source": "sources", "sources": "sources",
    "earliest": "the first day of a vague date", "latest": "the last day of a vague date", "position": "positions in the log",
    "review": "reviews", "media": "pictures", "cells": "cells that a spreadsheet would calculate",
    "entries": "entries of tables and other files of entries",
}  # fmt: skip


class Losses:
    """Counts the happenings that lose something in a format, while they are written."""

    def __init__(self, format: Format) -> None:
        self.format = format
        self.total = 0
        self.complete = False  # whether every happening was counted
        self.counts = dict.fromkeys(format.loses, 0)

    def watch(self, happenings: Iterable[Happening]) -> Iterator[Happening]:
        """Yield the happenings and count them."""
        checks = [(field, _check(field)) for field in self.counts]
        for happening in happenings:
            self.total += 1
            for field, uses in checks:
                if uses(happening):
                    self.counts[field] += 1
            yield happening
        self.complete = True

    def lines(self) -> list[str]:
        """Describe the losses, with a line for each field that was used."""
        return [
            f"{label_of(field)} (in {count:,} of {self.total:,} happenings): {self.format.loses[field]}"
            for field, count in self.counts.items()
            if count
        ]


def label_of(field: str) -> str:
    """Return a field that a format may lose, as people call it."""
    return FIELDS.get(field) or FIELDS.get(field.rpartition(".")[2]) or field.replace("_", " ").replace(".", " ")


def is_formula(text: object) -> bool:
    """Whether a spreadsheet would run a cell as a formula. -7.98 is a number; -0044-03-15 would be calculated.

    A text that looks like a formula with an apostrophe before it counts too, so that the apostrophe is not lost on import.
    """
    if isinstance(text, str) and text[:1] == "'":
        return is_formula(text.lstrip("'"))
    return isinstance(text, str) and text.lstrip(" ")[:1] in FORMULAS and not _NUMBER(text)


def _prose(happening: Happening) -> Iterator[str | None]:
    """Yield the texts that may have several lines."""
    yield from (happening.summary, happening.place, happening.kind, happening.attributed_to, happening.date_note, *happening.tags)


def _texts(happening: Happening) -> Iterator[str | None]:
    """Yield the texts with which a cell may begin."""
    yield from (happening.title, happening.summary, happening.date, happening.date_note, happening.kind, happening.place)
    yield from (happening.attributed_to, happening.reason, happening.recorded_by, *happening.tags[:1])
    yield from (name for name, _ in happening.actors[:1])


_CHECKS: Final[dict[str, Callable[[Happening], bool]]] = {
    "title.spaces": lambda happening: wording.one_line(happening.title) != happening.title,
    "summary.spaces": lambda happening: sentences.tidied(happening.summary) != (happening.summary or ""),
    "source.spaces": lambda happening: any(
        wording.one_line(text) != text
        for quotation in happening.quotations
        for text in filter(None, (quotation.source.title, quotation.source.publisher, quotation.source.author))
    ),
    "eras": lambda happening: happening.kind == "era" and None not in (span(happening.date).start, span(happening.date).end),
    "returns": lambda happening: any("\r" in text for text in _prose(happening) if text),
    "cells": lambda happening: any(map(is_formula, _texts(happening))),
    "entries": lambda happening: any(quotation.is_entry for quotation in happening.quotations),
    "role": lambda happening: any(role for _, role in happening.actors),
}


@lru_cache(maxsize=sentences.CACHED)
def _date_fields(date: str) -> frozenset[str]:
    """Return the fields of `_DATES` that a date uses."""
    parsed = dates.parse(date)
    return frozenset(field for field, uses in _DATES.items() if uses(parsed))


def _check(field: str) -> Callable[[Happening], bool]:
    """Return a function that says whether a happening, its quotations or their sources use a field. Raises KeyError."""
    if field in _DATES:
        return lambda happening: field in _date_fields(happening.date)
    if field in _CHECKS:
        return _CHECKS[field]
    holder, _, name = field.rpartition(".")
    unused, value = (*_NOTHING, *_DEFAULTS.get(name, ())), attrgetter(name)
    if name in _OF_HAPPENING and not holder:
        return lambda happening: value(happening) not in unused
    if name in _OF_QUOTATION and holder in ("", "quotation"):
        return lambda happening: any(value(quotation) not in unused for quotation in happening.quotations)
    if name in _OF_SOURCE:
        return lambda happening: any(value(quotation.source) not in unused for quotation in happening.quotations)
    raise KeyError(field)
