"""Which column of a table is which field: the form of a mapping, as YAML that is kept beside the file.

Owns that form, and what of it is refused. Must not guess, nor read any row. `guessing` guesses.
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

from timeline import files, instants
from timeline.bundles import yaml_file
from timeline.exchange.importing.row import ImportRefused

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
_SAID: Final = ("columns", "constants", "dates", "separator", "header")
_COMMA: Final = re.compile(r",\s+(?!\s|(?:[JS]r|I{2,3}|IV|Inc|Ltd|LLC|LLP|GmbH|S\.A|Co|Corp|Ph\.?D|M\.?D|M\.?P|Esq)\b)", re.I)
_LARGEST: Final = 100_000  # bytes of a mapping
_TOLD: Final = 10  # faults of a mapping that are told


@dataclass(frozen=True, slots=True)
class Columns:
    """A mapping: for each field its column, for a date also the columns of its parts; and what holds for every row."""

    columns: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    order: str | None = None
    century: int | None = None
    first_days: str | None = None
    """Whether a first day stands for its year or its month: "both" is 1 January for the year, another first for the month."""
    midnight: str | None = None
    """What midnight is: "days" where no time is known, "times" where it is a time."""
    empty: str | None = None
    """What an empty date is: "above" is the date of the row above, as merged cells leave it."""
    separator: str = ";"
    headless: bool = False
    """Whether the table has no header: its columns are called "column 1" and so on."""

    def parted(self, cell: str) -> list[str]:
        """Part the names in a cell; the comma before "Jr." or "Ltd" parts none, nor one without a space behind it."""
        parts = _COMMA.split(cell) if self.separator.strip() == "," else cell.split(self.separator)
        return [part.strip() for part in parts if part.strip()]

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
        told = ("order", "century", "first_days", "midnight", "empty")
        if dates := {name: value for name in told if (value := getattr(self, name)) is not None}:
            said["dates"] = dates
        said["separator"] = self.separator
        if self.headless:
            said["header"] = "none"
        return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=1000)

    def to_be_kept(self, names: Sequence[str]) -> str:
        """Write it with what a person needs to know to correct it, before it; fields that are lacking are left to be filled in."""
        lacking = [
            one for one in ("title", "date") if one not in self.columns and not (one == "title" and "summary" in self.columns)
        ]
        free = [name for name in names if name not in self.used()]
        body = self.written() if self.columns else self.written().replace("columns: {}", "columns:", 1)
        if lacking:
            body = body.replace("columns:\n", "columns:\n" + "".join(f"  {one}:  # say which column it is\n" for one in lacking), 1)
        about = [
            "Which column of the table is which field. Correct it, and import the file again.",
            f"Columns that are not used: {' | '.join(' '.join(name.split())[:40] for name in free[:50]) or 'none'}",
            f"Fields: {', '.join(FIELDS)}",
            "A date may be in parts: {year: …, month: …, day: …}, or {date: …, time: …}.",
            "dates: {order: dmy or mdy or ymd, century: 1900, first_days: years or months, midnight: days, empty: above}",
            "first_days: 1 January stands for its year, or each first for its month, or both. empty: the date of the row above.",
            "constants: {kind: …} holds for every row. separator parts the names in actors and tags.",
        ]
        return "".join(f"# {line}\n" for line in about) + body


def beside(path: Path) -> Path:
    """Name the mapping that belongs to a file."""
    return path.parent / f"{path.name}.mapping.yaml"


def read(path: Path) -> Columns:
    """Read a mapping. Raises ImportRefused, in a line, where it is none."""
    try:
        with files.opened(path) as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ImportRefused(path, "is too large for a mapping. Name the file that says which column is which")
    except OSError as error:
        raise ImportRefused(path, f"{(error.strerror or 'cannot be read').lower()}. Check the path") from None
    said, lines, faults = yaml_file.texts(content)
    if faults:
        told = (": ".join(filter(None, (f"line {lines.get(field, 0)}", field, reason))) for field, reason in faults[:_TOLD])
        raise ImportRefused(path, "; ".join(told))
    try:
        return _made(said)
    except ValueError as error:
        raise ImportRefused(path, error) from None


def nearest(name: str, names: Sequence[str]) -> str:
    """Say which name may be meant: the one most like it, or all there are."""
    folded = {" ".join(one.lower().split()): one for one in names}
    if like := get_close_matches(" ".join(name.lower().split()), folded, n=1, cutoff=0.6):
        return f'Perhaps "{folded[like[0]]}" is meant'
    return f"There are {', '.join(names)[:300]}"


@lru_cache
def is_zone(name: str) -> bool:
    """Whether this is an IANA name of a time zone, and not letters that may mean several."""
    try:
        return ("/" in name or name == "UTC") and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _made(said: object) -> Columns:
    if not isinstance(said, dict) or not said.get("columns"):
        raise ValueError('has no "columns". Say which column is which: columns: {title: …, date: …}')
    if other := next((one for one in said if one not in _SAID), None):
        raise ValueError(f'"{other[:40]}" is not known here. {nearest(other, _SAID)}')
    columns = _named(said["columns"], "columns", FIELDS)
    for name, column in columns.items():
        _see_column(name, column)
    if "date" not in columns:
        raise ValueError('columns: there is no "date". Say which column has it')
    constants = _named(said.get("constants"), "constants", (*TEXTS, *LISTS))
    for name, value in constants.items():
        if not isinstance(value, str):
            raise ValueError(f"constants.{name}: is not a text. Write one")
        if name == "zone" and not is_zone(value):
            raise ValueError(f"constants.zone: {instants.unknown(value[:40])}")
    if not ({"title", "summary"} & (columns.keys() | constants.keys())):
        raise ValueError('columns: there is neither a "title" nor a "summary". Say which column has it')
    separator, header = said.get("separator") or ";", said.get("header") or "there"
    if not isinstance(separator, str) or header not in ("none", "there"):
        raise ValueError('separator is a text such as ";", and header is "none" where there is none. Correct it')
    return Columns(columns, constants, separator=separator, headless=header == "none", **_about_dates(said.get("dates")))


def _about_dates(said: object) -> dict[str, Any]:
    dates = _named(said, "dates", (*_CHOICES, "century"))
    for name, value in dates.items():
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(f'dates.{name}: "{str(value)[:40]}" is none of {", ".join(_CHOICES[name])}. Write one of them')
    century = dates.get("century")
    if century is not None and not (isinstance(century, str) and re.fullmatch(r"[1-9]\d?00", century)):
        raise ValueError(f'dates.century: "{str(century)[:40]}" is none. Write the year it begins with, such as 1900')
    return {**dates, "century": int(century) if century else None}


def _named(said: object, where: str, known: Sequence[str]) -> dict[str, Any]:
    """Give what stands under names that are known. None is said where the whole is left out."""
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ValueError(f"{where}: holds no names with what they stand for. Write {where}: {{name: value}}")
    for name, value in said.items():
        if name not in known:
            raise ValueError(f'{where}: "{name[:40]}" is not a field. {nearest(name, known)}')
        if not value:
            raise ValueError(f"{where}.{name}: is empty. Fill it in, or leave it out")
    return said


def _see_column(name: str, column: object) -> None:
    if isinstance(column, dict):
        if name not in DATES:
            raise ValueError(f"columns.{name}: only dates have parts. Name one column")
        if other := next((one for one in column if one not in PARTS), None):
            raise ValueError(f'columns.{name}: "{other[:40]}" is no part of a date. {nearest(other, PARTS)}')
        if not all(isinstance(one, str) for one in column.values()) or not {"year", "date"} & column.keys():
            raise ValueError(f"columns.{name}: its parts are columns, and one of them is the year or the date. Correct it")
    elif not isinstance(column, str):
        raise ValueError(f"columns.{name}: is not the name of a column. Write one")
