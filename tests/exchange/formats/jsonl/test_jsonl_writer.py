"""The bundle: the log can be exported and appended again without loss."""

import json
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share

from timeline import ArchivedSource, Timeline, bundles
from timeline.bundles import json_lines
from timeline.errors import TimelineError
from timeline.exchange.formats.jsonl import writer as as_jsonl
from timeline.model import PlacedCitation

WORDS = ("met", "sat", "spoke", "left", "voted")
TEXT = "On Monday they met. On Tuesday they sat.\r\nOn Wednesday they spoke, “at length”. Then they left; some voted.\f"


def lines(timeline: Timeline, ids: list[str] | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the entries of a timeline's bundle, and the reported lines."""
    reported: list[str] = []
    return [json.loads(line) for line in as_jsonl.write_log(timeline.log.connection, ids, reported.append)], reported


def log_of(timeline: Timeline) -> list[tuple[str, int, str, str | None]]:
    """Return the log without authors, times and salts."""
    return [(event.stream, event.version, event.type, event.data) for event in timeline.events()]


def again(entries: list[dict[str, Any]], folder: Path) -> list[tuple[str, int, str, str | None]]:
    """Append entries to an empty timeline, and return its log."""
    path = folder / "again.db"
    path.unlink(missing_ok=True)
    with Timeline(path, by="another") as other:
        other.append_many(entries)
        return log_of(other)


texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
names = st.sampled_from(["Ann", "Bob Smith", "José Pérez", "مجلس"])
citation = st.fixed_dictionaries(
    {"source": st.sampled_from(["a", "b"]), "quote": st.sampled_from(WORDS)},
    optional={"stance": st.just("disputes"), "supports": texts},
)
fields = st.fixed_dictionaries(
    {
        "title": texts,
        "date": st.sampled_from(["2025", "-0043-03-15", "2025-11/..", "2025-11-24T10:00:00", "[1999,2001]", "2003~", "201X"]),
        "citations": st.lists(citation, min_size=1, max_size=3),
    },
    optional={
        "summary": texts,
        "kind": texts,
        "place": texts,
        "actors": st.lists(names, unique=True, max_size=3),
        "tags": st.lists(st.sampled_from(["x", "y", "z"]), unique=True, max_size=2),
        "related": st.just(["h0"]),
        "attributed_to": texts,
    },
)
steps = st.lists(
    st.tuples(st.sampled_from(["record", "correct", "correct_source", "retract"]), st.integers(0, 4), fields, texts), max_size=12
)


@given(steps)
@settings(max_examples=share(40), deadline=None)
def test_a_log_survives_an_export_and_an_append(steps: list[tuple[str, int, dict[str, Any], str]]) -> None:
    """Streams, versions, types and data are equal, byte for byte, whatever was recorded."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Timeline(folder / "first.db", by="tester") as timeline:
            for id in ("a", "b"):
                timeline.archive(text=f"{TEXT} {id}", id=id, title=id, media_type="text/markdown" if id == "b" else None)
            for verb, number, said_of, reason in steps:
                try:
                    if verb == "record":
                        timeline.record(f"h{number}", **said_of)  # type: ignore[arg-type]
                    elif verb == "correct":
                        timeline.correct(f"h{number}", reason=reason, **said_of)  # type: ignore[arg-type]
                    elif verb == "correct_source":
                        timeline.correct_source("a", reason=reason, title=said_of["title"], publisher=said_of.get("place"))
                    else:
                        timeline.retract(f"h{number}", reason=reason)
                except TimelineError:
                    continue  # what is refused is not in the log
            entries, reported = lines(timeline)
            assert again(entries, folder) == log_of(timeline)
            assert reported == []


def test_emptied_fields_and_successors_come_back(timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path) -> None:
    """A correction that empties a field, a part, a relation to a later happening, and a retraction with its successor."""
    with timeline.transaction():
        timeline.record("part", title="x", date="2025", part_of=meeting, related=["later"], citations=[report.quote("Marrakech")])
        timeline.record("later", title="y", date="2025", tags=["t"], citations=[report.quote("Marrakech")])
    timeline.correct("part", part_of=None, related=None, reason="neither")
    timeline.correct("later", tags=None, reason="none")
    timeline.retract("later", reason="no", superseded_by="part")
    assert again(lines(timeline)[0], tmp_path) == log_of(timeline)


def test_a_document_that_was_extracted_comes_back_with_its_bytes(timeline: Timeline, tmp_path: Path) -> None:
    """The bytes as received, and the text extracted from them, with the extractor of that day."""
    entry = {
        "id": "scan",
        "title": "A report",
        "base64": b64encode(b"%PDF-1.7 \xff\x00").decode(),
        "text": "page one\fpage two",
        "extractor": "a reader 1.0",
        "media_type": "application/pdf",
    }
    timeline.append({"source": entry})
    timeline.record("h", title="x", date="2025", citations=[{"source": "scan", "quote": "page two"}])
    entries, _ = lines(timeline)
    assert entries[0] == {"source": {**entry, "extractor": "text as given by the bundle (a reader 1.0)"}}
    assert again(entries, tmp_path) == log_of(timeline)


def test_a_byte_order_mark_stays_in_the_bytes(timeline: Timeline, tmp_path: Path) -> None:
    """The text begins after the mark; the bytes contain it."""
    file = tmp_path / "report.txt"
    file.write_bytes(b"\xef\xbb\xbfThey met.\r\n")
    source = timeline.archive(file, id="report", title="A report")
    timeline.record("h", title="x", date="2025", citations=[source.quote("They met.")])
    entries, _ = lines(timeline)
    assert again(entries, tmp_path) == log_of(timeline)


def test_a_bundle_is_read_from_a_file(timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path) -> None:
    """The reader of bundles accepts it, and appending it twice adds nothing."""
    timeline.correct(meeting, latitude="31.62", longitude="-7.98", reason="looked up")
    file = tmp_path / "bundle.jsonl"
    file.write_text("".join(as_jsonl.write_log(timeline.log.connection, None, print)), encoding="utf-8")
    with Timeline(tmp_path / "again.db", by="another") as other:
        bundles.append(other, file)
        assert log_of(other) == log_of(timeline)
        assert bundles.append(other, file).events == 0


def test_filters_export_whole_streams_with_their_references(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """With the sources cited in any version, and the happenings to which they refer; nothing else."""
    other = timeline.archive(text="They met again.", id="other", title="Another")
    timeline.archive(text="Nobody cites this.", id="unused", title="Unused")
    timeline.record("again", title="x", date="2026", part_of=meeting, citations=[other.quote("met again")])
    timeline.record("alone", title="y", date="2026", citations=[other.quote("They met")])
    timeline.correct("again", date="2026-01", reason="the month")
    entries, _ = lines(timeline, ["again"])
    assert [next(iter(entry.values())) if "correct" in entry else next(iter(entry.values()))["id"] for entry in entries] == [
        "report", meeting, "other", "again", "again",
    ]  # fmt: skip
    assert [stream for stream, *_ in again(entries, tmp_path)] == [
        "source/report", f"happening/{meeting}", "source/other", "happening/again", "happening/again",
    ]  # fmt: skip


def test_repeated_words_are_exported_with_their_place(timeline: Timeline, tmp_path: Path) -> None:
    """Rows of a table may be equal, and only the place tells them apart."""
    row = "1 | they met on that day in the town of that name | yes\n"
    timeline.archive(text=row * 5 + "An end.", id="rows", title="Rows")
    cited = [PlacedCitation(source="rows", quote="they met", start_char=2 * len(row) + 4)]
    timeline.record("h", title="x", date="2025", citations=cited)
    timeline.record("end", title="y", date="2025", citations=[{"source": "rows", "quote": "An end."}])
    _, alike, plain = (entry.get("happening", {}).get("citations") for entry in lines(timeline)[0])
    assert alike[0]["start_char"] == 2 * len(row) + 4
    assert "start_char" not in plain[0]
    file = tmp_path / "bundle.jsonl"
    file.write_text("".join(as_jsonl.write_log(timeline.log.connection, None, print)), encoding="utf-8")
    with Timeline(tmp_path / "again.db", by="another") as other:
        bundles.append(other, file)
        assert log_of(other) == log_of(timeline)
        wrong = (
            file.read_text(encoding="utf-8").replace(f'"start_char":{2 * len(row) + 4}', '"start_char":7').replace('"h"', '"h2"')
        )
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(TimelineError, match=r"citations\.1\.quote: quotation .* is not at character 7"):
            bundles.append(other, file)


def test_quotations_in_a_long_text_are_exported_with_their_place(timeline: Timeline, tmp_path: Path) -> None:
    """A search for repetitions would take long, both here and on appending."""
    text = "They met. " + "And so on. " * (as_jsonl.LONG // 10)
    timeline.archive(text=text, id="long", title="Long")
    timeline.record("h", title="x", date="2025", citations=[{"source": "long", "quote": "They met."}])
    timeline.correct("h", citations=[{"source": "long", "quote": "They"}], reason="less")
    entries, _ = lines(timeline)
    assert [entry["citations"][0]["start_char"] for entry in (entries[1]["happening"], entries[2])] == [0, 0]
    assert again(entries, tmp_path) == log_of(timeline)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_redacted_data_is_left_out_and_reported(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path, version: int
) -> None:
    """The current statement is exported without it."""
    timeline.correct(meeting, place="Rabat", reason="one")
    timeline.correct(meeting, title="Another title", date="2026", reason="two")
    position = next(
        event.position for event in timeline.events() if event.stream == f"happening/{meeting}" and event.version == version
    )
    current = timeline.happening(meeting)
    timeline.redact(position, reason="by law", keep_documents=True)
    entries, reported = lines(timeline)
    assert reported == ["1 redacted events are left out; the number of each later version is lower by one for each"]
    found = [
        json.loads(data or "")["statement"] for stream, _, _, data in again(entries, tmp_path) if stream.startswith("happening/")
    ]
    assert len(found) == 2
    if version < 3:
        assert (found[-1]["title"], found[-1]["date"], found[-1].get("place")) == (current.title, current.date, current.place)


def test_dependents_of_a_redacted_source_are_left_out_and_reported(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """The happening, a document that nobody else cites, and references to it."""
    secret = timeline.archive(text="A secret was reported there.", id="secret", title="Secret")
    dependent = timeline.record("reported", title="x", date="2025", citations=[secret.quote("A secret was reported")])
    timeline.record("both", title="y", date="2025", related=["reported"], citations=[report.quote("met in Marrakech")])
    timeline.redact(dependent.position, reason="by law")
    entries, reported = lines(timeline)
    assert reported == [
        "happening/reported: was redacted, or depends on redacted data, and is left out",
        "source/secret: was redacted, or depends on redacted data, and is left out",
        "happening/both: its references to redacted events are left out",
    ]
    log = again(entries, tmp_path)
    assert [stream for stream, *_ in log] == ["source/report", f"happening/{meeting}", "happening/both"]
    assert "related" not in json.loads(log[-1][3] or "")["statement"]


def test_a_source_may_be_exported_without_its_bibliography(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """Its description was redacted, but not its document: happenings that cite it are exported, with a report."""
    timeline.redact(report.position, reason="by law", keep_documents=True)
    entries, reported = lines(timeline)
    assert reported == [
        'source/report: its description was redacted; its document is there, with the title "(redacted)"',
        "1 redacted events are left out; the number of each later version is lower by one for each",
    ]
    log = again(entries, tmp_path)
    assert [stream for stream, *_ in log] == ["source/report", f"happening/{meeting}"]
    statement = json.loads(log[0][3] or "")["statement"]
    assert (statement["title"], "publisher" in statement) == ("(redacted)", False)
    assert log[1][3] == next(event.data for event in timeline.events() if event.stream == f"happening/{meeting}")


@pytest.mark.parametrize("length", [1, 99, 100, 101, 300, 301])
def test_a_large_document_is_split(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """The parts come before the source, so that no line is too long for a bundle. All scripts survive."""
    assert as_jsonl.LONGEST == json_lines.LONGEST_LINE
    assert as_jsonl.PART * (6 + 4) < json_lines.LONGEST_LINE  # each character escaped, and the bytes beside it
    monkeypatch.setattr(as_jsonl, "PART", 100)
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1_500)
    text = ("\x01مجلس\U0001f600" * length)[:length]
    entry = {"id": "a", "title": "A", "media_type": "application/pdf", "extractor": "x", "text": text}
    timeline.append({"source": {**entry, "base64": b64encode(bytes([7]) * 3 * length).decode()}})
    timeline.archive(text="x" * (length + 1), id="b", title="B")
    file = tmp_path / "bundle.jsonl"
    file.write_text("".join(as_jsonl.write_log(timeline.log.connection, None, pytest.fail)), encoding="utf-8")
    with Timeline(tmp_path / "again.db", by="another") as other:
        appended = bundles.append(other, file, progress=(weights := []).append)
        assert log_of(other) == log_of(timeline)
        assert (appended.entries, sum(weights)) == (2, file.stat().st_size)


@pytest.mark.parametrize("ids", [None, ["meeting"]])
def test_reviews_are_left_out_and_reported(timeline: Timeline, meeting: str, tmp_path: Path, ids: list[str] | None) -> None:
    """Whoever appends the bundle has not made them. All else comes back; later versions are lower by one for each."""
    with Timeline(timeline.log.path, by="Second") as second:
        second.review("meeting", verdict="confirmed", comment="Secondwords")
    timeline.correct("meeting", title="The council sits", reason="r")
    entries, reported = lines(timeline, ids)
    assert "Secondwords" not in json.dumps(entries)
    lower = "the number of each later version is lower by one for each"
    assert reported == [f"1 review left out: only the reviewer can record one; {lower}"]
    kept = [(stream, type, data) for stream, _, type, data in log_of(timeline) if type != "HappeningReviewed"]
    assert [(stream, type, data) for stream, _, type, data in again(entries, tmp_path)] == kept
