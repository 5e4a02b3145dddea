"""As of a day: the page of the position that the log had reached at its end, found in few looks."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from test_pages_demo import ids, serve, text

from timeline import Timeline
from timeline.selection import as_of
from timeline.selection.snapshot import Snapshot

PER_DAY = 5


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a log of five events a day, from the last second of 30 November 2026 on: a source, and 99 happenings."""
    path = tmp_path_factory.mktemp("moment") / "diary.db"
    ticks, start = count(), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    with Timeline(path, clock=lambda: start + timedelta(days=next(ticks) // PER_DAY)) as timeline:
        cited = [timeline.archive(id="s", text="It went on.", title="S").quote("It went on.")]
        for number in range(99):
            timeline.record(f"h-{number}", title=f"Happening {number}", date="2003", citations=cited)
        timeline.correct("h-0", title="Renamed", reason="r")
    return path


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("2026-11-29", 0), ("2026-11-30", 5), ("2026-11", 5), ("2026-12-01", 10), ("2026-12-19", 100), ("2026-12-20", 101),
        ("2026-12", 101), ("2026 CE", 101), ("2025 CE", 0), ("9999-12-31", 101), ("Y12000", 101), ("-0043", 0), ("0000", 0),
    ],
)  # fmt: skip
def test_a_day_is_the_last_position_that_was_recorded_by_its_end(diary: Path, typed: str, position: int) -> None:
    """To the last second of it, in UTC; before the log nothing, after it all."""
    with closing(sqlite3.connect(diary)) as connection:
        assert as_of.position(Snapshot(connection), typed) == position


def test_an_empty_log_had_reached_nothing(tmp_path: Path) -> None:
    """Position 0, on any day."""
    with Timeline(tmp_path / "empty.db") as timeline:
        timeline.log.make()
    with closing(sqlite3.connect(tmp_path / "empty.db")) as connection:
        assert as_of.position(Snapshot(connection), "2026-11-24") == 0


def test_the_search_reads_few_rows(diary: Path) -> None:
    """The log is never read through: each step looks one position up."""
    with sqlite3.connect(diary) as connection:
        steps = [row[3] for row in connection.execute("explain query plan " + as_of._LAST_BEFORE, {"moment": "2026"})]
    assert [step for step in steps if "events" in step and step != "SEARCH events"] == [
        "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"
    ]


@pytest.mark.asyncio
async def test_the_page_says_the_day_and_keeps_it_in_its_addresses(diary: Path) -> None:
    """The page shows the end of that day, and every link keeps the typed text."""
    client = serve(diary).client
    html = (await client.get("/diary/-/timeline?as_of=2026-12-02&size=5")).text
    message = text(html)
    assert "As known at the end of 2 December 2026 ( position 15 , recorded 2 December 2026, 23:59 UTC)." in message
    assert "14 happenings." in message
    assert 'value="2026-12-02"' in html
    assert "as_of=2026-12-02&amp;" in html
    assert "as_of=15" not in html
    assert 'href="/diary/-/timeline/h-0?as_of=2026-12-02"' in html
    assert len(ids(html)) == 5


@pytest.mark.asyncio
async def test_the_past_is_that_of_the_position(diary: Path) -> None:
    """A day and its position show the same rows, by the page and by its ways to Datasette."""
    client = serve(diary).client
    by_day, by_position = [(await client.get(f"/diary/-/timeline?as_of={typed}&size=200")).text for typed in ("2026-12-19", "100")]
    assert ids(by_day) == ids(by_position)
    assert len(ids(by_day)) == 99
    assert "position+%3C%3D+100" in by_day
    assert "Renamed" not in by_day


@pytest.mark.asyncio
async def test_a_happening_is_shown_as_of_a_day(diary: Path) -> None:
    """Its page says which, and its links keep it; before it was known, the page says when it was."""
    client = serve(diary).client
    message = text((await client.get("/diary/-/timeline/h-0?as_of=2026-12-19")).text)
    assert "As known at the end of 19 December 2026 (position 100): version 1" in message
    assert "Renamed" in (await client.get("/diary/-/timeline/h-0?as_of=2026-12-20")).text
    early = await client.get("/diary/-/timeline/h-50?as_of=2026-12-01")
    assert early.status_code == 404
    assert "At position 10, h-50 was not recorded yet" in text(early.text)
