"""`.timeline`: any rows that have a date, drawn in time order. No database of ours is needed.

Owns what becomes of the rows of a table, a view, a question or a piece of SQL once Datasette has fetched them: which
column says when, the years, what was left out, and the ways back. Must not fetch rows itself, but for the message of
SQL that failed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from datasette.utils import path_from_row_pks, tilde_decode
from markupsafe import Markup

from timeline import dates
from timeline.reading import wording
from timeline.web import assets, guess, links, working

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

FORMAT = "timeline"
SCRIPTS = (
    "rows.js", "axis.js", "calendar.js", "caption.js", "column.js", "controls.js", "datewords.js", "drawing.js", "gestures.js",
    "layout.js", "loader.js", "marks.js", "pen.js", "scale.js", "strip.js",
)  # fmt: skip
# So many cells are shown, but so many columns at least.
MOST_CELLS, FEWEST_COLUMNS = 50_000, 20
# Among so many columns it is looked for dates unasked.
MOST_GUESSED = 50
# Arguments that say how to draw the rows, not which rows.
_HOW = ("_date", "_until", "_title", "_format", "_labels")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows as Datasette hands them over, and the columns by which to draw them."""

    datasette: Datasette
    request: Request
    database: str
    table: str | None
    sql: str | None
    data: dict[str, Any]
    columns: list[str]
    rows: list[dict[str, Any]]
    date: str | None
    until: str | None
    title: str | None

    @property
    def shown(self) -> list[str]:
        """The columns that are shown: the first ones, where there are very many, and those that the drawing is of."""
        room = max(FEWEST_COLUMNS, MOST_CELLS // max(1, len(self.rows)))
        return [column for place, column in enumerate(self.columns) if place < room or column in self.drawn]

    @property
    def drawn(self) -> tuple[str | None, ...]:
        """The columns that the drawing is of."""
        return self.date, self.until, self.title


def can_render(columns: Sequence[str], rows: Sequence[links.Row]) -> bool:
    """Say whether the rows have a column that plausibly says when."""
    guessed = columns[:MOST_GUESSED]
    return guess.date_column(guessed, _as_lists(guessed, rows[: guess.SAMPLE])) is not None


async def render(
    datasette: Datasette,
    columns: Sequence[str],
    rows: Sequence[links.Row],
    sql: str | None,
    database: str,
    table: str | None,
    request: Request,
    data: dict[str, Any],
) -> dict[str, Any]:
    """Draw the rows. Gives 400 where the SQL failed or no column says when, with a page that tells what to do."""
    lists = _as_lists(columns, rows)
    date = request.args.get("_date") or guess.date_column(columns[:MOST_GUESSED], lists)
    found = Rows(
        datasette, request, database, table, sql, data, list(columns),
        [dict(zip(columns, values, strict=True)) for values in lists],
        date, _until(request, columns, date), request.args.get("_title") or guess.title_column(columns, lists, date),
    )  # fmt: skip
    from timeline.web.pages import frame  # noqa: PLC0415 - it names Datasette's own types, which it has not made when it loads us

    problem = await _problem(found)
    context = {**_frame(found), "problem": problem}
    if problem is None:
        context.update(_left_out(found))
        items = await _items(found)
        context.update(_in_time_order(items))
        context["drawing"] = await working.in_thread(_drawing, items)
        context["drawing_style"] = assets.address(datasette, "drawing.css")
        context["scripts"] = [assets.address(datasette, name) for name in SCRIPTS]
    here = [(_address(found, FORMAT, {}), "as a timeline")]
    trail = [(datasette.urls.table(database, table), table), *here] if table else here
    response = await frame.respond(datasette, request, "timeline_rows.html", context, trail=trail)
    # A dictionary, because one version of Datasette overwrites the status of a Response.
    return {"body": response.body, "status_code": 400 if problem else 200, "content_type": "text/html; charset=utf-8"}


def _until(request: Request, columns: Sequence[str], date: str | None) -> str | None:
    chosen = request.args.get("_until")
    return guess.until_column(columns, date) if chosen is None else chosen or None


def _as_lists(columns: Sequence[str], rows: Sequence[links.Row]) -> list[list[Any]]:
    return [[row[column] for column in columns] if isinstance(row, dict) else list(row) for row in rows]


async def _problem(found: Rows) -> str | None:
    if not found.columns:
        if not found.sql:
            return "There are no rows here to draw: choose a table, or run some SQL."
        return f"The SQL failed: {found.data.get('error') or await _why_it_failed(found, found.sql)}"
    for column in found.drawn:
        if column is not None and column not in found.columns:
            return f"There is no column {column} here. Choose one of those below."
    if found.date is None and found.rows:
        return "None of these columns seems to hold dates. If one does, choose it below."
    return None


async def _why_it_failed(found: Rows, sql: str) -> str:
    # Not every version says why; SQL that failed once fails again, and says so at once.
    parameters = {name: found.request.args.get(name) or "" for name in re.findall(r":([A-Za-z_]\w*)", sql)}
    try:
        await found.datasette.execute(found.database, sql, parameters, truncate=True, log_sql_errors=False)
    except sqlite3.Error as error:
        return str(error)
    return "try it again."


def _frame(found: Rows) -> dict[str, Any]:
    return {
        "database": found.database,
        "table": found.table,
        "named": found.table or _query_name(found) or found.database,
        "columns": found.columns,
        "date_column": found.date,
        "until_column": found.until,
        "title_column": found.title,
        "count": len(found.rows),
        "columns_shown": len(found.shown),
        "as_table": _address(found, None),
        "as_json": _address(found, "json"),
        "as_csv": _address(found, "csv"),
        "form_action": _address(found, FORMAT).partition("?")[0],
        "form_keeps": [pair for pair in _arguments(found) if pair[0] not in _HOW],
    }


def _query_name(found: Rows) -> str | None:
    """Name the question whose rows these are; None for SQL that somebody wrote."""
    parts = (found.request.scope.get("route_path") or found.request.path).removesuffix(f".{FORMAT}").strip("/").split("/")
    return tilde_decode(parts[1]) if len(parts) == 2 and parts[1] != "-" else None


def _left_out(found: Rows) -> dict[str, Any]:
    if found.table is None:
        limit = found.datasette.setting("max_returned_rows")
        return {"cut_off": bool(found.data.get("truncated")) or len(found.rows) >= limit, "limit": limit}
    next_page = _next_page(found)
    in_order = found.date in (found.request.args.get("_sort"), found.request.args.get("_sort_desc"))
    from_the_first = _address(found, FORMAT, {"_sort": found.date, "_sort_desc": None, "_next": None})
    return {"next_page": next_page, "in_order": None if in_order or not next_page else from_the_first}


def _next_page(found: Rows) -> str | None:
    # Datasette puts base_url before an address that has it: only what it adds to the arguments is taken from it.
    address = found.data.get("next_url")
    if not address:
        return None
    added = dict(parse_qsl(urlsplit(address).query))
    return _address(found, FORMAT, {name: added[name] for name in ("_next", "_sort", "_sort_desc") if name in added})


async def _items(found: Rows) -> list[dict[str, Any]]:
    addresses = await _addresses(found)

    def reader(name: str, how: str) -> guess.Reader:
        return guess.reader(name, [row.get(name) for row in found.rows], chosen=bool(found.request.args.get(how)))

    read, ends = reader(found.date or "", "_date"), reader(found.until or "", "_until")

    def when(row: dict[str, Any]) -> dates.Edtf | None:
        begins = read(row[found.date or ""])
        return guess.joined(begins, ends(row[found.until])) if found.until else begins

    def told() -> list[tuple[dates.Edtf | None, str | None]]:
        read_dates = [when(row) for row in found.rows]
        return [(date, _said(date) if date else None) for date in read_dates]

    items = []
    with working.Slices() as slices:
        for row, address, (date, words) in zip(found.rows, addresses, await working.in_thread(told), strict=True):
            items.append({**await _item(found, row, address), "date": date, "words": words})
            await slices.pause()
    return items


async def _addresses(found: Rows) -> list[str | None]:
    database = found.datasette.get_database(found.database)
    if found.table is None or not await database.table_exists(found.table):
        return [None] * len(found.rows)
    keys = await database.primary_keys(found.table)
    if not set(keys or ["rowid"]) <= set(found.columns):
        return [None] * len(found.rows)
    address = found.datasette.urls.table(found.database, found.table)
    return [f"{address}/{path_from_row_pks(_unlabelled(row), keys, not keys)}" for row in found.rows]


def _unlabelled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value["value"] if isinstance(value, dict) else value for name, value in row.items()}


