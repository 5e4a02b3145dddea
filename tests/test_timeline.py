"""The Timeline: archiving, recording, correcting, retracting, reading; every call is safe to repeat, nothing is half done."""

from pathlib import Path

import pytest

from timeline import ArchivedSource, Timeline, TimelineError
from timeline.errors import (
    AlreadyRecorded,
    AlreadyRetracted,
    DocumentUnreadable,
    PartOfCircle,
    StatementInvalid,
    UnknownHappening,
    UnknownSource,
    VersionConflict,
)

FOUND = {"source": "report", "quote": "It sat for four days"}


def test_an_append_answers_with_stream_version_and_position(timeline: Timeline, report: ArchivedSource) -> None:
    """Every call that appends says where the event stands."""
    assert (report.stream, report.version, report.position) == ("source/report", 1, 1)
    event = timeline.record("sitting", title="A sitting", date="2025-11-24", citations=[FOUND])
    assert (event.stream, event.version, event.position) == ("happening/sitting", 1, 2)
    event = timeline.correct("sitting", date="2025-11", reason="the day is not stated")
    assert (event.stream, event.version, event.position) == ("happening/sitting", 2, 3)
    event = timeline.retract("sitting", reason="it was another body")
    assert (event.stream, event.version, event.position) == ("happening/sitting", 3, 4)
    event = timeline.correct_source("report", publisher="The council", reason="the imprint says so")
    assert (event.stream, event.version, event.position) == ("source/report", 2, 5)


def test_everything_can_be_said_again(timeline: Timeline) -> None:
    """Running the same script twice appends nothing the second time, and does not undo what came later."""

    def script() -> list[int]:
        source = timeline.archive(text="It sat for four days.", id="report", title="Report")
        return [
            source.position,
            timeline.record("sitting", title="A sitting", date="2025", citations=[source.quote("four days")]).position,
            timeline.correct("sitting", date="2024", reason="first reading").position,
            timeline.correct("sitting", date="2023", tags=["x"], actors=["Ann"], reason="second reading").position,
            timeline.correct_source("report", author="A clerk", reason="signed").position,
            timeline.retract("sitting", reason="a misreading").position,
        ]

    assert script() == script() == [1, 2, 3, 4, 5, 6]
    assert timeline.happening("sitting").date == "2023"


def test_old_scripts_can_be_run_again_whatever_came_later(timeline: Timeline, report: ArchivedSource) -> None:
    """What stands is recognised even where, said today for the first time, it would be refused."""
    cited = {"date": "2025", "citations": [FOUND]}

    def first() -> None:
        timeline.record("a", title="A", **cited)  # type: ignore[arg-type]
        timeline.record("b", title="B", part_of="a", **cited)  # type: ignore[arg-type]
        timeline.record("l", title="L", latitude="31", longitude="-7", **cited)  # type: ignore[arg-type]
        timeline.correct("l", latitude="3", reason="a slip")

    first()
    timeline.correct("b", part_of=None, reason="the other way round")
    timeline.correct("a", part_of="b", reason="the other way round")
    timeline.correct("l", latitude=None, longitude=None, reason="not known")
    before = timeline.log.size()
    first()
    assert timeline.log.size() == before


def test_many_corrections_of_one_happening_stay_quick(timeline: Timeline, meeting: str) -> None:
    """The work of a correction does not grow with the number of those before it: counted in events read, not in seconds."""
    read = 0

    def count(statement: str) -> None:
        nonlocal read
        read += statement.startswith("SELECT position")

    timeline.log.connection.set_trace_callback(count)
    for n in range(50):
        timeline.correct(meeting, title=f"Title {n}", reason=f"reason {n}")
    timeline.log.connection.set_trace_callback(None)
    assert read <= 50 * 8


