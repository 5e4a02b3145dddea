"""Guess the mapping of a table by the names in its header and the contents of its columns.

Must not read all rows, nor decide: a person sees the guess, and it is saved only on request.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.errors import ImportRefused
from timeline.exchange.tables.mapping import FIELDS, LISTS, Columns

SAMPLE: Final = 200  # rows that are examined, or up to twice as many
_NAMES: Final[Mapping[str, str]] = {
    "end": "end end_date enddate until finish finish_date date_end date_to to_date enddatum bis ende fin date_fin date_de_fin"
    " fecha_fin fecha_de_fin data_fine",
    "key": "key id uid unique_id uuid identifier event_id eventid incident_id record_id case_id event_id_cnty data_id",
    "latitude": "latitude lat breite breitengrad latitud latitudine",
    "longitude": "longitude lon lng long laenge langengrad longitud longitudine",
    "kind": "kind type category event_type incident_type class art typ kategorie categorie categoria tipo genre",
    "title": "title headline event event_title event_name heading label name incident ereignis titel uberschrift vorgang betreff"
    " titre evenement objet intitule titulo evento acontecimiento suceso titolo avvenimento what what_happened text",
    "summary": "summary content description details narrative notes note body text comment comments remarks event_description"
    " incident_description beschreibung anmerkung anmerkungen bemerkung bemerkungen notizen resume remarques commentaire"
    " descripcion notas descrizione abstract",
    "place": "place location where city town venue ort schauplatz stadt lieu ville endroit lugar ciudad luogo citta",
    "actors": "actors actor who people person persons participants names akteure personen beteiligte acteurs personnes personas",
    "tags": "tags keywords group topics labels schlagworte mots_cles etiquetas",
    "attributed_to": "attributed_to according_to claimed_by",
    "zone": "zone timezone time_zone zeitzone",
    "part_of": "part_of",
    "date_note": "date_note display_date",
}
_DATE_NAMES: Final = tuple(
    "date event_date incident_date start_date startdate date_start date_from from_date day_of_event"  # noqa: SIM905 - as the others
    " datum startdatum wann von beginn quand debut date_debut date_de_debut jour fecha fecha_inicio cuando data data_inizio"
    " when start begin from on".split()
)
_COORDINATES: Final = tuple("lat_lon lat_long lat_lng latlon latlong latlng coordinates coords gps koordinaten coordonnees".split())  # noqa: SIM905
_SURELY: Final = 0.9  # share of cells with dates by which a column under any name is the date
_LAST_RESORTS: Final = ("timestamp", "created_at")
_PART_NAMES: Final = {
    "year": "year jahr annee ano anno",
    "month": "month monat mois mes mese",
    "day": "day tag jour dia giorno",
    "time": "time uhrzeit zeit heure hora ora time_of_day",
}
_TOKENS: Final[Mapping[str, str]] = {
    "title": "title headline what event incident ereignis evenement evento",
    "summary": "description summary notes details narrative happened",
    "place": "location place where city ort lieu lugar",
    "kind": "type category",
}
_ADDRESS: Final = re.compile(r"(?:https?://|www\.|mailto:)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*|\S+@\S+\.\w+", re.I)
_SPARSE: Final = 10  # a column filled in fewer than one of so many rows is nearly empty
_LONGEST_NAME: Final = 1_000  # characters of a column's name that are read
_DATE_TOKENS: Final = frozenset("date datum fecha data when wann quand cuando".split())  # noqa: SIM905 - as the others


class ColumnsUnknown(ImportRefused):
    """No column looks like the title or the date. `draft` is a mapping to be filled in."""

    def __init__(self, message: str, draft: str) -> None:
        super().__init__(message)
        self.draft = draft


def folded(name: str) -> str:
    """Write a column's name in lower case, without accents, with underscores for other signs."""
    bare = unicodedata.normalize("NFKD", name[:_LONGEST_NAME].casefold())
    return re.sub(r"\W+", "_", "".join(c for c in bare if not unicodedata.combining(c))).strip("_")


