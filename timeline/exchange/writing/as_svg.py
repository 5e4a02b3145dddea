"""SVG: the drawn timeline as a picture for an article, in black and white.

Asks for nothing elsewhere, and holds no script. How vague a date is shows in the form of its mark, never in a colour.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from timeline.exchange.writing import picture_scale, saying
from timeline.exchange.writing.feeding import clean
from timeline.exchange.writing.picture_layout import LEFT, RIGHT, SIZE, WIDTH, Item, Picture, laid_out
from timeline.exchange.writing.picture_text import cut, right_to_left, width
from timeline.exchange.writing.record import About, Format, Happening

LANE: Final = 21.0
FONTS: Final = "Helvetica Neue, Helvetica, Arial, DejaVu Sans, Noto Sans, sans-serif"
LOSES: Final = {
    "date.unknown": "not drawn, but counted beneath",
    "date": "drawn as vague; the words are in what a pointer shows",
    **dict.fromkeys(
        ("date_note", "summary", "kind", "place", "attributed_to", "actors", "tags", "part_of", "related", "quotations"), "left out"
    ),
    "latitude": "left out, with the longitude",
}
_DEFS: Final = """<defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5"\
 fill="#fff"/><rect width="1.6" height="5" fill="#000"/></pattern>
</defs>
"""


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the picture."""
    picture = laid_out(list(happenings))
    head = 62.0 if about.asked else 46.0
    axis = head + max(picture.lanes, 1) * LANE + 12
    legend = list(_legend(picture))
    foot = axis + 52 + (20 if legend else 0)
    notes = _notes(picture, about)
    height = foot + 15 * len(notes) + 8
    said = f"{picture.total:,} happening{'' if picture.total == 1 else 's'} in order of time. {' '.join(notes)}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" height="{height:g}"'
        f' role="img" aria-labelledby="title desc" font-family="{FONTS}" font-size="{SIZE:g}" fill="#000">\n'
        f'<title id="title">{_e(about.title)}</title>\n<desc id="desc">{_e(said)}</desc>\n{_DEFS}'
        f'<rect width="{WIDTH:g}" height="{height:g}" fill="#fff"/>\n'
    )
    yield _text(cut(saying.one_line(about.title), 19, RIGHT - LEFT), LEFT, 30, 19, ' font-weight="bold"')
    if about.asked:
        yield _text(cut(saying.one_line(about.asked), SIZE, RIGHT - LEFT), LEFT, 50, SIZE)
    yield from _axis(picture, head, axis)
    if not picture.items:
        yield _text("Nothing with a date was chosen.", LEFT, head + 16, SIZE)
    for item in picture.items:
        yield _item(item, head + (item.lane + 0.5) * LANE)
    x = LEFT
    for mark, label in legend:
        yield f"<g>{_mark(mark, axis + 54, x)}</g>{_text(label, x + 32, axis + 58, 11)}"
        x += 46 + width(label, 11)
    for number, note in enumerate(notes):
        yield _text(cut(note, 10.5, RIGHT - LEFT), LEFT, foot + 15 * number + 8, 10.5, ' fill="#333"')
    yield "</svg>\n"


def _notes(picture: Picture, about: About) -> list[str]:
    """Say what is not shown, and where it is from."""
    notes = []
    if picture.gathered:
        notes.append(
            f"{picture.gathered:,} of {picture.total:,} happenings stand close together and are gathered in counted groups."
        )
    if picture.undated:
        notes.append(f"{picture.undated:,} more of no known date {'is' if picture.undated == 1 else 'are'} not drawn.")
    if len(picture.scale.pieces) > 1:
        notes.append("The axis is broken where nothing stands; each part has a scale of its own.")
    where = f"Source: {about.page}, as" if about.page else "As"
    return [*notes, f"{where} of position {about.position:,}, {about.at[:10]}."]


def _axis(picture: Picture, top: float, axis: float) -> Iterator[str]:
    for number, piece in enumerate(picture.scale.pieces):
        yield f'<path d="M{piece.left:.1f} {axis:.1f}H{piece.right:.1f}" stroke="#000" stroke-width="1.5"/>\n'
        if number:
            x = piece.left - 13
            yield f'<path d="M{x - 5:.1f} {axis + 6:.1f}l5 -12M{x:.1f} {axis + 6:.1f}l5 -12" stroke="#000" stroke-width="1.2"/>\n'
        taken = piece.left - 100 if not number else piece.left - 8
        for x, label in picture_scale.marks(piece, 74):
            yield f'<path d="M{x:.1f} {top:.1f}V{axis:.1f}" stroke="#bbb" stroke-width=".6" stroke-dasharray="1 3"/>'
            yield f'<path d="M{x:.1f} {axis:.1f}v6" stroke="#000"/>\n'
            half = width(label, 11) / 2
            left = min(max(x - half, LEFT if not number else piece.left), max(piece.right - 2 * half, LEFT))
            if left >= taken + 6:
                yield _text(label, left, axis + 20, 11)
                taken = left + 2 * half