def test_names_in_any_script_stay_apart(timeline: Timeline, report: ArchivedSource) -> None:
    """Vowels that are written as marks tell people apart; case, spacing and punctuation do not."""
    names = ["कमल", "कमला", "ดี", "ดู", "José", "Jose", "Ann B.", "Bo"]
    timeline.record("x", title="X", date="2025", actors=names, citations=[FOUND])
    timeline.record("y", title="Y", date="2025", actors=["ann  b"], citations=[FOUND])
    assert sorted(row["name"] for row in timeline.db["actors"].rows) == sorted(names)


def test_an_author_is_one_line(path: Path) -> None:
    """What is written into every event as its author cannot forge another line."""
    with pytest.raises(StatementInvalid, match="by: has a line end"):
        Timeline(path, by="a\nb")


def test_a_correction_carries_the_whole_statement_and_its_changes(timeline: Timeline, meeting: str) -> None:
    """The event of a correction can be read alone."""
    payload = timeline.correct(meeting, date="2025-11-25", place=None, reason="the minutes").payload
    assert payload["changes"] == {"date": "2025-11-25", "place": None}
    assert payload["reason"] == "the minutes"
    assert payload["statement"]["title"] == "The council meets"
    assert "place" not in payload["statement"]


def test_a_list_is_emptied_by_none_as_well(timeline: Timeline, meeting: str) -> None:
    """As a text is."""
    timeline.correct(meeting, related=[meeting], reason="to empty it")
    payload = timeline.correct(meeting, actors=None, tags=None, related=None, reason="the minutes").payload
    assert payload["changes"] == {"actors": None, "tags": None, "related": None}
    assert not {"actors", "tags", "related"} & payload["statement"].keys()


def test_as_of_a_position_is_the_timeline_as_it_stood(timeline: Timeline, meeting: str) -> None:
    """A happening is read as known at any position; before it was recorded there was none."""
    timeline.correct(meeting, title="The council sits", reason="wording")
    timeline.retract(meeting, reason="it did not")
    titles = [(timeline.happening(meeting, as_of=n).title, timeline.happening(meeting, as_of=n).status) for n in (2, 3, 4)]
    assert titles == [
        ("The council meets", "current"),
        ("The council sits", "current"),
        ("The council sits", "retracted"),
    ]
    for before in (1, 0):
        with pytest.raises(UnknownHappening, match=f"as of position {before}"):
            timeline.happening(meeting, as_of=before)
    assert [(v.version, v.reason) for v in timeline.history(meeting)] == [(1, None), (2, "wording"), (3, "it did not")]


def test_a_taken_id_says_what_differs_and_to_correct(timeline: Timeline, meeting: str) -> None:
    """Recording something else under an id is refused, with the fields that differ."""
    with pytest.raises(
        AlreadyRecorded,
        match=r"happening/meeting: id: taken at version 1.*title was The council meets, is Other.*correct it",
    ):
        timeline.record(meeting, title="Other", date="2025-11-24", citations=[FOUND])


def test_a_stale_version_is_a_conflict(timeline: Timeline, meeting: str) -> None:
    """A writer who has not seen the last version is told to read again."""
    timeline.correct(meeting, title="The council sits", reason="wording", expected_version=1)
    told = r"at version 2, expected 1\. Read it again, then retry\. It was corrected at version 2.* \(wording\)"
    with pytest.raises(VersionConflict, match=told):
        timeline.correct(meeting, title="The council stands", reason="wording", expected_version=1)
    with pytest.raises(VersionConflict):
        timeline.retract(meeting, reason="stale", expected_version=1)
    with pytest.raises(VersionConflict, match="at version 0, expected 3"):
        timeline.record("new", title="New", date="2003", citations=[FOUND], expected_version=3)