def separator(columns: Columns, sample: Sequence[Mapping[str, str]]) -> str:
    """Guess the separator of names in a cell: a semicolon, or another sign if no cell has one.

    It is a comma only if most cells have three names or names of two words, because of "Smith, John".
    """
    cells = [cell for name in LISTS if isinstance(column := columns.columns.get(name), str) for cell in _cells(sample, column)]
    for sign in (";", "|", "\n"):
        if any(sign in cell for cell in cells):
            return sign
    lists = [parts for cell in cells if len(parts := replace(columns, separator=",").split(cell)) > 1]
    tags = columns.columns.get("tags")
    if "actors" not in columns.columns and isinstance(tags, str) and lists:
        return ","
    names = sum(len(parts) > 2 or all(" " in part for part in parts) for parts in lists)
    return "," if names * 2 > len(lists) else columns.separator


def is_header(names: Sequence[str]) -> bool:
    """Whether a row is surely the header: it holds a name for a date, and one for a title or summary."""
    keys = {folded(name) for name in names}
    dated = keys & {*_DATE_NAMES, *_PART_NAMES["year"].split()} or any(_DATE_TOKENS & set(key.split("_")) for key in keys)
    titles = {*_NAMES["title"].split(), *_NAMES["summary"].split()}
    return bool(dated and (keys & titles or any(set(_TOKENS["title"].split()) & set(key.split("_")) for key in keys)))


def is_no_header(names: Sequence[str]) -> bool:
    """Whether a row in the place of the header holds a day instead."""
    return any(re.search(r"\d", name) and re.search(r"-\d\d-\d\d|^\[", _read(name) or "") for name in names)


def guess(names: Sequence[str], sample: Sequence[Mapping[str, str]] = (), *, headless: bool = False) -> Columns:
    """Guess the mapping. Raises ColumnsUnknown, which lists the columns, if none is a date, or none a title or summary."""
    free = {folded(column): column for column in reversed(names)}
    fields: dict[str, str | dict[str, str]] = {}

    def take(wanted: Iterable[str], *, words: bool = False) -> str | None:
        return next((free.pop(key) for key in wanted if key in free and not (words and _is_no_text(sample, free[key]))), None)

    fields |= _dates(free, sample)
    for field, names_of_field in _NAMES.items():
        if field not in fields and (column := take(names_of_field.split(), words=field in ("title", "summary"))):
            fields[field] = column
    if "latitude" not in fields and "longitude" not in fields and (column := take(_COORDINATES)):
        fields |= {"latitude": column, "longitude": column}
    for field, tokens in _TOKENS.items():
        wanted = set(tokens.split())
        if field not in fields and not (field == "title" and "summary" in fields):
            like = [key for key, column in free.items() if wanted & set(key.split("_")) and _is_prose(sample, column)]
            if column := take(reversed(like)):
                fields[field] = column
    if "title" not in fields and "summary" not in fields and (column := _longest(free.values(), sample)):
        fields["title"] = column
    columns = Columns({key: fields[key] for key in FIELDS if key in fields}, headless=headless)
    columns = replace(columns, separator=separator(columns, sample))
    lacking = [name for name, ok in (("title", "title" in fields or "summary" in fields), ("date", "date" in fields)) if not ok]
    if lacking:
        raise ColumnsUnknown(
            f"no column looks like a {' or a '.join(lacking)}: there are {', '.join(name[:40] for name in names)[:300]}."
            " Map them to fields: --save-mapping writes a mapping to be filled in",
            columns.draft(names),
        )
    return columns


