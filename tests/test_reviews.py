"""A second person's verdict on a version: which are recorded, which count, and that nothing else of a stream changes by them."""

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from examples import Clock

from timeline import ArchivedSource, Timeline
from timeline.errors import (
    AlreadyRetracted,
    Redacted,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    VersionConflict,
)

DOUBT = {"verdict": "doubted", "comment": "The minutes name another town."}


@pytest.fixture
def second(timeline: Timeline, meeting: str, path: Path) -> Timeline:
    """Open the timeline as a second person; the meeting is at version 1."""
    return Timeline(path, by="Second Reader", clock=Clock())


def test_a_review_is_an_event_of_its_happening(second: Timeline) -> None:
    """It names the version that was read, and makes no statement."""
    event = second.review("meeting", **DOUBT)
    assert (event.type, event.id, event.recorded_by) == ("HappeningReviewed", "happening/meeting@2", "Second Reader")
    assert event.payload == {"version": 1, **DOUBT}
    assert (second.happening("meeting").version, second.happening("meeting").review) == (1, "doubted")
    assert [one.version for one in second.history("meeting")] == [1]
    assert second.verify().ok


def test_the_same_review_again_appends_nothing(second: Timeline, timeline: Timeline) -> None:
    """Another verdict, another comment, another version or another person is another review; so is a return to a former verdict."""
    first = second.review("meeting", verdict="confirmed")
    assert second.review("meeting", verdict="confirmed") == first
    assert second.review("meeting", verdict="confirmed", version=1) == first
    assert second.append({"review": "meeting", "version": 1, "verdict": "confirmed"}) == first
    assert second.append({"review": {"happening": "meeting", "version": 1, "verdict": "confirmed"}}) == first
    assert second.review("meeting", verdict="confirmed", comment="p. 3").version == 3
    assert second.review("meeting", verdict="doubted").version == 4
    assert second.review("meeting", verdict="confirmed", comment="p. 3").version == 5
    assert second.happening("meeting").review == "confirmed"
    timeline.retract("meeting", reason="r")
    assert second.review("meeting", verdict="confirmed", comment="p. 3", version=1).version == 5


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"verdict": "maybe"}, StatementInvalid, "verdict: is not one of 'confirmed' or 'doubted'"),
        ({}, StatementInvalid, "verdict: is missing. Give it"),
        ({"verdict": "confirmed", "version": 2}, StatementInvalid, "version: is 2, which makes no statement"),
        ({"verdict": "confirmed", "version": 0}, StatementInvalid, "version: is not a version"),
        ({"verdict": "confirmed", "version": "1"}, StatementInvalid, "version: is not a version"),
        ({"verdict": "confirmed", "version": True}, StatementInvalid, "version: is not a version"),
        ({"verdict": "confirmed", "comment": "x" * 10_001}, StatementInvalid, "comment: has 10,001 characters, expected 10,000"),
        ({"verdict": "confirmed", "comment": " "}, StatementInvalid, "comment: is empty"),
        ({"verdict": "confirmed", "coment": "x"}, StatementInvalid, 'coment: is not a field here. Did you mean "comment"?'),
        ({"verdict": "confirmed", "expected_version": 3}, VersionConflict, "at version 1, expected 3"),
    ],
)
def test_a_review_that_makes_no_sense_is_refused(second: Timeline, arguments: dict[str, Any], error: type, words: str) -> None:
    """In one line, and nothing is appended."""
    with pytest.raises(error, match=words) as refused:
        second.review("meeting", **arguments)
    assert "\n" not in str(refused.value)
    assert second.log.size() == 2


def test_what_nobody_can_review_is_refused(second: Timeline, timeline: Timeline) -> None:
    """An unknown happening, a source, a review, a retracted happening, and a version that was redacted."""
    with pytest.raises(UnknownHappening, match='no happening "vote"'):
        second.review("vote", verdict="confirmed")
    second.review("meeting", verdict="doubted")
    with pytest.raises(
        StatementInvalid, match=r"version: is 2, which makes no statement\. Give the version that you read; now it is 1"
    ):
        second.review("meeting", verdict="confirmed", version=2)
    timeline.correct("meeting", title="The council sits", reason="r")
    timeline.redact(2, reason="By law")
    with pytest.raises(Redacted, match="version 1 was redacted"):
        second.review("meeting", verdict="confirmed", version=1)
    timeline.retract("meeting", reason="r")
    for version in (None, 3, 5):
        with pytest.raises(AlreadyRetracted, match="no version of it can be reviewed any more"):
            second.review("meeting", verdict="confirmed", version=version)
    assert second.verify().ok