async def _item(found: Rows, row: dict[str, Any], address: str | None) -> dict[str, Any]:
    shown = {column: await _shown(found, row, column) for column in found.shown}
    title = shown[found.title] if found.title else None
    if address and not isinstance(title, Markup):
        title = Markup('<a href="{}">{}</a>').format(address, title or "row")
    if isinstance(by := row.get("attributed_to"), str) and by and found.title == "title":
        title = Markup("{}{}").format(wording.claimed(links.shortened(found.datasette, by)), title)
    return {
        "retracted": row.get("status") == "retracted",
        "raw": shown[found.date or ""],
        "title": title,
        "details": [
            (column, text) for column, text in shown.items() if text is not None and column not in (found.date, found.title)
        ],
    }


async def _shown(found: Rows, row: dict[str, Any], column: str) -> str | Markup | None:
    value = row[column]
    link = links.cell(links.Cell(found.datasette, found.database, found.table, column, row, value))
    if link is not None and not isinstance(link, Markup):
        link = await link
    if link is not None:
        return link
    if isinstance(value, dict):
        value = value.get("label") or value.get("value")
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    text = links.shortened(found.datasette, str(value))
    if isinstance(value, str) and _URL.fullmatch(value.strip()):
        return Markup('<a href="{}">{}</a>').format(value.strip(), text)
    return text


