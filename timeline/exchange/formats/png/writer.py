"""PNG: the SVG picture as an image, at twice its size. Needs the extra `picture`."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.errors import TimelineError
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.svg import writer as as_svg
from timeline.exchange.formats.svg.marks import FONTS
from timeline.reading.records import Happening

ZOOM: Final = 2
# A letter, or none: whether it is drawn tells whether there are fonts.
_PROBE: Final = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9" font-family="{FONTS}">{{}}</text></svg>'


class PictureRefused(TimelineError):
    """A picture cannot be made without the library that draws it, and fonts."""


def write(happenings: Iterable[Happening], about: About) -> Iterator[bytes]:
    """Write the image. Raises PictureRefused where the extra is not installed, or no fonts are."""
    try:
        import resvg_py  # noqa: PLC0415 - only whoever wants an image needs it
    except ImportError as error:
        raise PictureRefused("png", "drawing it needs the extra: pip install 'cited-timeline[picture]'. Or take svg") from error
    if len({bytes(resvg_py.svg_to_bytes(svg_string=_PROBE.format(text))) for text in ("", "H")}) == 1:
        raise PictureRefused(
            "png", f"none of these fonts is there, and nothing would be lettered: {FONTS}. Install one, or take svg"
        )
    yield bytes(resvg_py.svg_to_bytes(svg_string="".join(as_svg.write(happenings, about)), zoom=ZOOM))


FORMAT = Format("png", "PNG picture", "image/png", ".png", write, as_svg.LOSES)
