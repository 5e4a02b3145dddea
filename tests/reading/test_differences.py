"""Successive versions are compared field by field, and a redacted version is never guessed."""

from timeline import ArchivedSource, Timeline
from timeline.reading.differences import between, former_statement

HELD = {"source": "report", "quote": "three hundred", "start_char": 81, "end_char": 94, "stance": "supports"}


def test_fields_that_differ_are_compared_by_value() -> None:
    """A changed field has its old and new value; an emptied one has no new value."""
    changes = between({"title": "A", "place": "Rabat", "kind": "vote"}, {"title": "B", "kind": "vote", "zone": "UTC"})
    assert [(one.field, one.texts("removed"), one.texts("added")) for one in changes] == [
        ("title", ["A"], ["B"]),
        ("zone", [], ["UTC"]),
        ("place", ["Rabat"], []),
    ]


def test_a_reworded_text_is_returned_complete_before_and_after() -> None:
    """Its pieces are words, and its texts are whole."""
    (change,) = between({"summary": "one two three"}, {"summary": "one four three"})
    assert change.reworded
    assert (change.texts("removed"), change.texts("added")) == (["one two three"], ["one four three"])


def test_lists_are_compared_item_by_item() -> None:
    """Items that both versions have are not changes."""
    (change,) = between({"tags": ["a", "b"]}, {"tags": ["b", "c"]})
    assert change.is_list
    assert (change.texts("removed"), change.texts("added")) == (["a"], ["c"])


def test_a_quotation_that_moved_reads_differently() -> None:
    """The words are the same, the place is another; and a dispute is named."""
    moved = {**HELD, "start_char": 112, "end_char": 125, "stance": "disputes", "supports": "the number"}
    assert between({"citations": [HELD]}, {"citations": [moved]})[0].pieces == [
        ("removed", "“three hundred” (source/report; characters 81–94)"),
        ("added", "“three hundred” (source/report; disputes; the number; characters 112–125)"),
    ]


def test_after_a_redacted_version_only_new_values_are_known(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """The correction lists its changed fields; the values before are unknown rather than empty."""
    timeline.correct(meeting, title="Another title", tags=["a"], reason="Clearer.")
    timeline.redact(timeline.history(meeting)[0].position, reason="A court said so.")
    first, second, *_ = timeline.log.stream(f"happening/{meeting}")
    assert first.data is None
    former = former_statement(second.payload, first.payload.get("statement"))
    assert former is not None
    changes = between(former, second.payload["statement"])
    assert [(one.field, one.pieces) for one in changes] == [("title", [("added", "Another title")]), ("tags", [("added", "a")])]
