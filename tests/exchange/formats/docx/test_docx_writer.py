"""The chronology as a Word document: notes, headings, directions, pictures, and the same bytes for the same log."""

import re
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import docx
from examples import PNG
from sample_happenings import ABOUT, SOURCE, happening, lost, quotation

from timeline.capture import docx as reader
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.reading.records import Happening, Picture, Source

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ARABIC = "اجتمع المجلس في مراكش."


def written(*happenings: Happening, about: About = ABOUT) -> bytes:
    """Write happenings as a document."""
    return b"".join(format_named("docx").write(happenings, about))


def parts(content: bytes) -> dict[str, str]:
    """Return the parts of a document, of which each is sound XML."""
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert file.testzip() is None
        texts = {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))}
    for text in texts.values():
        ElementTree.fromstring(text)  # noqa: S314 - we wrote it
    return texts


def paragraphs(content: bytes) -> list[tuple[str, str]]:
    """Return the style and words of each paragraph, as another program reads them."""
    return [(one.style.name, one.text) for one in docx.Document(BytesIO(content)).paragraphs]


def test_another_program_reads_the_chronology() -> None:
    """Title, description, scope, headings with date and headline, facts, how to verify; title and language as properties."""
    parent = happening("b", "The whole", kind="assembly")
    part = happening(
        place="Rabat", latitude="34.02", longitude="-6.84", part_of="b", actors=(("Ann", "chair"),), attributed_to="Eve",
        date="1990~", date_note="as told", summary="First\nsecond\n\nthird <b>", version=2, reason="a misprint",
    )  # fmt: skip
    content = written(parent, part)
    read = paragraphs(content)
    assert read[:4] == [
        ("Title", "A <timeline> & more"), ("Normal", "What it is"),
        ("Normal", "2 happenings. As of position 7 of the log, 2 January 2026."), ("Normal", "https://example.org/t/-/timeline"),
    ]  # fmt: skip
    for one in (
        ("Heading 1", "What happened"), ("Heading 2", "24 November 2025: The whole"),
        ("Heading 2", "About 1990 (1990~): According to Eve: It happened"),
        ("Mark", "Corrected on 2 January 2026: a misprint"), ("Normal", "First\nsecond"), ("Normal", "third <b>"),
        ("Facts", "On the date: as told"), ("Facts", "Place: Rabat (34.02, -6.84) · Who: Ann (chair) · Part of: The whole"),
        ("Version", "Version 2, position 5, recorded on 2 January 2026 by someone"), ("Heading 1", "How to verify"),
    ):  # fmt: skip
        assert one in read, one
    assert read[-1] == ("Heading 1", "Notes")
    properties = docx.Document(BytesIO(content)).core_properties
    assert (properties.title, properties.language) == ("A <timeline> & more", "en")
    link = re.search(r'w:anchor="(_Entry\d+)"', parts(content)["word/document.xml"])
    assert link is not None
    assert f'w:name="{link[1]}"' in parts(content)["word/document.xml"]


def test_notes_are_endnotes_that_word_numbers() -> None:
    """A note that is cited again has a field that follows its number, as has a note that refers to an earlier one."""
    disputed = quotation(2, stance="disputes", quote="other words")
    content = written(happening(), happening("b", quotations=(quotation(), disputed)))
    text = parts(content)
    assert re.findall(r'<w:endnoteReference w:id="(\d)"/>', text["word/document.xml"]) == ["1", "2"]
    assert text["word/document.xml"].count('w:instr=" NOTEREF _Note1 \\h "') == 1
    assert 'w:name="_Note1"' in text["word/document.xml"]
    assert "NOTEREF _Note1" in text["word/endnotes.xml"]
    assert '<w:numFmt w:val="decimal"/>' in text["word/settings.xml"]
    found = reader.read(content, "a.docx").text
    first, second = re.findall(r"^\[\d\] .*$", found, re.MULTILINE)
    assert first.startswith("[1] The *report*, TNA, 28 November 2025, p. 3: “words <b> that, stand; there” https://example.org/t/")
    assert first.endswith(f"· Archived 1 January 2026 · SHA-256 {'ab' * 32} · The document as received")
    assert second == "[2] Disputed by The *report* (as in note 1), p. 3: “other words”"
    assert "Disputed: a source says otherwise, see note 2" in found


def test_every_page_has_its_number_and_the_title() -> None:
    """Except that the first has no header; the styles of headings have levels to navigate by."""
    text = parts(written(happening(), about=replace(ABOUT, title="T" * 200)))
    assert "> PAGE <" in re.sub(r'w:instr="([^"]*)"', r">\1<", text["word/footer.xml"])
    assert text["word/header.xml"].count("T") >= 90 > text["word/header.xml"].count("TT" * 46)
    assert "<w:titlePg/>" in text["word/document.xml"]
    assert text["word/styles.xml"].count("<w:outlineLvl") == 2


