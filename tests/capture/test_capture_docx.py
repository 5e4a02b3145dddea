"""Word documents: reading order, numbers of lists, notes, tracked changes, hidden text, and harmful files."""

import re
import sys
from io import BytesIO
from pathlib import Path

import docx as python_docx
import pytest
from material import read, refusal
from office_material import DOCX, docx, p, packed, xlsx

from timeline import Timeline, capture
from timeline.errors import DocumentUnreadable

REFERENCE = '<w:r><w:{0}noteReference w:id="{1}"/></w:r>'


def test_a_document_of_another_program_is_read() -> None:
    """Headings, lists with their numbers, a table, the header; title, author and language as the file states them."""
    written = python_docx.Document()
    written.core_properties.title, written.core_properties.author, written.core_properties.language = "Minutes", "Jane Roe", "en-GB"
    written.add_heading("Minutes of the council", 1)
    written.add_paragraph("The council met ").add_run("in Marrakech.").bold = True
    for words in ("one", "two"):
        written.add_paragraph(words, style="List Number")
    written.add_paragraph("a dot", style="List Bullet")
    table = written.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 1).text = "a", "b\nbb", "d"
    written.sections[0].header.paragraphs[0].text = "Case 12/34"
    out = BytesIO()
    written.save(out)
    found = read(out.getvalue(), DOCX)
    assert found.text == (
        "Minutes of the council\nThe council met in Marrakech.\n1. one\n2. two\n• a dot\na\tb\nbb\n\td\n\nCase 12/34\n"
    )
    assert found.extractor == "standard library, DOCX (as it stands; headers and footers follow, each once)"
    assert found.facts == {"title": "Minutes", "author": "Jane Roe", "language": "en-GB"}


def test_tracked_changes_are_accepted_and_named() -> None:
    """Insertions are in the text, deletions are not: words, paragraph ends, rows of tables, and words that were moved."""
    deleted = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    removed = '<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">It ends </w:t></w:r></w:p>'
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>"
    table = "<w:tbl>" + row.format("", p("stays")) + row.format("<w:trPr><w:del/></w:trPr>", p("leaves")) + "</w:tbl>"
    moved = "<w:p><w:moveFrom><w:r><w:t>away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>here</w:t></w:r></w:moveTo></w:p>"
    body = f"<w:p>{deleted}<w:ins><w:r><w:t>added</w:t></w:r></w:ins></w:p>{removed}{p('here.')}{table}{moved}"
    found = read(docx(body), DOCX)
    assert found.text == "added\nIt ends here.\nstays\nhere\n"
    assert "tracked insertions, which are in the text: 2; tracked deletions, which are not: 4" in found.extractor


def test_hidden_text_and_comments_are_left_out_and_named() -> None:
    """Hidden by itself, by a style, or by the style on which that is based; a style separator joins two paragraphs."""
    styles = (
        '<w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="Deep"><w:basedOn w:val="Secret"/></w:style>'
    )
    run = '<w:r><w:rPr>{}</w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    shown = run.format('<w:rStyle w:val="Deep"/><w:vanish w:val="0"/>', "shown")
    hidden = run.format("<w:vanish/>", "x") + run.format('<w:rStyle w:val="Deep"/>', "y")
    separator = (
        '<w:p><w:pPr><w:rPr><w:vanish/><w:specVanish/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">Heading. </w:t></w:r></w:p>'
    )
    comment = '<w:r><w:commentReference w:id="1"/></w:r>'
    secret = p("z", '<w:pStyle w:val="Secret"/>')
    body = f"<w:p>{hidden}{shown}{comment}</w:p>{secret}{separator}{p('Text')}"
    found = read(docx(body, styles=styles), DOCX)
    assert found.text == "shown\nHeading. Text\n"
    assert found.extractor.endswith("(as it stands; comments, which are not read: 1; hidden text is left out)")


def test_notes_follow_the_text_at_their_marks() -> None:
    """Footnotes, then endnotes in Roman numerals; those of deleted words are not there, and a mark of its own stays as it is."""
    notes = "".join(f'<w:{{0}}note w:id="{number}">{p(f" note {number}")}</w:{{0}}note>' for number in (1, 2, 3))
    own = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="3"/><w:t>*</w:t></w:r>'
    body = (
        f"<w:p><w:r><w:t>One</w:t></w:r>{REFERENCE.format('foot', 2)}<w:r><w:t>two</w:t></w:r>{REFERENCE.format('end', 1)}"
        f"<w:del>{REFERENCE.format('foot', 1)}</w:del>{own}</w:p>"
    )
    found = read(docx(body, footnotes=notes.format("foot"), endnotes=notes.format("end")), DOCX)
    assert found.text == "One[1]two[i]*\n\n[1] note 2\nnote 3\n[i] note 1\n"
    assert "notes follow the text, at their marks in brackets" in found.extractor


