"""Recordings, scans and pictures with a text that a person made of them: quoted like any text, and marked as such everywhere."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from examples import PNG

from timeline import Timeline
from timeline.cli import main
from timeline.errors import DocumentUnreadable, OutsideFolder, StatementInvalid, TimelineError

SAID = "We closed the gate at nine, said the warden."


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Make a file that claims to be a recording; nothing reads it."""
    path = tmp_path / "warden.mp3"
    path.write_bytes(b"ID3" + bytes(range(256)))
    return path


def test_a_recording_is_quoted_by_its_transcript(timeline: Timeline, recording: Path) -> None:
    """Its bytes are kept as they are; the same again appends nothing; another transcript is another source."""
    source = timeline.archive(recording, id="warden", title="The warden", transcript=SAID)
    assert (source.media_type, source.extractor, source.text) == ("audio/mpeg", "transcribed by a person", SAID)
    assert source.document == recording.read_bytes()
    assert timeline.archive(recording, id="warden", title="The warden", transcript=SAID).position == source.position
    other = timeline.archive(recording, id="warden-2", title="The warden", transcript=SAID + " Or ten.")
    assert other.id == "warden-2"
    timeline.record("gate", title="The gate closes", date="2025", citations=[source.quote("We closed the gate at nine")])
    report = timeline.verify()
    assert [check for check in report.checks if check.faults] == []
    assert "was transcribed by a person" in " ".join(remark for check in report.checks for remark in check.remarks)


@pytest.mark.datasette  # exporting
def test_pages_commands_and_exports_mark_it(timeline: Timeline, path: Path, recording: Path) -> None:
    """Wherever its words are quoted."""
    source = timeline.archive(recording, id="warden", title="The warden", transcript=SAID)
    timeline.record("gate", title="The gate closes", date="2025", citations=[source.quote("We closed the gate at nine")])
    mark = "ranscript by a person, compare it with the document"
    for words in (("show", "warden"), ("export", "markdown"), ("export", "html"), ("export", "csv")):
        result = CliRunner().invoke(main, [*words, "--db", str(path)])
        assert mark in " ".join(result.output.split()), words
    assert source.extractor == "transcribed by a person"
    (told := path.with_name("told.txt")).write_text(SAID + " Or ten.", encoding="utf-8")
    words = ("archive", str(recording), "--transcript", str(told), "--id", "two", "--title", "Two", "--db", str(path))
    assert f"{len(SAID) + 8} characters were transcribed by a person\n" in CliRunner().invoke(main, words).stderr


@pytest.mark.datasette  # exporting
def test_it_comes_back_from_a_bundle(timeline: Timeline, path: Path, recording: Path, tmp_path: Path) -> None:
    """As it was, mark and bytes included, and cannot lose the mark."""
    timeline.archive(recording, id="warden", title="The warden", transcript=SAID)
    bundle = tmp_path / "all.jsonl"
    bundle.write_text(CliRunner().invoke(main, ["export", "jsonl", "--db", str(path)]).stdout, encoding="utf-8")
    again = tmp_path / "again.db"
    assert CliRunner().invoke(main, ["append", str(bundle), "--db", str(again), "--by", "Ann"]).exit_code == 0
    with Timeline(again) as copy:
        source = copy.source("warden")
    assert (source.extractor, source.media_type) == ("transcribed by a person", "audio/mpeg")


def test_in_a_bundle(path: Path, tmp_path: Path, recording: Path) -> None:
    """Beside the file."""
    bundle = tmp_path / "b.yaml"
    bundle.write_text(
        f"sources:\n  - {{id: w, file: warden.mp3, title: W, transcript: '{SAID}'}}\nhappenings: []\n", encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["append", str(bundle), "--db", str(path), "--by", "Ann"])
    assert result.exit_code == 0, result.output
    with Timeline(path) as timeline:
        assert timeline.source("w").text == SAID


def test_a_picture_has_both(timeline: Timeline, path: Path, tmp_path: Path) -> None:
    """From the command line; as a picture it can be shown, by its transcript it can be quoted: two sources of the same bytes."""
    (tmp_path / "plaque.png").write_bytes(PNG)
    (tmp_path / "plaque.txt").write_text("Opened in 1962.", encoding="utf-8")
    for words in (["--id", "shown"], ["--id", "quoted", "--transcript", str(tmp_path / "plaque.txt")]):
        result = CliRunner().invoke(main, ["archive", str(tmp_path / "plaque.png"), "--title", "P", *words, "--db", str(path)])
        assert result.exit_code == 0, result.output
    with Timeline(path) as opened:
        assert [opened.source(id).text for id in ("shown", "quoted")] == ["", "Opened in 1962."]


def test_faults_are_told_in_a_line(timeline: Timeline, recording: Path, tmp_path: Path) -> None:
    """And nothing is archived."""
    secret = tmp_path / "secret"
    secret.write_text("root:x", encoding="utf-8")
    empty = tmp_path / "empty.mp3"
    empty.touch()
    for error, arguments in (
        (StatementInvalid, {"text": "Words.", "transcript": SAID}),
        (StatementInvalid, {"file": recording, "transcript": SAID, "encoding": "cp1252"}),
        (DocumentUnreadable, {"file": recording, "transcript": "  "}),
        (DocumentUnreadable, {"file": secret, "transcript": SAID}),
        (DocumentUnreadable, {"file": empty}),
        (DocumentUnreadable, {"file": tmp_path / "none.mp3", "transcript": SAID}),
        (OutsideFolder, {"file": recording, "transcript": SAID, "within": [tmp_path / "elsewhere"]}),
    ):
        assert issubclass(error, TimelineError)
        with pytest.raises(error) as refusal:
            timeline.archive(id="x", title="X", **arguments)  # type: ignore[arg-type]
        assert str(refusal.value).isprintable()
    assert timeline.log.size() == 0
