"""Texts beside their documents: read again where that can be done, refused where they differ, marked where nobody knows."""

import json
import sqlite3
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "capture"))
import material  # documents of every kind

from timeline import Timeline, archiving, bundles, capture
from timeline.capture import extraction_setup, sandbox, text_comparison
from timeline.capture.text_comparison import Comparing
from timeline.cli import main
from timeline.documents import extractors
from timeline.errors import BundleInvalid, StatementInvalid
from timeline.exchange.exporting import footnotes, sentences
from timeline.exchange.formats.jsonl import writer as as_jsonl
from timeline.reading import records

HTML = "<html><head><title>T</title></head><body><h1>The council</h1><p>It met in Marrakech – “twice”.</p></body></html>"
MAIL = b"From: Ann <a@example.org>\nDate: Mon, 24 Nov 2025 10:00:00 +0100\nSubject: Minutes\n\nIt met in Marrakech.\n"
INVENTED = "The minister took the money."
MARK = "text as given by the bundle"
PAGES = [("https://e.org/a", "text/html", b"<p>The first page.</p>"), ("https://e.org/b", "text/html", b"<p>The second.</p>")]
KINDS: dict[str, bytes] = {
    "a.html": HTML.encode(),
    "b.htm": HTML.replace("–", "-").encode("cp1252"),
    "c.pdf": material.pdf(["The council met in Marrakech.", "It sat."]),
    "d.eml": MAIL,
    "e.epub": material.epub({"a.xhtml": "<p>A chapter of the book.</p>"}),
    "f.mhtml": b"Content-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>Saved.\n--x--\n",
    "g.warc": material.warc(PAGES[0]),
}


def entry(id: str, content: bytes, media_type: str, extractor: str, text: str = INVENTED) -> dict[str, Any]:
    """Say a source with its bytes and a text, as an export does."""
    said = {"id": id, "title": id, "base64": b64encode(content).decode(), "media_type": media_type}
    return {"source": {**said, "extractor": extractor, "text": text}}


def at_hand(content: bytes, media_type: str, **asked: str) -> str:
    """Name the extractor that reads a document here."""
    return capture.from_bytes(content, media_type, "doc", **asked).extractor


def exported(timeline: Timeline) -> list[dict[str, Any]]:
    """Export the whole log."""
    return [json.loads(line) for line in as_jsonl.write_log(timeline.log.connection, None, pytest.fail)]


def bundle(folder: Path, *entries: dict[str, Any]) -> Path:
    """Write a bundle."""
    path = folder / "bundle.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in entries), encoding="utf-8")
    return path


def remarks(timeline: Timeline) -> list[str]:
    """Give what verify remarks of texts, and make sure that it finds no fault."""
    report = timeline.verify()
    assert report.faults == ()
    return [remark for check in report.checks if check.name == "texts" for remark in check.remarks]


def compared(timeline: Timeline) -> int:
    """Count the texts that verify compared."""
    return next(check.count for check in timeline.verify().checks if check.name == "texts")


@pytest.mark.parametrize("name", ["a.html", "c.pdf", "d.eml"])
def test_an_invented_text_beside_real_bytes_is_refused(timeline: Timeline, tmp_path: Path, name: str) -> None:
    """By a call and by a bundle, in one line, and nothing of it is kept."""
    media_type = capture.media_type_of(name) or ""
    said = entry("a", KINDS[name], media_type, at_hand(KINDS[name], media_type))
    with pytest.raises(StatementInvalid, match="source/a: text: is not the text that its extractor reads"):
        timeline.append(said)
    with pytest.raises(BundleInvalid, match=r"bundle.jsonl:1: source/a: text: is not the text"):
        bundles.append(timeline, bundle(tmp_path, said))
    with pytest.raises(StatementInvalid):
        timeline.append({"source": {**said["source"], "media_type": "text/plain"}})  # which is no way around it
    assert timeline.log.size() == 0