def test_notes_have_the_marks_that_sections_say() -> None:
    """Their form and first number; where each page begins anew, no program but Word knows the marks, which is remarked on."""
    notes = "".join(f'<w:footnote w:id="{number}">{p(f"note {number}")}</w:footnote>' for number in (1, 2))
    body = f"<w:p><w:r><w:t>One</w:t></w:r>{REFERENCE.format('foot', 1)}{REFERENCE.format('foot', 2)}</w:p>"
    section = '<w:sectPr><w:footnotePr><w:numFmt w:val="{}"/>{}</w:footnotePr></w:sectPr>'
    signs = read(docx(body + section.format("chicago", '<w:numStart w:val="2"/>'), footnotes=notes), DOCX)
    assert signs.text == "One[†][‡]\n\n[†] note 1\n[‡] note 2\n"
    assert "numbered through" not in signs.extractor
    anew = docx(body + section.format("decimal", '<w:numRestart w:val="eachPage"/>'), footnotes=notes)
    assert "notes are numbered through, though pages or sections show other marks" in read(anew, DOCX).extractor
    settings = '<w:footnotePr><w:numFmt w:val="upperLetter"/></w:footnotePr>'
    assert read(docx(body, footnotes=notes, settings=settings), DOCX).text.startswith("One[A][B]")


NUMBERING = """<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Article %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="4"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="(%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="arabicAbjad"/><w:lvlText w:val="%4-"/></w:lvl>
<w:lvl w:ilvl="4"><w:numFmt w:val="cardinalText"/><w:lvlText w:val="%5:"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>"""


def test_lists_have_the_numbers_that_the_file_says() -> None:
    """Levels within levels, letters, Roman numerals, other scripts, a new start, and headings that are numbered by their style."""
    styles = '<w:style w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    number = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'
    levels = [(0, 1), (1, 1), (1, 1), (2, 1), (0, 1), (1, 1), (3, 1), (4, 1), (0, 2), (0, 0)]
    body = p("a heading", '<w:pStyle w:val="H1"/>') + "".join(p("x", number.format(*one)) for one in levels)
    found = read(docx(body, styles=styles, numbering=NUMBERING), DOCX)
    assert found.text.splitlines() == [
        "Article 1 a heading", "Article 2 x", "2.a) x", "2.b) x", "(IV) x", "Article 3 x", "3.a) x", "أ- x",
        "0: x", "Article 9 x", "x",
    ]  # fmt: skip
    assert "numbers of lists whose form is not known are in digits" in found.extractor


