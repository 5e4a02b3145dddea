"""The addresses of a server's pages, and the files of a site that take their place.

Owns the names of the files. A name depends on what the page shows alone, so it is the same in each publication. Must not read
a page.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from datasette.utils import tilde_decode, tilde_encode

HOST = "http://site.invalid"  # of the server that is asked; it stands for no other address
INDEX = "index.html"
HERE, ENDING = "happenings", "/index.html"
# A browser asks for these by a name that says what they are, and shows or runs nothing else.
_ACTIVE = re.compile(r"\.(html?|xhtml|mhtml|svg|xml|js|eml|swf)$")
_STATES = frozenset(("q", "kind", "actor", "place", "tag", "source", "mark", "review", "without", "from", "to", "as_of", "status",
                     "lanes", "scale", "view", "focus", "story", "after", "before"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A file of the site, with what follows its name in a link. `scripted`: it shows what is meant only with JavaScript."""

    file: str
    query: str = ""
    anchor: str = ""
    scripted: bool = False

    def link(self, base: str = "") -> str:
        """Return the link from the folder of a page, given as the way up from it: `../../`."""
        return f"{base}{self.file}{'?' if self.query else ''}{self.query}{'#' if self.anchor else ''}{self.anchor}"


@dataclass
class Addresses:
    """The files by address. `root` is the path of the timeline's page on the server.

    `files` are the files of addresses whose names cannot be told from the address; `anchors` the file of each anchor on the pages
    of a source.
    """

    root: str
    happenings: frozenset[str]
    sources: frozenset[str]
    events: int
    files: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def find(self, address: str) -> Target | None:
        """Return the file of an address on the server; None where the site has none."""
        parts = urlsplit(address)
        path, anchor = parts.path, parts.fragment
        if (file := self.files.get(f"{path}?{parts.query}" if parts.query else path)) is not None:
            return Target(file, anchor=anchor)
        if path != self.root and not path.startswith(f"{self.root}/"):
            return None
        rest, query = path[len(self.root) + 1 :], parse_qs(parts.query)
        if not rest:
            known = query.keys() <= _STATES
            return Target(INDEX, parts.query, anchor, scripted=bool(query)) if known else None
        return self._inside(rest, query, anchor)

    def _inside(self, rest: str, query: Mapping[str, list[str]], anchor: str) -> Target | None:
        kind, _, name = rest.partition("/")
        if kind == "sources" and name in self.sources:
            if query.keys() - {"passage", "cited"}:
                return None
            file = self.anchors.get(name, {}).get(anchor)
            return Target(file or source_file(name), anchor=anchor if file or not self.anchors else "")
        if kind == "events" and name.isdigit() and 0 < int(name) <= self.events and not query:
            return Target(event_file(int(name)), anchor=anchor)
        if not name and kind in self.happenings:
            if query.keys() == {"as_of"}:
                return Target(INDEX, f"as_of={query['as_of'][0]}&story={tilde_decode(kind)}", scripted=True)
            return None if query else Target(happening_file(kind), anchor=anchor)
        return None


def happening_file(name: str) -> str:
    """Return the file of a happening, by its name in an address: one with the id of a page has another there."""
    return f"{HERE}/{tilde_encode(tilde_decode(name))}{ENDING}"


def source_file(name: str, start: str = "") -> str:
    """Return the file of a source, or of its text from a character on."""
    return f"sources/{name}/{f'from-{start}.html' if start else INDEX}"


def event_file(position: int) -> str:
    """Return the file of an event."""
    return f"events/{position}.html"


def proof_file(position: int) -> str:
    """Return the file of an event's proof."""
    return f"events/{position}.tlog-proof"


def document_file(name: str, suffix: str) -> str:
    """Return the file of a document as received. One that a browser would run is named as text, and so is sent as text."""
    return f"sources/{name}/document{suffix}{'.txt' if _ACTIVE.search(suffix) else ''}"


def up(file: str) -> str:
    """Return the way from the folder of a file up to that of the site."""
    return "../" * posixpath.dirname(file).count("/") + "../" if "/" in file else ""
