"""Documents that bundles name are read before the log is locked: nobody waits for them, and nothing is half done."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from timeline import Timeline, bundles
from timeline.capture import read_ahead, sandbox
from timeline.documents.document import Document
from timeline.errors import BundleInvalid, DatabaseRefused, TimelineError
from timeline.exchange.importing import run

Look = Callable[[str], None]


def bundle(folder: Path, *names: str) -> Path:
    """Write a bundle of web pages, and a happening that quotes the first."""
    entries: list[dict[str, Any]] = []
    for name in names:
        if not (folder / name).exists():
            (folder / name).write_text(f"<p>The council met in {name}.")
        entries.append({"source": {"id": name.partition(".")[0], "file": name, "title": name}})
    found = {"source": names[0].partition(".")[0], "quote": "The council met"}
    entries.append({"happening": {"id": "meeting", "title": "T", "date": "2025", "citations": [found]}})
    path = folder / "b.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[Look]:
    """Call these whenever a document is read in the other process."""
    looks: list[Look] = []
    read = sandbox.Reader.read

    def watched(self: sandbox.Reader, content: bytes, media_type: str, name: str, *more: Any, **options: Any) -> Document:  # noqa: ANN401
        for look in looks:
            look(name)
        return read(self, content, media_type, name, *more, **options)

    monkeypatch.setattr(sandbox.Reader, "read", watched)
    return looks


def free(path: Path) -> bool:
    """Whether another program can write now."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


def test_a_bundles_documents_are_read_while_others_write(timeline: Timeline, tmp_path: Path, looked: list[Look]) -> None:
    """Also those of many entries that a script appends, and once alone."""
    seen: list[bool] = []
    looked.append(lambda _: seen.append(free(timeline.log.path)))
    assert bundles.append(timeline, bundle(tmp_path, "a.html", "b.html")).events == 3
    assert timeline.source("b").event.payload["statement"]["title"] == "b.html"
    (tmp_path / "c.html").write_text("<p>Words.")
    timeline.append_many([{"source": {"id": "c", "file": str(tmp_path / "c.html"), "title": "C"}}])
    assert seen == [True] * 3
    assert bundles.append(timeline, tmp_path / "b.jsonl").events == 0
    assert len(seen) == 3


