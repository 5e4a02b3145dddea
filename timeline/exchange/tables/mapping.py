"""The mapping of a table's columns to fields, as YAML in a file beside the table.

Owns the form of a mapping, and its errors. Must not guess (`guessing` does), nor read any row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from timeline import files
from timeline.bundles import yaml_file
from timeline.dates import instants
from timeline.errors import ImportRefused

DATES: Final = ("date", "end")
PARTS: Final = ("year", "month", "day", "date", "time")
LISTS: Final = ("actors", "tags")
TEXTS: Final = ("title", "summary", "kind", "place", "latitude", "longitude", "attributed_to", "part_of", "zone", "date_note")
FIELDS: Final = (*TEXTS, *DATES, *LISTS, "key")
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "order": ("dmy", "mdy", "ymd"),
    "first_days": ("years", "months", "both", "days"),
    "midnight": ("days", "times"),
    "empty": ("above", "refused"),
}
_KEYS: Final = ("columns", "constants", "dates", "separator", "header")
_COMMA: Final = re.compile(r",\s+(?!\s|(?:[JS]r|I{2,3}|IV|Inc|Ltd|LLC|LLP|GmbH|S\.A|Co|Corp|Ph\.?D|M\.?D|M\.?P|Esq)\b)", re.I)
_LARGEST: Final = 100_000  # bytes of a mapping
_SHOWN: Final = 10  # faults of a mapping that are shown


@dataclass(frozen=True, slots=True)
class Columns:
    """A mapping: the column of each field, or the columns of a date's parts; values for every row; and how dates are written."""

    columns: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    order: str | None = None
    century: int | None = None
    first_days: str | None = None
    """Whether a first day means its year or its month: with "both", 1 January means the year, any other first the month."""
    midnight: str | None = None
    """The meaning of midnight: "days" if the time is unknown, "times" if it is a time."""
    empty: str | None = None
    """The meaning of an empty date: "above" is the date of the row above, as merged cells leave it."""
    separator: str = ";"
    headless: bool = False
    """Whether the table has no header. Its columns are then "column 1" and so on."""

    def split(self, cell: str) -> list[str]:
        """Split the names in a cell, but not at a comma before "Jr." or "Ltd", or without a space after it."""
        parts = _COMMA.split(cell) if self.separator.strip() == "," else cell.split(self.separator)
        return [part.strip() for part in parts if part.strip()]

    def mapped_columns(self) -> set[str]:
        """Return the columns that are mapped."""
        columns: set[str] = set()
        for column in self.columns.values():
            columns |= {column} if isinstance(column, str) else set(column.values())
        return columns

    def to_yaml(self) -> str:
        """Write the mapping as YAML, for `read_mapping`."""
        content: dict[str, Any] = {"columns": {n: c if isinstance(c, str) else dict(c) for n, c in self.columns.items()}}
        if self.constants:
            content["constants"] = dict(self.constants)
        names = ("order", "century", "first_days", "midnight", "empty")
        if dates := {name: value for name in names if (value := getattr(self, name)) is not None}:
            content["dates"] = dates
        content["separator"] = self.separator
        if self.headless:
            content["header"] = "none"
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)

    def draft(self, names: Sequence[str]) -> str:
        """Write the mapping below a comment that explains how to correct it, with blanks for missing fields."""
        lacking = [
            name for name in ("title", "date") if name not in self.columns and not (name == "title" and "summary" in self.columns)
        ]
        free = [name for name in names if name not in self.mapped_columns()]
        body = self.to_yaml() if self.columns else self.to_yaml().replace("columns: {}", "columns:", 1)
        if lacking:
            body = body.replace("columns:\n", "columns:\n" + "".join(f"  {name}:  # name its column\n" for name in lacking), 1)
        about = [
            "The column of each field. Correct it, and import the file again.",
            f"Columns that are not used: {' | '.join(' '.join(name.split())[:40] for name in free[:50]) or 'none'}",
            f"Fields: {', '.join(FIELDS)}",
            "A date may be in parts: {year: …, month: …, day: …}, or {date: …, time: …}.",
            "dates: {order: dmy or mdy or ymd, century: 1900, first_days: years or months, midnight: days, empty: above}",
            "first_days: 1 January means its year, or each first its month, or both. empty: the date of the row above.",
            "constants: {kind: …} holds for every row. separator is between the names in actors and tags.",
        ]
        return "".join(f"# {line}\n" for line in about) + body


def mapping_path(path: Path) -> Path:
    """Return the path of the mapping that belongs to a file."""
    return path.parent / f"{path.name}.mapping.yaml"