@pytest.mark.parametrize("extractor", ["trafilatura 1.8.0 (recall, tables, comments), decoded as utf-8", "x"])
def test_a_text_that_cannot_be_compared_is_marked_once(timeline: Timeline, tmp_path: Path, extractor: str) -> None:
    """In the statement itself; the same bundle again adds nothing, and another log that imports it keeps the mark."""
    said = entry("a", KINDS["a.html"], "text/html", extractor)
    assert bundles.append(timeline, bundle(tmp_path, said)).events == 1
    assert bundles.append(timeline, bundle(tmp_path, said)).events == 0
    statement = timeline.source("a").event.payload["statement"]
    assert statement["extractor"] == f"{MARK} ({extractor})"
    entries = exported(timeline)
    assert bundles.append(timeline, bundle(tmp_path, *entries)).events == 0
    with Timeline(tmp_path / "other.db", by="another") as other:
        other.append_many(entries)
        assert other.source("a").event.payload["statement"] == statement
        assert exported(other) == entries
    assert remarks(timeline) == ["the text of source/a is as given by the bundle: it was not compared with the document"]


def test_what_only_begins_like_the_mark_is_marked() -> None:
    """A name that says the contrary behind the same words is no mark."""
    lie = f"{MARK}, and compared with the document"
    assert extractors.as_given(lie) == f"{MARK} ({lie})"
    assert extractors.as_given(extractors.as_given("x")) == f"{MARK} (x)"


@pytest.mark.parametrize("extractor", ["a\nb", "x" * 4_001])
def test_the_name_of_an_extractor_is_a_line(timeline: Timeline, extractor: str) -> None:
    """Nothing can be hidden behind its end."""
    with pytest.raises(StatementInvalid, match="extractor: is not a line of at most 4,000 characters"):
        timeline.append(entry("a", KINDS["a.html"], "text/html", extractor))


def test_honest_sources_come_back_as_they_were_and_verify(timeline: Timeline, tmp_path: Path) -> None:
    """Whatever their kind, encoding and media type: the same events in another log, each text compared, and nothing remarked."""
    for name, content in KINDS.items():
        (tmp_path / name).write_bytes(content)
        timeline.archive(tmp_path / name, id=name, title="T", encoding="cp1252" if name == "b.htm" else None)
    (tmp_path / "two.warc").write_bytes(material.warc(*PAGES))
    timeline.archive(tmp_path / "two.warc", id="second", title="T", record="https://e.org/b")
    number = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
    timeline.archive(tmp_path / "two.warc", id="first", title="T", record=number, url="https://elsewhere.org/")
    timeline.archive(tmp_path / "a.html", id="odd", title="T", media_type="text/plain")
    timeline.archive(text="Words.", id="given", title="T")
    timeline.correct_source("second", url="https://e.org/moved", reason="It moved")
    assert remarks(timeline) == []
    assert compared(timeline) == len(KINDS) + 3  # "odd" is the same text as "a.html"
    entries = exported(timeline)
    with Timeline(tmp_path / "other.db", by="another") as other:
        other.append_many(entries)
        assert [(event.stream, event.data) for event in other.events()] == [(one.stream, one.data) for one in timeline.events()]
    assert timeline.extract_again("first").id == "first"
    assert timeline.extract_again("b.htm").id == "b.htm"


