"""Draw the marks, texts and legend of a picture as SVG.

Owns the forms of marks, which show how vague a date is in black and white. Must not place anything.
"""

from html import escape
from typing import Final

from timeline.exchange.exporting.feeds import clean
from timeline.exchange.formats.svg.dates import Look
from timeline.exchange.formats.svg.layout import LEFT, RIGHT, SIZE, SMALL, Item, Picture
from timeline.exchange.formats.svg.typesetting import family, right_to_left, width

FONTS: Final = "Helvetica Neue, Helvetica, Arial, Liberation Sans, Noto Sans, DejaVu Sans, sans-serif"
# The meaning of each mark, with a look that has it.
_MEANINGS: Final = (
    ("a day or a time", Look("point", 0, 0, 0, 0)),
    ("lasted", Look("bar", 0, 1, 0, 1)),
    ("some time within", Look("within", 0, 1, 1, 0)),
    ("approximate or uncertain", Look("bar", 0, 1, 0, 1, unsure=True)),
    ("or earlier", Look("within", 0, 1, 1, 0, opens="open")),
    ("goes on, or later", Look("bar", 0, 1, 0, 1, closes="open")),
    ("start or end not known", Look("bar", 0, 1, 0, 1, closes="unknown")),
)


def mark(item: Item, y: float) -> str:
    """Draw a mark with its middle at a height."""
    how, left, right = item.look, item.left, item.right
    dashes = ' stroke-dasharray="2.5 1.8"' if how.unsure else ""
    if how.shape == "point":
        fill = "#fff" if how.unsure else "#000"
        return (
            f'<circle cx="{(left + right) / 2:.1f}" cy="{y:.1f}" r="4.6" fill="{fill}" stroke="#000" stroke-width="1.3"{dashes}/>'
        )
    svg = ""
    if how.opens != "stated":
        svg += _end(left, y, 1, how.opens)
        left += 10
    if how.closes != "stated":
        svg += _end(right, y, -1, how.closes)
        right -= 10
    vague = f'fill="url(#hatch)" stroke="#000" stroke-width="1"{dashes}'
    svg += _bar(left, right, y, vague)
    begun, ending = max(item.begun, left), min(item.ending, right)
    if how.shape == "bar" and ending > begun:
        svg += _bar(begun, ending, y, f'fill="#fff" stroke="#000" stroke-width="1.3"{dashes}' if how.unsure else 'stroke="#000"')
    return svg


def _bar(left: float, right: float, y: float, how: str) -> str:
    return f'<rect x="{left:.1f}" y="{y - 4:.1f}" width="{max(right - left, 3):.1f}" height="8" {how}/>'


def _end(x: float, y: float, inwards: int, how: str) -> str:
    """Draw an end that is not stated: an arrow if it is open, three dots if it is not known."""
    if how == "open":
        return f'<path d="M{x:.1f} {y:.1f}l{9 * inwards} -6v12z"/>'
    return "".join(f'<circle cx="{x + at * inwards:.1f}" cy="{y:.1f}" r="1.2"/>' for at in (1.2, 4.6, 8))


def legend(picture: Picture, y: float) -> tuple[str, float]:
    """Draw the marks used in the picture, each with its meaning, in as many rows as needed. Also return the height."""
    looks = [item.look for item in picture.items]
    used = (
        any(look.shape == "point" and not look.unsure for look in looks),
        any(look.shape == "bar" and not look.unsure for look in looks),
        any(look.shape == "within" for look in looks)
        or any(item.begun > item.left or item.ending < item.right for item in picture.items if item.look.shape == "bar"),
        any(look.unsure for look in looks),
        any(look.opens == "open" for look in looks),
        any(look.closes == "open" for look in looks),
        any("unknown" in (look.opens, look.closes) for look in looks),
    )
    entries: list[tuple[str, str, float]] = []
    for (label, how), is_used in zip(_MEANINGS, used, strict=True):
        if is_used:
            wide = 10.0 if how.shape == "point" else 28.0
            entries.append((mark(Item(how, "", "", "", right=wide, ending=wide), 0), label, wide))
    svg, x, row = "", LEFT, 0
    for symbol, label, wide in entries:
        takes = wide + 6 + width(label, SMALL) + 16
        if x > LEFT and x + takes - 16 > RIGHT:
            x, row = LEFT, row + 1
        svg += f'<g transform="translate({x:.1f} {y + 20 * row:.1f})">{symbol}{text(label, wide + 6, 4.3, SMALL)}</g>\n'
        x += takes
    return svg, 20.0 * (row + 1) + 8 if entries else 0


def text(
    words: str, x: float, y: float, size: float = SIZE, more: str = "", *, ends: bool = False, backwards: bool | None = None
) -> str:
    """Write a text that begins at x, or ends there.

    Text from right to left is isolated by characters, because not every program knows SVG's attribute for that.
    """
    if right_to_left(words) if backwards is None else backwards:
        words = f"\u2067{words}\u2069"
    anchor = ' text-anchor="end"' if ends else ""
    sized = "" if size == SIZE else f' font-size="{size:g}"'
    if fonts := family(words):
        sized += f' font-family="{fonts}, {FONTS}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{sized}{anchor}{more}>{escaped(words)}</text>\n' if words else ""


def escaped(words: str | None) -> str:
    """Escape a text for XML."""
    return escape(clean(words))
