"""What changed between two statements, field by field, and word by word where a text was reworded.

Owns the comparison. Must not fetch statements, nor judge which of two is right.
"""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
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


class Patience:
    """How many steps may be taken to compare texts word by word; where these are used up, texts are shown whole."""

    def __init__(self, steps: int = 3_000_000) -> None:
        """Begin with all of them."""
        self._left = steps

    def suffices(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Say whether two texts can be compared, and take the steps that this takes at most."""
        counted = Counter(word for word in after if not word.isspace())
        pairs = sum(counted[word] for word in before)
        # Each word is laid against all that are the same, at most once for each word that both have.
        steps = pairs * min(len(before), len(after)) + len(before) + len(after)
        if steps > self._left:
            return False
        self._left -= steps
        return True


def between(old: Mapping[str, Any], new: Mapping[str, Any], patience: Patience | None = None) -> list[Change]:
    """Give what changed from one statement to the next, in the order in which people read the fields."""
    patience = patience or Patience()
    return [
        Change(name, label, _pieces(name, old.get(name), new.get(name), patience))
        for name, label in FIELDS.items()
        if _said(name, old.get(name)) != _said(name, new.get(name))
    ]


def _pieces(name: str, old: object, new: object, patience: Patience) -> Pieces:
    before, after = _said(name, old), _said(name, new)
    if name in _REWORDED and before and after and len(before[0]) + len(after[0]) <= _LONGEST:
        return _words(before[0], after[0], patience)
    was, is_now = set(before), set(after)
    removed = [("removed", value) for value in before if value not in is_now]
    added = [("added", value) for value in after if value not in was]
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


def _words(old: str, new: str, patience: Patience) -> Pieces:
    before, after = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    first = _alike(before, after)
    last = _alike(before[first:][::-1], after[first:][::-1])
    old_middle, new_middle = before[first : len(before) - last], after[first : len(after) - last]
    if not patience.suffices(old_middle, new_middle):
        return [("removed", old), ("added", new)]
    matcher = difflib.SequenceMatcher(str.isspace, old_middle, new_middle, autojunk=False)
    same = first + last + sum(block.size for block in matcher.get_matching_blocks())
    if 2 * same < _LEAST_ALIKE * (len(before) + len(after)):
        return [("removed", old), ("added", new)]
    pieces: Pieces = [("same", "".join(before[:first]))]
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("same", "".join(old_middle[i:j])))
            continue
        pieces += [("removed", "".join(old_middle[i:j])), ("added", "".join(new_middle[k:m]))]
    pieces.append(("same", "".join(before[len(before) - last :])))
    return [piece for piece in pieces if piece[1]]


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the words with which both begin."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    return sum(1 for _ in same)
