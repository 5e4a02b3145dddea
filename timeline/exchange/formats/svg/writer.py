"""Write the timeline as an SVG picture for an article, in black and white.

The file loads nothing and has no script. The form of a mark shows how vague a date is, never its colour.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

from timeline.exchange.exporting import footnotes
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.svg import axis
from timeline.exchange.formats.svg.layout import LEFT, LINE, RIGHT, SIZE, SMALL, WIDTH, Item, Picture, lay_out
from timeline.exchange.formats.svg.marks import FONTS, escaped, legend, mark, text
from timeline.exchange.formats.svg.typesetting import BOLD, lines, right_to_left, width
from timeline.reading import wording
from timeline.reading.records import Happening

HEADING: Final = 21.0
COLUMNS: Final = 84.0  # the height of the highest column
LOSES: Final = {
    "date.unknown": "not drawn, but counted below the picture",
    "date": "drawn as vague, and in words if there are few",
    **dict.fromkeys(
        (
            *("date_note", "zone", "summary", "kind", "place", "actors", "tags", "part_of", "related", "media", "reason", "review"),
            "quotations",
        ),
        "left out",
    ),
    "latitude": "left out, with the longitude",
}
_DEFS: Final = """<defs><pattern id="hatch" width="4.5" height="4.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="4.5" height="4.5" fill="#fff"/><rect width="1.5" height="4.5" fill="#000"/></pattern></defs>
"""


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the picture."""
    picture = lay_out(list(happenings))
    heading = lines(wording.one_line(footnotes.heading(about)), HEADING * BOLD, RIGHT - LEFT, 2)
    filters = lines(wording.one_line(about.filters), SIZE, RIGHT - LEFT, 2)
    top = 14 + 25 * len(heading) + LINE * len(filters) + 8
    base = top + picture.height + (COLUMNS + 26 if picture.columns else 8 if picture.items else -20)
    # An article may hold several pictures, which need different ids.
    prefix = f"t{crc32(f'{about.title} {about.page} {about.query} {about.position}'.encode()):08x}"
    marks_used, legend_height = legend(picture, base + 44)
    remarks = _remarks(picture, about)
    foot = base + 44 + legend_height
    remark_lines = [line for remark in remarks for line in lines(remark, SMALL, RIGHT - LEFT, 4)]
    height = foot + 16 * len(remark_lines) + 2
    description = f"{picture.total:,} happening{'' if picture.total == 1 else 's'} in order of time. {' '.join(remarks)}"
    # For people who cannot see the picture.
    labels = "".join(f"\n{escaped(item.date)}: {escaped(item.label)}" for item in picture.items)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" height="{height:g}"'
        f' role="img" aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc" font-family="{FONTS}"'
        f' font-size="{SIZE:g}" fill="#000">\n<title id="{prefix}-title">{escaped(footnotes.heading(about))}</title>\n'
        f'<desc id="{prefix}-desc">{escaped(description)}{labels}</desc>\n{_DEFS}'
        f'<rect width="{WIDTH:g}" height="{height:g}" fill="#fff"/>\n'
    )
    for number, line in enumerate(heading):
        yield text(line, LEFT, 32 + 25 * number, HEADING, ' font-weight="bold"')
    for number, line in enumerate(filters):
        yield text(line, LEFT, 29 + 25 * len(heading) + LINE * number)
    yield from _axis(picture, top, base)
    if not picture.items:
        yield text("None of the chosen happenings has a known date.", LEFT, top + 13)
    yield from _columns(picture, base)
    for item in picture.items:
        yield _item(item, top)
    yield marks_used
    for number, line in enumerate(remark_lines):
        yield text(line, LEFT, foot + 16 * number, SMALL)
    yield "</svg>\n"


