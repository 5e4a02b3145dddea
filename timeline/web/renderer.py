"""`.timeline`: any rows with a date, drawn in time order. No database of ours is needed.

Owns the page for the rows of a table, a view, a question or SQL that Datasette has fetched: the choice of columns, the years, the
rows that are left out, and the links back. Must not fetch rows itself, except to get the message of failed SQL.
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
from timeline.web import assets, column_guesses, links, scheduling

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

FORMAT = "timeline"
# The most cells that a page shows, and the fewest columns.
MOST_CELLS, FEWEST_COLUMNS = 50_000, 20
# The number of columns among which a date column is guessed.
MOST_GUESSED = 50
# The parameters that say how to draw the rows, not which rows.
_DRAWING = ("_date", "_until", "_title", "_format", "_labels")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows from Datasette, and the columns by which to draw them."""

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
        """The columns that the page shows: the first ones if there are very many, and those that are drawn."""
        room = max(FEWEST_COLUMNS, MOST_CELLS // max(1, len(self.rows)))
        return [column for place, column in enumerate(self.columns) if place < room or column in self.drawn]

    @property
    def drawn(self) -> tuple[str | None, ...]:
        """The columns that are drawn."""
        return self.date, self.until, self.title


def can_render(columns: Sequence[str], rows: Sequence[links.Row]) -> bool:
    """Whether the rows have a column that plausibly holds dates."""
    guessed = columns[:MOST_GUESSED]
    return column_guesses.date_column(guessed, _as_lists(guessed, rows[: column_guesses.SAMPLE])) is not None


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
    """Draw the rows; 400 if the SQL failed or no column holds dates, with advice on the page."""
    lists = _as_lists(columns, rows)
    date = request.args.get("_date") or column_guesses.date_column(columns[:MOST_GUESSED], lists)
    result = Rows(
        datasette, request, database, table, sql, data, list(columns),
        [dict(zip(columns, values, strict=True)) for values in lists],
        date, _until(request, columns, date), request.args.get("_title") or column_guesses.title_column(columns, lists, date),
    )  # fmt: skip
    from timeline.web.pages import page_frame  # noqa: PLC0415 - it imports Datasette's types, which do not exist yet when it loads plugins

    problem = await _problem(result)
    context = {**_context(result), "problem": problem}
    if problem is None:
        context.update(_left_out(result))
        items = await _items(result)
        context.update(_in_time_order(items))
        context["drawing"] = await scheduling.in_thread(_drawing, items)
        context["drawing_style"] = assets.address(datasette, "drawing.css")
        context["script"] = assets.address(datasette, "rows.js")
    here = [(_address(result, FORMAT, {}), "as a timeline")]
    trail = [(datasette.urls.table(database, table), table), *here] if table else here
    response = await page_frame.respond(datasette, request, "timeline_rows.html", context, trail=trail)
    # A dictionary, because Datasette 0.65 overwrites the status of a Response.
    return {"body": response.body, "status_code": 400 if problem else 200, "content_type": "text/html; charset=utf-8"}


def _until(request: Request, columns: Sequence[str], date: str | None) -> str | None:
    chosen = request.args.get("_until")
    return column_guesses.until_column(columns, date) if chosen is None else chosen or None


def _as_lists(columns: Sequence[str], rows: Sequence[links.Row]) -> list[list[Any]]:
    return [[row[column] for column in columns] if isinstance(row, dict) else list(row) for row in rows]


async def _problem(result: Rows) -> str | None:
    if not result.columns:
        if not result.sql:
            return "There are no rows here to draw: choose a table, or run some SQL."
        return f"The SQL failed: {result.data.get('error') or await _sql_error(result, result.sql)}"
    for column in result.drawn:
        if column is not None and column not in result.columns:
            return f"There is no column {column} here. Choose one of those below."
    if result.date is None and result.rows:
        return "None of these columns seems to hold dates. If one does, choose it below."
    return None


async def _sql_error(result: Rows, sql: str) -> str:
    # Not every version passes the message on. SQL that failed once fails again at once.
    parameters = {name: result.request.args.get(name) or "" for name in re.findall(r":([A-Za-z_]\w*)", sql)}
    try:
        await result.datasette.execute(result.database, sql, parameters, truncate=True, log_sql_errors=False)
    except sqlite3.Error as error:
        return str(error)
    return "try it again."


def _context(result: Rows) -> dict[str, Any]:
    return {
        "database": result.database,
        "table": result.table,
        "named": result.table or _query_name(result) or result.database,
        "columns": result.columns,
        "date_column": result.date,
        "until_column": result.until,
        "title_column": result.title,
        "count": len(result.rows),
        "columns_shown": len(result.shown),
        "as_table": _address(result, None),
        "as_json": _address(result, "json"),
        "as_csv": _address(result, "csv"),
        "form_action": _address(result, FORMAT).partition("?")[0],
        "form_keeps": [pair for pair in _parameters(result) if pair[0] not in _DRAWING],
    }


def _query_name(result: Rows) -> str | None:
    """Return the name of the question whose rows these are; None for SQL that somebody wrote."""
    parts = (result.request.scope.get("route_path") or result.request.path).removesuffix(f".{FORMAT}").strip("/").split("/")
    return tilde_decode(parts[1]) if len(parts) == 2 and parts[1] != "-" else None


def _left_out(result: Rows) -> dict[str, Any]:
    if result.table is None:
        limit = result.datasette.setting("max_returned_rows")
        return {"cut_off": bool(result.data.get("truncated")) or len(result.rows) >= limit, "limit": limit}
    next_page = _next_page(result)
    in_order = result.date in (result.request.args.get("_sort"), result.request.args.get("_sort_desc"))
    from_the_first = _address(result, FORMAT, {"_sort": result.date, "_sort_desc": None, "_next": None})
    return {"next_page": next_page, "in_order": None if in_order or not next_page else from_the_first}


def _next_page(result: Rows) -> str | None:
    # Datasette doubles base_url in this address, so only the parameters that it adds are used.
    address = result.data.get("next_url")
    if not address:
        return None
    added = dict(parse_qsl(urlsplit(address).query))
    return _address(result, FORMAT, {name: added[name] for name in ("_next", "_sort", "_sort_desc") if name in added})


async def _items(result: Rows) -> list[dict[str, Any]]:
    addresses = await _addresses(result)

    def reader(name: str, parameter: str) -> column_guesses.Reader:
        return column_guesses.reader(name, [row.get(name) for row in result.rows], chosen=bool(result.request.args.get(parameter)))

    read, ends = reader(result.date or "", "_date"), reader(result.until or "", "_until")

    def when(row: dict[str, Any]) -> dates.Edtf | None:
        begins = read(row[result.date or ""])
        return column_guesses.interval(begins, ends(row[result.until])) if result.until else begins

    def all_dates() -> list[tuple[dates.Edtf | None, str | None]]:
        read_dates = [when(row) for row in result.rows]
        return [(date, _words(date) if date else None) for date in read_dates]

    items = []
    with scheduling.Slices() as slices:
        for row, address, (date, words) in zip(result.rows, addresses, await scheduling.in_thread(all_dates), strict=True):
            items.append({**await _item(result, row, address), "date": date, "words": words})
            await slices.pause()
    return items


async def _addresses(result: Rows) -> list[str | None]:
    database = result.datasette.get_database(result.database)
    if result.table is None or not await database.table_exists(result.table):
        return [None] * len(result.rows)
    keys = await database.primary_keys(result.table)
    if not set(keys or ["rowid"]) <= set(result.columns):
        return [None] * len(result.rows)
    address = result.datasette.urls.table(result.database, result.table)
    return [f"{address}/{path_from_row_pks(_without_labels(row), keys, not keys)}" for row in result.rows]


def _without_labels(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value["value"] if isinstance(value, dict) else value for name, value in row.items()}


async def _item(result: Rows, row: dict[str, Any], address: str | None) -> dict[str, Any]:
    shown = {column: await _cell_in_html(result, row, column) for column in result.shown}
    title = shown[result.title] if result.title else None
    if address and not isinstance(title, Markup):
        title = Markup('<a href="{}">{}</a>').format(address, title or "row")
    if isinstance(by := row.get("attributed_to"), str) and by and result.title == "title":
        title = Markup("{}{}").format(wording.claimed(links.shortened(result.datasette, by)), title)
    return {
        "retracted": row.get("status") == "retracted",
        "raw": shown[result.date or ""],
        "title": title,
        "details": [
            (column, text) for column, text in shown.items() if text is not None and column not in (result.date, result.title)
        ],
    }


async def _cell_in_html(result: Rows, row: dict[str, Any], column: str) -> str | Markup | None:
    value = row[column]
    link = links.cell(links.Cell(result.datasette, result.database, result.table, column, row, value))
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
    text = links.shortened(result.datasette, str(value))
    if isinstance(value, str) and _URL.fullmatch(value.strip()):
        return Markup('<a href="{}">{}</a>').format(value.strip(), text)
    return text


def _in_time_order(items: list[dict[str, Any]]) -> dict[str, Any]:
    years: dict[str, list[dict[str, Any]]] = {}
    for number, item in enumerate(items):
        item["anchor"] = f"row-{number + 1}"
    for item in sorted((item for item in items if item["date"]), key=lambda item: _sort_key(item["date"])):
        years.setdefault(_year(item["date"]), []).append(item)
    return {"years": list(years.items()), "undated": [item for item in items if not item["date"]]}


def _drawing(items: list[dict[str, Any]]) -> Markup:
    """Return the rows as the drawn timeline reads them: JSON for a script element."""
    from timeline.web.drawing import answers, axis, shape, stretches  # noqa: PLC0415 - as above

    drawn, spans = [], []
    for item in items:
        if not item["date"]:
            continue
        drawn_as = shape.of_date(item["date"])
        if span := shape.span(drawn_as):
            title = item["title"].striptags() if isinstance(item["title"], Markup) else str(item["title"] or "row")
            marks = ["retracted"] if item["retracted"] else []
            drawn.append({"id": item["anchor"], "title": title[:200], "lanes": [0], "marks": marks, **drawn_as})
            spans.append(span)
    drawn_on = axis.of_spans(spans)
    periods = drawn_on.periods(answers.BARS, broken=True)
    overview = {
        "first": drawn_on.first,
        "last": drawn_on.last,
        "parts": drawn_on.parts,
        "bars": stretches.bars_of(spans, periods),
        "exact": True,
        "total": len(spans),
    }
    return answers.in_script({"overview": overview, "items": drawn})


def _words(date: dates.Edtf) -> str:
    from timeline.web.pages import date_wording  # noqa: PLC0415 - as above

    return date_wording.capitalised(date.text)


def _sort_key(date: dates.Edtf) -> tuple[float, float, float, str]:
    # As everywhere: by the beginning, or by the end if that is not known, and by the time within the day. Of dates that begin
    # together, the longest comes first, and one without a known end last.
    begins, ends, never = date.earliest_day, date.latest_day, float("inf")
    first = next((day for day in (begins, ends) if day is not None), never)
    return first, dates.day_second(date.text), never if ends is None else -ends, date.text


def _year(date: dates.Edtf) -> str:
    if date.year is None:
        return "Year not known"
    from timeline.web.pages import date_wording  # noqa: PLC0415 - as above

    return date_wording.year_name(date.year)


def _address(result: Rows, extension: str | None, changes: dict[str, str | None] | None = None) -> str:
    """Return the address of the same rows in another format, with some parameters changed (None removes one)."""
    path = (result.request.scope.get("route_path") or result.request.path).partition("?")[0].removesuffix(f".{FORMAT}")
    changes = {**dict.fromkeys(("_format",) if extension == FORMAT else _DRAWING), **(changes or {})}
    parameters = [pair for pair in _parameters(result) if pair[0] not in changes]
    parameters += [(name, value) for name, value in changes.items() if value is not None]
    address = str(result.datasette.urls.path(f"{path}.{extension}" if extension else path))
    return f"{address}?{urlencode(parameters)}" if parameters else address


def _parameters(result: Rows) -> list[tuple[str, str]]:
    return parse_qsl(result.request.query_string, keep_blank_values=True)
