"""The wording of exports: an entry of an imported table is named, because it is evidence and not prose."""

from dataclasses import replace

import pytest
from sample_happenings import SOURCE, happening, lost, quotation, written

from timeline import capture, quotes
from timeline.exchange import formats
from timeline.exchange.exporting import format_named
from timeline.reading import wording
from timeline.reading.records import DATA, PAGES

TABLE = replace(SOURCE, id="sheet", title="The sheet", media_type="text/csv")
ROW = "1997,7,,,The flood"


@pytest.mark.parametrize("name", ["csv", "timelinejs", "timelinejs-csv", "timemap", "vis", "ics", "atom", "jsonfeed"])
def test_an_entry_of_a_table_is_named_and_not_quoted(name: str) -> None:
    """A quotation from a document beside it is still quoted. The loss is reported."""
    one = happening(quotations=(quotation(), quotation(2, source=TABLE, quote=ROW)))
    text = written(name, one).replace("\\,", ",")
    assert "Entry in " in text
    assert "The sheet" in text
    assert ROW not in text
    assert "that, stand" in text
    lines = [line for line in lost([one], format_named(name)) if line.startswith("entries")]
    assert lines == [
        "entries of tables and other files of entries (in 1 of 1 happenings): not quoted; the file that holds them is named"
    ]
    assert not [line for line in lost([happening()], format_named(name)) if line.startswith("entries")]


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        ("Ship,Day\n", "\nRif,2024", True),
        ("\t\t", "\t\n", True),
        ("", ",09:40\n", False),
        ("Atlas,", "\n", False),
        ("on\n", "\fB", True),
    ],
)
def test_words_out_of_a_row_are_no_entry(before: str, after: str, entry: bool) -> None:
    """A row is one only as a whole, with or without its empty cells; other data files are quoted by the entry."""
    quoted = quotation(source=TABLE, quote=ROW, prefix=before, suffix=after)
    assert quoted.is_entry is entry
    assert ("Entry in" in written("ics", happening(quotations=(quoted,)))) is entry
    assert replace(quoted, source=replace(TABLE, media_type="application/json")).is_entry
    assert not replace(quoted, source=SOURCE).is_entry


def test_every_imported_format_is_a_file_of_entries() -> None:
    """Readers and writers name the same media types, although neither may import the other."""
    assert {one.reads for one in formats.OURS if one.reads} == DATA


def test_a_page_of_any_web_archive_is_a_web_page() -> None:
    """At its address, a browser shows the page itself."""
    assert capture.HOLDING_SEVERAL <= PAGES


@pytest.mark.datasette
def test_grades_have_one_clear_wording() -> None:
    """Each grade begins by saying that the words are the same, and the descriptions of columns repeat it."""
    from timeline.web import descriptions

    assert tuple(wording.GRADES) == quotes.GRADES
    description = descriptions.as_metadata()["tables"]["citations"]["columns"]["grade"]
    for name, words in wording.GRADES.items():
        assert words.startswith("the same words")
        assert f"{name} ({words})" in description
