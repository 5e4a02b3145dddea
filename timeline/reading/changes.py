"""Compare the statements of successive versions, field by field.

Owns which values a version removed and which it added. Must not word them, nor read a log.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that changed: the values that were removed and those that were added, of a list only the items that differ.

    `removed` is None where the version before was redacted, so that its values are unknown.
    """

    field: str
    removed: tuple[Any, ...] | None
    added: tuple[Any, ...]
    is_list: bool = False


def compare(former: Statement | None, payload: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes of the version with this payload; `former` is the statement before it, None where that was redacted."""
    statement: Statement = payload.get("statement") or {}
    if former is None:
        for field, value in (payload.get("changes") or {}).items():
            yield Change(field, None, _values(value), isinstance(value, list))
        return
    for field in [*former, *(name for name in statement if name not in former)] if statement else ():
        before, after = former.get(field), statement.get(field)
        if before == after:
            continue
        is_list = isinstance(before, list) or isinstance(after, list)
        old, new = _values(before), _values(after)
        if is_list:
            yield Change(field, tuple(one for one in old if one not in new), tuple(one for one in new if one not in old), True)
        else:
            yield Change(field, old, new)


def _values(value: object) -> tuple[Any, ...]:
    return () if value is None else tuple(value) if isinstance(value, list) else (value,)
