"""Write JSON piece by piece, so that no list is held in memory. Must not know the items."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: object) -> str:
    """Write a value as compact JSON, without escaping letters."""
    return _ENCODE(value)


def json_list(items: Iterable[object], before: str = "[", after: str = "]") -> Iterator[str]:
    """Write a list with one item on each line, between `before` and `after`."""
    yield before
    first = True
    for item in items:
        yield ("\n" if first else ",\n") + dumps(item)
        first = False
    yield f"\n{after}\n"


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the members that are empty."""
    return {name: value for name, value in members.items() if value}
