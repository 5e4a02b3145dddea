"""Which encodings anything from outside is decoded in: those that documents are written in, wherever the name comes from."""

import base64
import codecs
import json
from pathlib import Path

import pytest

from timeline import Timeline, archiving, bundles, capture, documents
from timeline.capture import extracting
from timeline.documents import encodings
from timeline.errors import BundleInvalid, DocumentUnreadable, StatementInvalid, TimelineError
from timeline.exchange.text import decoding

# Python decodes them, and no document is written in one: some take minutes, some say what no reader of the file sees.
LONG = "u" * 1_000_000
CODECS = [
    "punycode",
    "Punycode ",
    "idna",
    "unicode_escape",
    "raw-unicode-escape",
    "utf-7",
    "U7",
    "charmap",
    "undefined",
    "mbcs",
    "oem",
    "hex",
    "base64",
    "bz2",
    "zlib",
    "uu",
    "quopri",
    "rot13",
    "string_escape",
    "none",
    "é",
    "\udcff",
    LONG,
]
NO_LINE = "extractor: is not a line of at most 4,000 characters"
REFUSED = "is not the name of a text encoding. Try utf-8, utf-16, cp1252, "


@pytest.mark.parametrize("encoding", sorted(encodings.ALLOWED))
def test_each_is_called_as_python_calls_it(encoding: str) -> None:
    """Otherwise it would be on the list, and never be found there."""
    assert codecs.lookup(encoding).name == encoding
    assert encodings.codec_name(encoding.upper()) == encoding


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("UTF8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("windows-1256", "cp1256"),
        ("macintosh", "mac-roman"),
        ("Shift-JIS", "shift_jis"),
    ],
)
def test_other_names_are_understood(name: str, encoding: str) -> None:
    """As people and programs write them."""
    assert encodings.codec_name(name) == encoding


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: ascii(codec[:20]))
def test_no_other_codec_is_run(codec: str) -> None:
    """Not for a text, an import, a page, a book, an e-mail or what an export tells; the line names it and some that are read."""
    assert encodings.codec_name(codec) is None
    for read in (
        lambda: documents.decoded(b"a", "text/plain", "a.txt", codec),
        lambda: decoding.decode(b"a", codec),
        lambda: extracting.read(b"<p>a", "text/html", "a.html", codec),
        lambda: extracting.read(b"From: a@b\n\na", "message/rfc822", "a.eml", codec),
    ):
        with pytest.raises(TimelineError) as refused:
            read()
        assert REFUSED in str(refused.value)
        assert str(refused.value).isprintable()
    with pytest.raises(TimelineError) as refused:
        archiving.from_export("a", base64.b64encode(b"a").decode(), f"decoded as {codec}", "text/plain", "source/a")
    assert (NO_LINE if codec in (LONG, "\udcff") else REFUSED) in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("line", ["yaml", "jsonl"])
def test_a_bundle_cannot_name_another(timeline: Timeline, tmp_path: Path, line: str) -> None:
    """It would be run while nobody else can append."""
    (tmp_path / "a.txt").write_bytes(b"a" * 1000)
    source = {"id": "a", "title": "A", "file": "a.txt", "encoding": "punycode"}
    bundle = tmp_path / f"b.{line}"
    bundle.write_text(json.dumps({"source": source} if line == "jsonl" else {"sources": [source]}))
    with pytest.raises(BundleInvalid, match=f'source/a: file: .*a.txt: "punycode" {REFUSED}'):
        bundles.append(timeline, bundle)


def test_a_log_that_names_another_is_not_decoded(timeline: Timeline) -> None:
    """Neither when it is verified, nor when its text is read again."""
    forged = documents.Document(b"a", "a", "text/plain", "decoded as punycode")
    timeline.archive_document(forged, id="a", title="A")
    (fault,) = (fault for check in timeline.verify().checks for fault in check.faults)
    assert fault[1].startswith(f'text_sha256: "punycode" {REFUSED}')
    with pytest.raises(DocumentUnreadable, match=REFUSED):
        timeline.extract_again("a")


def test_a_log_whose_given_text_is_not_its_document_is_told(timeline: Timeline) -> None:
    """Its bytes are its UTF-8."""
    timeline.archive_document(documents.Document(b"b", "a", "text/plain", "given as text"), id="a", title="A")
    (fault,) = (fault for check in timeline.verify().checks for fault in check.faults)
    assert fault[1] == "text_sha256: the text is not that of the document, given as text"


def test_a_page_that_declares_another_is_read_without_it() -> None:
    """As one that declares none; in a mark, in the page, by a server or in an e-mail."""
    page = '<meta charset="utf-7"><p>Été +AOk-'.encode()
    assert "Été +AOk-" in extracting.read(page, "text/html", "a.html").text
    mail = "From: a@b\nContent-Type: text/plain; charset=unicode_escape\n\nÉté \\x41".encode()
    assert "Été \\x41" in extracting.read(mail, "message/rfc822", "a.eml").text


def test_the_head_of_an_email_cannot_name_another() -> None:
    """The library that decodes it knows every codec: in its process the slow one is not to be found."""
    mail = b"From: a@b\nSubject: =?punycode?Q?Mnchen-3ya?= =?utf-8?Q?=C3=89t=C3=A9?=\n\nWords."
    text = capture.from_bytes(mail, "message/rfc822", "a.eml").text
    assert "Mnchen-3ya" in text
    assert "Été" in text


def test_what_an_import_mended_comes_back_from_its_export(timeline: Timeline) -> None:
    """A byte order mark is left out of a text, and single bytes of another encoding are not told one by one."""
    for content, text, extractor in (
        (b"\xef\xbb\xbfa", "a", "decoded as utf-8"),
        (b"\xc3\xa9 \xe9", "é é", "decoded as utf-8, with single bytes as cp1252"),
    ):
        exported = base64.b64encode(content).decode()
        assert archiving.from_export(text, exported, extractor, "text/csv", "source/a").text == text
    with pytest.raises(StatementInvalid, match=REFUSED):
        archiving.from_export("a", "YQ==", "decoded as utf-8, with single bytes as punycode", "text/csv", "source/a")
