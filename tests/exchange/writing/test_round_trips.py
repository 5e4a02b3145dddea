"""What is written for others is read again here: equal, but for what the format lists as lost."""

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import pytest
from hard_to_write import ABOUT, DATES, happening
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.exchange.reading import row
from timeline.exchange.writing import format_named
from timeline.exchange.writing.record import Happening

TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(lambda text: f"T {text}")
PLACED = [date for date in DATES if date != "../.."]


def read(name: str, written: list[Happening]) -> list[dict[str, Any]]:
    """Write happenings, and read them again; rows that become nothing are left out."""
    if find_spec(f"timeline.exchange.reading.{row.READERS[name]}") is None:
        pytest.skip(f"{name} is not read yet")
    text = "".join(map(str, format_named(name).write(written, ABOUT)))
    rows = row.reader(name).read(text).rows
    return [dict(one.fields) for one in rows if one.refused is None and one.kind == "happening"]


@pytest.mark.parametrize("name", ["timelinejs", "timelinejs-csv", "vis", "jsonld"])
@given(st.lists(st.tuples(TITLES, st.sampled_from(PLACED)), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_titles_dates_and_kinds_come_back(name: str, said: list[tuple[str, str]]) -> None:
    """Dates to the letter, however vague."""
    written = [replace(happening(number, date), title=title, kind="vote") for number, (title, date) in enumerate(said)]
    found = read(name, written)
    assert [(one["title"], one["date"], one.get("kind")) for one in found] == [(title, date, "vote") for title, date in said]


@pytest.mark.parametrize("name", ["csl-json", "ris"])
def test_sources_come_back(name: str) -> None:
    """Title, publisher, author, date, address and language."""
    if find_spec(f"timeline.exchange.reading.{row.READERS[name]}") is None:
        pytest.skip(f"{name} is not read yet")
    one = happening(0, "2025")
    plain = replace(one.quotations[0], source=replace(one.quotations[0].source, title="A report & more"))  # tags are styles there
    text = "".join(map(str, format_named(name).write([replace(one, quotations=(plain,))], ABOUT)))
    first = dict(row.reader(name).read(text).rows[0].fields)
    assert {field: first.get(field) for field in ("title", "publisher", "author", "published", "url", "language")} == {
        "title": "A report & more",
        "publisher": "TNA",
        "author": "Ann, Bob",
        "published": "2025-11",
        "url": "https://example.org/r?a=1&b=2",
        "language": "en",
    }
