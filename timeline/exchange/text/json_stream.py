"""JSON, piece by piece. Owns how lists are written without being held. Must not know what is in them."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: object) -> str:
    """Write a value as compact JSON, with its letters as they are."""
    return _ENCODE(value)


def listed(items: Iterable[object], before: str = "[", after: str = "]") -> Iterator[str]:
    """Write items as a list, each on a line of its own, between what stands before and after it."""
    yield before
    first = True
    for item in items:
        yield ("\n" if first else ",\n") + dumps(item)
        first = False
    yield f"\n{after}\n"
