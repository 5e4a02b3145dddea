"""SVG and PNG pictures of the timeline."""

import itertools
import re
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_happenings import ABOUT, happening, quotation, written

from timeline.errors import TimelineError
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.exchange.formats.svg import axis
from timeline.exchange.formats.svg.dates import look
from timeline.exchange.formats.svg.histogram import count_by_column
from timeline.exchange.formats.svg.layout import LEFT, RIGHT, WIDTH, lay_out

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
HATCHED, DASHED, SOLID = "url(#hatch)", 'stroke-dasharray="2.5', 'height="8" stroke="#000"/>'


def drawn(date: str, title: str = "x") -> str:
    """Draw one happening, and return its mark and its label."""
    return re.findall(r"<g><title>.*?</g>", written("svg", happening(title=title, date=date)), re.DOTALL)[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DATES), st.text(max_size=90)), max_size=80))
def test_nothing_overlaps(chosen: list[tuple[str, str]]) -> None:
    """No label overlaps another, a mark, or the edge of the picture. It is valid XML with any titles."""
    happenings = [happening(str(number), title, date) for number, (date, title) in enumerate(chosen)]
    picture = lay_out(happenings)
    assert len(picture.items) <= 60
    for one, other in itertools.combinations(picture.items, 2):
        for (a, b, c, d), (e, f, g, h) in itertools.product(one.boxes(), other.boxes()):
            assert b <= e or f <= a or d <= g or h <= c
    for item in picture.items:
        text = (item.text_left, item.text_left + item.text_width)
        assert item.beside == "above" or text[1] <= item.left or item.right <= text[0]
        assert LEFT - 1 <= text[0] <= text[1] <= RIGHT + 1
        assert 0 <= item.left <= item.right <= WIDTH
        assert 0 <= item.top <= item.top + item.height <= picture.height
    text = written("svg", *happenings)
    ElementTree.fromstring(text.encode())  # noqa: S314 - we wrote it
    assert text == written("svg", *happenings)


@pytest.mark.parametrize(
    ("date", "is_there", "is_not"),
    [
        ("2001-02-03", ("<circle",), (DASHED, HATCHED)),
        ("2001-02-03~", ("<circle", DASHED), (HATCHED,)),
        ("2001-02", (HATCHED,), (DASHED, "<circle")),
        ("2001-02?", (HATCHED, DASHED), ("<circle",)),
        ("[2001,2003]", (HATCHED,), (SOLID,)),
        ("2001-02-03/2001-05-06", (SOLID,), (DASHED,)),
        ("2001/2003", (HATCHED, SOLID), (DASHED,)),
        ("2001-02-03~/2001-05-06", (DASHED,), (SOLID,)),
        ("2001-02-03/..", (SOLID, "l-9 -6v12z"), ('r="1.2"',)),
        ("../2001-02-03", (SOLID, "l9 -6v12z"), ('r="1.2"',)),
        ("2001-02-03/", (SOLID, 'r="1.2"'), ("v12z",)),
    ],
)
def test_the_form_of_a_mark_shows_how_vague_its_date_is(date: str, is_there: tuple[str, ...], is_not: tuple[str, ...]) -> None:
    """In black and white: uncertain parts are hatched, approximate or uncertain dates have a broken outline, and ends differ."""
    mark = drawn(date)
    assert [one for one in is_there if one not in mark] == []
    assert [one for one in is_not if one in mark] == []


def test_happenings_without_a_name_are_counted() -> None:
    """Of a thousand happenings, a few are named. All are counted in columns, each once, the vague ones apart."""
    many = [happening(str(n), date=f"{1900 + n % 100}-01-{1 + n % 28:02}" if n % 10 else "195X") for n in range(1000)]
    text = written("svg", *many)
    assert "24 are named, in each part those with the most quotations, and 976 more are counted." in text
    looks = [found for one in many if (found := look(one.date))]
    scale = axis.fit([(one.first, one.last) for one in looks], LEFT, RIGHT)
    columns, stretch = count_by_column(looks, scale)
    assert round(sum(column.sure for column in columns)) == 900
    assert round(sum(column.vague for column in columns)) == 100
    assert f"began in {stretch}; those hatched" in text


def test_the_most_quoted_are_named() -> None:
    """Of those that are close together."""
    quoted = happening("b", "The quoted one", "2001-05-05", quotations=(quotation(), quotation(2)))
    assert "The quoted one" in written("svg", *(happening(str(n), date="2001-05-05") for n in range(99)), quoted)


def test_happenings_without_a_date_are_counted() -> None:
    """It cannot be drawn."""
    assert "1 more of no known date is not drawn." in written("svg", happening(date="../.."))


def test_labels_warn_of_claims_disputes_and_retractions() -> None:
    """Claims, disputes and retractions. No title turns the direction of the text beside it."""
    picture = lay_out(
        [
            happening(attributed_to="Ann"),
            happening(quotations=(quotation(stance="disputes"),)),
            happening(title="\u202eon", status="retracted"),
            happening(title="مجلس", attributed_to="Ann"),
        ]
    )
    labels = [item.label for item in picture.items]
    assert labels == [
        "According to Ann: It happened", "Disputed: It happened", "Retracted: on", "According to Ann: \u2068مجلس\u2069",
    ]  # fmt: skip
    svg = written("svg", happening(attributed_to="Ann"))
    assert "<g><title>24 November 2025: According to Ann: It happened</title>" in svg, "and in what a pointer shows"


def test_the_picture_has_a_text_alternative() -> None:
    """The picture has a title and a description of its notes and labels. Several pictures on a page have different ids."""
    root = ElementTree.fromstring(written("svg", happening()))  # noqa: S314 - we wrote it
    title, desc = root[:2]
    assert (root.get("role"), root.get("aria-labelledby"), root.get("aria-describedby")) == ("img", title.get("id"), desc.get("id"))
    assert title.text == ABOUT.title
    assert (desc.text or "").startswith("1 happening in order of time.")
    assert (desc.text or "").endswith("\n24 November 2025: It happened")
    assert title.get("id") not in written("svg", about=About("Another"))


def test_the_axis_is_only_broken_to_avoid_squeezing() -> None:
    """And years BCE are round ones."""
    near = axis.fit([(1, 1), (10_000, 10_000), (20_000, 20_000)], LEFT, RIGHT)
    assert len(near.pieces) == 1
    far = axis.fit([(1, 1), (700_000, 700_000), (701_000, 701_000)], LEFT, RIGHT)
    assert len(far.pieces) == 2
    days = axis.fit([(1, 1), (10_000, 10_004), (10_001, 10_002), (10_002, 10_004)], LEFT, RIGHT)
    assert len(days.pieces) == 2
    old = written("svg", happening(date="-8999"), happening(date="2001"))
    assert "4000 BCE" in old
    assert "1 CE" in old


def test_a_picture_as_an_image() -> None:
    """The same, at three times its size."""
    pytest.importorskip("resvg_py")
    try:
        (image,) = format_named("png").write([happening()], ABOUT)
    except TimelineError as error:
        pytest.skip(str(error))
    assert isinstance(image, bytes)
    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[16:20]) == 2 * WIDTH


def test_an_image_without_the_library_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the extra."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(TimelineError, match=r"cited-timeline\[picture\]"):
        list(format_named("png").write([], ABOUT))


def test_an_image_without_fonts_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fonts, as in a bare container, the picture would have no words."""
    resvg_py = pytest.importorskip("resvg_py")
    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **given: draw(skip_system_fonts=True, **given))
    with pytest.raises(TimelineError, match="none of these fonts is installed"):
        list(format_named("png").write([happening()], ABOUT))
