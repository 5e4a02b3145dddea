"""Read an event's data from the JSON, and check that it has the structure that the pages need.

Owns that check, so that a file that was tampered with is reported and breaks no page. Must not check the meaning of the data, nor
its hash: `timeline verify` does.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from timeline import fields
from timeline.errors import StatementInvalid
from timeline.selection.snapshot import Snapshot

Data = dict[str, Any]
Fields = Mapping[str, type]

_REVIEW: Fields = {"version": int, "verdict": str, "comment": str}
_DATA: Fields = {"statement": dict, "reason": str, "superseded_by": str, "position": int, **_REVIEW}
_STATEMENT: Fields = {
    **dict.fromkeys((*fields.TEXTS, "date", *fields.BIBLIOGRAPHY, *fields.COLLECTION), str),
    **dict.fromkeys((*fields.LISTS, "custody"), list),
}
# The lists of a statement: the required and the optional fields of their items.
_CITED: Fields = dict.fromkeys(("source", "grade", "stance"), str)
_LISTED: Mapping[str, tuple[Fields, Fields]] = {
    "actors": ({"name": str}, {"role": str}),
    "related": ({"relation": str, "other": str}, {}),
    "media": ({"source": str}, dict.fromkeys(fields.PICTURE[1:], str)),
    "custody": ({"what": str}, {"when": str, "who": str}),
    "citations": (
        {**_CITED, **dict.fromkeys(("quote", "prefix", "suffix"), str), "start_char": int, "end_char": int},
        {"supports": str, "fragment": str},
    ),
}
_DESCRIBED: tuple[Fields, Fields] = ({**_CITED, "description": str, "fragment": str}, {"supports": str})


def read(text: str | None, position: int) -> Data:
    """Parse the data of the event at a position; empty if redacted.

    Raises StatementInvalid if it is not JSON, or does not have the structure that the log appends.
    """
    if text is None:
        return {}
    try:
        data: Data = json.loads(text)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair is not text
        _check(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StatementInvalid(f"the data of event {position} is malformed. Check the log: timeline verify") from error
    return data


def at(snapshot: Snapshot, positions: Iterable[int]) -> dict[int, Data]:
    """Read the data of the events at these positions, by position. Raises StatementInvalid as `read` does."""
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
            _fields(one, *(_DESCRIBED if name == "citations" and "description" in one else (always, perhaps)))
    "".join(statement.get("tags") or ())


def _fields(values: Data, always: Fields, perhaps: Fields) -> None:
    """Raise KeyError or TypeError unless all required fields are there, and all fields have their types."""
    for name, kind in always.items():
        if not isinstance(values[name], kind):
            raise TypeError(name)
    for name, kind in perhaps.items():
        if not isinstance(values.get(name), kind | None):
            raise TypeError(name)
