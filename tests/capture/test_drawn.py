"""Letters as they are drawn, put into the order of reading."""

import pytest

from timeline.capture import drawn
from timeline.capture.drawn import Letter


def line(text: str, *, bottom: float = 0, start: float = 0) -> list[Letter]:
    """Draw a text from left to right, each letter 5 wide in a line that is 10 high; a space is a gap alone."""
    return [
        Letter(one, start + 5 * place, start + 5 * place + 5, bottom, 10) for place, one in enumerate(text) if not one.isspace()
    ]


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
    assert drawn.ordered(letters) == read
    assert drawn.ordered(letters[::-1]) == read


def test_marks_and_accents_go_to_their_letters() -> None:
    """Also where the file has them elsewhere in the line."""
    assert drawn.ordered([*line("نع"), Letter("\u064f", 6, 8, 0, 10)]) == "عُن"
    assert drawn.ordered([*line("Ubung"), Letter(" ", 25, 25, 0, 10, made=True), Letter("¨", 1, 4, 0, 10)]) == "Übung"
    assert drawn.ordered([Letter("´", 0, 5, 0, 10), *line("ıa")]) == "ía"
    assert drawn.ordered(line("a`b`")) == "a`b`"


def test_what_a_file_tells_twice_is_read_once() -> None:
    """A letter of an Indian script is told again with its mark, and no gap is no space."""
    letters = [*line("वन"), Letter("व", 1, 3, 5, 5), Letter(" ", 10, 10, 0, 10, made=True), *line("क", start=10.5)]
    assert drawn.ordered(letters) == "वनक"


def test_lines_stay_lines() -> None:
    """But for what goes on beside the line before it."""
    end = [Letter("\n", 0, 0, 0, 10)]
    assert drawn.ordered([*line("بأ"), *end, *line("دج", bottom=-15)]) == "أب\nجد"
    assert drawn.ordered([*line("أ", start=20), *end, *line("ب")]) == "أ ب"
