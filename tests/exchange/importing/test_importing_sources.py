"""Imports of bibliographies and annotations: what stands is filled in, never overwritten; what is not found is not added."""

import json
from pathlib import Path

from timeline import Timeline
from timeline.exchange.importing import run
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Plan
from timeline.exchange.importing.row import Row, Understood

TEXT = "record one\nrecord two\n"


def imported(timeline: Timeline, folder: Path, *rows: Row, happening: str | None = None) -> Plan:
    """Import rows as a reader would give them."""
    file = File(folder / "refs.bib", "bibtex", TEXT.encode(), Understood(TEXT, "utf-8", "application/x-bibtex", rows))
    return run.append(file, timeline, happening=happening)


def test_a_source_that_stands_is_filled_in_and_what_differs_is_asked(timeline: Timeline, report: object, tmp_path: Path) -> None:
    """By its id; a field that it lacks is taken, one that it has stays; again changes nothing."""
    row = Row(1, 0, 10, "source", {"title": "Another title", "publisher": "A press"}, "report")
    (outcome,) = imported(timeline, tmp_path, row).outcomes
    said = timeline.source("report").event.payload["statement"]
    assert (said["title"], said["publisher"], outcome.verb, outcome.fields) == ("A report", "A press", "corrected", ("publisher",))
    assert outcome.remarks[0][0] == "title"
    size = timeline.log.size()
    assert imported(timeline, tmp_path, row).counts() == {"unchanged": 1}
    assert timeline.log.size() == size


def test_a_new_source_is_its_attachment_or_its_own_record(timeline: Timeline, tmp_path: Path) -> None:
    """A file beside is read; one elsewhere is not, and that is told."""
    (tmp_path / "paper.txt").write_text("What the paper says.")
    plan = imported(
        timeline,
        tmp_path,
        Row(1, 0, 10, "source", {"title": "One", "file": "paper.txt"}, "one"),
        Row(2, 11, 21, "source", {"title": "Two", "file": "../../etc/passwd"}, "two"),
    )
    texts = [timeline.log.document(timeline.source(id).event.payload["statement"]["text_sha256"]) for id in ("one", "two")]
    assert texts == [b"What the paper says.", b"record two"]
    assert "not beside the file" in plan.outcomes[1].remarks[0][1]


def test_an_address_alone_makes_two_works_no_source(timeline: Timeline, tmp_path: Path) -> None:
    """Papers with the DOI of their volume are sources of their own, and that is told; the same work is one, spelt otherwise too."""
    doi = {"url": "https://doi.org/10.1/volume"}
    rows = (
        Row(1, 0, 10, "source", {**doi, "title": "The mills of Ghent", "author": "A", "published": "1990"}, "mills"),
        Row(2, 11, 21, "source", {**doi, "title": "Salt roads", "author": "B", "published": "1991"}, "salt"),
        Row(3, 11, 21, "source", {**doi, "title": "The Mills of Ghent: a history", "publisher": "A press"}, "again"),
        Row(4, 11, 21, "source", {**doi, "title": "Moulins", "author": "A", "published": "1990"}, "french"),
        Row(5, 11, 21, "source", {**doi, "title": "Salt", "author": "C", "published": "1992"}, "short"),
        Row(6, 11, 21, "source", {**doi, "title": "Salt roads", "author": "D", "published": "1993"}, "second"),
    )
    plan = imported(timeline, tmp_path, *rows)
    assert [outcome.stream for outcome in plan.outcomes] == [
        "source/mills", "source/salt", "source/mills", "source/mills",
        "source/short", "source/second",
    ]  # fmt: skip
    assert "source/mills" in dict(plan.outcomes[1].remarks)["url"]
    assert timeline.source("salt").event.payload["statement"]["author"] == "B"
    assert timeline.source("mills").event.payload["statement"]["publisher"] == "A press"
    assert imported(timeline, tmp_path, *rows).counts() == {"unchanged": 6}


