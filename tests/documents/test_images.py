"""Pictures: documents without text that a happening shows, with what is said of them."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from examples import PNG, picture

from timeline import ArchivedSource, PictureWithoutAlt, Timeline, TimelineError, bundles
from timeline.cli import main
from timeline.documents import extractors, images
from timeline.errors import BundleInvalid, DocumentUnreadable, QuoteNotFound, Redacted, StatementInvalid, UnknownSource
from timeline.exchange.formats.jsonl import writer
from timeline.reading.happenings import at_positions

JPEG, GIF, WEBP = b"\xff\xd8\xff\xe0\x00\x10JFIF", b"GIF89a\x01\x00\x01\x00", b"RIFF\x10\x00\x00\x00WEBPVP8 "
FOUND = {"source": "report", "quote": "It sat for four days"}
HALL = {"source": "hall", "alt": "Rows of delegates.", "caption": "The hall.", "credit": "Ann"}


@pytest.fixture
def hall(timeline: Timeline, report: ArchivedSource) -> ArchivedSource:
    """Archive a picture, at position 2."""
    return timeline.archive(**picture("hall"))


def record(timeline: Timeline, *media: Any, id: str = "sitting", **fields: Any) -> None:  # noqa: ANN401 - right and wrong ones
    """Record a happening with pictures."""
    timeline.record(id, **{"title": "It sits", "date": "2025", "citations": [FOUND], "media": list(media), **fields})


def media(timeline: Timeline) -> list[dict[str, Any]]:
    """Read the table."""
    return list(timeline.db["happening_media"].rows)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (b"GIF87a", "image/gif"), (WEBP, "image/webp")],
)
def test_the_bytes_decide_the_type(timeline: Timeline, tmp_path: Path, content: bytes, media_type: str) -> None:
    """Browsers save WebP under any name. The text is empty, whatever the title."""
    for number, suffix in enumerate(("png", "JPG", "jpeg", "webp", "gif")):
        file = tmp_path / f"photo.{suffix}"
        file.write_bytes(content + bytes([number]))
        source = timeline.archive(file, title="A photo of 24 November")
        assert (source.media_type, source.text, source.extractor) == (media_type, "", extractors.PICTURE)
        assert source.document == file.read_bytes()
        assert timeline.archive(file, title="A photo of 24 November").position == source.position
        assert timeline.extract_again(source.id).position == source.position
    assert timeline.verify().faults == ()


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"II*\0", b"RIFF\x10\x00\x00\x00WAVE", b"root:x:0:0"])
def test_other_bytes_are_no_picture(timeline: Timeline, tmp_path: Path, content: bytes) -> None:
    """Whatever the name says."""
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DocumentUnreadable, match=r"PNG, JPEG, WebP or GIF|is empty"):
        timeline.archive(tmp_path / "a.png", title="A")
    with pytest.raises(StatementInvalid, match="text: a picture has no text"):
        timeline.archive(**picture("a", content or b"x"))
    with pytest.raises(DocumentUnreadable, match="a picture has no text"):
        timeline.archive(tmp_path / "a.png", title="A", encoding="utf-8")


def test_a_picture_with_a_text_is_refused(timeline: Timeline) -> None:
    """Else words could be quoted from it that nobody can see in it; and no other document is without text."""
    with pytest.raises(StatementInvalid, match="text: a picture has no text"):
        timeline.archive(**picture("a", text="Words."))
    with pytest.raises(DocumentUnreadable, match="no text"):
        timeline.archive(**picture("a", extractor="pdf 1"))


def test_a_happening_shows_pictures(timeline: Timeline, hall: ArchivedSource) -> None:
    """In their order, with everything that was said of them; an id is enough."""
    timeline.archive(**picture("door"))
    with pytest.warns(PictureWithoutAlt, match=r"happening/sitting: media.2.alt: is missing. Describe"):
        record(timeline, HALL, "door")
    known = timeline.happening("sitting")
    assert [one.model_dump(exclude_none=True) for one in known.media] == [HALL, {"source": "door"}]
    assert [one["source"] for one in media(timeline)] == ["hall", "door"]
    (read,) = at_positions(timeline.log.connection, [known.position])
    assert [(one.source.title, one.alt, one.caption, one.credit) for one in read.media] == [
        ("Picture hall", "Rows of delegates.", "The hall.", "Ann"),
        ("Picture door", None, None, None),
    ]
    assert timeline.verify().faults == ()


def test_a_missing_description_is_noted_once(timeline: Timeline, hall: ArchivedSource) -> None:
    """Not by a repetition, nor by a correction of something else; and a script that turns it into an error is stopped."""
    with pytest.warns(PictureWithoutAlt):
        record(timeline, "hall")
    with warnings.catch_warnings():
        warnings.simplefilter("error", PictureWithoutAlt)
        record(timeline, "hall")
        timeline.correct("sitting", title="It sat", reason="wording")
        with pytest.raises(PictureWithoutAlt):
            timeline.correct("sitting", media=[{"source": "hall", "credit": "Ann"}], reason="who")
        with pytest.raises(PictureWithoutAlt):
            record(timeline, "hall", id="other")
    assert timeline.log.size() == 4


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (["gone"], UnknownSource, 'media.1.source: there is no source "gone". Archive the picture first, or correct the id'),
        ([HALL, "report"], StatementInvalid, "media.2.source: source/report is not a picture. Archive a PNG, JPEG, WebP or GIF"),
        ([HALL, "hall"], StatementInvalid, 'media: has "hall" twice. Give it once'),
        ([f"p{n}" for n in range(21)], StatementInvalid, "media: has 21 items, expected 20 at most"),
        ([{"source": "hall", "alt": " "}], StatementInvalid, "media.1.alt: is empty"),
        ([{"alt": "A hall"}], StatementInvalid, "media.1.source: is missing"),
        ([{"source": "hall", "url": "x"}], StatementInvalid, "media.1.url: is not a field here"),
        ([{"source": "hall", "alt": "x" * 2_001}], StatementInvalid, "media.1.alt: has 2,001 characters"),
    ],
)
def test_anything_else_is_refused_in_a_line(
    timeline: Timeline, hall: ArchivedSource, wrong: list[Any], error: type[TimelineError], message: str
) -> None:
    """Recorded or corrected, with the field and the next step; nothing is saved."""
    with pytest.raises(error, match=message) as refused:
        record(timeline, *wrong)
    assert "\n" not in str(refused.value)
    record(timeline)
    with pytest.raises(error, match=message):
        timeline.correct("sitting", media=wrong, reason="r")
    assert timeline.log.size() == 3


def test_every_fault_is_told_at_once(timeline: Timeline, hall: ArchivedSource) -> None:
    """Pictures beside quotations: and nothing can be quoted from a picture."""
    with pytest.raises(StatementInvalid) as refused:
        record(timeline, "gone", date="soon", citations=[{"source": "hall", "quote": "Picture hall"}])
    assert {field for field, _ in refused.value.faults} == {"media.1.source", "date", "citations.1.quote"}
    with pytest.raises(QuoteNotFound, match=r"is not in a picture, which has no text. .*OCR"):
        record(timeline, citations=[hall.quote("Picture hall")])


def test_a_correction_names_the_pictures(timeline: Timeline, hall: ArchivedSource) -> None:
    """And what was shown before stays known."""
    record(timeline, HALL)
    event = timeline.correct("sitting", media=[{**HALL, "caption": "The great hall."}], reason="its name")
    assert event.payload["changes"] == {"media": [{**HALL, "caption": "The great hall."}]}
    assert timeline.correct("sitting", media=None, reason="not needed").payload["changes"] == {"media": None}
    assert (timeline.happening("sitting").media, media(timeline)) == ((), [])
    assert timeline.happening("sitting", as_of=3).media[0].caption == "The hall."
    assert timeline.verify().faults == ()


def test_a_redacted_picture_is_gone(timeline: Timeline, hall: ArchivedSource) -> None:
    """With its bytes; the happening that showed it stays, can be repeated and corrected, and other pictures can be archived."""
    record(timeline, HALL)
    timeline.redact(hall.position, reason="Shows a witness.")
    assert hall.sha256 is not None
    assert timeline.log.document(hall.sha256) is None
    sources = {one["id"]: one for one in timeline.db["sources"].rows}
    assert (sources["hall"]["sha256"], sources["hall"]["text_sha256"]) == (None, None)
    record(timeline, HALL)
    timeline.correct("sitting", title="It sat", reason="wording")
    with pytest.raises(Redacted, match=r"media.1.source: source/hall"):
        record(timeline, HALL, id="other")
    timeline.archive(**picture("door"))
    record(timeline, {**HALL, "source": "door"}, id="other")
    assert timeline.verify().faults == ()


def test_the_pictures_of_a_redacted_happening_stay_and_are_named(timeline: Timeline, hall: ArchivedSource, path: Path) -> None:
    """Their own event is to be redacted too, if they show what nobody may see. Words of it elsewhere are found."""
    record(timeline, HALL)
    record(timeline, {"source": "hall", "alt": "Rows of delegates."}, id="other", title="Another")
    result = CliRunner().invoke(main, ["redact", "3", "--reason", "law", "--db", str(path)])
    assert result.exit_code == 0, result.output
    assert "The picture source/hall stays. Redact the event that archived it too if needed" in result.stderr
    assert "Words of it are also in happening/other@1" in result.stderr


def test_a_picture_that_goes_with_its_happening_is_not_said_to_stay(timeline: Timeline, hall: ArchivedSource, path: Path) -> None:
    """It is cited there as well, and nowhere else."""
    lectern = hall.describe("A man at a lectern", fragment="xywh=percent:10,20,30,40")
    record(timeline, HALL, citations=[lectern])
    result = CliRunner().invoke(main, ["redact", "3", "--reason", "law", "--db", str(path)])
    assert "The document of source/hall was removed with it" in result.stdout
    assert "stays" not in result.stderr


def test_bundles_carry_pictures(timeline: Timeline, report: ArchivedSource, tmp_path: Path) -> None:
    """YAML with a file beside it; a fault has its line, and so has a picture without a description."""
    (tmp_path / "hall.png").write_bytes(PNG)
    text = "sources:\n  - {id: hall, file: hall.png, title: The hall}\nhappenings:\n  - id: sitting\n    title: It sits\n"
    text += "    date: 2025\n    citations: [{source: report, quote: It sat for four days}]\n    media:\n"
    (tmp_path / "b.yaml").write_text(f"{text}      - {{source: hall, caption: The hall.}}\n", encoding="utf-8")
    with pytest.warns(PictureWithoutAlt, match=r"b.yaml:9: happening/sitting: media.1.alt: is missing"):
        bundles.append(timeline, tmp_path / "b.yaml")
    assert timeline.happening("sitting").media[0].caption == "The hall."
    assert bundles.append(timeline, tmp_path / "b.yaml").events == 0
    (tmp_path / "c.yaml").write_text(f"{text.replace('sitting', 'x')}      - {{source: halls, alt: }}\n", encoding="utf-8")
    with pytest.raises(BundleInvalid, match=r"c.yaml:9: happening/x: media.1.alt: has no value"):
        bundles.append(timeline, tmp_path / "c.yaml")
    (tmp_path / "c.yaml").write_text(f"{text.replace('sitting', 'x')}      - halls\n", encoding="utf-8")
    with pytest.raises(BundleInvalid, match=r"c.yaml:9: happening/x: media.1.source: there is no source .halls."):
        bundles.append(timeline, tmp_path / "c.yaml")


def test_an_exported_bundle_gives_the_same_pictures(timeline: Timeline, hall: ArchivedSource, tmp_path: Path) -> None:
    """In every version; and without those that were redacted, which it reports."""
    door = timeline.archive(**picture("door"))
    record(timeline, HALL, {"source": "door", "alt": "A door."})
    timeline.correct("sitting", media=[{**HALL, "caption": "Full."}], reason="r")

    def again(name: str) -> tuple[Timeline, list[str]]:
        lines: list[str] = []
        (tmp_path / f"{name}.jsonl").write_text("".join(writer.write_log(timeline.log.connection, ["sitting"], lines.append)))
        other = Timeline(tmp_path / f"{name}.db", by="x")
        bundles.append(other, tmp_path / f"{name}.jsonl")
        return other, lines

    other, lines = again("whole")
    with other:
        assert lines == []
        for version in (1, 2):
            of_both = [one.history("sitting")[version - 1].media for one in (timeline, other)]  # type: ignore[union-attr]
            assert of_both[0] == of_both[1]
        assert other.source("hall").document == hall.document
        assert other.verify().faults == ()
    timeline.correct_source("hall", title="The hall", reason="its name")
    timeline.redact(door.position, reason="r")
    timeline.redact(hall.position, reason="r", keep_documents=True)
    other, lines = again("redacted")
    with other:
        assert [one.source for one in other.happening("sitting").media] == ["hall"]
        assert any("source/door" in line for line in lines)
        assert other.verify().faults == ()


def test_a_forged_picture_is_reported(timeline: Timeline, hall: ArchivedSource) -> None:
    """One that is no picture, and one that was archived later: the audit reads the log alone."""
    record(timeline, HALL)
    connection = timeline.log.connection
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for source, message in (("report", "source/report is not a picture"), ("later", 'there is no source "later" before it')):
        connection.execute(
            "UPDATE events SET data = json_set(data, '$.statement.media[0].source', ?) WHERE position = 3", (source,)
        )
        assert message in str(timeline.verify().faults)


def test_the_command_line_shows_pictures(timeline: Timeline, hall: ArchivedSource, path: Path, tmp_path: Path) -> None:
    """In words and as JSON; and says how to show one that was just archived."""
    record(timeline, HALL)
    shown = CliRunner().invoke(main, ["show", "sitting", "--db", str(path)]).output
    assert "hall, The hall., Ann" in " ".join(shown.split())
    assert (
        '"media": [{"source": "hall", "alt": "Rows of delegates."'
        in CliRunner().invoke(main, ["show", "sitting", "--json", "--db", str(path)]).output
    )
    (tmp_path / "door.gif").write_bytes(GIF)
    archived = CliRunner().invoke(main, ["archive", str(tmp_path / "door.gif"), "--title", "A door", "--db", str(path)])
    assert "A picture: happenings can show it, as media: [{source: door, alt: …}]" in archived.stderr
    timeline.redact(hall.position, reason="r")
    assert "Ann, redacted" in " ".join(CliRunner().invoke(main, ["show", "sitting", "--db", str(path)]).output.split())


def test_the_first_bytes_are_enough(timeline: Timeline) -> None:
    """`HEAD` of them show the format, so that nobody reads a large file for it."""
    assert [images.media_type(one[: images.HEAD]) for one in (PNG, JPEG, GIF, WEBP)] == [
        "image/png", "image/jpeg", "image/gif", "image/webp",
    ]  # fmt: skip


@pytest.mark.parametrize(("content", "size"), [
    (PNG, (1, 1)), (b"GIF89a\x03\x00\x02\x00", (3, 2)),
    (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08\x00\x05\x00\x07\x03", (7, 5)), (b"\xff\xd8\xff\xe0\x00\x00", None),
    (b"RIFF0000WEBPVP8 ", None), (b"\x89PNG\r\n\x1a\n", None), (b"", None),
])  # fmt: skip
def test_pictures_state_their_size(content: bytes, size: tuple[int, int] | None) -> None:
    """In their head, which may be damaged."""
    assert images.size(content) == size
