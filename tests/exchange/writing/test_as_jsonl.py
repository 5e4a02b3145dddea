"""The bundle: everything and back, without loss."""

import json
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline import ArchivedSource, Timeline, bundles
from timeline.bundles import json_lines
from timeline.errors import TimelineError
from timeline.exchange.formats.jsonl import writer as as_jsonl
from timeline.model import PlacedCitation

WORDS = ("met", "sat", "spoke", "left", "voted")
TEXT = "On Monday they met. On Tuesday they sat.\r\nOn Wednesday they spoke, “at length”. Then they left; some voted.\f"


def lines(timeline: Timeline, ids: list[str] | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """Write the bundle of a timeline, and give its entries and what was told."""
    told: list[str] = []
    return [json.loads(line) for line in as_jsonl.write_log(timeline.log.connection, ids, told.append)], told


def said(timeline: Timeline) -> list[tuple[str, int, str, str | None]]:
    """Give the log but for who, when and salt."""
    return [(event.stream, event.version, event.type, event.data) for event in timeline.events()]


def again(entries: list[dict[str, Any]], folder: Path) -> list[tuple[str, int, str, str | None]]:
    """Append entries to an empty timeline, and give its log."""
    path = folder / "again.db"
    path.unlink(missing_ok=True)
    with Timeline(path, by="another") as other:
        other.append_many(entries)
        return said(other)


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
@settings(max_examples=40, deadline=None)
def test_a_log_is_the_same_after_it_was_written_and_appended_again(steps: list[tuple[str, int, dict[str, Any], str]]) -> None:
    """Streams, versions, types and data, byte for byte, whatever was said."""
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
            entries, told = lines(timeline)
            assert again(entries, folder) == said(timeline)
            assert told == []


def test_emptied_fields_and_successors_come_back(timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path) -> None:
    """A correction that takes something away, a part, a relation forward, and a retraction with what takes its place."""
    with timeline.transaction():
        timeline.record("part", title="x", date="2025", part_of=meeting, related=["later"], citations=[report.quote("Marrakech")])
        timeline.record("later", title="y", date="2025", tags=["t"], citations=[report.quote("Marrakech")])
    timeline.correct("part", part_of=None, related=None, reason="neither")
    timeline.correct("later", tags=None, reason="none")
    timeline.retract("later", reason="no", superseded_by="part")
    assert again(lines(timeline)[0], tmp_path) == said(timeline)


def test_a_document_that_was_extracted_comes_back_with_its_bytes(timeline: Timeline, tmp_path: Path) -> None:
    """The bytes as received, and the text that was taken from them, by the extractor of that day; marked, and marked once."""
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
    assert again(entries, tmp_path) == said(timeline)


def test_a_file_with_a_mark_of_its_encoding_keeps_it(timeline: Timeline, tmp_path: Path) -> None:
    """The text is what follows the mark; the bytes hold it."""
    file = tmp_path / "report.txt"
    file.write_bytes(b"\xef\xbb\xbfThey met.\r\n")
    source = timeline.archive(file, id="report", title="A report")
    timeline.record("h", title="x", date="2025", citations=[source.quote("They met.")])
    entries, _ = lines(timeline)
    assert again(entries, tmp_path) == said(timeline)


def test_a_bundle_is_read_from_a_file(timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path) -> None:
    """What the format's reader accepts, too, and appending it twice adds nothing."""
    timeline.correct(meeting, latitude="31.62", longitude="-7.98", reason="looked up")
    file = tmp_path / "bundle.jsonl"
    file.write_text("".join(as_jsonl.write_log(timeline.log.connection, None, print)), encoding="utf-8")
    with Timeline(tmp_path / "again.db", by="another") as other:
        bundles.append(other, file)
        assert said(other) == said(timeline)
        assert bundles.append(other, file).events == 0


def test_filters_take_whole_streams_with_what_they_need(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """The sources that are cited, in any version, and the happenings that are referred to; nothing else."""
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


def test_words_that_stand_twice_alike_come_with_their_place(timeline: Timeline, tmp_path: Path) -> None:
    """Rows of a table may be alike, and only the place says which is meant."""
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
        assert said(other) == said(timeline)
        wrong = (
            file.read_text(encoding="utf-8").replace(f'"start_char":{2 * len(row) + 4}', '"start_char":7').replace('"h"', '"h2"')
        )
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(TimelineError, match=r"citations\.1\.quote: quotation .* is not at character 7"):
            bundles.append(other, file)


def test_in_a_long_text_each_quotation_comes_with_its_place(timeline: Timeline, tmp_path: Path) -> None:
    """Whether it stands twice would take long to find out, here and when it is appended again."""
    text = "They met. " + "And so on. " * (as_jsonl.LONG // 10)
    timeline.archive(text=text, id="long", title="Long")
    timeline.record("h", title="x", date="2025", citations=[{"source": "long", "quote": "They met."}])
    timeline.correct("h", citations=[{"source": "long", "quote": "They"}], reason="less")
    entries, _ = lines(timeline)
    assert [entry["citations"][0]["start_char"] for entry in (entries[1]["happening"], entries[2])] == [0, 0]
    assert again(entries, tmp_path) == said(timeline)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_was_redacted_is_left_out_and_told(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path, version: int
) -> None:
    """What is now known comes through without it."""
    timeline.correct(meeting, place="Rabat", reason="one")
    timeline.correct(meeting, title="Another title", date="2026", reason="two")
    position = next(
        event.position for event in timeline.events() if event.stream == f"happening/{meeting}" and event.version == version
    )
    stands = timeline.happening(meeting)
    timeline.redact(position, reason="by law", keep_documents=True)
    entries, told = lines(timeline)
    assert told == ["1 redacted events are left out; versions after them count one less for each"]
    found = [
        json.loads(data or "")["statement"] for stream, _, _, data in again(entries, tmp_path) if stream.startswith("happening/")
    ]
    assert len(found) == 2
    if version < 3:
        assert (found[-1]["title"], found[-1]["date"], found[-1].get("place")) == (stands.title, stands.date, stands.place)


def test_what_rests_on_a_source_that_is_gone_is_left_out_and_told(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """The happening, its document that nobody else cites, and references to it."""
    secret = timeline.archive(text="A secret was told there.", id="secret", title="Secret")
    told_of = timeline.record("told", title="x", date="2025", citations=[secret.quote("A secret was told")])
    timeline.record("both", title="y", date="2025", related=["told"], citations=[report.quote("met in Marrakech")])
    timeline.redact(told_of.position, reason="by law")
    entries, told = lines(timeline)
    assert told == [
        "happening/told: was redacted, or rests on what was, and is left out",
        "source/secret: was redacted, or rests on what was, and is left out",
        "happening/both: what it said of something that was redacted is left out",
    ]
    log = again(entries, tmp_path)
    assert [stream for stream, *_ in log] == ["source/report", f"happening/{meeting}", "happening/both"]
    assert "related" not in json.loads(log[-1][3] or "")["statement"]


def test_a_source_of_which_only_the_document_is_there_stands_without_its_bibliography(
    timeline: Timeline, report: ArchivedSource, meeting: str, tmp_path: Path
) -> None:
    """What was said of it was redacted, the document not: what cites it holds, and that is told."""
    timeline.redact(report.position, reason="by law", keep_documents=True)
    entries, told = lines(timeline)
    assert told == [
        'source/report: what was said of it was redacted; its document is there, and its title "(redacted)"',
        "1 redacted events are left out; versions after them count one less for each",
    ]
    log = again(entries, tmp_path)
    assert [stream for stream, *_ in log] == ["source/report", f"happening/{meeting}"]
    statement = json.loads(log[0][3] or "")["statement"]
    assert (statement["title"], "publisher" in statement) == ("(redacted)", False)
    assert log[1][3] == next(event.data for event in timeline.events() if event.stream == f"happening/{meeting}")


@pytest.mark.parametrize("length", [1, 99, 100, 101, 300, 301])
def test_a_large_document_comes_in_parts(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """Before its source, so that no line is longer than a bundle may have; it comes back whole, in whatever letters."""
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
        assert said(other) == said(timeline)
        assert (appended.entries, sum(weights)) == (2, file.stat().st_size)
