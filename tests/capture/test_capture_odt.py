"""OpenDocument texts: numbers of lists and headings, notes, tracked changes, hidden text, and encrypted files."""

from material import read, refusal
from office_material import ODT, odt, packed

STYLES = """<office:styles><style:style style:name="Secret" style:family="text">
<style:text-properties text:display="none"/></style:style>
<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>
<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>
<text:list-style style:name="L">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix=")"/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-list-format="%1%(%2%)" text:start-value="2"/>
</text:list-style>
<text:list-style style:name="B">
<text:list-level-style-bullet text:level="1" text:bullet-char="\uf0b7"/></text:list-style></office:styles>
<office:master-styles><style:master-page><style:header><text:p>Case 12/34</text:p></style:header>
<style:footer style:display="false"><text:p>unseen</text:p></style:footer></style:master-page></office:master-styles>"""


def test_lists_and_headings_have_their_numbers() -> None:
    """Of a list that goes on after a paragraph, of levels within levels; a second paragraph of an item has none."""
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    nested = f"<text:list>{item.format('deep', '<text:p>more</text:p>')}</text:list>"
    body = (
        '<text:h text:outline-level="1">One</text:h><text:h text:outline-level="2">Two</text:h>'
        f'<text:list text:style-name="L">{item.format("first", nested)}</text:list><text:p>between</text:p>'
        f'<text:list text:style-name="L" text:continue-numbering="true">{item.format("second", "")}</text:list>'
        f'<text:list text:style-name="B">{item.format("dot", "")}</text:list>'
        '<text:h text:outline-level="1" text:is-list-header="true">None</text:h>'
        "<text:p><text:number>9.</text:number>stated</text:p>"
    )
    found = read(odt(body, styles=STYLES), ODT)
    assert found.text.splitlines()[:-2] == [
        "I. One", "I.1 Two", "1) first", "1(b) deep", "more", "between", "2) second", "• dot", "None", "9. stated",
    ]  # fmt: skip
    assert found.text.endswith("\n\nCase 12/34\n"), "a header once, at the end; a footer that is switched off not at all"


def test_notes_boxes_and_tables_are_in_reading_order() -> None:
    """A note at its mark, a text box below its paragraph, cells parted by tabs; spaces, tabs and line breaks as they are shown."""
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>The note.</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><svg:title>unseen</svg:title><draw:text-box><text:p>In the box</text:p></draw:text-box></draw:frame>"
    cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = f"{cells.format('a')}<table:covered-table-cell/>{cells.format('b')}"
    table = f"<table:table><table:table-row>{row}</table:table-row></table:table>"
    body = (
        f"<text:p>The  council{note}\n met.{box}</text:p>{table}"
        '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p><text:p><draw:image/></text:p>'
        "<text:table-of-content><text:table-of-content-source><text:p>template</text:p></text:table-of-content-source>"
        "<text:index-body><text:p>Contents</text:p></text:index-body></text:table-of-content>"
    )
    found = read(odt(body), ODT)
    assert found.text == "The council[1] met.\nIn the box\na\t\tb\na   b\tc\nd\n\nContents\n\n[1] The note.\n"
    assert found.extractor.endswith(
        "(as it stands; notes follow the text, at their marks in brackets; pictures, which are not read: 1)"
    )


def test_changes_comments_and_hidden_text_are_left_out_and_named() -> None:
    """Deletions, which such a file keeps apart; hidden words, sections and styles that are based on hidden ones."""
    own = '<style:style style:name="T1" style:family="text" style:parent-style-name="Secret"/>'
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region>"
        "<text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>"
        '<text:p>Seen<office:annotation><text:p>a remark</text:p></office:annotation><text:span text:style-name="T1">x</text:span>'
        '<text:hidden-text text:is-hidden="true">y</text:hidden-text></text:p>'
        '<text:section text:display="none"><text:p>z</text:p></text:section>'
    )
    found = read(odt(body, styles=STYLES.partition("<office:master")[0], own=own), ODT)
    assert found.text == "Seen\n"
    for remark in (
        "insertions, which are in the text: 1",
        "deletions, which are not: 1",
        "comments, which are not read: 1",
        "hidden",
    ):
        assert remark in found.extractor


def test_facts_are_those_that_the_file_states() -> None:
    """The first author before the last one who saved it; the day of its making is not a publication."""
    meta = (
        '<m xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0">'
        "<meta:initial-creator>Jane Roe</meta:initial-creator><dc:creator>A secretary</dc:creator><dc:title>Minutes</dc:title>"
        "<dc:date>2025-11-24T10:00:00</dc:date><dc:language>ar</dc:language></m>"
    )
    assert read(odt("<text:p>x</text:p>", more={"meta.xml": meta}), ODT).facts == {
        "title": "Minutes", "author": "Jane Roe", "language": "ar",
    }  # fmt: skip
    program = odt("<text:p>x</text:p>", more={"meta.xml": meta.replace("Minutes", "letter.odt"), "Basic/a.xml": "<x/>"})
    found = read(program, ODT)
    assert "title" not in found.facts
    assert "it holds macros, which are not run" in found.extractor


def test_encrypted_and_foreign_files_are_refused_in_one_line() -> None:
    """Encrypted in either way, of another kind, or with a run of spaces that fills the memory."""
    manifest = "<m><f><encryption-data/></f></m>"
    assert "is encrypted. Open it with its password" in refusal(odt("", more={"META-INF/manifest.xml": manifest}), ODT)
    assert "is encrypted" in refusal(packed({"encrypted-package": "x"}), ODT)
    assert "is not ODT: content.xml is missing in it" in refusal(packed({"x": "y"}), ODT)
    sheet = odt("<text:p>x</text:p>", more={"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})
    assert "is not ODT: it says that it is application/vnd.oasis.opendocument.spreadsheet" in refusal(sheet, ODT)
    assert "but pictures (1); it may be scanned" in refusal(odt("<text:p><draw:image/></text:p>"), ODT)
    spaces = '<text:s text:c="99999999"/>' * 3
    assert "longer than 20 million characters" in refusal(odt(f"<text:p>x{spaces}</text:p>"), ODT)