def test_a_text_that_another_version_read_alike_needs_no_mark(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was compared, whatever read it; and what is older says less of itself."""
    document = capture.from_bytes(KINDS["a.html"], "text/html", "a")
    older = document.extractor.partition(";")[0]
    event = timeline.append(entry("a", document.bytes, "text/html", older, document.text))
    assert event.payload["statement"]["extractor"] == older
    assert (remarks(timeline), compared(timeline)) == ([], 1)


def test_a_record_of_a_warc_that_is_not_known_is_marked(timeline: Timeline) -> None:
    """Nothing tells which of several pages is meant."""
    content = material.warc(*PAGES)
    timeline.append(entry("a", content, capture.WARC, "warcio 1.7.0, then lxml 5 (all text of the page), decoded as utf-8", "x"))
    assert timeline.source("a").event.payload["statement"]["extractor"].startswith(MARK)
    (told,) = remarks(timeline)
    assert told == "the text of source/a is as given by the bundle: it was not compared with the document"


def forged(timeline: Timeline, id: str, content: bytes, media_type: str, extractor: str) -> None:
    """Append a source with an invented text as plain SQL would: nothing is compared."""
    document = archiving.Document(content, INVENTED, media_type, extractor)
    timeline.archive_document(document, id=id, title="T")


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/pdf"])
def test_verify_faults_a_text_that_is_not_read_by_the_extractor_it_names(timeline: Timeline, media_type: str) -> None:
    """Also where the media type lies."""
    extractor = at_hand(KINDS["a.html"], "text/html")
    forged(timeline, "a", KINDS["a.html"], media_type, extractor)
    ((where, what),) = timeline.verify().faults
    assert where == "position 1, source/a@1"
    assert what == f"text_sha256: is not the text that {extractor} reads from the document"


def test_verify_faults_a_text_said_to_be_given_that_is_not_the_bytes(timeline: Timeline) -> None:
    """A text that was given is its own document."""
    forged(timeline, "a", KINDS["c.pdf"], "application/pdf", extractors.GIVEN)
    assert [what for _, what in timeline.verify().faults] == ["text_sha256: the text is not that of the document, given as text"]


def test_verify_remarks_in_a_line_what_is_not_at_hand(timeline: Timeline) -> None:
    """One line for however many, and no fault."""
    for number in range(5):
        forged(timeline, f"a{number}", f"<p>Page {number}.</p>".encode(), "text/html", "trafilatura 1.8.0 (recall)")
    forged(timeline, "scan", b"II*\0", "image/tiff", "an eye")
    assert remarks(timeline) == [
        "the text of 5 sources (source/a0, source/a1, source/a2 and others) was extracted by trafilatura 1.8.0 (recall), which is"
        " not installed here; today's extractor reads another: it was not compared with the document",
        "the text of source/scan was not read again here (no extractor reads image/tiff. Archive its text, saved as .txt in UTF-8):"
        " it was not compared with the document",
    ]
    result = CliRunner().invoke(main, ["verify", "--db", str(timeline.log.path)])
    assert result.exit_code == 0
    assert "0 texts compared with the document, letter for letter\n    the text of 5 sources" in result.output


def test_a_limit_is_a_remark_and_after_some_no_more_is_read(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that takes too long keeps nobody waiting for thousands of its kind."""
    for number in range(text_comparison.PATIENCE + 3):
        content = f"<p>Page {number}.</p>".encode()
        forged(timeline, f"a{number}", content, "text/html", at_hand(KINDS["a.html"], "text/html"))
    begun: list[object] = []
    begin = sandbox.Reader._begin
    monkeypatch.setattr(sandbox.Reader, "_begin", lambda *of: [begun.append(of), begin(*of)][1])
    monkeypatch.setattr(sandbox, "SECONDS", 0.001)
    (told,) = remarks(timeline)
    assert told.startswith(
        "the text of 8 sources (source/a0, source/a1, source/a2 and others) was not read again here (reading it took"
    )
    assert len(begun) == text_comparison.PATIENCE


def test_redacted_documents_are_passed_over(timeline: Timeline) -> None:
    """There is nothing left to compare."""
    forged(timeline, "a", KINDS["a.html"], "text/html", at_hand(KINDS["a.html"], "text/html"))
    timeline.redact(1, reason="by law")
    assert (remarks(timeline), compared(timeline)) == ([], 0)


def test_documents_are_read_before_the_lock_and_once(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever appends meanwhile need not wait; and what stands already is not read."""
    read: list[bool] = []
    compare = Comparing.compare

    def watched(self: Comparing, content: bytes, text: str, *said: str) -> text_comparison.Compared:
        with sqlite3.connect(timeline.log.path, timeout=0) as other:  # raises where the log is locked
            other.execute("BEGIN IMMEDIATE")
        read.append(timeline.log.connection.in_transaction)
        return compare(self, content, text, *said)

    monkeypatch.setattr(Comparing, "compare", watched)
    document = capture.from_bytes(KINDS["a.html"], "text/html", "a")
    said = entry("a", document.bytes, "text/html", document.extractor, document.text)
    hidden = json.dumps(said).replace("base64", "b\\u0061se64")
    (tmp_path / "b.jsonl").write_text(hidden + "\n", encoding="utf-8")
    bundles.append(timeline, tmp_path / "b.jsonl")
    assert read == [False]
    bundles.append(timeline, tmp_path / "b.jsonl")
    timeline.append_many([said])
    assert read == [False]
    timeline.append_many([entry("b", document.bytes, "text/html", document.extractor, document.text)])
    timeline.append(entry("c", document.bytes, "text/html", "another", document.text))
    assert read == [False, False]  # once more for another name


def test_a_marked_source_does_not_stand_for_the_file(timeline: Timeline, tmp_path: Path) -> None:
    """Whoever archives the real file gets its real text, under whatever id."""
    timeline.append(entry("bad", KINDS["a.html"], "text/html", "x"))
    (tmp_path / "a.html").write_bytes(KINDS["a.html"])
    source = timeline.archive(tmp_path / "a.html", title="bad")
    assert source.id == "a"
    assert not extractors.is_as_given(source.event.payload["statement"]["extractor"])
    (tmp_path / "b.html").write_bytes(KINDS["b.htm"])
    timeline.append(entry("worse", KINDS["b.htm"], "text/html", "x"))
    said = ["archive", str(tmp_path / "b.html"), "--encoding", "cp1252", "--id", "mine", "--title", "Mine", "--by", "Ann"]
    result = CliRunner().invoke(main, [*said, "--db", str(timeline.log.path)])
    assert result.exit_code == 0, result.output
    assert timeline.extract_again("bad").id == "a"


def test_show_and_exports_say_that_it_was_not_compared(timeline: Timeline) -> None:
    """Beside the text, and beside what is quoted from it."""
    timeline.append(entry("a", KINDS["a.html"], "text/html", "x"))
    shown = CliRunner().invoke(main, ["show", "source/a", "--db", str(timeline.log.path)]).output
    assert "note        text as given by the bundle, not compared with the document" in shown
    source = records.Source("a", "A", extractor=f"{MARK} (x)", archived_at="2026-01-01T00:00:00Z")
    quotation = records.Quotation(1, source, "q", "", "", 0, 1, "exact", "supports")
    assert "Text as given by the bundle, not compared with the document" in footnotes.Footnote(1, 1, quotation, None).proof
    assert sentences.citation(quotation) == "“q” (A, text as given by the bundle, not compared with the document)"


def test_the_name_says_all_that_decides_the_text() -> None:
    """How it was asked, and a hash of code, libraries and machine; the same in every process, in whatever order it reads."""
    with sandbox.Reader() as reader:
        names = [reader.read(KINDS[name], kind, name, None, None).extractor for name, kind in (
            ("c.pdf", "application/pdf"), ("a.html", "text/html"), ("c.pdf", "application/pdf"),
        )]  # fmt: skip
    assert names[0] == names[2] == at_hand(KINDS["c.pdf"], "application/pdf")
    assert names[1] == at_hand(KINDS["a.html"], "text/html")
    assert extractors.reading(names[1]) == extractors.Reading("text/html")
    told = at_hand(material.warc(*PAGES), capture.WARC, record="https://e.org/b", encoding="CP1252")
    assert extractors.reading(told) == extractors.Reading(capture.WARC, "cp1252", "https://e.org/b")
    assert extractors.reading(extractors.as_given(told)) == extractors.reading(told)
    assert not extractors.is_same(told, extractors.as_given(told))
    assert len(extraction_setup.setup()) == 12


def test_fonts_of_the_machine_do_not_decide_where_letters_stand() -> None:
    """PDFium looks for a font that a file lacks among those of the system, unless it is told not to."""
    script = (
        "import sys, pypdfium2; from timeline.capture import pdf; content = sys.stdin.buffer.read(); pdf.read(content, 'x');"
        "page = pypdfium2.PdfDocument(content)[0].get_textpage(); print(page.get_charbox(0))"
    )
    boxes = set()
    for font in (b"NotoSans-Regular", b"NotAFontOfAnyone"):
        content = material.pdf(["WWW"]).replace(b"/BaseFont/Helvetica", b"/BaseFont/" + font)
        done = subprocess.run([sys.executable, "-c", script], input=content, capture_output=True, check=True)
        boxes.add(done.stdout)
    assert len(boxes) == 1


def test_the_hash_of_a_text_is_of_its_utf_8(timeline: Timeline) -> None:
    """The same bytes and text are one text to compare, whatever its sources."""
    document = capture.from_bytes(KINDS["a.html"], "text/html", "a")
    for id in ("a", "b"):
        timeline.append(entry(id, document.bytes, "text/html", document.extractor, document.text))
    assert compared(timeline) == 1
    assert timeline.source("a").event.payload["statement"]["text_sha256"] == sha256(document.text.encode()).hexdigest()