def test_arabic_goes_from_right_to_left() -> None:
    """Paragraphs by their first letter, words by theirs; the language is that of the timeline and of each source."""
    source = replace(SOURCE, language="ar")
    one = happening(title=ARABIC, summary=f"{ARABIC}\n\nEnglish", quotations=(quotation(source=source, quote=ARABIC),))
    text = parts(written(one, about=replace(ABOUT, language="ar")))
    body = ElementTree.fromstring(text["word/document.xml"])  # noqa: S314 - we wrote it
    backwards = {"".join(one.itertext()): one.find(f"{W}pPr/{W}bidi") is not None for one in body.iter(f"{W}p")}
    assert backwards[ARABIC] is backwards[f"24 November 2025: {ARABIC}"] is True
    assert backwards["English"] is backwards["What happened"] is False
    assert f'<w:rtl/><w:lang w:bidi="ar"/></w:rPr><w:t xml:space="preserve">“{ARABIC}”' in text["word/endnotes.xml"]
    assert '<w:lang w:val="ar"/>' not in text["word/document.xml"], "English words are not in Arabic"


def test_a_picture_is_in_the_file_where_it_is_small() -> None:
    """Once, however often it is shown, with its description; one that Word does not show, or that was redacted, only in words."""
    contents = {"aa" * 32: PNG, "bb" * 32: b"RIFF0000WEBP"}
    about = replace(ABOUT, picture=contents.get)
    hall, webp, gone = (
        Source(id, f"Picture {id}", sha256=sha256) for id, sha256 in (("hall", "aa" * 32), ("w", "bb" * 32), ("g", None))
    )
    media = (Picture(hall, 'Rows "of" <seats>', "The hall.", "Ann"), Picture(webp, "Web"), Picture(gone))
    content = written(happening(media=media), happening("b", media=media[:1]), about=about)
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert [(name, file.read(name)) for name in file.namelist() if "media" in name] == [("word/media/picture1.png", PNG)]
    assert len(docx.Document(BytesIO(content)).inline_shapes) == 2
    assert 'descr="Rows &quot;of&quot; &lt;seats&gt;"' in parts(content)["word/document.xml"]
    captions = [words for style, words in paragraphs(content) if style == "Caption"]
    assert captions[:3] == [
        "The hall., Ann, Picture hall", "Picture: Web, Picture w", "Picture: Picture g, this picture was redacted",
    ]  # fmt: skip
    assert any("only their words" in line for line in lost([happening(media=media)], format_named("docx")))


def test_hostile_words_stay_words() -> None:
    """Markup, control characters, and an address that is none of the web; nothing outside the file is loaded."""
    source = Source("s", "<w:p/>\x0b & ]]>", url="javascript:alert(1)", author='"x" \ud800', sha256="ab" * 32)
    odd = Source("o", "odd", url='https://e.org/"a b"', sha256="cd" * 32)
    cited = (quotation(source=source, quote="a </w:t>\n\tb"), quotation(2, source=odd))
    text = parts(written(happening(title="<w:t> \x00 &amp;", quotations=cited), about=About("t\x01", "https://e.org/-/timeline")))
    external = re.findall(r'Target="([^"]*)" TargetMode="External"', text["word/_rels/endnotes.xml.rels"])
    assert external[1:2] == ["https://e.org/%22a%20b%22"]
    assert {one.rpartition("/")[2] for one in external[::2]} == {"document"}
    assert "a &lt;/w:t&gt; b" in text["word/endnotes.xml"]
    assert "&lt;w:t&gt; \ufffd &amp;amp;" in text["word/document.xml"]


def test_the_same_log_gives_the_same_file() -> None:
    """To the byte, also of no happening at all."""
    for happenings in ((), (happening(), happening("b", summary="x"))):
        assert written(*happenings) == written(*happenings)
    assert "Notes" not in [words for _, words in paragraphs(written())]


def test_memory_is_that_of_the_happenings_and_the_packed_text() -> None:
    """The text itself, of 8 megabytes here, is never in memory as a whole."""
    words = "The council met in Marrakech and sat for four days. " * 80
    happenings = [happening(str(number), summary=words) for number in range(2_000)]
    tracemalloc.start()
    try:
        size = sum(map(len, format_named("docx").write(happenings, ABOUT)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size < 1_000_000
    assert peak < 6_000_000