def test_a_review_needs_a_name(path: Path, meeting: str) -> None:
    """Nobody can judge the verdict of nobody."""
    for by in ("unnamed", " Unnamed "):
        with Timeline(path, by=by) as nameless, pytest.raises(StatementInvalid, match="a review needs the reviewer's name"):
            nameless.review("meeting", verdict="confirmed")


def test_every_fault_of_an_entry_is_named_at_once(second: Timeline) -> None:
    """As of any other entry."""
    with pytest.raises(StatementInvalid) as refused:
        second.append({"review": "vote", "version": "x", "verdict": "maybe"})
    assert {field for field, _ in refused.value.faults} == {"id", "version", "verdict"}
    with pytest.raises(StatementInvalid, match=r"version: is missing\. Give the number of the version that was read"):
        second.append({"review": "meeting", "verdict": "confirmed"})
    with pytest.raises(StatementInvalid, match="reason: is not a field here"):
        second.append({"review": "meeting", "version": 1, "verdict": "confirmed", "reason": "r"})


@pytest.mark.parametrize("by", ["tester", " Tester", "TESTER", "te\u0301ster", "téster"])
def test_only_a_second_person_counts(timeline: Timeline, meeting: str, path: Path, by: str) -> None:
    """Names are compared without their spaces and capitals, and composed. One's own review is recorded, and marked."""
    with Timeline(path, by=by) as reviewer:
        event = reviewer.review("meeting", verdict="confirmed")
        counts = unicodedata.normalize("NFC", by) == "téster"
        assert event.position == 3
        assert reviewer.happening("meeting").review == ("confirmed" if counts else None)
        assert [row["by_second_person"] for row in reviewer.db["reviews"].rows] == [counts]


def test_a_version_without_an_author_is_confirmed_by_nobody(path: Path) -> None:
    """It may be the reviewer's own."""
    with Timeline(path, by="unnamed") as timeline:
        quotation = timeline.archive(text="It sat.", id="s", title="S").quote("It sat")
        timeline.record("x", title="X", date="2025", citations=[quotation])
    with Timeline(path, by="Ann") as timeline:
        timeline.review("x", verdict="confirmed")
        assert timeline.happening("x").review is None


def test_a_doubt_outweighs_and_each_persons_last_verdict_counts(second: Timeline, path: Path) -> None:
    """Now, and as of every position; the filters find each state."""
    second.review("meeting", verdict="confirmed")
    with Timeline(path, by="Third") as third:
        third.review("meeting", verdict="doubted")
        third.review("meeting", verdict="confirmed")
    second.correct("meeting", title="The council sits", reason="r")
    states = [second.happening("meeting", as_of=position).review for position in range(2, 7)]
    assert states == [None, "confirmed", "doubted", "confirmed", None]
    assert second.happening("meeting").review is None
    assert [one.review for one in second.history("meeting")] == ["confirmed", None]
    found = [[one.id for one in second.happenings(review="doubted", as_of=position)] for position in range(2, 7)]
    assert found == [[], [], ["meeting"], [], []]
    assert [one.version for one in second.happenings(review="none")] == [5]


def test_a_review_does_not_stop_whoever_read_the_version(second: Timeline, timeline: Timeline) -> None:
    """The version that a person expects still stands after a review; after a correction it does not."""
    second.review("meeting", verdict="confirmed")
    assert timeline.correct("meeting", title="The council sits", reason="r", expected_version=1).version == 3
    with pytest.raises(VersionConflict, match=r"at version 3, expected 1.*It was corrected at version 3"):
        timeline.correct("meeting", title="The council stands", reason="r", expected_version=1)
    second.review("meeting", verdict="doubted")
    with pytest.raises(VersionConflict, match="at version 4, expected 2"):
        timeline.retract("meeting", reason="r", expected_version=2)
    assert timeline.retract("meeting", reason="r", expected_version=3).version == 5


def test_the_rest_of_a_stream_passes_over_reviews(second: Timeline, timeline: Timeline, report: ArchivedSource) -> None:
    """Corrections compare with the last statement, circles and references see it, and repeats are found."""
    second.review("meeting", verdict="confirmed")
    timeline.record("part", title="A part", date="2025", part_of="meeting", citations=[report.quote("met in Marrakech")])
    second.review("part", verdict="confirmed")
    with pytest.raises(TimelineError, match="part_of: makes a circle"):
        timeline.correct("meeting", part_of="part", reason="r")
    correction = timeline.correct("meeting", place="Rabat", reason="r")
    second.review("meeting", verdict="doubted")
    assert timeline.correct("meeting", place="Rabat", reason="r") == correction
    assert correction.payload["statement"]["title"] == "The council meets"
    assert timeline.retract("meeting", reason="r").payload["statement"]["place"] == "Rabat"
    assert timeline.verify().ok


