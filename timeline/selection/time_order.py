"""The time order of happenings, and keys in it: where a page begins or ends, as text in the URL.

Owns the order itself, in SQL over a snapshot, and the reading and writing of keys. Must not run anything.
"""

import re
from sqlite3 import Row
from typing import NamedTuple

INDEX, KIND_INDEX = "happenings_time", "happenings_kind"
# The index happenings_time has this order; happenings_kind has its first column.
ORDER = "began, day_second, lasted, date, id"
_BACKWARDS = "began desc, day_second desc, lasted desc, date desc, id desc"
COLUMNS = "began, day_second, lasted"
# The same order on the table itself, for queries that do not use a snapshot.
TABLE_ORDER = "coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id"

_WRITTEN = re.compile(r"(-?\d{1,16})(?:~(-?\d{1,6}))?,(-?\d{1,16}),([^\x00-\x1f]{0,300}),([A-Za-z0-9._-]{1,200})", re.DOTALL)


class Key(NamedTuple):
    """A place in the time order: the values by which a happening is sorted."""

    first: int
    second: int
    last: int
    date: str
    id: str

    def __str__(self) -> str:
        """Write the key for a URL; the second is left out if it is 0."""
        return f"{self.first}{f'~{self.second}' if self.second else ''},{self.last},{self.date},{self.id}"


def read(text: str) -> Key | None:
    """Read a key from a URL; None if it is not one."""
    match = _WRITTEN.fullmatch(text)
    return Key(int(match[1]), int(match[2] or 0), int(match[3]), match[4], match[5]) if match else None


def key(row: Row) -> Key:
    """Return the key of a row."""
    return Key(int(row["began"]), int(row["day_second"]), int(row["lasted"]), row["date"] or "", row["id"])


def order(*, backwards: bool) -> str:
    """Return the ORDER BY terms."""
    return _BACKWARDS if backwards else ORDER


def beyond(*, backwards: bool, indexed: bool) -> str:
    """Return the condition for rows after the key in the parameters, or before it.

    Only redacted happenings have no date, so an empty date sorts like none. The first comparison lets SQLite use the index.
    """
    sign = "<" if backwards else ">"
    first = f"began {sign}= :key_first and " if indexed else ""
    place = ":key_first, :key_second, :key_last, :key_date, :key_id"
    return f"{first}(+began, day_second, lasted, coalesce(date, ''), id) {sign} ({place})"


def params(key: Key) -> dict[str, str | int]:
    """Return the parameters of `beyond`."""
    return {"key_first": key.first, "key_second": key.second, "key_last": key.last, "key_date": key.date, "key_id": key.id}
