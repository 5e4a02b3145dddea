"""The parts that texts and spreadsheets of OpenDocument (ISO/IEC 26300) share: names, facts, and encryption.

Must not know what is in a document or a sheet.
"""

from typing import Final
from xml.etree.ElementTree import Element

from timeline.capture.extracted_text import facts, title
from timeline.capture.package import Package, local
from timeline.errors import on_one_line

CONTENT: Final = "content.xml"
STYLES: Final = "styles.xml"
_META: Final = "meta.xml"
_MEDIA_TYPE: Final = "mimetype"
_KINDS: Final = {kind: f"application/vnd.oasis.opendocument.{word}" for kind, word in (("ODT", "text"), ("ODS", "spreadsheet"))}
_MANIFEST: Final = "META-INF/manifest.xml"
_SPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:"
PREFIXES: Final = {
    **{f"{_SPACE}{name}:1.0": name for name in ("office", "style", "text", "table", "form", "meta")},
    f"{_SPACE}drawing:1.0": "draw",
    f"{_SPACE}datastyle:1.0": "number",
    f"{_SPACE}svg-compatible:1.0": "svg",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
LONGEST_RUN: Final = 99_999_999


def opened(content: bytes, name: str, kind: str) -> Package:
    """Open a package. Raises DocumentUnreadable where it is encrypted, or is none of OpenDocument."""
    package = Package(content, name, kind)
    encrypted = "encrypted-package" in package.members
    if _MANIFEST in package.members and not encrypted:
        encrypted = any(local(one) == "encryption-data" for one in package.xml(_MANIFEST).iter())
    if encrypted:
        raise package.encrypted()
    if CONTENT not in package.members:
        raise package.foreign(f"{CONTENT} is missing in it")
    media_type = package.read(_MEDIA_TYPE).decode("ascii", "replace").strip() if _MEDIA_TYPE in package.members else ""
    if media_type and not media_type.startswith(_KINDS[kind]):
        raise package.foreign(f"it says that it is {on_one_line(media_type)[:80]}")
    return package


def facts_of(package: Package) -> dict[str, str]:
    """Read title, author and language. The day of its making is not that of publication."""
    meta: Element | list[Element] = package.xml(_META) if _META in package.members else []
    values = {local(one): one.text for root in meta for one in root.iter()}
    author = values.get("initial-creator") or values.get("creator")
    return facts(title=title(values.get("title")), author=author, language=values.get("language"))


def has_macros(package: Package) -> bool:
    """Whether it holds a program. It is not read, and never run."""
    return any(member.startswith(("Basic/", "Scripts/")) and not member.endswith("/") for member in package.members)


def number(text: str | None) -> int:
    """Return a number of repetitions, within what a program could show."""
    return min(int(text), LONGEST_RUN) if text and text.isdecimal() and len(text) < len(str(LONGEST_RUN)) + 2 else 1
