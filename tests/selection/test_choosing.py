"""Choosing happenings for an export: a whole timeline is read row by row, and little is held of each."""

import tracemalloc
from pathlib import Path

from timeline import Timeline
from timeline.reading import choosing

MANY = 4_000
BYTES_OF_EACH = 40  # a position, and no row


def test_little_is_held_of_each_happening_that_is_chosen(tmp_path: Path) -> None:
    """The positions alone are, of a timeline that is exported as a whole."""
    with Timeline(tmp_path / "timeline.db", by="Test") as timeline:
        source = timeline.archive(text="The council met.", id="minutes", title="Minutes")
        cited = [source.quote("The council met")]
        timeline.append_many(
            {"id": f"sitting-{number}", "title": "The council meets", "date": "2025", "citations": cited} for number in range(MANY)
        )
        choosing.choose(timeline.log.connection, {}, "current")
        tracemalloc.start()
        chosen = choosing.choose(timeline.log.connection, {}, "current")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        filtered = choosing.choose(timeline.log.connection, {"from": "2025"}, "current")
    assert len(chosen.positions) == MANY
    assert not chosen.ids
    assert most < MANY * BYTES_OF_EACH
    assert len(filtered.ids) == MANY