def _dates(free: dict[str, str], sample: Sequence[Mapping[str, str]]) -> dict[str, str | dict[str, str]]:
    """Guess the columns of the date and the end.

    Prefers complete dates to years, and columns named like dates to others that hold dates.
    """
    fields: dict[str, str | dict[str, str]] = {}
    named = sorted((key for key in _DATE_NAMES if key in free), key=lambda key: _is_sparse(sample, free[key]))
    like = [
        key for key in reversed(free) if key not in named and _DATE_TOKENS & set(key.split("_")) and "end" not in key.split("_")
    ]
    last = [key for key in _LAST_RESORTS if key in free]
    ends = _NAMES["end"].split()
    year = next((free[key] for key in _PART_NAMES["year"].split() if key in free), None)
    date_key = next((key for key in named if max(_share(sample, free[key]), _share(sample, free[key], year)) >= 0.5), None)
    date_key = date_key or next((key for key in like if _share(sample, free[key], year) >= 0.5), None)
    date_key = date_key or next((key for key in last if _share(sample, free[key], year) >= (_SURELY if year else 0.5)), None)
    if date_key is None and year:  # under any name: the only column with dates in the year of their row
        others = {key: column for key, column in free.items() if column != year and key not in ends}
        within = [key for key, column in others.items() if _are_days(sample, column, year)]
        date_key = within[0] if len(within) == 1 else None
    for at, prefixes in (("end", ("end_",)), ("date", ("", "start_", "begin_"))):
        for prefix in prefixes:
            parts = {
                part: next((prefix + key for key in names.split() if prefix + key in free), None)
                for part, names in _PART_NAMES.items()
            }
            if at not in fields and parts["year"] and (at == "end" or date_key is None):
                fields[at] = {part: free.pop(key) for part, key in parts.items() if key}
    if "date" in fields:
        return fields
    if date_key is None:
        shares = {key: _share(sample, column) for key, column in reversed(free.items()) if key not in ends}
        likely = [key for key, share in shares.items() if share >= 0.6 and not _are_numbers(sample, free[key])]
        date_key = next(iter(named or like or likely or last), None)
    if date_key is None:
        return fields
    parts_of_date = {"date": free.pop(date_key)}
    beside = year is not None and _share(sample, parts_of_date["date"], year) >= 0.5
    for part in ("time", *(("year", "month", "day") if beside else ())):
        if name := next((key for key in _PART_NAMES[part].split() if key in free), None):
            parts_of_date[part] = free.pop(name)
    fields["date"] = parts_of_date if len(parts_of_date) > 1 else parts_of_date["date"]
    return fields


def _cells(sample: Sequence[Mapping[str, str]], column: str) -> list[str]:
    return [cell for row in sample if (cell := row.get(column, "").strip())]


def _read(text: str) -> str | None:
    try:
        return free_text.read(text).date
    except DateUnread:
        return None


def _share(sample: Sequence[Mapping[str, str]], column: str, year: str | None = None) -> float:
    """Return the share of a column's filled cells that are dates, and in the year beside them if there is a column of years.

    Without any rows, the name of the column decides.
    """
    cells = [(cell, row.get(year, "").strip() if year else "") for row in sample if (cell := row.get(column, "").strip())]
    return sum(_is_date(*cell) for cell in cells) / len(cells) if cells else float(not sample)


def _is_date(cell: str, year: str) -> bool:
    return free_text.is_in_year(cell, year) if year else _read(cell) is not None


def _are_days(sample: Sequence[Mapping[str, str]], column: str, year: str) -> bool:
    """Whether a column holds days or months with their year, which agrees with the column of years."""
    cells = _cells(sample, column)
    precise = sum(bool(re.search(r"\d-\d\d", _read(cell) or "")) for cell in cells) >= len(cells) * _SURELY
    return bool(cells) and precise and _share(sample, column, year) >= _SURELY


def _are_numbers(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    return all(
        re.fullmatch(r"[-+]?[\d.,]+", cell) and not re.fullmatch(r"1\d{3}|20\d\d|\d+[./]\d+[./]\d+", cell)
        for cell in _cells(sample, column)
    )


def _is_no_text(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    """Whether a column holds mostly addresses, or is nearly empty. Then it is not a title under any name."""
    cells = _cells(sample, column)
    return _is_sparse(sample, column) or sum(bool(_ADDRESS.fullmatch(cell)) for cell in cells) * 2 > len(cells)


def _is_sparse(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    return len(_cells(sample, column)) * _SPARSE < len(sample)


def _is_prose(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    """Whether a column holds words rather than codes, numbers or addresses, and is not nearly empty."""
    cells = _cells(sample, column)
    words = sum(bool(re.search(r"[^\W\d_]{2,}", cell)) and not re.fullmatch(r"\S*\d\S*", cell) for cell in cells)
    return not sample or (words * 2 > len(cells) and not _is_no_text(sample, column))


def _longest(columns: Iterable[str], sample: Sequence[Mapping[str, str]]) -> str | None:
    """Return the column with the most words. Return None if no column holds words."""
    sizes = {
        column: sum(map(len, set(_cells(sample, column))))
        for column in columns
        if _cells(sample, column) and _is_prose(sample, column)
    }
    return max(sizes, key=lambda key: sizes[key], default=None)
