"""Our style sheets and scripts, at an address that changes with any of them.

Owns that address: its folder is a hash of all files, so that scripts find each other in it, and a browser may cache a copy for
good and never mixes versions. Comments, indentation and spaces are not sent; every line keeps its number. Must not serve any other
file.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

if TYPE_CHECKING:
    from datasette.app import Datasette

STATIC = Path(__file__).parent / "static"
PATTERN = r"^/-/timeline/assets/(?P<version>[0-9a-f]{12})/(?P<name>[a-z]+\.(?:js|css))$"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


# Comments on lines of their own.
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)$", re.MULTILINE)

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# A comment within a line: what the type checker alone reads.
_INLINE = re.compile(r"/\*\*.*?\*/ ?")
# Spaces that mean nothing: in a style sheet, and in a line of a script that has no text but between double quotes, and no slash.
_PLAIN_LINE = re.compile(r"""^(?:[^\\"'`/\n]|"[^\\"\n]*")*$""", re.MULTILINE)
_TEXT = re.compile(r'("[^"]*")')
_SPACED = re.compile(r" ?([=<>?:&|,;{}()*%]) ?")
_SPACED_STYLE = re.compile(r" ?([{}]) ?|([:;,]) ")


@cache
def files() -> dict[str, str]:
    """Return the files as they are sent. They are read once."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.iterdir()) if path.suffix in _TYPES}
    return {name: _as_sent(name, text) for name, text in texts.items()}


def _as_sent(name: str, text: str) -> str:
    """Leave out what only those who read a file need."""
    text = _INDENTATION.sub("", _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text))
    if name.endswith(".css"):
        return _SPACED_STYLE.sub(lambda found: found[1] or found[2], text)
    return _PLAIN_LINE.sub(_without_spaces, _INLINE.sub("", text))


def _without_spaces(line: re.Match[str]) -> str:
    parts = _TEXT.split(line[0])
    return "".join(part if number % 2 else _SPACED.sub(lambda found: found[1], part) for number, part in enumerate(parts))


@cache
def version() -> str:
    """Return a short hash of all files."""
    return hashlib.sha256("\0".join(part for pair in files().items() for part in pair).encode()).hexdigest()[:12]


def address(datasette: Datasette, name: str) -> str:
    """Return the address of one of the files."""
    return str(datasette.urls.path(f"/-/timeline/assets/{version()}/{name}"))


async def asset(request: Request) -> Response:
    """Answer with a file. A request for another version gets the present one, which must not be cached."""
    name = request.url_vars["name"]
    if name not in files():
        raise NotFound(f"There is no such file: {name}")
    caching = "public, max-age=31536000, immutable" if request.url_vars["version"] == version() else "no-store"
    return Response(files()[name], headers={"Cache-Control": caching}, content_type=_TYPES[Path(name).suffix])
