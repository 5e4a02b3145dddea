"""SVG and PNG: the drawn timeline."""

import itertools
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told import ABOUT, happening, written

from timeline.errors import TimelineError
from timeline.exchange.writing import format_named
from timeline.exchange.writing.picture_layout import LEFT, RIGHT, laid_out

DATES = (
    "1969-07-20",
    "2003/..",
    "199X",
    "-0043-03-15",
    "1450~",
    "1914/1918",
    "../..",
    "/2010",
    "Y-66000000",
    "2025-11-24T10:00:00Z",
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DATES), st.text(max_size=90)), max_size=80))
def test_no_label_stands_over_another(chosen: list[tuple[str, str]]) -> None:
    """Nor outside the picture; and it is XML, whatever the titles."""
    happenings = [happening(str(number), title, date) for number, (date, title) in enumerate(chosen)]
    picture = laid_out(happenings)
    assert len(picture.items) <= 60
    for one, other in itertools.combinations(picture.items, 2):
        if one.lane == other.lane:
            ends = sorted((min(it.left, it.text_left), max(it.right, it.text_left + it.text_width)) for it in (one, other))
            assert ends[0][1] < ends[1][0]
    for item in picture.items:
        assert item.text_left >= LEFT - 1
        assert item.text_left + item.text_width <= RIGHT + 1
    text = written("svg", *happenings)
    ElementTree.fromstring(text.encode())  # noqa: S314 - we wrote it
    assert text == written("svg", *happenings)


def test_what_is_gathered_is_counted_and_said() -> None:
    """A thousand happenings are no more than sixty marks."""
    text = written("svg", *(happening(str(n), date=f"{1900 + n % 100}-01-{1 + n % 28:02}") for n in range(1000)))
    assert "1,000 of 1,000 happenings stand close together" in text


def test_what_has_no_date_is_counted() -> None:
    """It cannot be drawn."""
    assert "1 more of no known date is not drawn." in written("svg", happening(date="../.."))


def test_a_picture_as_an_image() -> None:
    """The same, at twice its size."""
    pytest.importorskip("resvg_py")
    (image,) = format_named("png").write([happening()], ABOUT)
    assert isinstance(image, bytes)
    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[16:20]) == 1520


def test_an_image_without_the_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the extra."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(TimelineError, match=r"cited-timeline\[picture\]"):
        list(format_named("png").write([], ABOUT))
