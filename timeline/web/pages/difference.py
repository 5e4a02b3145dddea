"""What changed between two statements, field by field, and word by word where a text was reworded.

Owns the comparison. Must not fetch statements, nor judge which of two is right.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from timeline.web.pages import when

FIELDS = {
    "title": "Title", "date": "Date", "date_note": "How the date was read", "zone": "Time zone", "summary": "Summary",
    "kind": "Kind", "place": "Place", "latitude": "Latitude", "longitude": "Longitude", "part_of": "Part of",
    "attributed_to": "According to", "actors": "People", "tags": "Tags", "related": "Related", "citations": "Quotations",
    "publisher": "Publisher", "author": "Author", "published": "Published", "url": "Web address", "language": "Language",
}  # fmt: skip
# Longer texts, and those with little in common, are shown whole: before and after.
_LONGEST, _LEAST_ALIKE = 5_000, 0.4
_REWORDED = ("title", "summary", "date_note", "attributed_to")

Pieces = list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """One field that changed: `pieces` of (same, removed or added; text), in reading order."""

    field: str
    label: str
    pieces: Pieces

    @property
    def reworded(self) -> bool:
        """Whether it is one text with words changed, rather than whole values."""
        return any(kind == "same" for kind, _ in self.pieces)


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Give what changed from one statement to the next, in the order in which people read the fields."""
    return [
        Change(name, label, _pieces(name, old.get(name), new.get(name)))
        for name, label in FIELDS.items()
        if _said(name, old.get(name)) != _said(name, new.get(name))
    ]


def _pieces(name: str, old: object, new: object) -> Pieces:
    before, after = _said(name, old), _said(name, new)
    if name in _REWORDED and before and after and len(before[0]) + len(after[0]) <= _LONGEST:
        return _words(before[0], after[0])
    removed = [("removed", value) for value in before if value not in after]
    added = [("added", value) for value in after if value not in before]
    return removed + added or [("added", value) for value in after]


def _said(name: str, value: object) -> Sequence[str]:
    """Say a field's value as the texts of which it is made."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_one(name, one) for one in value)
    return (f"{when.said(str(value))} ({value})",) if name in ("date", "published") else (str(value),)


def _one(name: str, one: Any) -> str:  # noqa: ANN401 - whatever a list in a statement holds
    if name == "actors":
        return f"{one['name']}, {one['role']}" if one.get("role") else str(one["name"])
    if name == "related":
        return f"{one['relation']} {one['other']}"
    return _citation(one) if name == "citations" else str(one)


def _citation(one: Mapping[str, Any]) -> str:
    against = " (disputes)" if one.get("stance") == "disputes" else ""
    about = f" for: {one['supports']}" if one.get("supports") else ""
    return f"“{one['quote']}” {one['source']}{against}{about}"


def _words(old: str, new: str) -> Pieces:
    before, after = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.quick_ratio() < _LEAST_ALIKE or matcher.ratio() < _LEAST_ALIKE:
        return [("removed", old), ("added", new)]
    pieces: Pieces = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("same", "".join(before[i:j])))
            continue
        pieces += [("removed", "".join(before[i:j])), ("added", "".join(after[k:m]))]
    return [piece for piece in pieces if piece[1]]
