"""Letters as they are drawn, put into the order of reading."""

import pytest

from timeline.capture import letter_order
from timeline.capture.letter_order import Letter


def letter(text: str, left: float, right: float, *, baseline: float = 0, made: bool = False) -> Letter:
    """Draw a letter of size 10."""
    return Letter(text, left, right, left, baseline, 10, made)


def line(text: str, *, baseline: float = 0, start: float = 0) -> list[Letter]:
    """Draw a text from left to right, each letter 5 wide; a space is a gap alone."""
    places = ((one, start + 5 * place) for place, one in enumerate(text) if not one.isspace())
    return [letter(one, left, left + 5, baseline=baseline) for one, left in places]


@pytest.mark.parametrize(
    ("read", "seen"),
    [
        ("قال الرئيس", "سيئرلا لاق"),
        ("يوم 24 نوفمبر 2025، وقال", "لاقو ،2025 ربمفون 24 موي"),
        ("بلغت 1,250 مليون", "نويلم 1,250 تغلب"),
        ("رقم 45-12 عن", "نع 12-45 مقر"),
        ("بنسبة 12% من", "نم 12% ةبسنب"),
        ("مع شركة Atlas Holding Ltd في", "يف Atlas Holding Ltd ةكرش عم"),
        ("حتى نهاية العام (2026).", ".(2026) ماعلا ةياهن ىتح"),
        ("قال «نعم» و[لا].", ".[ال]و «معن» لاق"),
        ("در ۲۰۲۵ در", "رد ۲۰۲۵ رد"),
    ],
)
def test_lines_from_right_to_left_are_read_so(read: str, seen: str) -> None:
    """However their letters are ordered in the file; numbers and foreign words run from left to right in them."""
    letters = line(seen)
    assert letter_order.ordered(letters) == read
    assert letter_order.ordered(letters[::-1]) == read


def test_letters_of_one_shape_and_letters_above_each_other_keep_their_order() -> None:
    """Lam and alef of one shape, and what is set before the letter that it reaches over."""
    assert letter_order.ordered([letter("ا", 0, 5), letter("ل", 0, 5), *line("أ", start=8)]) == "أ لا"
    stacked = [
        Letter("ل", 11, 14, 11, 0, 10),
        Letter("خ", 5.5, 13.9, 5.5, 0, 10),
        Letter("ل", 6, 11.5, 6, 0, 10),
        letter("ط", 0, 5.5),
    ]
    assert letter_order.ordered(stacked) == "للخط"


def test_marks_and_accents_go_to_their_letters() -> None:
    """Also where the file has them elsewhere in the line."""
    assert letter_order.ordered([*line("نع"), letter("\u064f", 6, 8)]) == "عُن"
    assert letter_order.ordered([*line("Ubung"), letter(" ", 25, 25, made=True), letter("¨", 1, 4)]) == "Übung"
    assert letter_order.ordered([letter("´", 0, 5), *line("ıa")]) == "ía"
    assert letter_order.ordered(line("a`b`")) == "a`b`"


def test_what_a_file_tells_twice_is_read_once() -> None:
    """A letter of an Indian script is told again with its mark, and no gap is no space."""
    letters = [*line("वन"), letter("व", 1, 3), letter(" ", 10, 10, made=True), *line("क", start=10.5)]
    assert letter_order.ordered(letters) == "वनक"


def test_lines_stay_lines() -> None:
    """But for what goes on beside the line before it."""
    end = [letter("\n", 0, 0)]
    assert letter_order.ordered([*line("بأ"), *end, *line("دج", baseline=-15)]) == "أب\nجد"
    assert letter_order.ordered([*line("أ", start=20), *end, *line("ب")]) == "أ ب"
