"""Extract the text of one page in a WACZ, a web archive in a zip file, as `warc` reads it from the WARCs in it.

Owns the choice of the page by the archive's own list, and the check of its digests. Must not replay a page.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from timeline.capture import warc
from timeline.capture.extracted_text import ExtractedText, facts
from timeline.capture.package import Package
from timeline.errors import DocumentUnreadable, on_one_line

_PACKAGE: Final = "datapackage.json"
_DIGEST: Final = "datapackage-digest.json"
_PAGES: Final = "pages/pages.jsonl"
_LISTED: Final = 5
_SHORT: Final = 60  # characters of a title in a list


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the page with the address or WARC-Record-ID `record`, or the only one of its list. Raises DocumentUnreadable."""
    archive = _Archive(content, name)
    warcs = [archive.read(member) for member in sorted(archive.package.members) if member.lower().endswith((".warc", ".warc.gz"))]
    if not warcs:
        raise DocumentUnreadable(name, "is not a WACZ: there is no WARC in it. Check what it is")
    pages = archive.pages()
    if record is None and len(pages) > 1:
        listed = ", ".join(f"{on_one_line(url)} (“{on_one_line(title)[:_SHORT]}”)" for url, title in list(pages.items())[:_LISTED])
        more = f" and {len(pages) - _LISTED:,} more" if len(pages) > _LISTED else ""
        raise DocumentUnreadable(name, f"holds {len(pages):,} pages. Name one of them as the record: {listed}{more}")
    extracted = warc.read_one(warcs, name, encoding, record or next(iter(pages), None))
    title = pages.get(extracted.facts.get("url", "")) or pages.get(record or "")
    checked = "digests checked" if archive.is_checked else "without digests"
    return ExtractedText(extracted.text, f"WACZ ({checked}), {extracted.extractor}", {**facts(title=title), **extracted.facts})


class _Archive:
    """The files of a WACZ, each compared with its digest where the archive states one."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name, self.package = name, Package(content, name, "WACZ")
        members = self.package.members
        self._digests: dict[str, str] = {}
        if _DIGEST in members:
            stated = self._json(self.package.read(_DIGEST), _DIGEST)
            self._digests[_PACKAGE] = str(stated.get("hash", ""))
        if _PACKAGE in members:
            resources = self._json(self.read(_PACKAGE), _PACKAGE).get("resources")
            for one in resources if isinstance(resources, list) else ():
                if isinstance(one, Mapping) and one.get("path") and one.get("hash"):
                    self._digests[str(one["path"])] = str(one["hash"])
        self.is_checked = bool(self._digests)

    def read(self, member: str) -> bytes:
        """Unpack a file. Raises DocumentUnreadable where it does not have its digest."""
        content = self.package.read(member)
        method, _, digest = self._digests.get(member, "").partition(":")
        if method == "sha256" and sha256(content).hexdigest() != digest.lower():
            where = _DIGEST if member == _PACKAGE else _PACKAGE
            raise DocumentUnreadable(
                self._name, f"{on_one_line(member)} in it does not have the digest that {where} states. Get it again"
            )
        return content

    def pages(self) -> dict[str, str]:
        """Return the titles of the pages that somebody visited, by their addresses."""
        pages = dict[str, str]()
        for line in self.read(_PAGES).splitlines() if _PAGES in self.package.members else ():
            if line.strip():
                page = self._json(line, _PAGES)
                if isinstance(page.get("url"), str):
                    pages.setdefault(page["url"], str(page.get("title") or ""))
        return pages

    def _json(self, content: bytes, member: str) -> Mapping[str, Any]:
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, Mapping):
            raise DocumentUnreadable(self._name, f"{member} in it is not sound JSON. Get it again")
        return value
