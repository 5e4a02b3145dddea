"""Which column of a table is which field, guessed: by the names in its header, and by what stands in the column.

Owns the guess alone. Must not read rows to their end, nor decide: what is guessed is shown, and kept only when asked.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.exchange.importing.row import ImportRefused
from timeline.exchange.tables.mapping import FIELDS, LISTS, Columns

SAMPLE: Final = 200  # rows that are looked at, or up to twice as many
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
_SURELY: Final = 0.9  # the share of its cells by which a column without the name of one is taken for dates
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
_SPARSE: Final = 10  # a column that fewer than one in so many rows fill is nearly empty
_LONGEST_NAME: Final = 1_000  # characters of a column's name that are read
_DATE_TOKENS: Final = frozenset("date datum fecha data when wann quand cuando".split())  # noqa: SIM905 - as the others


class ColumnsUnknown(ImportRefused):
    """No column can be told to be the title or the date. `draft` is a mapping to be filled in."""

    def __init__(self, message: str, draft: str) -> None:
        super().__init__(message)
        self.draft = draft


def folded(name: str) -> str:
    """Put a column's name in the letters by which it is looked up."""
    bare = unicodedata.normalize("NFKD", name[:_LONGEST_NAME].casefold())
    return re.sub(r"\W+", "_", "".join(c for c in bare if not unicodedata.combining(c))).strip("_")


def separator(columns: Columns, sample: Sequence[Mapping[str, str]]) -> str:
    """Guess what parts the names in a cell: a semicolon, or another sign where no cell has one.

    A comma between names only where it is not that of "Smith, John": most cells have three names then, or names of two words.
    """
    cells = [cell for name in LISTS if isinstance(column := columns.columns.get(name), str) for cell in _cells(sample, column)]
    for sign in (";", "|", "\n"):
        if any(sign in cell for cell in cells):
            return sign
    parted = [parts for cell in cells if len(parts := replace(columns, separator=",").parted(cell)) > 1]
    tags = columns.columns.get("tags")
    if "actors" not in columns.columns and isinstance(tags, str) and parted:
        return ","
    names = sum(len(parts) > 2 or all(" " in part for part in parts) for parts in parted)
    return "," if names * 2 > len(parted) else columns.separator


def is_header(names: Sequence[str]) -> bool:
    """Whether a row is surely the header: a name of a date is in it, and one of a title or summary."""
    found = {folded(name) for name in names}
    dated = found & {*_DATE_NAMES, *_PART_NAMES["year"].split()} or any(_DATE_TOKENS & set(one.split("_")) for one in found)
    titles = {*_NAMES["title"].split(), *_NAMES["summary"].split()}
    return bool(dated and (found & titles or any(set(_TOKENS["title"].split()) & set(one.split("_")) for one in found)))


def is_no_header(names: Sequence[str]) -> bool:
    """Whether a row that should name the columns holds a day instead."""
    return any(re.search(r"\d", name) and re.search(r"-\d\d-\d\d|^\[", _read(name) or "") for name in names)


def guess(names: Sequence[str], sample: Sequence[Mapping[str, str]] = (), *, headless: bool = False) -> Columns:
    """Guess. Raises ColumnsUnknown where no column is a date, or none a title or summary, and says which there are."""
    free = {folded(column): column for column in reversed(names)}
    found: dict[str, str | dict[str, str]] = {}

    def take(wanted: Iterable[str], *, words: bool = False) -> str | None:
        return next((free.pop(one) for one in wanted if one in free and not (words and _is_no_text(sample, free[one]))), None)

    found |= _dates(free, sample)
    for field, known in _NAMES.items():
        if field not in found and (column := take(known.split(), words=field in ("title", "summary"))):
            found[field] = column
    if "latitude" not in found and "longitude" not in found and (column := take(_COORDINATES)):
        found |= {"latitude": column, "longitude": column}
    for field, tokens in _TOKENS.items():
        wanted = set(tokens.split())
        if field not in found and not (field == "title" and "summary" in found):
            like = [one for one, column in free.items() if wanted & set(one.split("_")) and _is_prose(sample, column)]
            if column := take(reversed(like)):
                found[field] = column
    if "title" not in found and "summary" not in found and (column := _longest(free.values(), sample)):
        found["title"] = column
    columns = Columns({one: found[one] for one in FIELDS if one in found}, headless=headless)
    columns = replace(columns, separator=separator(columns, sample))
    lacking = [said for said, ok in (("title", "title" in found or "summary" in found), ("date", "date" in found)) if not ok]
    if lacking:
        raise ColumnsUnknown(
            f"no column looks like a {' or a '.join(lacking)}: there are {', '.join(one[:40] for one in names)[:300]}."
            " Say which is which in a mapping: --save-mapping writes one to be filled in",
            columns.to_be_kept(names),
        )
    return columns


