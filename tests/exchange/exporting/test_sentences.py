"""What formats say in words: an entry of an imported table is named, for it is evidence and no prose."""

from dataclasses import replace

import pytest
from sample_happenings import SOURCE, happening, quotation, written

from timeline import quotes
from timeline.exchange import formats
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.losses import lost
from timeline.reading import wording
from timeline.reading.records import DATA

TABLE = replace(SOURCE, id="sheet", title="The sheet", media_type="text/csv")
ROW = "1997,7,,,The flood"


@pytest.mark.parametrize("name", ["csv", "timelinejs", "timelinejs-csv", "timemap", "vis", "ics", "atom", "jsonfeed"])
def test_an_entry_of_a_table_is_named_and_not_quoted(name: str) -> None:
    """Beside it a quotation from a document stays what it is; and it is told."""
    one = happening(quotations=(quotation(), quotation(2, source=TABLE, quote=ROW)))
    text = written(name, one).replace("\\,", ",")
    assert "Entry in " in text
    assert "The sheet" in text
    assert ROW not in text
    assert "that, stand" in text
    told = [line for line in lost([one], format_named(name)) if line.startswith("entries")]
    assert told == [
        "entries of tables and other files of entries (in 1 of 1 happenings): not quoted; the file that holds them is named"
    ]
    assert not [line for line in lost([happening()], format_named(name)) if line.startswith("entries")]


def test_every_format_that_is_imported_is_a_file_of_entries() -> None:
    """What reads and what writes name the same media types, though neither may know the other."""
    assert {one.reads for one in formats.OURS if one.reads} == DATA


@pytest.mark.datasette
def test_a_grade_is_worded_without_doubt_and_alike_everywhere() -> None:
    """The words of the document were found: each grade says so first, and the columns' descriptions repeat it."""
    from timeline.web import descriptions

    assert tuple(wording.GRADES) == quotes.GRADES
    told = descriptions.as_metadata()["tables"]["citations"]["columns"]["grade"]
    for name, words in wording.GRADES.items():
        assert words.startswith("the same words")
        assert f"{name} ({words})" in told
