"""Write the SVG picture as a PNG image, at twice its size. Needs the extra `picture`."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.errors import TimelineError
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.formats.svg import writer as svg
from timeline.exchange.formats.svg.marks import FONTS
from timeline.reading.records import Happening

ZOOM: Final = 2
# Drawn with and without a letter: if both images are the same, there are no fonts.
_PROBE: Final = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9" font-family="{FONTS}">{{}}</text></svg>'


class PictureRefused(TimelineError):
    """A picture cannot be made without fonts and the library that draws it."""


def write(happenings: Iterable[Happening], about: About) -> Iterator[bytes]:
    """Write the image. Raises PictureRefused if the extra or all fonts are missing."""
    yield image("".join(svg.write(happenings, about)))


def image(picture: str) -> bytes:
    """Draw an SVG picture as an image. Raises PictureRefused if the extra or all fonts are missing."""
    try:
        import resvg_py  # noqa: PLC0415 - needed for images alone
    except ImportError as error:
        raise PictureRefused("png", "drawing it needs the extra: pip install 'cited-timeline[picture]'. Or take svg") from error
    if len({bytes(resvg_py.svg_to_bytes(svg_string=_PROBE.format(text))) for text in ("", "H")}) == 1:
        raise PictureRefused(
            "png", f"none of these fonts is installed, and the picture would have no words: {FONTS}. Install one, or take svg"
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=picture, zoom=ZOOM))


FORMAT = Format("png", "PNG picture", "image/png", ".png", write, svg.LOSES)