def _remarks(picture: Picture, about: About) -> list[str]:
    """State what is not shown, and where the picture is from."""
    remarks = []
    if picture.columns:
        named, more = len(picture.items), picture.total - picture.undated - len(picture.items)
        remarks.append(
            f"{named:,} are named, in each part those with the most quotations, and {more:,} more are counted."
            f" Each column counts all that began in {picture.stretch}"
            + ("; those hatched may have begun in another." if any(column.vague for column in picture.columns) else ".")
        )
    if picture.undated:
        remarks.append(f"{picture.undated:,} more of no known date {'is' if picture.undated == 1 else 'are'} not drawn.")
    if len(picture.scale.pieces) > 1:
        remarks.append("The axis is broken where nothing happened; each part has a scale of its own.")
    where = f"Source: {about.page}, as" if about.page else "As"
    return [*remarks, f"{where} of position {about.position:,}, {about.at[:10]}."]


def _axis(picture: Picture, top: float, base: float) -> Iterator[str]:
    pieces = picture.scale.pieces
    for number, piece in enumerate(pieces):
        begin, end = piece.left if number else LEFT, piece.right if number < len(pieces) - 1 else RIGHT
        yield f'<path d="M{begin:.1f} {base:.1f}H{end:.1f}" stroke="#000" stroke-width="1.5"/>\n'
        if number:
            x = piece.left - 13
            yield f'<path d="M{x - 5:.1f} {base + 6:.1f}l5 -12M{x:.1f} {base + 6:.1f}l5 -12" stroke="#000" stroke-width="1.2"/>\n'
        right_end = begin - 8
        for x, label in axis.marks(piece, 70):
            yield f'<path d="M{x:.1f} {top:.1f}V{base:.1f}" stroke="#999" stroke-width=".6" stroke-dasharray="1 3"/>'
            yield f'<path d="M{x:.1f} {base:.1f}v6" stroke="#000"/>\n'
            wide = width(label, SMALL)
            left = min(max(x - wide / 2, begin), max(end - wide, LEFT))
            if left >= right_end + 8:
                yield text(label, left, base + 20, SMALL)
                right_end = left + wide


def _columns(picture: Picture, base: float) -> Iterator[str]:
    most = max((column.count for column in picture.columns), default=0)
    label_width = 0.0
    for column in sorted(picture.columns, key=lambda column: (-column.count, column.left)):
        if not column.count:
            continue
        left, wide = column.left + 0.5, max(column.right - column.left - 1, 1)
        sure, vague = (max(COLUMNS * part / most, 1) if part else 0 for part in (column.sure, column.vague))
        if sure:
            yield f'<rect x="{left:.1f}" y="{base - sure:.1f}" width="{wide:.1f}" height="{sure:.1f}"/>'
        if vague:
            yield (
                f'<rect x="{left:.1f}" y="{base - sure - vague:.1f}" width="{wide:.1f}" height="{vague:.1f}" fill="url(#hatch)"'
                ' stroke="#000" stroke-width=".6"/>'
            )
        # The number of the highest column gives the scale of all.
        if not label_width:
            label = f"{round(column.count):,}"
            label_width = width(label, SMALL)
            at = min(max((column.left + column.right - label_width) / 2, LEFT), RIGHT - label_width)
            yield text(label, at, base - COLUMNS - 5, SMALL)


def _item(item: Item, top: float) -> str:
    y = top + item.top
    ends, x = item.ends, item.text_left + (item.text_width if item.ends else 0)
    label = ""
    backwards = right_to_left(item.label)
    for number, line in enumerate(item.lines):
        dated = number < item.dated
        look = (SMALL, ' font-weight="bold"') if dated else (SIZE, "")
        label += text(line, x, y + 15 + LINE * number, *look, ends=ends, backwards=backwards and not dated)
    return f"<g><title>{escaped(item.tooltip)}</title>{mark(item, y + item.middle)}\n{label}</g>\n"


FORMAT = Format("svg", "SVG picture", "image/svg+xml", ".svg", write, LOSES)
