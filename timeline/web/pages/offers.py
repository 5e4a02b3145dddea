"""The formats that are offered, in groups: what each one is for, and what it cannot say, in words.

Owns those words, and which formats there are: those that can be loaded here. Must not write any of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from timeline.exchange import formats
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import Format

# Groups in the order in which people look for them: what a group is called, and its formats with what each is for.
GROUPS = (
    ("To read and print", {
        "html": "A chronology with numbered notes, ready to be printed or filed.",
        "markdown": "The same chronology as plain text with numbered notes, for an article or a repository.",
    }),
    ("Calendar and feeds", {
        "ics": "For any calendar: open the file once, or subscribe to its address and stay up to date.",
        "atom": "For a feed reader: what was recorded, corrected or retracted last.",
        "jsonfeed": "The same feed as JSON, for readers and scripts.",
    }),
    ("Data", {
        "csv": "For a spreadsheet: a row for each happening.",
        "timelinejs": "For Knight Lab’s TimelineJS, which reads it at its address too where Datasette is served with --cors.",
        "timelinejs-csv": "TimelineJS’s sheet: import it into the Google Sheet that it draws.",
        "jsonl": "A bundle: everything that is on record, with its history and sources, to append to another timeline.",
        "jsonld": "schema.org events, for search engines and linked data.",
        "annotations": "Each quotation as a W3C annotation of its source, as annotation tools read them.",
        "timemap": "For maps with a time line beside them, by Timemap.js.",
        "vis": "Items for the JavaScript library vis-timeline.",
    }),
    ("Bibliography", {
        "csl-json": "The cited sources, for Zotero, pandoc and whatever else sets citations.",
        "ris": "The cited sources, for EndNote, Mendeley, Zotero and library catalogues.",
    }),
    ("Pictures", {
        "svg": "The drawn timeline for an article, in black and white. Of more than 60 happenings 24 are named; all are counted.",
        "png": "The same picture in pixels, 1,800 of them wide, for where SVG is not taken.",
    }),
)  # fmt: skip
# What a reader's own program asks for again and again.
FEEDS = ("ics", "atom", "jsonfeed")
# The library without which a format is loaded, and not written, and the extra that brings it.
_NEEDS = {"png": ("resvg_py", "picture")}
# What people call a field that a format may not have.
FIELDS = {
    "date": "vague dates", "date.uncertain": "uncertain and approximate dates", "date.open": "open and unknown starts and ends",
    "date.parts": "seasons, sets and unspecified digits", "date.interval": "periods", "date.time": "times of day",
    "date.far": "days before the year 1 and from the end of 9999 on",
    "title.spaces": "line ends and runs of spaces in titles",
    "summary.spaces": "runs of spaces in summaries", "returns": "carriage returns", "eras": "eras",
    "source.title": "titles of sources", "source.spaces": "runs of spaces in what is said of sources",
    "date.hour": "times of which only the hour is known", "date.second": "times without a second",
    "date.unknown": "dates of which no side is known", "date.shift": "shifts from universal time",
    "date_note": "how a date was read", "zone": "time zones", "instant": "the instant in universal time", "title": "titles",
    "summary": "summaries", "kind": "kinds", "place": "places", "latitude": "latitudes", "longitude": "longitudes",
    "part_of": "what is part of what", "attributed_to": "whose claim it is", "actors": "who took part", "role": "roles",
    "tags": "tags", "related": "what is related", "quotations": "quotations", "status": "that something was retracted",
    "reason": "reasons of corrections", "version": "versions", "recorded_at": "when it was recorded",
    "recorded_by": "who recorded it", "stance": "that a quotation disputes", "grade": "how exactly a quotation matched",
    "supports": "what a quotation is cited for", "page": "pages of quotations", "prefix": "the words before a quotation",
    "suffix": "the words after a quotation", "start": "where a quotation stands", "end": "where a quotation ends",
    "author": "authors", "publisher": "publishers", "published": "when a source was published", "url": "addresses of sources",
    "language": "languages", "media_type": "what sort of file a source is", "sha256": "fingerprints of sources",
    "archived_at": "when a source was archived", "source": "sources", "sources": "sources",
    "earliest": "the first day of a vague date", "latest": "the last day of a vague date", "position": "positions in the log",
    "cells": "cells that a spreadsheet would reckon out", "entries": "entries of imported tables",
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A format with what it is for, and what it cannot say: (what, what becomes of it)."""

    format: Format
    purpose: str
    loses: tuple[tuple[str, str], ...]


def found(name: str) -> Format | None:
    """Give a format by its name; None where there is none, or it cannot be loaded here."""
    if missing(name):
        return None
    try:
        return format_named(name)
    except (KeyError, ImportError):
        return None


def missing(name: str) -> str | None:
    """Say which extra a format needs that is not there; None where nothing is missing."""
    library, extra = _NEEDS.get(name, (None, None))
    if library is None or find_spec(library) is not None:
        return None
    return f"{name.upper()}: cannot be made here, for want of an extra. pip install 'cited-timeline[{extra}]'"


def names() -> list[str]:
    """Name the formats that there are."""
    return [name for name in formats.written_names() if found(name)]


def groups() -> Iterator[tuple[str, list[Offer]]]:
    """Give the groups that hold any format, each with its offers."""
    for title, members in GROUPS:
        offers = [Offer(format, purpose, loses(format)) for name, purpose in members.items() if (format := found(name))]
        if offers:
            yield title, offers


def loses(format: Format) -> tuple[tuple[str, str], ...]:
    """Say what a format cannot say: fields of the same fate together, those that are merely left out last."""
    fates: dict[str, list[str]] = {}
    for field, fate in format.loses.items():
        called = FIELDS.get(field) or FIELDS.get(field.rpartition(".")[2]) or field.replace("_", " ").replace(".", " ")
        known = fates.setdefault(fate, [])
        if called not in known:
            known.append(called)
    ordered = sorted(fates.items(), key=lambda one: one[0] == "left out")
    return tuple((_capital(", ".join(fields)), fate) for fate, fields in ordered)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