def _item(item: Item, y: float) -> str:
    room, left = item.text_width, item.text_left
    behind = ""
    if item.beside == "over":
        behind = f'<rect x="{left - 5:.1f}" y="{y - 8:.1f}" width="{room + 10:.1f}" height="16" fill="#fff"/>'
    # Beside its mark a label ends there, however much narrower it is than was reckoned.
    ends = item.beside == "left"
    label = _text(item.text, left + room if ends else left, y + 4.4, SIZE, ends=ends)
    return f"<g><title>{_e(item.told)}</title>{_mark(item, y)}{behind}{label}</g>\n"


def _mark(item: Item, y: float, move: float | None = None) -> str:
    left, right = (item.left, item.right) if move is None else (move, move + 26)
    middle = (left + right) / 2
    if item.shape == "point":
        fill = "#fff" if item.faded else "#000"
        dashes = ' stroke-dasharray="2.2 1.6"' if item.faded else ""
        return f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="4.4" fill="{fill}" stroke="#000" stroke-width="1.4"{dashes}/>'
    if item.shape == "group":
        d = f"M{middle - 6:.1f} {y:.1f}l6 -6l6 6l-6 6z"
        return f'<path d="{d}" fill="#fff" stroke="#000" stroke-width="1.4"/><circle cx="{middle:.1f}" cy="{y:.1f}" r="1.8"/>'
    vague = item.shape == "vague" or item.faded
    drawn = ""
    if item.opens != "stated":
        drawn += _end(left, y, 1, item.opens)
        left += 9
    if item.closes != "stated":
        drawn += _end(right, y, -1, item.closes)
        right -= 9
    fill, dashes = ("url(#hatch)", ' stroke-dasharray="3 2"') if vague else ("#000", "")
    box = f'x="{left:.1f}" y="{y - 4:.1f}" width="{max(right - left, 3):.1f}" height="8"'
    return f'{drawn}<rect {box} fill="{fill}" stroke="#000" stroke-width="1"{dashes}/>'


def _end(x: float, y: float, inwards: int, how: str) -> str:
    """Draw an end that is not stated: an arrow where it is open, three dots where it is not known."""
    if how == "open":
        return f'<path d="M{x:.1f} {y:.1f}l{8 * inwards} -6v12z"/>'
    return "".join(f'<circle cx="{x + at * inwards:.1f}" cy="{y:.1f}" r="1"/>' for at in (1, 4, 7))


def _legend(picture: Picture) -> Iterator[tuple[Item, str]]:
    """Give the marks that are used, each with its meaning."""
    items = picture.items
    if any(item.shape == "point" and not item.faded for item in items):
        yield Item("point", 0, 0, "", ""), "a day or a time"
    if any(item.shape == "bar" and not item.faded for item in items):
        yield Item("bar", 0, 0, "", ""), "lasted"
    if any(item.shape == "vague" or item.faded for item in items):
        yield Item("vague", 0, 0, "", ""), "at some time within"
    if any("open" in (item.opens, item.closes) for item in items):
        yield Item("vague", 0, 0, "", "", opens="open"), "open end"
    if any("unknown" in (item.opens, item.closes) for item in items):
        yield Item("bar", 0, 0, "", "", closes="unknown"), "end not known"
    if any(item.shape == "group" for item in items):
        yield Item("group", 0, 0, "", ""), "several, counted"


def _text(text: str, x: float, y: float, size: float, more: str = "", *, ends: bool = False) -> str:
    """Write a text from x on, or so that it ends there; what runs from right to left begins at its right."""
    way = ' direction="rtl" unicode-bidi="embed"' if right_to_left(text) else ""
    anchor = ' text-anchor="end"' if ends != bool(way) else ""
    sized = "" if size == SIZE else f' font-size="{size:g}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{sized}{way}{anchor}{more}>{_e(text)}</text>\n' if text else ""


def _e(text: str | None) -> str:
    return escape(clean(text))


FORMAT = Format("svg", "SVG picture", "image/svg+xml", ".svg", write, LOSES)