def _dates(free: dict[str, str], sample: Sequence[Mapping[str, str]]) -> dict[str, str | dict[str, str]]:
    """Find the date: a column that holds whole dates before one of years, and what is named a date before what only holds them."""
    found: dict[str, str | dict[str, str]] = {}
    named = sorted((one for one in _DATE_NAMES if one in free), key=lambda one: _is_sparse(sample, free[one]))
    like = [
        one for one in reversed(free) if one not in named and _DATE_TOKENS & set(one.split("_")) and "end" not in one.split("_")
    ]
    last = [one for one in _LAST_RESORTS if one in free]
    ends = _NAMES["end"].split()
    year = next((free[one] for one in _PART_NAMES["year"].split() if one in free), None)
    whole = next((one for one in named if max(_share(sample, free[one]), _share(sample, free[one], year)) >= 0.5), None)
    whole = whole or next((one for one in like if _share(sample, free[one], year) >= 0.5), None)
    whole = whole or next((one for one in last if _share(sample, free[one], year) >= (_SURELY if year else 0.5)), None)
    if whole is None and year:  # under whatever name: the only dates that are in the year of their row
        others = {one: column for one, column in free.items() if column != year and one not in ends}
        within = [one for one, column in others.items() if _are_days(sample, column, year)]
        whole = within[0] if len(within) == 1 else None
    for at, prefixes in (("end", ("end_",)), ("date", ("", "start_", "begin_"))):
        for prefix in prefixes:
            parts = {
                part: next((prefix + one for one in known.split() if prefix + one in free), None)
                for part, known in _PART_NAMES.items()
            }
            if at not in found and parts["year"] and (at == "end" or whole is None):
                found[at] = {part: free.pop(one) for part, one in parts.items() if one}
    if "date" in found:
        return found
    if whole is None:
        shares = {one: _share(sample, column) for one, column in reversed(free.items()) if one not in ends}
        held = [one for one, share in shares.items() if share >= 0.6 and not _are_numbers(sample, free[one])]
        whole = next(iter(named or like or held or last), None)
    if whole is None:
        return found
    held_by = {"date": free.pop(whole)}
    beside = year is not None and _share(sample, held_by["date"], year) >= 0.5
    for part in ("time", *(("year", "month", "day") if beside else ())):
        if name := next((one for one in _PART_NAMES[part].split() if one in free), None):
            held_by[part] = free.pop(name)
    found["date"] = held_by if len(held_by) > 1 else held_by["date"]
    return found


def _cells(sample: Sequence[Mapping[str, str]], column: str) -> list[str]:
    return [cell for row in sample if (cell := row.get(column, "").strip())]


def _read(text: str) -> str | None:
    try:
        return free_text.read(text).date
    except DateUnread:
        return None


def _share(sample: Sequence[Mapping[str, str]], column: str, year: str | None = None) -> float:
    """Tell the share of a column's cells that can be read as dates, those of the year beside them where there is one.

    A column without any word is what it is called.
    """
    cells = [(cell, row.get(year, "").strip() if year else "") for row in sample if (cell := row.get(column, "").strip())]
    return sum(_is_date(*one) for one in cells) / len(cells) if cells else float(not sample)


def _is_date(cell: str, year: str) -> bool:
    return free_text.is_in_year(cell, year) if year else _read(cell) is not None


def _are_days(sample: Sequence[Mapping[str, str]], column: str, year: str) -> bool:
    """Whether a column holds days or months that say their year themselves, and it is that of the column of years."""
    cells = _cells(sample, column)
    whole = sum(bool(re.search(r"\d-\d\d", _read(cell) or "")) for cell in cells) >= len(cells) * _SURELY
    return bool(cells) and whole and _share(sample, column, year) >= _SURELY


def _are_numbers(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    return all(
        re.fullmatch(r"[-+]?[\d.,]+", cell) and not re.fullmatch(r"1\d{3}|20\d\d|\d+[./]\d+[./]\d+", cell)
        for cell in _cells(sample, column)
    )


def _is_no_text(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    """Whether a column holds mostly addresses, or is empty in nearly every row, so that it is no title whatever it is called."""
    cells = _cells(sample, column)
    return _is_sparse(sample, column) or sum(bool(_ADDRESS.fullmatch(cell)) for cell in cells) * 2 > len(cells)


def _is_sparse(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    return len(_cells(sample, column)) * _SPARSE < len(sample)


def _is_prose(sample: Sequence[Mapping[str, str]], column: str) -> bool:
    """Whether words stand in a column, rather than codes, numbers or addresses, and in more rows than a few."""
    cells = _cells(sample, column)
    words = sum(bool(re.search(r"[^\W\d_]{2,}", cell)) and not re.fullmatch(r"\S*\d\S*", cell) for cell in cells)
    return not sample or (words * 2 > len(cells) and not _is_no_text(sample, column))


def _longest(columns: Iterable[str], sample: Sequence[Mapping[str, str]]) -> str | None:
    """Find the column with the most words, where words stand in it."""
    sizes = {
        column: sum(map(len, set(_cells(sample, column))))
        for column in columns
        if _cells(sample, column) and _is_prose(sample, column)
    }
    return max(sizes, key=lambda one: sizes[one], default=None)
