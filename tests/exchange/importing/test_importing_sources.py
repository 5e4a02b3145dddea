"""Imports of bibliographies and annotations: missing fields are filled in, nothing is overwritten or invented."""

import json
from pathlib import Path

from timeline import Timeline
from timeline.exchange.importing import run
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Plan
from timeline.exchange.rows.row import Read, Row

TEXT = "record one\nrecord two\n"


def imported(timeline: Timeline, folder: Path, *rows: Row, happening: str | None = None) -> Plan:
    """Import rows as a reader would return them."""
    read = Read(rows, media_type="application/x-bibtex", text=TEXT, encoding="utf-8")
    file = File(folder / "refs.bib", "bibtex", TEXT.encode(), read)
    return run.append(file, timeline, happening=happening)


def test_an_existing_source_is_filled_in_and_differences_are_asked(timeline: Timeline, report: object, tmp_path: Path) -> None:
    """By its id. A missing field is added, an existing one stays. A second import changes nothing."""
    row = Row(1, 0, 10, "source", {"title": "Another title", "publisher": "A press"}, "report")
    (outcome,) = imported(timeline, tmp_path, row).outcomes
    statement = timeline.source("report").event.payload["statement"]
    assert (statement["title"], statement["publisher"], outcome.verb, outcome.fields) == (
        "A report",
        "A press",
        "corrected",
        ("publisher",),
    )
    assert outcome.remarks[0][0] == "title"
    size = timeline.log.size()
    assert imported(timeline, tmp_path, row).counts() == {"unchanged": 1}
    assert timeline.log.size() == size


def test_a_new_source_is_its_attachment_or_its_record(timeline: Timeline, tmp_path: Path) -> None:
    """A file beside the bibliography is read. One in another place is not, with a remark."""
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


def test_two_works_with_one_address_are_two_sources(timeline: Timeline, tmp_path: Path) -> None:
    """Papers with the DOI of their volume are separate sources, with a remark. Another spelling of a title is the same work."""
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
    """The second has another id, always the same. A later file may correct a title under its key."""
    rows = (
        Row(1, 0, 10, "source", {"title": "Mills", "author": "A"}, "ref"),
        Row(2, 11, 21, "source", {"title": "Salt roads", "author": "B"}, "ref"),
    )
    plan = imported(timeline, tmp_path, *rows)
    assert [outcome.verb for outcome in plan.outcomes] == ["new", "new"]
    assert "source/ref" in dict(plan.outcomes[1].remarks)["key"]
    assert imported(timeline, tmp_path, *rows).counts() == {"unchanged": 2}


def test_a_number_as_key_counts_within_its_file(timeline: Timeline, tmp_path: Path) -> None:
    """Record 1 of another file is another work."""
    imported(timeline, tmp_path, Row(1, 0, 10, "source", {"title": "One"}, "1"))
    assert timeline.source("refs-1").event.payload["statement"]["title"] == "One"
    assert imported(timeline, tmp_path, Row(1, 0, 10, "source", {"title": "One"}, "1")).counts() == {"unchanged": 1}


def test_a_citation_is_added_if_its_words_are_in_the_source(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """It is added once. Words that are not in the source and unknown happenings are refused in one line."""
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


def test_a_unique_quotation_needs_neither_prefix_nor_suffix(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """A browser takes prefix and suffix from the page. They are dropped with a remark; if they are needed, one is enough."""
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


def test_annotations_without_a_happening_belong_to_the_named_one(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """As Hypothesis exports them. Without the option they are refused, with the next step."""
    selector = {"type": "TextQuoteSelector", "exact": "It sat for four days"}
    (tmp_path / "h.json").write_text(json.dumps({"rows": [{"tags": ["source:report"], "target": [{"selector": [selector]}]}]}))
    file = run.understand(tmp_path / "h.json", "annotations")
    (outcome,) = run.append(file, timeline).outcomes
    assert "--happening ID" in outcome.reason
    assert run.append(file, timeline, happening=meeting).counts() == {"corrected": 1}
