"""How a date will be drawn on the timeline: a sentence, and a small picture with the same signs.

Owns that sentence. The signs themselves are those of the timeline's page: a dot, a bar, a bracket, and how they end.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from timeline.exchange.formats.svg.dates import Look, look

_WIDTH, _MIDDLE, _LEFT, _RIGHT = 120, 9, 14, 106
_SHAPES: Final = {
    "point": "a dot",
    "within": "a bracket: it may be at any time within",
    "bar": "a bar",
}


class DrawnDate(NamedTuple):
    """The sentence and the picture (SVG, in the colour of the text)."""

    words: str
    svg: str


def of(edtf: str) -> DrawnDate:
    """Return how a valid date is drawn."""
    drawn = look(edtf)
    if drawn is None:
        return DrawnDate("Not drawn, because no day of it is known; it is listed.", "")
    details = [_SHAPES[drawn.shape]]
    if drawn.shape == "bar" and (drawn.begun > drawn.first or drawn.ending < drawn.last):
        details.append("with pale ends where it may have begun later or ended earlier")
    details += [f"which {how} {side}" for side, how in _ends(drawn)]
    if drawn.unsure:
        details.append("dashed, because it is approximate or uncertain")
    return DrawnDate(f"Drawn as {', '.join(details)}.", _svg(drawn))


def _ends(drawn: Look) -> list[tuple[str, str]]:
    ends = {"open": "fades out", "unknown": "ends in dots"}
    return [(side, ends[end]) for side, end in (("at its start", drawn.opens), ("at its end", drawn.closes)) if end in ends]


def _svg(drawn: Look) -> str:
    dashed = ' stroke-dasharray="4 3"' if drawn.unsure else ""
    line = f'stroke="currentColor" stroke-width="2"{dashed}'
    if drawn.shape == "point":
        fill = "none" if drawn.unsure else "currentColor"
        mark = f'<circle cx="{_WIDTH // 2}" cy="{_MIDDLE}" r="5" fill="{fill}" {line}/>'
    elif drawn.shape == "within":
        mark = f'<path d="M{_LEFT + 5} 3h-5v12h5M{_RIGHT - 5} 3h5v12h-5M{_LEFT} {_MIDDLE}H{_RIGHT}" fill="none" {line}/>'
    else:
        first, last = _LEFT, _RIGHT
        share = max(drawn.last - drawn.first, 1e-9)
        begun = first + (drawn.begun - drawn.first) / share * (last - first)
        ending = first + (drawn.ending - drawn.first) / share * (last - first)
        pale = f'<rect x="{first}" y="4" width="{last - first}" height="10" rx="3" fill="currentColor" opacity=".3"/>'
        sure = "" if drawn.unsure else _bar(begun, ending)
        outline = f'<rect x="{first}" y="4" width="{last - first}" height="10" rx="3" fill="none" {line}/>' if drawn.unsure else ""
        mark = pale + sure + outline
    return f'<svg viewBox="0 0 {_WIDTH} 18" width="{_WIDTH}" height="18" aria-hidden="true">{mark}{_dots(drawn)}</svg>'


def _bar(begun: float, ending: float) -> str:
    wide = max(ending - begun, 0)
    return f'<rect x="{begun:.0f}" y="4" width="{wide:.0f}" height="10" rx="3" fill="currentColor"/>' if wide else ""


def _dots(drawn: Look) -> str:
    places = [(_LEFT, -1, drawn.opens), (_RIGHT, 1, drawn.closes)]
    return "".join(
        f'<circle cx="{x + way * far}" cy="{_MIDDLE}" r="1.3" fill="currentColor"/>'
        for x, way, end in places
        if end != "stated"
        for far in (3, 7, 11)
    )