def test_a_changed_document_is_refused_under_its_old_id(timeline: Timeline, tmp_path: Path) -> None:
    """A document that changed on disk is not taken for the archived one; the archived bytes stay."""
    document = tmp_path / "report.txt"
    document.write_text("It sat for four days.")
    timeline.archive(document, id="report", title="Report")
    document.write_text("It sat for five days.")
    with pytest.raises(AlreadyRecorded, match="is not the document that was archived under this id"):
        timeline.archive(document, id="report", title="Report")
    timeline.record("sitting", title="A sitting", date="2025", citations=[{"source": "report", "quote": "four days"}])


def test_other_facts_about_an_archived_document_are_a_correction(timeline: Timeline, report: ArchivedSource) -> None:
    """The same bytes under the same id with another title are refused, with the verb to use."""
    with pytest.raises(AlreadyRecorded, match=r"title was A report, is Another.*correct_source it"):
        timeline.archive(
            text=timeline.log.document(report.event.payload["statement"]["sha256"]).decode(),
            id="report",
            title="Another",
        )  # type: ignore[union-attr]


def test_a_circle_of_parts_is_refused(timeline: Timeline, meeting: str) -> None:
    """A happening is no part of itself, however long the way round."""
    timeline.record("session", title="Session", date="2025", part_of=meeting, citations=[FOUND])
    timeline.record("speech", title="Speech", date="2025", part_of="session", citations=[FOUND])
    with pytest.raises(PartOfCircle, match="meeting in speech in session in meeting"):
        timeline.correct(meeting, part_of="speech", reason="a slip")
    with pytest.raises(PartOfCircle):
        timeline.correct(meeting, part_of=meeting, reason="a slip")
    assert timeline.happening(meeting).part_of is None


def test_several_appends_are_one_and_may_refer_forward(timeline: Timeline, report: ArchivedSource) -> None:
    """In one transaction a part may come before its whole; a fault at the end takes everything back."""
    part = {"happening": {"id": "part", "title": "Part", "date": "2025", "part_of": "whole", "citations": [FOUND]}}
    whole = {"happening": {"id": "whole", "title": "Whole", "date": "2025", "citations": [FOUND]}}
    with pytest.raises(UnknownHappening):
        timeline.append_many([part])
    assert [event.id for event in timeline.append_many([part, whole])] == ["happening/part@1", "happening/whole@1"]
    with pytest.raises(StatementInvalid):
        timeline.append_many(
            [{"correct": "part", "title": "P", "reason": "r"}, {"id": "z", "title": "Z", "date": "1", "citations": []}]
        )
    assert timeline.happening("part").title == "Part"


def test_a_batch_is_refused_whole(timeline: Timeline, report: ArchivedSource) -> None:
    """The last entry's fault takes back the first ones."""
    good = {"id": "good", "title": "Good", "date": "2025", "citations": [FOUND]}
    with pytest.raises(TimelineError):
        timeline.append_many([good, {**good, "id": "bad", "date": "2025-02-30"}])
    assert len(list(timeline.events())) == 1


def test_a_retraction_names_its_successor_and_is_final(timeline: Timeline, meeting: str) -> None:
    """What was retracted stays readable, and can be neither corrected nor retracted anew."""
    timeline.record("other", title="Other", date="2025", citations=[FOUND])
    with pytest.raises(UnknownHappening, match="superseded_by"):
        timeline.retract(meeting, reason="wrong", superseded_by="nothing")
    with pytest.raises(StatementInvalid, match="names the happening itself"):
        timeline.retract(meeting, reason="wrong", superseded_by=meeting)
    timeline.retract(meeting, reason="wrong", superseded_by="other")
    assert timeline.happening(meeting).superseded_by == "other"
    with pytest.raises(AlreadyRetracted, match="Record what is now known under another id"):
        timeline.correct(meeting, title="Again", reason="regret")
    with pytest.raises(AlreadyRetracted):
        timeline.retract(meeting, reason="another reason")


def test_a_correction_that_changes_nothing_is_refused(timeline: Timeline, meeting: str) -> None:
    """A correction must say something that does not stand already."""
    with pytest.raises(StatementInvalid, match="nothing to correct"):
        timeline.correct(meeting, title="The council meets", reason="none")


