"""Pages of PDFs as pictures, and the places of quotations on them: the letters that are quoted, and no others."""

import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs of every kind

from timeline.capture import pdf
from timeline.errors import DocumentUnreadable
from timeline.originals import pages

TWO_LINES = b"BT /F1 12 Tf 50 700 Td (The council met in) Tj 0 -20 Td (Marrakech and sat.) Tj ET"


def opened(content: bytes) -> tuple[Any, list[str]]:
    """Open a PDF, and read the text of its pages as it is archived."""
    return pages.opened(content, "x"), pdf.read(content, "x").text.split("\f")


def marked(content: bytes, words: str, *, page: int = 1, text: str | None = None, nth: int = 0) -> Any:  # noqa: ANN401
    """Return the boxes of words on a page, at their nth occurrence in its text."""
    document, texts = opened(content)
    text = texts[page - 1] if text is None else text
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    (found,) = pages.places(document, page, text, [(start, start + len(words))])["marks"]
    return found


def ink(content: bytes, page: int = 1) -> tuple[list[list[int]], int]:
    """Draw a page, and return its grey pixels by row, and the pixels of a point."""
    png = pages.picture(pages.opened(content, "x"), page)
    width, height, depth, colour = (
        int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"), png[24], png[25],
    )  # fmt: skip
    assert (png[:8], depth, colour) == (b"\x89PNG\r\n\x1a\n", 8, 0)
    start = png.index(b"IDAT")
    raw = zlib.decompress(png[start + 4 : start + 4 + int.from_bytes(png[start - 4 : start], "big")])
    return [list(raw[row * (width + 1) + 1 : (row + 1) * (width + 1)]) for row in range(height)], 2


def is_blank(rows: list[list[int]], left: float, top: float, right: float, bottom: float) -> bool:
    """Whether a part of a picture has no ink."""
    return all(pixel > 200 for row in rows[round(top) : round(bottom)] for pixel in row[round(left) : round(right)])


@pytest.mark.parametrize("words", ["The", "council", "met in", "The council met in"])
def test_a_box_holds_the_ink_of_the_words_and_ends_in_the_gaps_around_them(words: str) -> None:
    """To the letter, as drawn: ink within, none in the space beside it."""
    (box,) = marked(material.pdf([TWO_LINES]), words)
    rows, scale = ink(material.pdf([TWO_LINES]))
    left, top, right, bottom = (side * scale for side in box)
    assert not is_blank(rows, left, top, left + 8, bottom)
    assert not is_blank(rows, right - 8, top, right, bottom)
    assert is_blank(rows, left - 4, top, left - 1, bottom)
    assert is_blank(rows, right + 1, top, right + 4, bottom)


def test_words_on_two_lines_have_two_boxes() -> None:
    """One for each line, left to right, the first above the second."""
    first, second = marked(material.pdf([TWO_LINES]), "met in\nMarrakech")
    assert first[3] <= second[1]
    assert second[0] < first[0]


def test_words_that_repeat_are_marked_where_they_are_quoted() -> None:
    """The letters of the page are those of the text, so every place is certain."""
    content = material.pdf(["He left. He left. He left."])
    places = [marked(content, "He left", nth=nth) for nth in range(3)]
    assert places[0][0][2] < places[1][0][0] < places[1][0][2] < places[2][0][0]


def test_with_another_text_only_words_that_are_there_once_are_marked() -> None:
    """Another extractor may have read other words. A place is then certain only if the letters occur once in both."""
    content = material.pdf(["He left early. He left late."])
    other = "A title that is drawn nowhere. He left early. He left late."
    assert marked(content, "left late", text=other) == marked(content, "left late")
    assert marked(content, "He left", text=other) is None
    assert marked(content, "drawn nowhere", text=other) is None
    assert marked(content, "He left late", text="He left late. He left late.") is None


def test_what_is_filled_in_or_stamped_is_not_marked() -> None:
    """Its words follow the page's text, and PDFium does not say where they are drawn."""
    form = material.pdf_form("/Subtype/Widget/FT/Tx/V(Filled in.)/F 4")
    assert marked(form, "The form")
    assert marked(form, "Filled in") is None