def _in_time_order(items: list[dict[str, Any]]) -> dict[str, Any]:
    years: dict[str, list[dict[str, Any]]] = {}
    for number, item in enumerate(items):
        item["anchor"] = f"row-{number + 1}"
    for item in sorted((item for item in items if item["date"]), key=lambda item: _when(item["date"])):
        years.setdefault(_year(item["date"]), []).append(item)
    return {"years": list(years.items()), "undated": [item for item in items if not item["date"]]}


def _drawing(items: list[dict[str, Any]]) -> Markup:
    """Give the rows as the drawn timeline reads them: JSON that may stand in a script element."""
    from timeline.web.drawing import answers, axis, gather, shape  # noqa: PLC0415 - as above

    drawn, placed = [], []
    for item in items:
        if not item["date"]:
            continue
        drawn_as = shape.of(item["date"])
        if days := shape.stands(drawn_as):
            title = item["title"].striptags() if isinstance(item["title"], Markup) else str(item["title"] or "row")
            marks = ["retracted"] if item["retracted"] else []
            drawn.append({"id": item["anchor"], "title": title[:200], "lanes": [0], "marks": marks, **drawn_as})
            placed.append(days)
    drawn_on = axis.of_days(placed)
    periods = drawn_on.periods(answers.BARS, broken=True)
    overview = {
        "first": drawn_on.first,
        "last": drawn_on.last,
        "parts": drawn_on.parts,
        "bars": gather.standing(placed, periods),
        "exact": True,
        "total": len(placed),
    }
    return answers.in_script({"overview": overview, "items": drawn})


def _said(date: dates.Edtf) -> str:
    from timeline.web.pages import when  # noqa: PLC0415 - as above

    return when.said(date.text)


def _when(date: dates.Edtf) -> tuple[float, float, float, str]:
    # As everywhere: by the beginning, or where that is not known by the end, within the day by the time; of those that begin
    # together the longest first, and what has no known end last.
    begins, ends, never = date.earliest_day, date.latest_day, float("inf")
    first = next((day for day in (begins, ends) if day is not None), never)
    return first, dates.day_second(date.text), never if ends is None else -ends, date.text


def _year(date: dates.Edtf) -> str:
    if date.year is None:
        return "Year not known"
    from timeline.web.pages import when  # noqa: PLC0415 - as above

    return when.year_name(date.year)


def _address(found: Rows, extension: str | None, changes: dict[str, str | None] | None = None) -> str:
    """Give the address of the same rows in another format, with some arguments changed (None takes one away)."""
    path = (found.request.scope.get("route_path") or found.request.path).partition("?")[0].removesuffix(f".{FORMAT}")
    changes = {**dict.fromkeys(("_format",) if extension == FORMAT else _HOW), **(changes or {})}
    arguments = [pair for pair in _arguments(found) if pair[0] not in changes]
    arguments += [(name, value) for name, value in changes.items() if value is not None]
    address = str(found.datasette.urls.path(f"{path}.{extension}" if extension else path))
    return f"{address}?{urlencode(arguments)}" if arguments else address


def _arguments(found: Rows) -> list[tuple[str, str]]:
    return parse_qsl(found.request.query_string, keep_blank_values=True)
