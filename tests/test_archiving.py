"""Archiving: the same bytes are the same source, a later extractor changes nothing, a document's own details are suggestions."""

from base64 import b64encode
from pathlib import Path

import pytest

from timeline import Timeline, bundles, capture
from timeline.documents.document import Document
from timeline.errors import AlreadyRecorded, DocumentUnreadable, StatementInvalid

BYTES = b"%PDF stand-in"


@pytest.fixture
def pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a file that a stand-in for an extractor reads."""
    path = tmp_path / "Été 2025 (final).pdf"
    path.write_bytes(BYTES)
    extracts(monkeypatch, "One page.\fAnother page.", "pypdf 1")
    return path


def extracts(monkeypatch: pytest.MonkeyPatch, text: str, extractor: str) -> None:
    """Let all extraction give this."""
    facts = {"title": "Found", "author": "Ann", "published": "not a date", "url": "javascript:alert(1)"}

    def read(*_: object, **__: object) -> Document:
        return Document(BYTES, text, "application/pdf", extractor, facts)

    monkeypatch.setattr(capture, "from_file", read)
    monkeypatch.setattr(capture, "from_bytes", read)


def test_facts_are_used_only_on_request(timeline: Timeline, pdf: Path) -> None:
    """The author's fields win; malformed facts are not offered."""
    with pytest.raises(StatementInvalid, match=r'title: is missing.*"Found": as_found=True'):
        timeline.archive(pdf)
    source = timeline.archive(pdf, id="a", title="Mine")
    assert source.document_says == {"title": "Found", "author": "Ann"}
    assert "author" not in source.event.payload["statement"]
    taken = timeline.archive(pdf, id="b", title="Mine", as_found=True)
    assert (taken.event.payload["statement"]["title"], taken.event.payload["statement"]["author"]) == ("Mine", "Ann")


def test_without_an_id_the_same_bytes_are_the_same_source(timeline: Timeline, pdf: Path) -> None:
    """The id comes from the name; a repetition returns the source, also within one transaction; another description is refused."""
    with timeline.transaction():
        first = timeline.archive(pdf, as_found=True)
        assert timeline.archive(pdf).event == first.event
    assert first.id == "ete-2025-final"
    assert timeline.archive(pdf, title="Found").event == first.event
    assert timeline.archive(pdf, as_found=True).event == first.event
    with pytest.raises(AlreadyRecorded, match="title was Found, is Other"):
        timeline.archive(pdf, title="Other")
    assert timeline.log.size() == 1


def test_a_later_extractor_changes_no_existing_source(
    timeline: Timeline, pdf: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Scripts and bundles can run again; the old text stays, and so do its citations."""
    script = {"id": "a", "title": "T"}
    first = timeline.archive(pdf, **script)  # type: ignore[arg-type]
    bundle = tmp_path / "b.yaml"
    bundle.write_text(f"sources:\n  - {{id: a, file: '{pdf.name}', title: T}}\n")
    timeline.record("h", title="H", date="2025", citations=[first.quote("One page.")])
    extracts(monkeypatch, "Another text.", "pypdf 2")
    assert timeline.archive(pdf, **script).event == first.event  # type: ignore[arg-type]
    assert bundles.append(timeline, bundle).events == 0
    with pytest.raises(AlreadyRecorded, match="title was T, is U"):
        timeline.archive(pdf, id="a", title="U")
    assert timeline.verify().ok


def test_extracting_again_makes_a_new_source(timeline: Timeline, pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text adds nothing; another text once, with the current bibliography, linked to the first."""
    first = timeline.archive(pdf, id="a", title="T")
    timeline.record("h", title="H", date="2025", citations=[first.quote("Another page.")])
    timeline.correct_source("a", title="U", reason="r")
    assert timeline.extract_again("a").id == "a"
    assert timeline.log.size() == 3
    extracts(monkeypatch, "Another text.", "pypdf 2")
    second = timeline.extract_again("a")
    assert (second.id, second.event.payload["statement"]["title"]) == ("a-2", "U")
    assert timeline.extract_again("a").event == timeline.extract_again("a-2").event == second.event
    assert timeline.db["captures"].rows_where().__next__() == {"source": "a-2", "earlier": "a", "same": "bytes"}
    extracts(monkeypatch, "A third.", "pypdf 3")
    assert timeline.extract_again("a-2", as_="third").id == "third"
    assert timeline.verify().ok
    timeline.archive(text="words", id="given", title="T")
    assert timeline.extract_again("given").id == "given"


def test_a_document_is_appended_as_it_was_exported(timeline: Timeline) -> None:
    """Its bytes, its text, the mark for an uncompared text, and the extractor; another text is refused."""
    said = {"id": "a", "title": "T", "text": "Words.", "base64": b64encode(BYTES).decode(), "extractor": "pypdf 0"}
    said["media_type"] = "application/pdf"
    event = timeline.append({"source": said})
    assert event.payload["statement"]["extractor"] == "text as given by the bundle (pypdf 0)"
    assert timeline.log.document(event.payload["statement"]["sha256"]) == BYTES
    assert timeline.append({"source": said}) == event
    with pytest.raises(AlreadyRecorded, match="text_sha256 was"):
        timeline.append({"source": {**said, "text": "Others."}})
    assert timeline.verify().ok


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base64": "no!"}, "base64: is not base64"),
        ({"extractor": "decoded as utf-8"}, "text: the text is not that of the document, decoded as utf-8"),
        ({"media_type": None}, "base64: is given without media_type"),
        ({"extractor": "decoded as punycode"}, '"punycode" is not the name of a text encoding. Try utf-8'),
        ({"base64": None}, "extractor: is given without base64"),
    ],
)
def test_exported_fields_belong_together(timeline: Timeline, change: dict[str, str | None], message: str) -> None:
    """Missing or mismatched fields are not guessed."""
    said = {"text": "Words.", "base64": b64encode(BYTES).decode(), "extractor": "pypdf 0", "media_type": "application/pdf"}
    with pytest.raises(StatementInvalid, match=message):
        timeline.archive(id="a", title="T", **{**said, **change})  # type: ignore[arg-type]
    assert timeline.log.size() == 0


def test_another_decoding_is_another_text(timeline: Timeline, tmp_path: Path) -> None:
    """Plain text is decoded as its author says: no extractor drifts there."""
    (tmp_path / "t.txt").write_bytes("é".encode())
    timeline.archive(tmp_path / "t.txt", id="a", title="T")
    with pytest.raises(AlreadyRecorded):
        timeline.archive(tmp_path / "t.txt", id="a", title="T", encoding="cp1252")
    assert timeline.archive(tmp_path / "t.txt").id == "a"
    with pytest.raises(DocumentUnreadable):
        timeline.archive(tmp_path / "none.pdf", title="T")


def test_another_media_type_is_another_statement(timeline: Timeline) -> None:
    """It is not ignored because the bytes are the same."""
    first = timeline.archive(text="words", id="a", title="T")
    assert timeline.archive(text="words", id="a", title="T", media_type="text/plain").event == first.event
    with pytest.raises(AlreadyRecorded, match="media_type was text/plain, is text/html"):
        timeline.archive(text="words", id="a", title="T", media_type="text/html")
    assert timeline.log.size() == 1