def test_words_beyond_the_edge_of_the_page_are_not_marked() -> None:
    """Nobody would see the mark."""
    content = material.pdf([b"BT /F1 12 Tf 50 700 Td (Seen.) Tj 900 0 Td (Unseen.) Tj ET"])
    assert marked(content, "Seen")
    assert marked(content, "Unseen") is None


def test_words_under_others_are_not_marked() -> None:
    """A mark would cover the others as well, and seem to quote them."""
    content = material.pdf([b"BT /F1 12 Tf 50 700 Td (He was guilty) Tj ET BT /F1 12 Tf 52 701 Td (not at all so) Tj ET"])
    assert marked(content, "He was guilty") is None


@pytest.mark.parametrize("script", ["Arabic", "Hebrew", "Cyrillic", "Chinese"])
def test_other_scripts_are_marked_in_reading_order(script: str) -> None:
    """The first word of a line from right to left is at its right."""
    sentence = material.FIVE_SCRIPTS[script].rstrip(".").replace("ٍ", "").replace("،", "")
    right = script in ("Arabic", "Hebrew")
    content = material.pdf_of_glyphs(sentence[::-1] if right else sentence)
    first, last = sentence[:3], sentence[-3:]
    one, other = marked(content, first)[0], marked(content, last)[-1]
    assert one[0] > other[0] if right else one[0] < other[0]


def test_an_accent_drawn_apart_is_marked_with_its_letter() -> None:
    """As TeX writes them."""
    content = material.pdf([b"BT /F1 12 Tf 50 700 Td (Ubung macht) Tj ET BT /F1 12 Tf 52 703 Td (\xc8) Tj ET"])
    document, (text,) = opened(content)
    assert text.startswith("Übung")
    assert pages.places(document, 1, text, [(0, 5)])["marks"][0] is not None


def test_a_word_divided_at_the_end_of_a_line_is_marked_on_both() -> None:
    """Whatever became of its hyphen in the text."""
    lines = b"BT /F1 12 Tf 50 700 Td (The opera-) Tj 0 -14 Td (tion began. An operation is long.) Tj ET"
    document, (text,) = opened(material.pdf([lines]))
    end = text.index("tion") + 4
    (found,) = pages.places(document, 1, text, [(4, end)])["marks"]
    assert len(found) == 2


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_page_is_marked_as_it_is_shown(rotation: int) -> None:
    """The boxes are on the picture, and cover ink there."""
    content = material.pdf([TWO_LINES]).replace(b"/Type/Page/Parent", b"/Type/Page/Rotate %d/Parent" % rotation)
    boxes = marked(content, "council")
    rows, scale = ink(content)
    for box in boxes:
        assert not is_blank(rows, *(side * scale for side in box))


@pytest.mark.parametrize(
    ("sides", "width"), [(b"0 0 8964 8964", 2_500), (b"0 0 14400 800", 14_400), (b"0 0 0.1 0.1", 1), (b"0 0 612 792", 1_224)]
)
def test_a_picture_has_a_bounded_size(sides: bytes, width: int) -> None:
    """A page of ten square metres, a banner, a dot, and a letter."""
    content = material.pdf(["Words."]).replace(b"/MediaBox[0 0 612 792]", b"/MediaBox[%s]" % sides)
    png = pages.picture(pages.opened(content, "x"), 1)
    shown, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert shown * height <= pages.MOST_PIXELS * 1.01
    assert shown <= width


def test_a_page_that_is_not_there_is_refused_in_words() -> None:
    """With how many there are."""
    document, _ = opened(material.pdf(["One.", "Two."]))
    for page in (3, 10_000):
        with pytest.raises(DocumentUnreadable, match="has 2 pages, and no page"):
            pages.picture(document, page)


def colours(png: bytes) -> tuple[int, list[bytes]]:
    """Return the width of a picture in colour, and its rows of red, green and blue."""
    width, height, colour = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"), png[25]
    assert colour == 2
    start = png.index(b"IDAT")
    raw = zlib.decompress(png[start + 4 : start + 4 + int.from_bytes(png[start - 4 : start], "big")])
    return width, [raw[row * (3 * width + 1) + 1 : (row + 1) * (3 * width + 1)] for row in range(height)]


