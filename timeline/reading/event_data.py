"""What an event says: its data, read from the JSON, and known to have the shape that the pages rely on.

Owns that check, so that a file that was tampered with is told of and breaks no page. Must not judge what an event says,
nor whether its hash holds: `timeline verify` does.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from timeline import fields
from timeline.errors import StatementInvalid
from timeline.selection.snapshot import Snapshot

Data = dict[str, Any]
Fields = Mapping[str, type]

_DATA: Fields = {"statement": dict, "reason": str, "superseded_by": str, "position": int}
_STATEMENT: Fields = {
    **dict.fromkeys((*fields.TEXTS, "date", *fields.BIBLIOGRAPHY), str),
    **dict.fromkeys(fields.LISTS, list),
}
# What is listed in a statement: the fields that each one has, and those that it may have.
_LISTED: Mapping[str, tuple[Fields, Fields]] = {
    "actors": ({"name": str}, {"role": str}),
    "related": ({"relation": str, "other": str}, {}),
    "citations": (
        {**dict.fromkeys(("source", "quote", "prefix", "suffix", "grade", "stance"), str), "start_char": int, "end_char": int},
        {"supports": str},
    ),
}


def read(text: str | None, position: int) -> Data:
    """Read what the event at a position says; nothing where it was redacted.

    Raises StatementInvalid where it is not JSON, or not of the shape that was appended.
    """
    if text is None:
        return {}
    try:
        data: Data = json.loads(text)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        _check(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StatementInvalid(f"the data of event {position} is not what the log appends") from error
    return data


def at(snapshot: Snapshot, positions: Iterable[int]) -> dict[int, Data]:
    """Read what the events at these positions say, by position. Raises StatementInvalid as `read` does."""
    rows = snapshot.plain(
        "select position, data from events where position in (select value from json_each(:positions))",
        {"positions": json.dumps(list(positions))},
    )
    return {row["position"]: read(row["data"], row["position"]) for row in rows}


def _check(data: Data) -> None:
    _fields(data, {}, _DATA)
    statement = data.get("statement") or {}
    _fields(statement, {}, _STATEMENT)
    for name, (always, perhaps) in _LISTED.items():
        for one in statement.get(name) or ():
            _fields(one, always, perhaps)
    "".join(statement.get("tags") or ())


def _fields(said: Data, always: Fields, perhaps: Fields) -> None:
    """Raise unless every field is there that must be, and is of its type."""
    for name, kind in always.items():
        if not isinstance(said[name], kind):
            raise TypeError(name)
    for name, kind in perhaps.items():
        if not isinstance(said.get(name), kind | None):
            raise TypeError(name)