def read_mapping(path: Path) -> Columns:
    """Read a mapping. Raises ImportRefused with a one-line reason if it is not valid."""
    try:
        with files.opened(path) as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ImportRefused(path, "is too large for a mapping. Name the file that maps the columns")
    except OSError as error:
        raise ImportRefused(path, f"{files.reason(error, 'cannot be read')}. Check the path") from None
    parsed, lines, faults = yaml_file.texts(content)
    if faults:
        messages = (": ".join(filter(None, (f"line {lines.get(field, 0)}", field, reason))) for field, reason in faults[:_SHOWN])
        raise ImportRefused(path, "; ".join(messages))
    try:
        return _checked(parsed)
    except ValueError as error:
        raise ImportRefused(path, error) from None


def nearest(name: str, names: Sequence[str]) -> str:
    """Suggest the name that may be meant: the most similar one, or all."""
    folded = {" ".join(name.lower().split()): name for name in names}
    if like := get_close_matches(" ".join(name.lower().split()), folded, n=1, cutoff=0.6):
        return f'Perhaps "{folded[like[0]]}" is meant'
    return f"There are {', '.join(names)[:300]}"


@lru_cache
def is_zone(name: str) -> bool:
    """Whether this is an IANA name of a time zone, and not an ambiguous abbreviation."""
    try:
        return ("/" in name or name == "UTC") and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _checked(content: object) -> Columns:
    if not isinstance(content, dict) or not content.get("columns"):
        raise ValueError('has no "columns". Map the fields to columns: columns: {title: …, date: …}')
    if other := next((key for key in content if key not in _KEYS), None):
        raise ValueError(f'"{other[:40]}" is not known here. {nearest(other, _KEYS)}')
    columns = _members(content["columns"], "columns", FIELDS)
    for name, column in columns.items():
        _check_column(name, column)
    if "date" not in columns:
        raise ValueError('columns: there is no "date". Name its column')
    constants = _members(content.get("constants"), "constants", (*TEXTS, *LISTS))
    for name, value in constants.items():
        if not isinstance(value, str):
            raise ValueError(f"constants.{name}: is not a text. Write one")
        if name == "zone" and not is_zone(value):
            raise ValueError(f"constants.zone: {instants.unknown(value[:40])}")
    if not ({"title", "summary"} & (columns.keys() | constants.keys())):
        raise ValueError('columns: there is neither a "title" nor a "summary". Name its column')
    separator, header = content.get("separator") or ";", content.get("header") or "there"
    if not isinstance(separator, str) or header not in ("none", "there"):
        raise ValueError('separator is a text such as ";", and header is "none" if there is none. Correct it')
    return Columns(columns, constants, separator=separator, headless=header == "none", **_date_options(content.get("dates")))


def _date_options(content: object) -> dict[str, Any]:
    dates = _members(content, "dates", (*_CHOICES, "century"))
    for name, value in dates.items():
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(f'dates.{name}: "{str(value)[:40]}" is not one of {", ".join(_CHOICES[name])}. Write one of them')
    century = dates.get("century")
    if century is not None and not (isinstance(century, str) and re.fullmatch(r"[1-9]\d?00", century)):
        raise ValueError(f'dates.century: "{str(century)[:40]}" is not a century. Write its first year, such as 1900')
    return {**dates, "century": int(century) if century else None}


def _members(content: object, where: str, names: Sequence[str]) -> dict[str, Any]:
    """Check that a part of the mapping has known names with values. A missing part is empty."""
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ValueError(f"{where}: is not a list of names with values. Write {where}: {{name: value}}")
    for name, value in content.items():
        if name not in names:
            raise ValueError(f'{where}: "{name[:40]}" is not a field. {nearest(name, names)}')
        if not value:
            raise ValueError(f"{where}.{name}: is empty. Fill it in, or leave it out")
    return content


def _check_column(name: str, column: object) -> None:
    if isinstance(column, dict):
        if name not in DATES:
            raise ValueError(f"columns.{name}: only dates have parts. Name one column")
        if other := next((part for part in column if part not in PARTS), None):
            raise ValueError(f'columns.{name}: "{other[:40]}" is not a part of a date. {nearest(other, PARTS)}')
        if not all(isinstance(value, str) for value in column.values()) or not {"year", "date"} & column.keys():
            raise ValueError(f"columns.{name}: its parts are columns, and one of them is the year or the date. Correct it")
    elif not isinstance(column, str):
        raise ValueError(f"columns.{name}: is not the name of a column. Write one")