def test_a_redacted_review_no_longer_counts_and_is_not_restored(second: Timeline, path: Path) -> None:
    """Neither do that person's earlier verdicts, one of which it may have replaced. Its comment is gone from the file."""
    second.review("meeting", verdict="confirmed")
    second.review("meeting", **DOUBT)
    assert second.redact(4, reason="Names a witness").id == "happening/meeting@4"
    assert second.happening("meeting").review is None
    assert [second.happening("meeting", as_of=position).review for position in (3, 4)] == ["confirmed", None]
    with pytest.raises(Redacted, match=r"this may be the same review\. Leave it out, or, if it is new, give expected_version=4"):
        second.review("meeting", **DOUBT)
    assert second.review("meeting", verdict="confirmed", version=1).position == 3
    assert second.review("meeting", verdict="confirmed", version=1, expected_version=4).position == 6
    assert second.happening("meeting").review == "confirmed"
    with Timeline(path, by="Third") as third:
        assert third.review("meeting", verdict="doubted").position == 7
    assert second.verify().ok
    second.close()
    assert b"another town" not in path.read_bytes()


def test_a_review_stays_when_its_version_is_redacted(second: Timeline, timeline: Timeline) -> None:
    """It says that somebody confirmed that version, and nothing of its words."""
    second.review("meeting", verdict="confirmed")
    timeline.redact(2, reason="By law")
    assert [(row["version"], row["verdict"]) for row in timeline.db["reviews"].rows] == [(1, "confirmed")]
    assert timeline.verify().ok


def required(path: Path, *, reviewed: object = True) -> None:
    """Write settings that require reviews."""
    settings = {"plugins": {"cited-timeline": {"by": "tester", "publish": {"reviewed": reviewed}}}}
    path.with_name("metadata.json").write_text(json.dumps(settings))


def test_where_reviews_are_required_ones_own_is_refused(second: Timeline, timeline: Timeline, path: Path) -> None:
    """A second person's is not, and an earlier one stays safe to repeat."""
    own = timeline.review("meeting", verdict="confirmed")
    required(path)
    assert timeline.review("meeting", verdict="confirmed") == own
    with pytest.raises(StatementInvalid, match="version 1 is your own, and this project requires a review by a second person"):
        timeline.review("meeting", verdict="doubted")
    assert second.review("meeting", verdict="confirmed").position == 4
    required(path, reviewed=False)
    assert timeline.review("meeting", verdict="doubted").position == 5
    path.with_name("metadata.json").write_text("{")
    with pytest.raises(StatementInvalid, match="its settings cannot be read"):
        timeline.review("meeting", verdict="confirmed")


def raw(type: str, data: dict[str, Any]) -> Callable[[sqlite3.Connection], object]:
    """Insert an event of the meeting with SQL, past the program."""
    return lambda connection: connection.execute(
        "INSERT INTO events SELECT max(position) + 1, 'happening/meeting', (SELECT max(version) + 1 FROM events"
        " WHERE stream = 'happening/meeting'), ?, max(recorded_at), 'Eve', ?, zeroblob(16), zeroblob(32) FROM events",
        (type, json.dumps(data)),
    )


@pytest.mark.parametrize(
    "data",
    [
        {"version": 2, "verdict": "confirmed"},
        {"version": 9, "verdict": "confirmed"},
        {"version": "1", "verdict": "confirmed"},
        {"version": 1, "verdict": "perhaps"},
        {"version": 1},
        {"verdict": "confirmed"},
        {"version": 1, "verdict": "confirmed", "statement": {"title": "x"}},
    ],
)
def test_the_guards_refuse_a_review_of_nothing(second: Timeline, path: Path, data: dict[str, Any]) -> None:
    """With SQL alone, too: it names a version with a statement, and a verdict, and makes no statement itself."""
    second.review("meeting", verdict="doubted")
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"reviews name|events have a form"),
    ):
        raw("HappeningReviewed", data)(connection)


def test_the_guards_refuse_a_review_of_what_was_retracted(timeline: Timeline, meeting: str, path: Path) -> None:
    """And accept one that the program could have made, so that the test above proves something."""
    with closing(sqlite3.connect(path)) as connection:
        raw("HappeningReviewed", {"version": 1, "verdict": "confirmed"})(connection)
        connection.rollback()
    timeline.retract("meeting", reason="r")
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="reviews name"):
        raw("HappeningReviewed", {"version": 1, "verdict": "confirmed"})(connection)
