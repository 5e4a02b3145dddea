"""Our style sheets and scripts, at an address that changes with any of them.

Owns that address: its folder is a hash of all files, so that a browser may cache a copy for good and never mixes versions. A script
is sent together with all that it imports, so that a page asks for one. Comments are not sent, nor spaces and line ends that mean
nothing. Must not serve any other file.
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
FOLDERS = (STATIC, Path(__file__).parents[1] / "desk" / "static")  # of the pages that read, and of those that write
PATTERN = r"^/-/timeline/assets/(?P<version>[0-9a-f]{12})/(?P<name>[a-z]+\.(?:js|css))$"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


# Comments on lines of their own are not sent.
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)$", re.MULTILINE)

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_EMPTY = re.compile(r"^\n", re.MULTILINE)
# A comment within a line: what the type checker alone reads.
_INLINE = re.compile(r"/\*\*.*?\*/ ?")
# Spaces that mean nothing: in a style sheet, and in a line of a script that has no text but between double quotes and in backticks
# that have no others inside, and no slash but to divide.
_PLAIN = r"""(?:[^\\"'`/\n]| / |"[^\\"\n]*")*"""
_TEMPLATE = r"`(?:[^`$\n]|\$(?!\{)|\$\{[^`{}\n]*\})*`"
_PLAIN_LINE = re.compile(rf"^{_PLAIN}(?:{_TEMPLATE}{_PLAIN})*$", re.MULTILINE)
_TEXT = re.compile(r'("[^"]*"|`[^`]*`)')
# Brackets around the one parameter of an arrow function.
_ONE = re.compile(r"(?<![\w$)\]])\((\w+)\)=>")
_SPACED = re.compile(r" ?([=<>?:&|,;{}()*%[\]/]|!=|(?<![+-] )[+-](?! ?[+-])) ?")
# In a style sheet, also the last semicolon of a rule.
_SPACED_STYLE = re.compile(r";?\s*([{}>])\s*|([:;,])\s+")
# The end of a line, without a comment, that ends nothing; and the last semicolon of a block. No loop of ours has an empty body.
_JOINT, _JOINED = re.compile(r"^((?:(?!//).)*)(?:(?<=[;{},(\[])\n|\n(?=[}.?:)\]]))", re.MULTILINE), r"\1"
# Two declarations of constants. The value of the first holds no block, no other text than between double quotes, and no slash.
_NAMED = r"(?: \w+|\{[^{}]*\}|\[[^\]]*\])"
_CONSTANTS = re.compile(rf"""((?<![^;{{}}\n])const{_NAMED}=(?:[^;{{}}"'`/]|"[^"]*")*);const(?: |(?=[{{\[]))""")

# A module takes in others on lines of their own, by the names that they give, which no other module gives to anything of its own
# outermost; and it exports as it declares. There is no other import or export.
_IMPORT = re.compile(r"""^import ?\{[^}]*\} ?from ?"\./(?P<stem>[a-z]+)\.js";?\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) ?\w+)", re.MULTILINE)


@cache
def files() -> dict[str, str]:
    """Return the files as they are sent."""
    return {name: _bundle(name) if name.endswith(".js") else text for name, text in plain().items()}


@cache
def plain() -> dict[str, str]:
    """Return the files, each by itself, without what only those who read it need. They are read once."""
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted(folder.iterdir())
        if path.suffix in _TYPES
    }
    return {name: _shortened(name, text) for name, text in texts.items()}


def _bundle(name: str) -> str:
    """Put before a script the modules that it imports, each once, those that others need first. All share one scope."""
    parts: dict[str, str] = {}

    def add(stem: str) -> str:
        text = plain()[f"{stem}.js"]
        for imported in _IMPORT.finditer(text):
            if imported["stem"] not in parts:
                parts[imported["stem"]] = _EXPORT.sub("", add(imported["stem"]))
        return _IMPORT.sub("", text)

    own = add(Path(name).stem)
    parts[Path(name).stem] = own
    return "".join(f"// {stem}.js\n{_closer(text)}\n" for stem, text in parts.items())


def _closer(text: str) -> str:
    """Join what stands on several lines, and declarations that follow each other."""
    text, more = _JOINT.sub(_JOINED, text).replace(";}", "}").rstrip(), 1
    while more:
        text, more = _CONSTANTS.subn(r"\1,", text)
    return text


def _shortened(name: str, text: str) -> str:
    """Leave out what only those who read a file need."""
    text = _EMPTY.sub("", _INDENTATION.sub("", _COMMENT.sub("", text)))
    if name.endswith(".css"):
        return _SPACED_STYLE.sub(lambda match: match[1] or match[2], text)
    return _PLAIN_LINE.sub(_without_spaces, _INLINE.sub("", text))


def _without_spaces(line: re.Match[str]) -> str:
    parts = _TEXT.split(line[0])
    shorter = (part if number % 2 else _SPACED.sub(lambda match: match[1], part) for number, part in enumerate(parts))
    return _ONE.sub(r"\1=>", "".join(shorter))


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
