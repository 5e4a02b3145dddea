"""The changes between two statements, field by field, and word by word in a text that was reworded.

Owns the comparison. Must not read statements, nor judge which of the two is right.
"""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from timeline import dates
from timeline.documents import fragments
from timeline.fields import PICTURE
from timeline.reading import wording

LABELS = {
    "title": "Title", "date": "Date", "date_note": "How the date was read", "zone": "Time zone", "summary": "Summary",
    "kind": "Kind", "place": "Place", "latitude": "Latitude", "longitude": "Longitude", "part_of": "Part of",
    "attributed_to": "According to", "actors": "People", "tags": "Tags", "related": "Related", "media": "Pictures",
    "citations": "Quotations",
    "publisher": "Publisher", "author": "Author", "published": "Published", "url": "Web address", "language": "Language",
    "collected_by": "Collected by", "collected_at": "Collected", "collected_from": "Collected from",
    "collected_with": "Collected with", "collection_note": "On its collection", "custody": "Custody",
}  # fmt: skip
# Longer texts, and texts with little in common, are shown complete: before and after.
_LONGEST, _LEAST_IN_COMMON = 5_000, 0.4
_REWORDED = ("title", "summary", "date_note", "attributed_to")

Pieces = list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """One field that changed: `pieces` of (same, removed or added; text), in reading order; of a list, the items that differ."""

    field: str
    label: str
    pieces: Pieces
    is_list: bool

    @property
    def reworded(self) -> bool:
        """Whether the pieces are one text with words changed, rather than complete values."""
        return any(kind == "same" for kind, _ in self.pieces)

    def texts(self, kind: str) -> list[str]:
        """Return the complete values that were "removed" or "added"."""
        if self.reworded:
            return ["".join(text for one, text in self.pieces if one in ("same", kind))]
        return [text for one, text in self.pieces if one == kind]


class Budget:
    """The number of steps left for comparing texts word by word. Texts that need more are shown complete."""

    def __init__(self, steps: int = 3_000_000) -> None:
        """Start with this many steps."""
        self._left = steps

    def spend(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Take the steps for comparing two texts, at worst; return False, and take none, if fewer are left."""
        counted = Counter(word for word in after if not word.isspace())
        pairs = sum(counted[word] for word in before)
        # Each word is compared with every equal one, at most once for each word that both texts share.
        steps = pairs * min(len(before), len(after)) + len(before) + len(after)
        if steps > self._left:
            return False
        self._left -= steps
        return True


def former_statement(data: Mapping[str, Any], former: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the statement to compare a version's with, given the one before; None if there is none to compare.

    `former` is None where that was redacted. Then only the fields that the version changed are compared, with nothing.
    """
    statement = data.get("statement")
    if former is None and statement is not None and "changes" in data:
        return {field: value for field, value in statement.items() if field not in data["changes"]}
    return former if statement is not None else None


def between(old: Mapping[str, Any], new: Mapping[str, Any], budget: Budget | None = None) -> list[Change]:
    """Return the changes from one statement to the next, in the order in which people read the fields."""
    budget = budget or Budget()
    return [
        Change(name, label, _pieces(name, old.get(name), new.get(name), budget), isinstance(new.get(name, old.get(name)), list))
        for name, label in LABELS.items()
        if _texts(name, old.get(name)) != _texts(name, new.get(name))
    ]


def _pieces(name: str, old: object, new: object, budget: Budget) -> Pieces:
    before, after = _texts(name, old), _texts(name, new)
    if name in _REWORDED and before and after and len(before[0]) + len(after[0]) <= _LONGEST:
        return _words(before[0], after[0], budget)
    old_values, new_values = set(before), set(after)
    removed = [("removed", value) for value in before if value not in new_values]
    added = [("added", value) for value in after if value not in old_values]
    return removed + added or [("added", value) for value in after]


def _texts(name: str, value: object) -> Sequence[str]:
    """Return the texts that make up the value of a field."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_item(name, item) for item in value)
    return (_date(str(value)),) if name in ("date", "published", "collected_at") else (str(value),)


def _date(date: str) -> str:
    words = dates.worded(date) or "date not known"
    return f"{words[:1].upper()}{words[1:]} ({date})"


def _item(name: str, item: Any) -> str:  # noqa: ANN401 - any item of a list in a statement
    if name == "actors":
        return f"{item['name']}, {item['role']}" if item.get("role") else str(item["name"])
    if name == "related":
        return f"{item['relation']} {item['other']}"
    if name == "media":
        return ", ".join(str(item[field]) for field in PICTURE if item.get(field))
    if name == "custody":
        return wording.step(item)
    return _citation(item) if name == "citations" else str(item)


def _citation(item: Mapping[str, Any]) -> str:
    """Word a quotation with its place, so that one that moved reads differently."""
    against = "; disputes" if item.get("stance") == "disputes" else ""
    about = f"; {item['supports']}" if item.get("supports") else ""
    part = f"; {fragments.words(item['fragment'])}" if item.get("fragment") else ""
    if "description" in item:
        return f"{wording.DESCRIBED}: {item['description']} (source/{item['source']}{against}{about}{part})"
    place = f"characters {item['start_char']:,}–{item['end_char']:,}"
    return f"“{item['quote']}” (source/{item['source']}{against}{about}; {place}{part})"


def _words(old: str, new: str, budget: Budget) -> Pieces:
    before, after = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    first = _common_prefix(before, after)
    last = _common_prefix(before[first:][::-1], after[first:][::-1])
    old_middle, new_middle = before[first : len(before) - last], after[first : len(after) - last]
    if not budget.spend(old_middle, new_middle):
        return [("removed", old), ("added", new)]
    matcher = difflib.SequenceMatcher(str.isspace, old_middle, new_middle, autojunk=False)
    same = first + last + sum(block.size for block in matcher.get_matching_blocks())
    if 2 * same < _LEAST_IN_COMMON * (len(before) + len(after)):
        return [("removed", old), ("added", new)]
    pieces: Pieces = [("same", "".join(before[:first]))]
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("same", "".join(old_middle[i:j])))
            continue
        pieces += [("removed", "".join(old_middle[i:j])), ("added", "".join(new_middle[k:m]))]
    pieces.append(("same", "".join(before[len(before) - last :])))
    return [piece for piece in pieces if piece[1]]


def _common_prefix(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the words with which both texts begin."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    return sum(1 for _ in same)
