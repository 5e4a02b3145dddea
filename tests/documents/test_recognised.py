"""Scans and pictures with a recognised text: quoted like any text, marked as such everywhere, and read again by `verify`."""

from pathlib import Path

import pytest
import scans
from click.testing import CliRunner

from timeline import Timeline
from timeline.capture import ocr
from timeline.cli import main
from timeline.errors import StatementInvalid, TimelineError

pytestmark = scans.needs("eng", "ara")
MARK = "ecognised text, see the image"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Make a scan of a page."""
    path = tmp_path / "page.png"
    path.write_bytes(scans.saved(scans.drawn(*scans.MEETING)))
    return path


def run(*words: str | Path) -> str:
    """Run a command that succeeds, and return its output."""
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == 0, result.output
    return result.stdout


def remarks(timeline: Timeline) -> str:
    """Verify a timeline without faults, and return its remarks."""
    checks = timeline.verify().checks
    assert [fault for check in checks for fault in check.faults] == []
    return " ".join(remark for check in checks for remark in check.remarks)


@pytest.mark.datasette  # exporting
def test_it_is_marked_wherever_it_is_quoted(timeline: Timeline, path: Path, page: Path) -> None:
    """In commands and exports; and `verify` recognises it again, letter for letter."""
    source = timeline.archive(page, id="page", title="A page", ocr="eng")
    assert (source.text, source.media_type) == (scans.TEXT, "image/png")
    timeline.record("met", title="It meets", date="2025", citations=[source.quote("The council met")])
    for words in (("show", "met"), ("show", "page"), ("export", "markdown"), ("export", "html"), ("export", "csv")):
        assert MARK in " ".join(run(*words, "--db", path).split()), words
    assert "texts" not in remarks(timeline)


@pytest.mark.datasette  # exporting
def test_a_bundle_brings_it_compared_or_marked(
    timeline: Timeline, path: Path, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text as here: as it was. Another: refused. Without Tesseract: as given, and still as recognised."""
    timeline.archive(page, id="page", title="A page", ocr="eng")
    exported = run("export", "jsonl", "--db", path)
    same, changed = tmp_path / "same.jsonl", tmp_path / "changed.jsonl"
    same.write_text(exported, encoding="utf-8")
    changed.write_text(exported.replace("The council met", "The council left"), encoding="utf-8")
    run("append", same, "--db", tmp_path / "same.db", "--by", "Ann")
    with Timeline(tmp_path / "same.db") as copy:
        assert copy.source("page").extractor == timeline.source("page").extractor
    result = CliRunner().invoke(main, ["append", str(changed), "--db", str(tmp_path / "changed.db"), "--by", "Ann"])
    assert result.exit_code == 1
    assert "is not the text that its extractor reads" in result.output
    monkeypatch.setenv("PATH", str(tmp_path))
    run("append", same, "--db", tmp_path / "without.db", "--by", "Ann")
    shown = " ".join(run("show", "page", "--db", tmp_path / "without.db").split())
    assert "recognised text, see the image; text as given by the bundle, not compared with the document" in shown
    assert "cannot be recognised without Tesseract" in remarks(timeline)


def test_the_same_again_appends_nothing(timeline: Timeline, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being recognised again. As a picture, or in other languages, it is another source."""
    first = timeline.archive(page, id="page", title="A page", ocr="eng")
    picture = timeline.archive(page, id="shown", title="A page")
    assert timeline.archive(page, title="A page", ocr="eng+ara").id == "page"  # it is the same text
    other = timeline.archive(page, title="A page", ocr="ara")
    assert [(one.id, one.text != "") for one in (picture, other)] == [("shown", False), ("page-2", True)]
    monkeypatch.setattr(ocr, "words", lambda *_: pytest.fail("it is recognised again"))
    monkeypatch.setenv("PATH", "")
    assert timeline.archive(page, id="page", title="A page", ocr="eng").position == first.position
    assert timeline.archive(page, title="A page").id == "shown"
    assert timeline.log.size() == 3


def test_from_the_command_line_and_in_a_bundle(path: Path, page: Path, tmp_path: Path) -> None:
    """With one word more than any document; and `--again` recognises it again, or in other languages."""
    run("archive", page, "--ocr", "eng", "--title", "A page", "--db", path)
    run("archive", "--again", "page", "--db", path)
    bundle = tmp_path / "scans.yaml"
    (tmp_path / "page.tif").write_bytes(scans.saved(scans.drawn("The end of it."), "TIFF"))
    bundle.write_text(
        "sources:\n  - {id: end, file: page.tif, title: E, ocr: eng}\n"
        "happenings:\n  - {id: ends, title: It ends, date: 2025, citations: [{source: end, quote: The end}]}\n",
        encoding="utf-8",
    )
    run("append", bundle, "--db", path, "--by", "Ann")
    with Timeline(path) as timeline:
        assert timeline.source("end").text == "The end of it."
        assert [one.id for one in timeline.sources()] == ["page", "end"]
        assert timeline.extract_again("page", ocr="ara").id == "page-2"
        assert timeline.source("page").extractor.startswith("recognised by tesseract")


def test_a_quotation_from_a_tiff_names_its_page(timeline: Timeline, tmp_path: Path, path: Path) -> None:
    """As one from a PDF does, now and as of then; a transcript of a TIFF has no pages."""
    content = scans.saved(scans.drawn(*scans.MEETING), "TIFF", save_all=True, append_images=[scans.drawn("It sat again.")])
    (tmp_path / "fax.tif").write_bytes(content)
    fax = timeline.archive(tmp_path / "fax.tif", id="fax", title="A fax", ocr="eng")
    typed = timeline.archive(tmp_path / "fax.tif", id="typed", title="A fax", transcript="It met.\fIt sat again.")
    timeline.record("sat", title="It sits", date="2025", citations=[fax.quote("sat again"), typed.quote("sat again")])
    rows = timeline.log.connection.execute("select page from citations where happening = 'sat' order by number")
    assert [page for (page,) in rows] == [2, None]
    for as_of in ((), ("--as-of", "3")):
        assert run("show", "sat", *as_of, "--db", path).count("page 2") == 1
    assert "was transcribed by a person" in remarks(timeline)


def test_faults_leave_nothing(timeline: Timeline, page: Path) -> None:
    """Each is one line."""
    for arguments in (
        {"text": "Words.", "ocr": "eng"},
        {"file": page, "transcript": "Words.", "ocr": "eng"},
        {"file": page, "ocr": "xyz"},
        {"file": page, "ocr": ""},
        {"file": page, "ocr": "eng", "encoding": "cp1252"},
    ):
        with pytest.raises(TimelineError) as refusal:
            timeline.archive(id="x", title="X", **arguments)  # type: ignore[arg-type]
        assert str(refusal.value).isprintable()
        assert isinstance(refusal.value, StatementInvalid) == ("text" in arguments or "transcript" in arguments)
    assert timeline.log.size() == 0