def test_the_documents_of_an_iterator_are_read_while_others_write(
    timeline: Timeline, tmp_path: Path, looked: list[Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of a list; only an iterator too long to be held is read within the transaction, without loss."""
    seen: list[bool] = []
    looked.append(lambda _: seen.append(free(timeline.log.path)))
    for name in "abcd":
        (tmp_path / f"{name}.html").write_text(f"<p>Words {name}.")
    entries = [{"source": {"id": name, "file": str(tmp_path / f"{name}.html"), "title": name}} for name in "abcd"]
    assert len(timeline.append_many(iter(entries[:2]))) == 2
    assert seen == [True, True]
    monkeypatch.setattr("timeline.calls.entries._FEW", 2)
    assert [event.stream for event in timeline.append_many(iter(entries))] == [f"source/{name}" for name in "abcd"]
    assert len(timeline.append_many(iter(entries[:2]))) == 2
    assert timeline.log.size() == 4


def test_an_attachment_of_a_bibliography_is_read_while_others_write(timeline: Timeline, tmp_path: Path, looked: list[Look]) -> None:
    """As a bundle's documents are."""
    seen: list[bool] = []
    looked.append(lambda _: seen.append(free(timeline.log.path)))
    (tmp_path / "paper.html").write_text("<p>Words of a paper.")
    (tmp_path / "refs.bib").write_text("@book{one, title = {One}, author = {A}, year = {2025}, file = {paper.html}}\n")
    run.append(run.understand(tmp_path / "refs.bib", "bibtex"), timeline)
    assert seen == [True]
    assert "Words of a paper." in [text.strip() for (text,) in timeline.log.connection.execute("SELECT text FROM source_texts")]


def test_waiting_texts_are_on_the_disk_and_leave_nothing(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked: list[Look]
) -> None:
    """Few of many documents are in memory; all are appended unchanged."""
    monkeypatch.setattr(read_ahead, "_IN_MEMORY", 10)
    names = [f"{number}.html" for number in range(sandbox.MOST + 2)]
    before = {path.name for path in tmp_path.iterdir()}
    assert bundles.append(timeline, bundle(tmp_path, *names)).events == len(names) + 1
    found = dict(timeline.log.connection.execute("SELECT source, text FROM source_texts"))
    assert {id: text.strip() for id, text in found.items()} == {
        name.partition(".")[0]: f"The council met in {name}." for name in names
    }
    after = {path.name for path in tmp_path.iterdir()}
    assert after - before - {"timeline.db-wal", "timeline.db-shm"} == {*names, "b.jsonl"}


def test_a_full_disk_is_reported(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is appended."""

    class Full:
        def seek(self, *_: int) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(read_ahead, "SpooledTemporaryFile", lambda *_, **__: Full())
    with pytest.raises(DatabaseRefused, match=r"until they are appended: no space left on device\. Make room, then repeat"):
        bundles.append(timeline, bundle(tmp_path, "a.html"))
    assert timeline.log.size() == 0


def test_a_document_that_changed_meanwhile_is_refused(timeline: Timeline, tmp_path: Path, looked: list[Look]) -> None:
    """It is not read while others wait, and the former content is not used for it."""
    path = bundle(tmp_path, "a.html", "b.html")

    def change(name: str) -> None:
        if name.endswith("b.html"):
            (tmp_path / "a.html").write_text("<p>The council never met.")

    looked.append(change)
    with pytest.raises(BundleInvalid) as refused:
        bundles.append(timeline, path)
    first = str(refused.value).splitlines()[0]
    assert first.startswith(f"{path}:1: source/a: file: {tmp_path}/a.html: was changed while it was being read")
    assert timeline.log.size() == 0


def test_an_exported_text_that_changed_meanwhile_is_refused(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked: list[Look]
) -> None:
    """It was compared with its document before, or not at all."""
    read: list[str] = []
    looked.append(read.append)
    source = {"id": "a", "title": "A", "text": "Words.", "base64": b64encode(b"<p>Words.").decode(), "media_type": "text/html"}
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"source": {**source, "extractor": "some program 1"}}) + "\n")
    with monkeypatch.context() as patch:
        patch.setattr(timeline, "compare_texts", lambda entries: None)
        with pytest.raises(BundleInvalid, match="source/a: text: changed while it was being read"):
            bundles.append(timeline, path)
    assert read == []
    assert bundles.append(timeline, path).events == 1
    assert read != []


def test_each_document_that_cannot_be_read_has_its_line(timeline: Timeline, tmp_path: Path) -> None:
    """With all else that is wrong."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 and no more")
    path = bundle(tmp_path, "a.pdf", "b.html")
    path.write_text(path.read_text() + '{"happening": {"id": "x", "title": "T", "date": "no date"}}\n')
    with pytest.raises(BundleInvalid) as refused:
        bundles.append(timeline, path)
    told = str(refused.value).splitlines()
    assert [line.partition(str(path))[2].partition(" ")[0] for line in told] == [":1:", ":4:", ":4:"]
    assert f"source/a: file: {tmp_path}/a.pdf: is not a sound PDF" in told[0]


@pytest.mark.parametrize("limit", ["PATIENCE", "SECONDS"])
def test_reading_stops_at_the_limits_of_a_bundle(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, looked: list[Look]
) -> None:
    """In lines that name the bundle, the entry, and those that were stopped."""
    read: list[str] = []
    looked.append(read.append)
    if limit == "PATIENCE":
        monkeypatch.setattr(sandbox, "SECONDS", 0.01)
        monkeypatch.setattr(read_ahead, "PATIENCE", 2)
    else:
        monkeypatch.setattr(read_ahead, "SECONDS", 1e-9)
    path = bundle(tmp_path, "a.html", "b.html", "c.html", "d.html")
    with pytest.raises(BundleInvalid) as refused:
        bundles.append(timeline, path)
    told = str(refused.value).splitlines()
    if limit == "PATIENCE":
        assert len(read) == 2
        assert told[0].startswith(f"{path}:3: source/c: file: {tmp_path}/c.html: was not read: 2 documents before it failed")
        stopped = (
            "a.html: reading it took more than 0.01 seconds, and was stopped. It may be large, or made to do harm. Archive the"
        )
        assert told[1].startswith(f"{path}: {tmp_path}/{stopped}")
        assert len(told) == 3
    else:
        assert len(read) == 1
        assert len(told) == 1
        assert told[0].startswith(f"{path}:2: source/b: file: {tmp_path}/b.html: was not read: the documents before it took ")
        assert told[0].endswith(" minutes together. Divide them among several files, and append each")
    assert timeline.log.size() == 0


def test_a_record_and_an_encoding_are_respected(timeline: Timeline, tmp_path: Path) -> None:
    """Also of a source with another fault: no false fault of its document is reported."""
    (tmp_path / "a.html").write_bytes("<p>Caf\u00e9".encode("cp1252"))
    path = tmp_path / "b.jsonl"
    source = {"id": "a", "file": "a.html", "encoding": "cp1252", "title": "A", "published": "no date"}
    path.write_text(json.dumps({"source": source}) + "\n")
    with pytest.raises(BundleInvalid) as refused:
        bundles.append(timeline, path)
    assert [field for field, _ in refused.value.faults] == [f"{path}:1: source/a: published"]
    path.write_text(json.dumps({"source": {**source, "published": "2025", "encoding": ["cp1252"]}}) + "\n")
    with pytest.raises(BundleInvalid) as refused:
        bundles.append(timeline, path)
    (fault,) = refused.value.faults
    assert fault[0] == f"{path}:1: source/a: encoding"
    assert fault[1].startswith("is a list, expected a text")
    assert "was changed" not in str(refused.value)


def test_a_field_written_in_escapes_is_recognised(timeline: Timeline, tmp_path: Path) -> None:
    """In every form that JSON or YAML allows."""
    (tmp_path / "a.html").write_text("<p>Words.")
    for number, text in enumerate(
        (
            '{"source": {"id": "j", "\\u0066ile": "a.html", "title": "J"}}',
            'sources: [{id: x, "f\\x69le": a.html, title: X}]',
            'sources:\n  - id: y\n    ? "fi\\\n      le"\n    : a.html\n    title: Y',
        )
    ):
        path = tmp_path / f"{number}.{'yaml' if number else 'jsonl'}"
        path.write_text(text + "\n")
        assert bundles.append(timeline, path).events == 1


def test_within_a_transaction_of_ones_own_documents_are_read_too(timeline: Timeline, tmp_path: Path) -> None:
    """The script makes others wait, and an error rolls everything back."""
    path = bundle(tmp_path, "a.html")
    with suppress(TimelineError), timeline.transaction():
        assert bundles.append(timeline, path).events == 2
        timeline.archive(tmp_path / "none.html", id="n", title="N")
    assert timeline.log.size() == 0
    with timeline.transaction():
        bundles.append(timeline, tmp_path / "b.jsonl")
        timeline.archive(tmp_path / "a.html", id="n", title="N")
    assert timeline.log.size() == 3
