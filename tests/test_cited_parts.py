"""A region of a picture, or a range of a recording, as evidence: described by the person who cites it, or beside quoted words."""

import json
import wave
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from examples import PNG

from timeline import Timeline, redaction
from timeline.cli import main
from timeline.errors import DocumentUnreadable, StatementInvalid, TimelineError, UnknownSource
from timeline.log.log import Event
from timeline.selection.snapshot import Snapshot

REGION, RANGE = "xywh=percent:10,20,30,40", "t=10,20.5"
SAID = "We closed the gate at nine, said the warden."


def sound() -> bytes:
    """Make a recording of a second, in silence."""
    made = BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))
    return made.getvalue()


@pytest.fixture
def documents(timeline: Timeline, tmp_path: Path) -> Timeline:
    """Archive a picture, a recording without words, and one with a transcript."""
    (tmp_path / "hall.png").write_bytes(PNG)
    (tmp_path / "bell.wav").write_bytes(sound())
    timeline.archive(tmp_path / "hall.png", id="hall", title="The hall")
    timeline.archive(tmp_path / "bell.wav", id="bell", title="A bell")
    timeline.archive(tmp_path / "bell.wav", id="warden", title="The warden", transcript=SAID)
    return timeline


def recorded(timeline: Timeline, id: str = "speech") -> Event:
    """Record a happening that cites a part of each."""
    return timeline.record(
        id,
        title="A speech",
        date="2003-05-16",
        citations=[
            timeline.source("hall").describe("A man at a lectern", fragment=REGION, supports="the speaker"),
            timeline.source("bell").describe("A bell rings", fragment="t=0", stance="disputes"),
            timeline.source("warden").quote("at nine", fragment=RANGE),
        ],
    )


def test_an_event_says_that_nothing_is_quoted(documents: Timeline) -> None:
    """It has the description, the part and the document's hashes, and no quotation, place or other grade."""
    event = recorded(documents)
    described, disputing, quoted = event.payload["statement"]["citations"]
    assert described == {
        "description": "A man at a lectern", "fragment": REGION, "grade": "described", "source": "hall", "stance": "supports",
        "supports": "the speaker", "sha256": documents.source("hall").sha256, "text_sha256": documents.source("hall").text_sha256,
    }  # fmt: skip
    assert (disputing["stance"], disputing["fragment"]) == ("disputes", "t=0")
    assert (quoted["quote"], quoted["grade"], quoted["fragment"]) == ("at nine", "exact", RANGE)
    known = documents.happening("speech").citations[0]
    assert (known.quote, known.grade) == ("", "described")
    assert recorded(documents).position == event.position  # the same again appends nothing
    assert "A man at a lectern" in documents.happening("speech")._repr_html_()
    assert "<q>A man" not in documents.happening("speech")._repr_html_()


def test_a_quotation_without_a_part_has_the_same_bytes_as_before(timeline: Timeline) -> None:
    """No event gains an empty field."""
    source = timeline.archive(text=SAID, id="w", title="W")
    event = timeline.record("gate", title="The gate closes", date="2025", citations=[source.quote("at nine")])
    assert list(event.payload["statement"]["citations"][0]) == [
        "end_char", "grade", "prefix", "quote", "sha256", "source", "stance", "start_char", "suffix", "text_sha256",
    ]  # fmt: skip


