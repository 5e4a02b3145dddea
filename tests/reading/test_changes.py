"""Successive versions are compared field by field, and a redacted version is never guessed."""

from timeline import ArchivedSource, Timeline
from timeline.reading.changes import Change, compare


def test_fields_that_differ_are_compared_by_value() -> None:
    """A changed field has its old and new value; an emptied one has no new value."""
    former = {"title": "A", "place": "Rabat", "kind": "vote"}
    assert list(compare(former, {"statement": {"title": "B", "kind": "vote", "zone": "UTC"}})) == [
        Change("title", ("A",), ("B",)),
        Change("place", ("Rabat",), ()),
        Change("zone", (), ("UTC",)),
    ]


def test_lists_are_compared_item_by_item() -> None:
    """Items that both versions have are not changes."""
    assert list(compare({"tags": ["a", "b"]}, {"statement": {"tags": ["b", "c"]}})) == [
        Change("tags", ("a",), ("c",), is_list=True)
    ]
    assert list(compare({"tags": ["a"]}, {"statement": {}})) == []


def test_after_a_redacted_version_only_new_values_are_known(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """The correction lists its changed fields; the values before are unknown rather than empty."""
    timeline.correct(meeting, title="Another title", tags=["a"], reason="Clearer.")
    timeline.redact(timeline.history(meeting)[0].position, reason="A court said so.")
    first, second, *_ = timeline.log.stream(f"happening/{meeting}")
    assert first.data is None
    changes = {change.field: change for change in compare(first.payload.get("statement"), second.payload)}
    assert changes["title"] == Change("title", None, ("Another title",))
    assert changes["tags"] == Change("tags", None, ("a",), is_list=True)