def test_the_picture_of_a_passage_is_as_wide_as_the_page_and_marks_the_words_alone() -> None:
    """The paper behind them is yellow, in every row of their box and nowhere else; the letters stay black."""
    content = material.pdf([TWO_LINES])
    document, (text,) = opened(content)
    start = text.index("Marrakech")
    (box,) = marked(content, "Marrakech")
    width, rows = colours(pages.passage(document, 1, text, (start, start + 9), 400_000))
    assert width == 612 * 2
    assert len(rows) < 792
    top = min(y for y, row in enumerate(rows) if any(row[3 * x] != row[3 * x + 2] for x in range(width)))
    tinted = {x for row in rows for x in range(width) if row[3 * x] != row[3 * x + 2]}
    assert (min(tinted) // 2, -(-max(tinted) // 2)) == (int(box[0]), pytest.approx(box[2], abs=1))
    assert top == pytest.approx(2 * pages.AROUND, abs=2)
    assert any(row[3 * x : 3 * x + 3] == bytes((255, 214, 89)) for row in rows for x in tinted)
    assert min(row[3 * x] for row in rows for x in tinted) < 60


def test_the_picture_of_a_passage_has_no_more_bytes_than_it_may() -> None:
    """It is drawn more coarsely; if that is not enough, there is none. Words without a certain place have none either."""
    document, (text,) = opened(material.pdf([TWO_LINES]))
    fine = pages.passage(document, 1, text, (0, 11), 400_000)
    coarse = pages.passage(document, 1, text, (0, 11), len(fine) - 1)
    assert len(coarse) < len(fine)
    with pytest.raises(DocumentUnreadable, match="too large"):
        pages.passage(document, 1, text, (0, 11), 100)
    with pytest.raises(DocumentUnreadable, match="does not show for certain where on page 1"):
        pages.passage(document, 1, "Other words.", (0, 5), 400_000)


def test_the_picture_of_a_passage_cuts_no_line_of_text() -> None:
    """It begins and ends between lines, wherever the passage is on a full page."""
    lines = b" ".join(b"(Line %d of a full page) Tj 0 -13 Td" % number for number in range(50))
    document, (text,) = opened(material.pdf([b"BT /F1 11 Tf 50 740 Td %s ET" % lines]))
    for number in (3, 20, 31):
        start = text.index(f"Line {number} of")
        _, rows = colours(pages.passage(document, 1, text, (start, start + 7), 400_000))
        assert all(len(set(row)) == 1 for row in (rows[0], rows[-1]))


@pytest.mark.parametrize("turned", [b"/Rotate 90", b"/Rotate 180", b"/Rotate 270", b"/CropBox[30 100 500 760]"])
def test_a_passage_is_marked_where_it_is_on_a_page_that_is_turned_or_cut(turned: bytes) -> None:
    """The marked part has the ink of the words: no letter of them is outside it."""
    document, (text,) = opened(material.pdf([TWO_LINES]).replace(b"/MediaBox", turned + b"/MediaBox"))
    start = text.index("Marrakech and sat.")
    boxes = pages.places(document, 1, text, [(start, start + 18)])["marks"][0]
    (left, top, _, _), (_, _, right, bottom) = (tuple(map(one, zip(*boxes, strict=True))) for one in (min, max))
    width, rows = colours(pages.passage(document, 1, text, (start, start + 18), 400_000))
    tinted = [(x, y) for y, row in enumerate(rows) for x in range(width) if row[3 * x] != row[3 * x + 2]]
    columns, lines = {x for x, _ in tinted}, {y for _, y in tinted}
    assert max(columns) - min(columns) == pytest.approx(2 * (right - left), abs=4)
    assert max(lines) - min(lines) == pytest.approx(2 * (bottom - top), abs=4)
    inside = range(min(columns), max(columns) + 1)
    dark = [x for y in lines for x in inside if rows[y][3 * x] < 100]
    assert len(dark) > 300
