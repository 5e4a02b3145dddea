"""Choosing happenings for an export: a whole timeline is read row by row, and little is held of each."""

import tracemalloc
from pathlib import Path

from timeline import ArchivedSource, Timeline
from timeline.reading import choosing

MANY = 4_000
BYTES_OF_EACH = 40  # a position, and no row


def test_words_of_a_replaced_version_are_found_as_of_then(timeline: Timeline, report: ArchivedSource) -> None:
    """In its title, people and quotations, also where a word has characters that JSON writes in another way."""
    names = ['Ann "Bo" Lee', "Cy\\Dee"]
    timeline.record("a", title='A "sitting" at 50%', date="2003", actors=names, citations=[report.quote("It sat for four days")])
    before = timeline.log.size()
    timeline.correct("a", title="Another", actors=["Di"], citations=[report.quote("met in Marrakech")], reason="r")
    for words in ('"sitting"', "50%", '"Bo"', "Cy\\Dee", "four days", "sitting days"):
        assert [one.id for one in timeline.happenings(q=words, as_of=before)] == ["a"], words
        assert [*timeline.happenings(q=words)] == [], words
    for words in ("Another", "HappeningRecorded", "text_sha256", "Marrakech"):
        assert [*timeline.happenings(q=words, as_of=before)] == [], words


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