FAULTS = {
    "a region of a text": ({"source": "minutes", "quote": "council", "fragment": REGION}, "fragment", "which only a picture has"),
    "a time of a picture": ({"source": "hall", "description": "x", "fragment": RANGE}, "fragment", "only audio and video"),
    "a region of a recording": ({"source": "bell", "description": "x", "fragment": REGION}, "fragment", "only a picture has"),
    "a text described": ({"source": "minutes", "description": "x", "fragment": REGION}, "fragment", "which only a picture has"),
    "pixels": ({"source": "hall", "description": "x", "fragment": "xywh=1,2,3,4"}, "fragment", "counts pixels"),
    "no part": ({"source": "hall", "description": "x"}, "fragment", "is missing"),
    "neither": ({"source": "hall", "fragment": REGION}, "quote", "is missing"),
    "both": ({"source": "hall", "quote": "x", "description": "x", "fragment": REGION}, "description", "in a citation of its own"),
    "a prefix": ({"source": "hall", "description": "x", "fragment": REGION, "prefix": "y"}, "prefix", "is not a field here"),
    "empty": ({"source": "hall", "description": " ", "fragment": REGION}, "description", "is empty"),
    "long": ({"source": "hall", "description": "x" * 10_001, "fragment": REGION}, "description", "10,000 at most"),
    "quoted": ({"source": "bell", "quote": "ding"}, "quote", "which has no text"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line_and_nothing_is_recorded(documents: Timeline, name: str) -> None:
    """It names the field, and what to do."""
    documents.archive(text="The council met.", id="minutes", title="Minutes")
    size = documents.log.size()
    citation, field, reason = FAULTS[name]
    with pytest.raises(TimelineError) as refusal:
        documents.record("x", title="X", date="2003", citations=[citation])
    assert f"citations.1.{field}: " in str(refusal.value)
    assert reason in str(refusal.value)
    assert str(refusal.value).isprintable()
    assert documents.log.size() == size


def test_an_unknown_source_is_named(documents: Timeline) -> None:
    """As for a quotation."""
    with pytest.raises(UnknownSource, match='no source "hal"'):
        documents.record("x", title="X", date="2003", citations=[{"source": "hal", "description": "x", "fragment": REGION}])
    recorded(documents, "y")
    with pytest.raises(StatementInvalid, match="is not a picture"):
        documents.correct("y", media=["bell"], reason="to be shown")


def test_a_region_of_a_scan_with_pages_needs_its_page(timeline: Timeline, tmp_path: Path) -> None:
    """A description of it would leave open which page is meant; beside a quotation, the page is known."""
    (tmp_path / "fax.tif").write_bytes(b"II*\0")
    fax = timeline.archive(tmp_path / "fax.tif", id="fax", title="A fax", transcript="One.\fTwo.")
    with pytest.raises(StatementInvalid, match="several pages"):
        timeline.record("x", title="X", date="2003", citations=[fax.describe("A stamp", fragment=REGION)])
    timeline.record("x", title="X", date="2003", citations=[fax.quote("Two", fragment=REGION)])


def test_a_correction_keeps_the_parts(documents: Timeline) -> None:
    """Of the date, say; and another description is a change that the history shows."""
    recorded(documents)
    before = documents.happening("speech").citations
    documents.correct("speech", date="2003-05-17", reason="the day")
    assert documents.happening("speech").citations == before
    hall = documents.source("hall")
    documents.correct("speech", citations=[hall.describe("A woman", fragment=REGION)], reason="looked again")
    result = CliRunner().invoke(main, ["history", "speech", "--db", str(documents.log.path)])
    assert "Described, not quoted: A woman" in " ".join(result.output.split())
    documents.record("other", title="O", date="2003", citations=[hall.describe("A man at a lectern", fragment=REGION)])
    with pytest.raises(TimelineError, match="was A man at a lectern, is A child"):
        documents.record("other", title="O", date="2003", citations=[hall.describe("A child", fragment=REGION)])


def test_now_and_as_of_are_the_same_rows(documents: Timeline) -> None:
    """Whether the version is the latest or was replaced since."""
    position = recorded(documents).position
    sql = "select * from citations order by number"
    now = [tuple(row) for row in Snapshot(documents.log.connection).rows(sql)]
    assert now[0][3:] == ("", "", "", 0, 0, "described", "supports", "the speaker", None, REGION, "A man at a lectern")
    documents.retract("speech", reason="no")
    documents.correct_source("hall", title="Hall", reason="shorter")
    assert [tuple(row) for row in Snapshot(documents.log.connection, position).rows(sql)] == now
    assert [hit.kind for hit in documents.search("lectern", as_of=position)] == ["happening"]


def test_a_description_is_searched_as_words_of_the_happening(documents: Timeline) -> None:
    """Not as a quotation."""
    recorded(documents)
    assert [(hit.kind, hit.passage) for hit in documents.search("lectern")] == [("happening", "A man at a [lectern]")]
    assert [one.id for one in documents.happenings(q="lectern")] == ["speech"]


def test_verify_counts_them_apart(documents: Timeline) -> None:
    """No program can compare a description with the picture, and the report says so."""
    recorded(documents)
    report = documents.verify()
    assert report.ok
    assert report.citations == 1
    remarks = " ".join(remark for check in report.checks for remark in check.remarks)
    assert "2 more describe a part of a picture or recording" in remarks


def test_the_commands_say_so(documents: Timeline) -> None:
    """In words for people, and in JSON for programs."""
    recorded(documents)
    shown = " ".join(CliRunner().invoke(main, ["show", "speech", "--db", str(documents.log.path)]).output.split())
    assert "Described, not quoted: A man at a lectern" in shown
    assert "the region 10% from the left and 20% from the top" in shown
    assert "“at nine”" in shown
    assert "0:10–0:20.5" in shown
    lines = CliRunner().invoke(main, ["list", "--json", "--db", str(documents.log.path)]).stdout.splitlines()
    first, _, last = json.loads(lines[0])["citations"]
    assert (first["quote"], first["description"], first["fragment"]) == (None, "A man at a lectern", REGION)
    assert (last["quote"], last["description"], last["fragment"]) == ("at nine", None, RANGE)


@pytest.mark.datasette  # exporting
def test_every_export_marks_a_description(documents: Timeline) -> None:
    """None of them puts it between quotation marks, or leaves the part out."""
    recorded(documents)
    for name in ("csv", "markdown", "html", "ics", "atom", "jsonfeed", "timelinejs"):
        text = CliRunner().invoke(main, ["export", name, "--db", str(documents.log.path)]).stdout.replace("\r\n ", "")
        text = " ".join(text.replace("\\", "").split())
        assert "Described, not quoted:" in text, name
        assert "10% from the left" in text, name
        assert "0:10–0:20.5" in text, name
        assert "“A man" not in text, name


@pytest.mark.datasette  # exporting
def test_they_come_back_from_a_bundle(documents: Timeline, tmp_path: Path) -> None:
    """Statement for statement, also after a correction; a second time appends nothing."""
    recorded(documents)
    documents.correct("speech", date="2003-05-17", reason="the day")
    bundle, again = tmp_path / "all.jsonl", tmp_path / "again.db"
    bundle.write_text(CliRunner().invoke(main, ["export", "jsonl", "--db", str(documents.log.path)]).stdout, encoding="utf-8")
    for _ in range(2):
        result = CliRunner().invoke(main, ["append", str(bundle), "--db", str(again), "--by", "Ann"])
        assert result.exit_code == 0, result.output
    with Timeline(again) as copy:
        assert [event.data for event in copy.events(after=0)] == [event.data for event in documents.events(after=0)]


def test_in_a_bundle(documents: Timeline, tmp_path: Path) -> None:
    """As YAML; a comma that YAML would swallow is an error with its line."""
    bundle = tmp_path / "b.yaml"
    text = "happenings:\n  - id: a\n    title: A\n    date: 2003\n    citations:\n"
    text += "      - {{source: hall, fragment: {}, description: A man}}\n"
    for fragment, code in ((REGION, 1), (f'"{REGION}"', 0)):
        bundle.write_text(text.format(fragment), encoding="utf-8")
        result = CliRunner().invoke(main, ["append", str(bundle), "--db", str(documents.log.path), "--by", "Ann"])
        assert result.exit_code == code, result.output
    assert documents.happening("a").citations[0].source == "hall"


@pytest.mark.datasette  # exporting
def test_annotations_of_other_programs_become_citations(documents: Timeline, tmp_path: Path) -> None:
    """A part with a comment is described by it; our own export comes back as it was, and twice adds nothing."""
    recorded(documents)
    exported = CliRunner().invoke(main, ["export", "annotations", "--db", str(documents.log.path)]).stdout
    selectors = [one["target"]["selector"] for one in json.loads(exported)["first"]["items"]]
    assert selectors[0] == [{"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": REGION}]
    assert [one["type"] for one in selectors[2]] == ["TextQuoteSelector", "TextPositionSelector", "FragmentSelector"]
    before = documents.happening("speech").citations
    documents.correct("speech", citations=[{"source": "warden", "quote": "the gate"}], reason="to begin anew")
    drawn = {
        "type": "Annotation",
        "body": ["A clock", {"type": "TextualBody", "purpose": "tagging", "value": "source:hall"}],
        "target": {"source": "https://a.example/hall.png", "selector": {"type": "FragmentSelector", "value": REGION}},
    }
    both = {**drawn, "target": {**drawn["target"], "selector": [  # type: ignore[dict-item]
        {"type": "TextQuoteSelector", "exact": "closed"}, {"type": "FragmentSelector", "value": REGION},
    ]}, "body": [{"type": "TextualBody", "purpose": "tagging", "value": "source:warden"}]}  # fmt: skip
    silent = {**drawn, "body": [{"type": "TextualBody", "purpose": "tagging", "value": "source:hall"}]}
    (tmp_path / "own.jsonld").write_text(exported, encoding="utf-8")
    (tmp_path / "others.jsonld").write_text(json.dumps([drawn, silent, both]), encoding="utf-8")
    db = ["--db", str(documents.log.path), "--by", "Ann", "--append"]
    for name in ("own", "own", "others"):
        words = ["import", "annotations", str(tmp_path / f"{name}.jsonld"), "--happening", "speech", *db]
        result = CliRunner().invoke(main, words)
        assert "no comment describes it" in result.output or name == "own", result.output
    now = documents.happening("speech").citations
    assert now[1:4] == before
    assert [one.quote for one in now[4:]] == ["", "closed"]
    assert now[4].description == "A clock"  # type: ignore[union-attr]
    assert now[5].fragment is None  # a recording has no region


def test_a_recording_needs_no_transcript(timeline: Timeline, tmp_path: Path) -> None:
    """It is archived as it is; a file that only has the name of one is not."""
    (tmp_path / "bell.wav").write_bytes(sound())
    (tmp_path / "secret.mp3").write_text("root:x", encoding="utf-8")
    (tmp_path / "empty.mp4").touch()
    bell = timeline.archive(tmp_path / "bell.wav", id="bell", title="A bell")
    assert (bell.media_type, bell.extractor, bell.text) == ("audio/wav", "a recording, without text", "")
    assert bell.document == sound()
    for name, reason in (("secret.mp3", "is not a MP3"), ("empty.mp4", "is empty")):
        with pytest.raises(DocumentUnreadable, match=reason):
            timeline.archive(tmp_path / name, id="x", title="X")
    assert timeline.verify().ok
    words = ["archive", str(tmp_path / "bell.wav"), "--id", "other", "--title", "B", "--db", str(tmp_path / "new.db")]
    assert 'citations: [{source: other, fragment: "t=10,20", description: …}]' in CliRunner().invoke(main, words).stderr


def test_a_redaction_finds_the_same_description_elsewhere(documents: Timeline) -> None:
    """It names the other event, and no table or search has the description any more."""
    event, hall = recorded(documents), documents.source("hall")
    documents.record("again", title="Again", date="2003", citations=[hall.describe("A man at a lectern", fragment=REGION)])
    assert redaction.events_repeating(documents.log, event) == ["happening/again@1"]
    documents.redact(event.position, reason="by law", keep_documents=True)
    assert [(hit.kind, hit.id) for hit in documents.search("lectern")] == [("happening", "again")]
    assert documents.verify().ok
