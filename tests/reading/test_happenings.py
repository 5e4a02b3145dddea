"""Happenings are read back exactly as the log has them."""

import pytest

from timeline import ArchivedSource, Timeline
from timeline.exchange.exporting.format import About
from timeline.reading import history
from timeline.reading.happenings import at_positions, quotations
from timeline.selection.conditions import MARKS
from timeline.selection.snapshot import Snapshot


def test_every_field_is_read_back(timeline: Timeline, report: ArchivedSource) -> None:
    """With the date's bounds, and the source's bibliography."""
    event = timeline.record(
        "meeting",
        title="The council met",
        date="2025-11-24/2025-11-27",
        place="Marrakech",
        latitude="31.62",
        longitude="-7.98",
        actors=["A", {"name": "B", "role": "chair"}],
        tags=["council"],
        citations=[report.quote("met in Marrakech", supports="the place")],
    )
    (read,) = at_positions(timeline.log.connection, [event.position])
    assert (read.id, read.version, read.title, read.status) == ("meeting", 1, "The council met", "current")
    assert (read.earliest, read.latest) == ("2025-11-24", "2025-11-27")
    assert read.actors == (("A", None), ("B", "chair"))
    (quotation,) = read.quotations
    assert (quotation.quote, quotation.supports, quotation.page) == ("met in Marrakech", "the place", None)
    assert (quotation.source.title, quotation.source.published) == ("A report", "2025-11-28")
    assert About.read(timeline.log.connection, title="x").position == event.position


def test_sources_are_read_as_of_a_position(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """With the title of that time; now, with the corrected one."""
    position = timeline.happening(meeting).position
    timeline.correct_source("report", title="Another title", reason="a misprint")
    titles = [
        next(at_positions(timeline.log.connection, [position], as_of=as_of)).quotations[0].source.title
        for as_of in (position, None)
    ]
    assert titles == ["A report", "Another title"]


def test_pages_are_counted_by_the_form_feeds_before_a_quotation(timeline: Timeline) -> None:
    """In a PDF; a form feed in another text does not separate pages."""
    for id, media_type in (("pdf", "application/pdf"), ("plain", "text/plain")):
        source = timeline.archive(text=f"One of {id}.\fTwo of {id}.\fThree of {id}.", id=id, title=id, media_type=media_type)
        timeline.record(
            id, title=id, date="2025", citations=[source.quote(f"{number} of {id}.") for number in ("One", "Two", "Three")]
        )
    positions = [event.position for event in timeline.events() if event.stream.startswith("happening/")]
    read = list(at_positions(timeline.log.connection, positions[::-1]))
    assert [one.id for one in read] == ["plain", "pdf"], "in the order of the positions"
    assert [[quotation.page for quotation in one.quotations] for one in read] == [[None, None, None], [1, 2, 3]]


def test_redacted_happenings_are_skipped(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """One whose source was redacted is read without the source's details."""
    position = timeline.happening(meeting).position
    timeline.redact(report.position, reason="by law", keep_documents=True)
    (read,) = at_positions(timeline.log.connection, [position])
    assert read.quotations[0].source.title is None
    timeline.redact(position, reason="by law")
    assert list(at_positions(timeline.log.connection, [position])) == []


def test_a_redacted_source_has_no_hash(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """Even if its document stays: the hash could help to guess it."""
    position = timeline.happening(meeting).position
    (before,) = at_positions(timeline.log.connection, [position])
    timeline.redact(report.position, reason="by law", keep_documents=True)
    (after,) = at_positions(timeline.log.connection, [position])
    assert (before.quotations[0].source.sha256, after.quotations[0].source.sha256) == (report.sha256, None)


def test_the_quotations_of_the_read_tables_are_those_of_the_log(timeline: Timeline, report: ArchivedSource) -> None:
    """Now, and as of a position with other ones; up to the limit, and all that dispute."""
    cited = [report.quote("met in Marrakech"), report.quote("Marrakech"), report.quote("met", stance="disputes")]
    event = timeline.record("meeting", title="x", date="2025", citations=cited)
    timeline.correct("meeting", citations=cited[:1], reason="too many")
    connection = timeline.log.connection
    (then,) = at_positions(connection, [event.position], as_of=event.position)
    assert quotations(Snapshot(connection, event.position), ["meeting"])["meeting"] == list(then.quotations)
    assert len(quotations(Snapshot(connection), ["meeting"])["meeting"]) == 1
    shown = quotations(Snapshot(connection, event.position), ["meeting"], most=1)["meeting"]
    assert [one.number for one in shown] == [1, 3]


@pytest.mark.parametrize(
    "follows", ["", "correct", "retract", "review", "correct retract", "review retract", "correct review retract"]
)
def test_corrected_means_the_same_in_a_row_in_the_log_and_in_the_history(
    timeline: Timeline, report: ArchivedSource, follows: str
) -> None:
    """A retraction alone is not a correction, and neither is a review, which takes a version too."""
    timeline.record("meeting", title="x", date="2025", citations=[report.quote("met in Marrakech")])
    for verb in follows.split():
        match verb:
            case "correct":
                timeline.correct("meeting", title="y", reason="r")
            case "retract":
                timeline.retract("meeting", reason="r")
            case _:
                timeline.review("meeting", verdict="confirmed")
    connection = timeline.log.connection
    sql = f"SELECT {MARKS['corrected']}, position FROM happenings"
    marked, position = connection.execute(sql).fetchone()
    (known,) = at_positions(connection, [position])
    version = next(one for one in history.versions(Snapshot(connection), "happening/meeting") if one.position == position)
    assert bool(marked) == known.corrected == version.corrected == ("correct" in follows)
    assert len(timeline.happenings(mark="corrected", status="all")) == ("correct" in follows)
