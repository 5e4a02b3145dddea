"""PDFs: pages, forms, stamps, reading order, and the refusals of files that cannot be read."""

from io import BytesIO

import material
import pytest
from material import PDF, read, refusal

from timeline import capture


def test_form_feeds_separate_the_pages_of_a_pdf() -> None:
    """The text of page n follows n - 1 form feeds, also after pages without text, which are remarked on."""
    found = read(material.pdf(["First page.", b"", "Third page."], title="A report"), PDF)
    assert [page.strip() for page in found.text.split("\f")] == ["First page.", "", "Third page."]
    assert "no text on page 2" in found.extractor
    assert found.facts == {"title": "A report", "author": "Jane Roe", "language": "en-GB"}


def test_the_values_of_a_form_follow_the_text_of_its_page() -> None:
    """Fields, choices and notes typed onto the page are read; hidden fields, passwords, closed notes and boxes are not."""
    field, seen = "/Subtype/Widget/FT", "/F 4"
    form = material.pdf_form(
        f"{field}/Tx/V<FEFF00C9007400E9>{seen}",
        f"{field}/Ch/Ff 131072/V(Appeal)/Opt[(Appeal)(First)]{seen}",
        f"/Subtype/FreeText/Contents(Typed\nonto it.){seen}",
        f"{field}/Tx/V(Hidden){'/F 2'}",
        f"{field}/Tx/Ff 8192/V(Secret){seen}",
        f"{field}/Btn/V/Yes/AS/Yes{seen}",
        f"/Subtype/Text/Contents(A note){seen}",
        f"{field}/Tx/V( ){seen}",
        f"{field}/Tx{seen}",
        pages=("The form.", b""),
    )
    found = read(form, PDF)
    filled = "\nÉté\nAppeal\nTyped\nonto it."
    assert found.text == f"The form.{filled}\f{filled}"
    assert "no text on" not in found.extractor
    assert "what is filled into a page, or stamped onto it, follows its text" in found.extractor
    assert "is filled into" not in read(material.pdf(["x"]), PDF).extractor
    box = f"{field}/Btn/V/Yes/AS/{{}}/AP<</N<</Yes 150 0 R/Off 150 0 R>>>>{seen}"
    boxes = material.pdf_form(box.format("Yes"), box.format("Off").replace("V/Yes", "V/Off"), box.format("Yes"))
    assert "which boxes are ticked is not read: 2 of them" in read(boxes, PDF).extractor
    assert "it may be scanned" in refusal(material.pdf_form(f"{field}/Btn{seen}", pages=[b""]), PDF)
    waits = form.replace(b"/AcroForm<<", b"/NeedsRendering true/AcroForm<</XFA(x)")
    assert "Open it in Firefox, and print it to a PDF" in refusal(waits, PDF)


def test_stamps_and_signatures_follow_the_text_of_their_page() -> None:
    """As they are drawn, even beside the last line; a stamped scan is still a scan, and hidden stamps are not read."""
    draws, text = "/AP<</N 150 0 R>>/F 4", b"BT /F1 12 Tf 2 5 Td (RECEIVED) Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    head = b"<</Subtype/Form/BBox[0 0 98 19]/Resources<</Font<</F1 %s>>>>/Length %d>>" % (font, len(text))
    drawing = b"150 0 obj\n%sstream\n%s\nendstream\nendobj\ntrailer\n<</Size 200" % (head, text)

    def stamped(*annotations: str, page: str | bytes = "The form.") -> bytes:
        return material.pdf_form(*annotations, pages=[page, "End."]).replace(b"trailer\n<</Size 200", drawing)

    field = "/Subtype/Widget/FT/Tx/V(Field)/F 4"
    for kind in ("/Subtype/Stamp", "/Subtype/Widget/FT/Sig", "/Subtype/FreeText"):
        assert read(stamped(field, kind + draws), PDF).text.startswith("The form.\nField\nRECEIVED\f"), kind
    beside = read(stamped("/Subtype/Stamp/Rect[1 695 49 714]" + draws), PDF).text
    assert beside.startswith("The form.\nRECEIVED\f")
    found = read(stamped("/Subtype/Stamp" + draws, page=b""), PDF)
    assert found.text == "\nRECEIVED\fEnd.\nRECEIVED"
    assert "no text on page 1" in found.extractor
    assert read(stamped("/Subtype/Stamp/AP<</N 150 0 R>>/F 2"), PDF).text == "The form.\fEnd."


def test_every_choice_of_a_list_is_read_as_it_is_shown() -> None:
    """The labels of codes, several choices, and typed values; nothing of the other options."""
    codes = "/Opt[[(v1)(One)][(v2)(Two)][(v3)(Three)]]"
    lists = (f"/V[(v2)(v3)]{codes}", f"/Ff 131072/V(v1){codes}", f"/Ff 393216/V(Typed){codes}", f"/Ff 131072{codes}")
    form = material.pdf_form(*(f"/Subtype/Widget/FT/Ch/F 4{one}" for one in lists))
    assert read(form, PDF).text == "The form.\nTwo\nThree\nOne\nTyped"


def test_raised_letters_of_a_pdf_stay_in_their_line() -> None:
    """The mark of a footnote, and the text after it; a line end stays a line end."""
    raised = b"/F1 7 Tf 5 Ts (3) Tj 0 Ts /F1 12 Tf"
    page = b"BT /F1 12 Tf 50 700 Td (It was measured.) Tj %s ( Nobody came and) Tj 0 -14 Td (went.) Tj ET" % raised
    read = capture.from_bytes(material.pdf([page]), "application/pdf", "a.pdf").text
    assert read.splitlines() == ["It was measured.3 Nobody came and", "went."]


@pytest.mark.parametrize("script", material.FIVE_SCRIPTS)
def test_pdfs_in_five_scripts_are_read_in_reading_order(script: str) -> None:
    """A PDF draws Arabic and Hebrew from left to right; the text is in reading order."""
    sentence = material.FIVE_SCRIPTS[script].rstrip(".").replace("ٍ", "").replace("،", "")
    drawn = sentence[::-1] if script in ("Arabic", "Hebrew") else sentence
    assert read(material.pdf_of_glyphs(drawn), PDF).text.strip() == sentence


def test_a_pdf_that_is_cut_short_is_read_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no page can be read it is refused; zeros after the end do not count."""
    whole = material.pdf([f"Page {number}." for number in range(5)])
    assert "the file is cut short: pages may be missing" in read(whole.removesuffix(b"%%EOF\n"), PDF).extractor
    assert "cut short" not in read(whole + b"\0" * 5000, PDF).extractor
    for end in (len(whole) - 300, len(whole) // 2):
        assert "cut short" in refusal(whole[:end], PDF)


def test_ligatures_become_their_letters() -> None:
    """A font's fi and the like, as a viewer copies them."""
    assert read(material.pdf_of_glyphs("oﬃcial ﬁrst"), PDF).text.strip() == "official first"


def test_each_unreadable_pdf_is_refused_with_its_cause() -> None:
    """Scanned, encrypted, cut short, or not a PDF."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=BytesIO(material.pdf(["Secret."])))
    writer.encrypt("password", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    assert "scanned" in refusal(material.pdf([b"", b""]), PDF)
    assert "is encrypted" in refusal(out.getvalue(), PDF)
    assert "not a PDF" in refusal(b"hello", PDF)
    assert "not a sound PDF" in refusal(b"%PDF-1.4\nhello", PDF)
    assert "is empty" in refusal(b"", PDF)
