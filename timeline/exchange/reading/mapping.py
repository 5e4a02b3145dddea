"""Which column of a table is which field: guessed from its header, shown as YAML, and kept beside the file.

Owns the form of a mapping. Must not read any row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from timeline.exchange.reading.row import ImportRefused

DATES: Final = ("date", "end")
PARTS: Final = ("year", "month", "day", "time")
LISTS: Final = ("actors", "tags")
TEXTS: Final = ("title", "summary", "kind", "place", "latitude", "longitude", "attributed_to", "part_of", "zone", "date_note")
FIELDS: Final = (*TEXTS, *DATES, *LISTS, "key")
_NAMES: Final[Mapping[str, str]] = {
    "title": "title headline name event label heading titel titre titulo what description text",
    "date": "date when day_of_event datum fecha start start_date startdate begin from event_date date_start",
    "end": "end end_date enddate until finish date_end",
    "summary": "summary description text details body notes note comment beschreibung abstract",
    "kind": "kind type category event_type class",
    "place": "place location where city ort lieu venue",
    "latitude": "latitude lat",
    "longitude": "longitude lon lng long",
    "actors": "actors actor who people person persons participants names",
    "tags": "tags tag keywords group topics labels",
    "key": "key id uid unique_id uuid identifier event_id",
    "attributed_to": "attributed_to according_to claimed_by",
    "zone": "zone timezone time_zone",
    "part_of": "part_of",
    "date_note": "date_note display_date",
}
_PART_NAMES: Final = {
    "year": "year jahr annee ano",
    "month": "month monat mois mes",
    "day": "day tag_des_monats jour dia",
    "time": "time",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """A mapping: for each field its column, for a date also the columns of its parts; and what holds for every row."""

    columns: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    order: str | None = None
    century: int | None = None
    first_days: str | None = None
    separator: str = ";"

    def used(self) -> set[str]:
        """Name the columns that are mapped."""
        found: set[str] = set()
        for column in self.columns.values():
            found |= {column} if isinstance(column, str) else set(column.values())
        return found

    def written(self) -> str:
        """Write it as the YAML that `read` reads."""
        said: dict[str, Any] = {"columns": {n: c if isinstance(c, str) else dict(c) for n, c in self.columns.items()}}
        if self.constants:
            said["constants"] = dict(self.constants)
        told = {"order": self.order, "century": self.century, "first_days": self.first_days}
        if dates := {name: value for name, value in told.items() if value is not None}:
            said["dates"] = dates
        said["separator"] = self.separator
        return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)


def beside(path: Path) -> Path:
    """Name the mapping that belongs to a file."""
    return path.parent / f"{path.name}.mapping.yaml"


def read(path: Path) -> Columns:
    """Read a mapping. Raises ImportRefused, in a line, where it is none."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportRefused(f"{path}: {(error.strerror or 'cannot be read').lower()}. Check the path") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ImportRefused(f"{path}: is no YAML ({' '.join(str(error).split())[:120]}). Correct it") from None
    try:
        return _made(said)
    except (ValueError, TypeError, AttributeError) as error:
        raise ImportRefused(f"{path}: {error}. Correct it") from None


def guess(columns: Sequence[str], name: str = "the table") -> Columns:
    """Guess from a header. Raises ImportRefused where no column is a title or none a date, and says which there are."""
    free = {re.sub(r"\W+", "_", column.lower()).strip("_"): column for column in reversed(columns)}
    found: dict[str, str | dict[str, str]] = {}

    def take(names: str) -> str | None:
        return next((free.pop(one) for one in names.split() if one in free), None)

    for at, prefixes in (("end", ("end_",)), ("date", ("", "start_"))):
        for prefix in prefixes:
            if f"{prefix}year" in free or (not prefix and any(one in free for one in _PART_NAMES["year"].split())):
                parts = {part: take(" ".join(prefix + one for one in names.split())) for part, names in _PART_NAMES.items()}
                found[at] = {part: column for part, column in parts.items() if column}
    for name_of, names in _NAMES.items():
        if name_of not in found and (column := take(names)):
            found[name_of] = column
    lacking = [one for one in ("title", "date") if one not in found]
    if lacking:
        raise ImportRefused(
            f"{name}: no column looks like a {' or a '.join(lacking)}: there are {', '.join(columns)[:300]}."
            " Say which is which in a mapping: --mapping FILE"
        )
    return Columns({one: found[one] for one in FIELDS if one in found})


def _made(said: object) -> Columns:
    if not isinstance(said, dict) or not isinstance(said.get("columns"), dict):
        raise ValueError('has no "columns"')
    if other := said.keys() - {"columns", "constants", "dates", "separator"}:
        raise ValueError(f'"{sorted(map(str, other))[0]}" is not known here: there are columns, constants, dates and separator')
    columns = said["columns"]
    for name, column in columns.items():
        if name not in FIELDS:
            raise ValueError(f'columns: "{name}" is not a field. There are {", ".join(FIELDS)}')
        if isinstance(column, dict) and (name not in DATES or set(column) - set(PARTS)):
            raise ValueError(f"columns.{name}: only dates have parts, and those are {', '.join(PARTS)}")
        if not isinstance(column, str | dict):
            raise ValueError(f"columns.{name}: is not the name of a column")
    dates = said.get("dates") or {}
    if dates.get("order") not in (None, "dmy", "mdy", "ymd"):
        raise ValueError("dates.order: is none of dmy, mdy, ymd")
    if dates.get("first_days") not in (None, "years", "days"):
        raise ValueError("dates.first_days: is neither years nor days")
    constants = {str(name): str(value) for name, value in (said.get("constants") or {}).items()}
    if other := constants.keys() - set(TEXTS) - set(LISTS):
        raise ValueError(f'constants: "{sorted(other)[0]}" is not a field')
    century = dates.get("century")
    return Columns(
        columns,
        constants,
        dates.get("order"),
        int(century) if century is not None else None,
        dates.get("first_days"),
        str(said.get("separator") or ";"),
    )