def test_two_works_with_one_key_in_a_file_are_two_sources(timeline: Timeline, tmp_path: Path) -> None:
    """The second has an id of its own, the same each time; a later file may correct a title under its key."""
    rows = (
        Row(1, 0, 10, "source", {"title": "Mills", "author": "A"}, "ref"),
        Row(2, 11, 21, "source", {"title": "Salt roads", "author": "B"}, "ref"),
    )
    plan = imported(timeline, tmp_path, *rows)
    assert [outcome.verb for outcome in plan.outcomes] == ["new", "new"]
    assert "source/ref" in dict(plan.outcomes[1].remarks)["key"]
    assert imported(timeline, tmp_path, *rows).counts() == {"unchanged": 2}


def test_a_key_that_is_only_a_number_is_its_own_file_s(timeline: Timeline, tmp_path: Path) -> None:
    """Record 1 of one file is another work than record 1 of the next."""
    imported(timeline, tmp_path, Row(1, 0, 10, "source", {"title": "One"}, "1"))
    assert timeline.source("refs-1").event.payload["statement"]["title"] == "One"
    assert imported(timeline, tmp_path, Row(1, 0, 10, "source", {"title": "One"}, "1")).counts() == {"unchanged": 1}


def test_a_citation_is_added_where_its_words_are_found(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """To what stands, once; words that are not in the source, and happenings that are not there, are refused in a line."""
    rows = [
        Row(1, 0, 10, "citation", {"source": "report", "quote": "It sat for four days"}),
        Row(2, 11, 21, "citation", {"source": "report", "quote": "It sat for nine days", "happening": meeting}),
        Row(3, 11, 21, "citation", {"source": "report", "quote": "It sat for four days", "happening": "nowhere"}),
    ]
    plan = imported(timeline, tmp_path, *rows, happening=meeting)
    assert [outcome.verb for outcome in plan.outcomes] == ["corrected", "refused", "refused"]
    assert all(outcome.reason and "\n" not in outcome.reason for outcome in plan.outcomes[1:])
    assert [c.quote for c in timeline.happening(meeting).citations][1:] == ["It sat for four days"]
    assert imported(timeline, tmp_path, rows[0], happening=meeting).counts() == {"unchanged": 1}
    assert timeline.verify().ok


def test_the_surroundings_of_a_mark_need_not_be_in_the_text_where_its_words_are_once(
    timeline: Timeline, meeting: str, tmp_path: Path
) -> None:
    """A browser takes them from the page: they are left out, and that is told; where they are needed, one of them is enough."""
    words = {"source": "report", "happening": meeting}
    rows = [
        Row(1, 0, 10, "citation", {**words, "quote": "It sat for four days", "prefix": "Menu Share ", "suffix": " Cookies"}),
        Row(2, 0, 10, "citation", {**words, "quote": "It sat for nine days", "prefix": "Menu Share "}),
    ]
    plan = imported(timeline, tmp_path, *rows)
    assert [outcome.verb for outcome in plan.outcomes] == ["corrected", "refused"]
    assert "prefix" in dict(plan.outcomes[0].remarks)
    (*_, added) = timeline.happening(meeting).citations
    assert (added.quote, "Menu" in added.prefix, "Cookies" in added.suffix) == ("It sat for four days", False, False)
    assert imported(timeline, tmp_path, *rows[:1]).counts() == {"unchanged": 1}
    assert timeline.verify().ok


def test_annotations_that_name_no_happening_are_for_the_one_that_is_given(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """Read from a file, as Hypothesis gives them; without it they are refused, with what to do."""
    selector = {"type": "TextQuoteSelector", "exact": "It sat for four days"}
    (tmp_path / "h.json").write_text(json.dumps({"rows": [{"tags": ["source:report"], "target": [{"selector": [selector]}]}]}))
    file = run.understand(tmp_path / "h.json", "annotations")
    (outcome,) = run.append(file, timeline).outcomes
    assert "--happening ID" in outcome.reason
    assert run.append(file, timeline, happening=meeting).counts() == {"corrected": 1}
