"""PNG: the SVG picture as an image, at three times its size. Needs the extra `picture`."""

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.errors import TimelineError
from timeline.exchange.writing import as_svg
from timeline.exchange.writing.record import About, Format, Happening

ZOOM: Final = 3


class PictureRefused(TimelineError):
    """A picture cannot be made without the library that draws it."""


def write(happenings: Iterable[Happening], about: About) -> Iterator[bytes]:
    """Write the image. Raises PictureRefused where the extra is not installed."""
    try:
        import resvg_py  # noqa: PLC0415 - only whoever wants an image needs it
    except ImportError as error:
        raise PictureRefused("png: drawing it needs the extra: pip install 'cited-timeline[picture]'. Or take svg") from error
    yield bytes(resvg_py.svg_to_bytes(svg_string="".join(as_svg.write(happenings, about)), zoom=ZOOM))


FORMAT = Format("png", "PNG picture", "image/png", ".png", write, as_svg.LOSES)