def test_a_correction_that_is_refused_is_not_taken_for_one_with_the_same_reason(timeline: Timeline, meeting: str) -> None:
    """An earlier correction of the same fields for the same reason is not the answer to one that cannot be made."""
    timeline.correct(meeting, date="2025-11-25", reason="the minutes")
    size = timeline.log.size()
    with pytest.raises(StatementInvalid, match="date"):
        timeline.correct(meeting, date="2025-11-31", reason="the minutes")
    assert timeline.log.size() == size


def test_a_reason_is_required(timeline: Timeline, meeting: str) -> None:
    """Corrections and retractions say why."""
    with pytest.raises(StatementInvalid, match="reason: is empty"):
        timeline.correct(meeting, title="X", reason="")
    with pytest.raises(StatementInvalid, match="reason: "):
        timeline.append({"retract": meeting})


def test_an_unknown_happening_or_source_is_said(timeline: Timeline) -> None:
    """What is not there is named."""
    with pytest.raises(UnknownHappening, match='there is no happening "nothing"'):
        timeline.correct("nothing", title="X", reason="r")
    with pytest.raises(UnknownSource, match=r'there is no source "nothing"\. List all: timeline list sources'):
        timeline.source("nothing")


def test_documents_that_cannot_be_quoted_are_refused(timeline: Timeline, tmp_path: Path) -> None:
    """Missing, empty, binary or undecodable documents each get their line."""
    cases = {"gone.txt": (None, "no such file"), "empty.txt": (b" \n", "no text"), "nul.txt": (b"a\0b", "not a text")}
    cases |= {
        "latin.txt": (b"caf\xe9", "byte 4 is not utf-8"),
        "image.tiff": (b"x", "only .txt"),
        "image.png": (b"x", "not a PNG, JPEG, WebP or GIF picture"),
        "passwd": (b"x", "only .txt"),
    }
    for name, (content, message) in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentUnreadable, match=message):
            timeline.archive(tmp_path / name, id="x", title="X")
    with pytest.raises(DocumentUnreadable, match="not the name of a text encoding"):
        timeline.archive(tmp_path / "latin.txt", id="x", title="X", encoding="undefined")
    with pytest.raises(DocumentUnreadable, match="cannot be read"):
        timeline.archive("a\0b.txt", id="x", title="X")
    assert timeline.archive(tmp_path / "latin.txt", id="x", title="X", encoding="cp1252").position == 1
    assert timeline.archive(tmp_path / "latin.txt", id="x", title="X", encoding="CP1252").position == 1
    assert timeline.db["source_texts"].count == 1


def test_bytes_and_text_are_both_kept(timeline: Timeline, tmp_path: Path) -> None:
    """The bytes as received and the text as UTF-8 stand each under its own hash."""
    (tmp_path / "latin.txt").write_bytes("café".encode("cp1252"))
    statement = timeline.archive(tmp_path / "latin.txt", id="x", title="X", encoding="cp1252").event.payload["statement"]
    assert timeline.log.document(statement["sha256"]) == "café".encode("cp1252")
    assert timeline.log.document(statement["text_sha256"]) == "café".encode()


def test_an_address_that_runs_script_is_refused(timeline: Timeline) -> None:
    """A source's url is a web address and nothing else."""
    with pytest.raises(StatementInvalid, match="url: is not a web address"):
        timeline.archive(text="words", id="x", title="X", url="javascript:alert(1)")


def test_an_address_is_not_taken_for_a_file(timeline: Timeline) -> None:
    """It is shown as it was given, and not fetched: how to do that is told."""
    told = "https://127.0.0.1/x: is an address; pages are fetched only on request. To fetch it: timeline archive --fetch https://127.0.0.1/x"
    with pytest.raises(DocumentUnreadable) as caught:
        timeline.archive("https://127.0.0.1/x", title="X")
    assert str(caught.value) == told
