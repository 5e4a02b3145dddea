"""Readers accept any file: they return rows that are slices of it, or refuse it in record line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share

from timeline.errors import ImportRefused
from timeline.exchange.importing.file import reader
from timeline.exchange.tables import records

KEYS = st.sampled_from(
    [
        "events",
        "eras",
        "title",
        "timeline",
        "date",
        "start_date",
        "end_date",
        "year",
        "month",
        "text",
        "headline",
        "media",
        "group",
        "items",
        "content",
        "start",
        "end",
        "id",
        "type",
        "issued",
        "date-parts",
        "author",
        "target",
        "selector",
        "body",
        "source",
        "tags",
        "rows",
        "@graph",
        "@type",
        "name",
        "startDate",
        "location",
        "geo",
        "keywords",
        "about",
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.sampled_from(["Event", "2001-02-30", "\ud800", "<b>", "1950"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)
LINES = st.lists(
    st.sampled_from(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:2001", "DTSTART:20010101", "GEO:x", "RRULE:",
         "DTEND;TZID=a:20000101T000000Z", "TY  - A",
         "ER  - ", "TI  - b", "DA  - 1/2/3/4", "@book{a,", "title={", "}", "Year,Headline", "x,y",
         '1,"', "year=1}", ""]
    ),
    max_size=12,
)  # fmt: skip


CELLS = st.sampled_from(
    [
        "Date",
        "Event",
        "Notes",
        "id",
        "End Date",
        "Lat",
        "1999",
        "1/2/03",
        "?",
        "",
        "a",
        '"',
        '"a',
        "=A1",
        "\x00",
        "44197",
        "x\ny",
        "<b>",
    ]
)
TABLES = st.lists(st.lists(CELLS, max_size=5), max_size=8)


def _reads(name: str, text: str) -> None:
    try:
        read = reader(name).read(text)
    except ImportRefused as error:
        assert "\n" not in str(error)
        return
    for record in read.rows:
        assert 0 <= record.start <= record.end <= len(text)
        assert record.refused or record.fields


@pytest.mark.parametrize("name", ["timelinejs", "vis", "jsonld", "csl-json", "annotations"])
@settings(max_examples=share(40), deadline=None)
@given(VALUES)
def test_any_json_is_read_or_refused(name: str, value: object) -> None:
    """Any shape, with keys of the format in the wrong places."""
    _reads(name, json.dumps(value))


@pytest.mark.parametrize("name", ["ics", "ris", "bibtex", "timelinejs-csv", "vis"])
@settings(max_examples=share(40), deadline=None)
@given(LINES)
def test_any_lines_are_read_or_refused(name: str, lines: list[str]) -> None:
    """In any order, with line ends of any kind."""
    _reads(name, "\r\n".join(lines))


@settings(max_examples=share(150), deadline=None)
@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_each_record_of_any_table_is_a_row_or_noted(table: list[list[str]], delimiter: str, end: str) -> None:
    """Every record with words below the header is record row. Records above the header are noted."""
    text = end.join(delimiter.join(cells) for cells in table)
    try:
        read = reader("csv").read(text)
    except ImportRefused as error:
        assert "\n" not in str(error)
        return
    worded = {record.number for record in records.records(text, records.delimiter_of(text)) if not record.is_blank}
    numbers = [record.number for record in read.rows]
    assert numbers == sorted(set(numbers))
    above = {number for number in worded if number < min((*numbers, 99))}
    assert set(numbers) | above == worded
    assert "header: none" not in read.guessed or set(numbers) == worded
    assert len(above) <= 1 or any("above the header" in note for note in read.notes) or not numbers
    assert all(record.refused or (record.fields["title"] and record.fields["date"]) for record in read.rows)
