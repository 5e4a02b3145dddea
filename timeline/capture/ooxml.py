"""The parts of an office file of Microsoft's formats (ECMA-376, both its editions): how they name each other, and their facts.

Must not know what is in a document or a sheet.
"""

import posixpath
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from timeline.capture.extracted_text import facts, title
from timeline.capture.package import Package, local

_MACROS: Final = "vbaproject.bin"


class Part(NamedTuple):
    """A part that another one names: its id there, the last word of its type, and its place in the package."""

    id: str
    kind: str
    member: str


def attribute(element: Element, name: str, default: str = "") -> str:
    """Return an attribute by its name without the namespace, which differs between the editions."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), default)


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along a path of names without namespaces."""
    for name in path:
        element = next((one for one in element if local(one) == name), None) if element is not None else None
    return element


def is_on(element: Element | None) -> bool:
    """Whether a property is there, and is not switched off."""
    return element is not None and attribute(element, "val", "1") not in ("0", "false", "off", "none")


def parts(package: Package, member: str = "") -> list[Part]:
    """Return the parts that a member names; without one, those of the package itself."""
    folder, name = posixpath.split(member)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package.members:
        return []
    return list(_parts(package.xml(relations), folder))


def main_part(package: Package) -> str:
    """Return the member that holds the document. Raises DocumentUnreadable where there is none."""
    main = next((one.member for one in parts(package) if one.kind == "officeDocument"), None)
    if main is None or main not in package.members:
        raise package.foreign("the document in it is missing")
    return main


def has_macros(package: Package) -> bool:
    """Whether it holds a program. It is not read, and never run."""
    return any(member.lower().endswith(_MACROS) for member in package.members)


def facts_of(package: Package) -> dict[str, str]:
    """Read title, authors and language. The day of its making is not that of publication."""
    core = next((one.member for one in parts(package) if one.kind == "core-properties" and one.member in package.members), None)
    values = {local(one): one.text for one in package.xml(core)} if core else {}
    return facts(title=title(values.get("title")), author=values.get("creator"), language=values.get("language"))


def _parts(relations: Element, folder: str) -> Iterator[Part]:
    for one in relations:
        target = unquote(one.get("Target", ""))
        kind = one.get("Type", "").rstrip("/").rpartition("/")[2]
        if one.get("TargetMode") == "External" or not target:
            continue
        member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        yield Part(one.get("Id", ""), kind, member)