def test_boxes_fields_and_symbols_are_read_as_they_are_shown() -> None:
    """A text box once, below its paragraph; the result of a field, not its instruction; a ticked box; tabs, breaks and hyphens."""
    box = f"<w:txbxContent>{p('in the box')}</w:txbxContent>"
    alternative = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "x"</w:instrText><w:t>no</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>link</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    ticked = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData>'
    )
    ticked += '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    signs = '<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:sym w:char="00A7"/></w:r>'
    body = f"<w:p><w:r><w:t>Above</w:t>{alternative}</w:r></w:p><w:p>{field}{ticked}</w:p><w:p>{signs}</w:p><w:p><pic:pic/></w:p>"
    found = read(docx(body), DOCX)
    assert found.text == "Above\nin the box\nlink☒\na\tb\nc‑d§\n"
    assert "pictures, which are not read: 1" in found.extractor
    unended = read(docx(p("seen") + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>' + p("lost")), DOCX)
    assert "a field has no end: words may be missing" in unended.extractor


def test_signs_and_words_across_the_page_are_read() -> None:
    """Ticks and boxes of Wingdings; a sign that is not known is counted; a watermark is below the header that it is in."""
    signs = "".join(f'<w:sym w:font="{font}" w:char="{code}"/>' for font, code in (("Wingdings", "F0FE"), ("Webdings", "F061")))
    mark = '<w:p><w:r><w:t>Case 1</w:t><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r></w:p>'
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    found = read(docx(f"<w:p><w:r>{signs}</w:r></w:p>{section}", header1=mark), DOCX)
    assert found.text == "☑\uf061\n\nCase 1\nDRAFT\n"
    assert "signs of fonts of symbols, whose meaning is not known: 1" in found.extractor


def test_headers_that_no_page_shows_are_left_out() -> None:
    """That of a first page needs a page of its own, that of even pages a setting."""
    reference = "".join(
        f'<w:headerReference w:type="{kind}" r:id="header{number}"/>' for number, kind in enumerate(("default", "first", "even"))
    )
    headers = {f"header{number}": p(words) for number, words in enumerate(("every page", "first page", "even page"))}
    assert read(docx(f"{p('Text')}<w:sectPr>{reference}</w:sectPr>", **headers), DOCX).text == "Text\n\nevery page\n"
    titled = docx(f"{p('Text')}<w:sectPr>{reference}<w:titlePg/></w:sectPr>", settings="<w:evenAndOddHeaders/>", **headers)
    assert read(titled, DOCX).text == "Text\n\nevery page\nfirst page\neven page\n"


def test_harmful_and_foreign_files_are_refused_in_one_line() -> None:
    """Packed and multiplying bombs, entities, encryption, old formats, halves, and other zip files; nothing is read twice over."""
    bomb = docx(p("ha" * 30_000_000))
    assert "unpacks to more than 200 times its size" in refusal(bomb, DOCX)
    laughs = packed({"_rels/.rels": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>'})
    assert "declares entities" in refusal(laughs, DOCX)
    outside = packed(
        {"_rels/.rels": '<!DOCTYPE r SYSTEM "file:///etc/passwd" [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'}
    )
    assert "declares entities" in refusal(outside, DOCX)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "a file of an old office program, and not DOCX. Open it, and save it as .docx" in refusal(old, DOCX)
    assert "is encrypted. Open it with its password" in refusal(old + "EncryptedPackage".encode("utf-16-le"), DOCX)
    assert "is not a sound DOCX" in refusal(docx(p("x"))[:400], DOCX)
    assert "is not DOCX: the document in it is missing" in refusal(packed({"x": "y"}), DOCX)
    assert "is not DOCX: it holds a workbook. Check what it is" in refusal(xlsx(""), DOCX)
    assert "but pictures (2); it may be scanned. Recognise the text (OCR)" in refusal(docx("<pic:pic/><pic:pic/>"), DOCX)
    assert "not sound XML" in refusal(docx("<w:p>"), DOCX)
    assert "there is no text in it" in refusal(docx("<w:p/>"), DOCX)
    many = packed({f"{number}": "" for number in range(10_001)})
    assert "holds more than 10,000 files" in refusal(many, DOCX)


def test_office_files_need_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library reads them."""
    for library in ("lxml", "docx", "openpyxl"):
        monkeypatch.setitem(sys.modules, library, None)
    assert read(docx(p("x")), DOCX).text == "x\n"
    assert re.search(r"with Python [\d.]+ \(setup", capture.from_bytes(docx(p("x")), DOCX, "a.docx").extractor)


def test_a_file_with_macros_is_archived_under_its_own_name(tmp_path: Path) -> None:
    """From a Word document and from a workbook, whose media types have capitals where they are registered."""
    with Timeline(tmp_path / "timeline.db") as timeline:
        for suffix, content in ((".docm", docx(p("Words."))), (".xlsm", xlsx('<row r="1"><c t="str"><v>a</v></c></row>'))):
            (path := tmp_path / f"file{suffix}").write_bytes(content)
            source = timeline.archive(path, id=suffix[1:], title="A file")
            assert source.media_type == capture.MEDIA_TYPES[suffix]
            assert source.text.strip()


def test_macros_are_named_and_an_encoding_is_refused() -> None:
    """A document with macros is read like any other; none of them runs."""
    found = read(docx(p("x"), more={"word/vbaProject.bin": "x"}), capture.MEDIA_TYPES[".docm"])
    assert "it holds macros, which are not run" in found.extractor
    with pytest.raises(DocumentUnreadable, match="an office file declares the encoding of its text itself"):
        capture.from_bytes(docx(p("x")), DOCX, "a.docx", encoding="latin-1")
