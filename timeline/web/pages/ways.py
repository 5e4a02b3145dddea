"""The ways from the timeline page to the same rows in Datasette: as a table, JSON, CSV and SQL.

Owns those addresses. Must not run anything: Datasette does, under its own permissions and limits.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette

from timeline.selection import conditions, time_order
from timeline.selection.conditions import Chosen, Params
from timeline.selection.snapshot import query_then
from timeline.selection.state import State

Ways = list[tuple[str, str]]
_FORMATS = (("JSON", ".json"), ("CSV", ".csv"), ("SQL", ""))
_COLUMNS = "date, title, summary, place, kind, attributed_to, part_of, sources, citations, version, id"


def to_datasette(datasette: Datasette, database: str, state: State, actor: str | None) -> Ways:
    """Give the ways, as (label, address), to all the happenings that a state chooses; to what once was known by a query."""
    chosen = conditions.chosen(state, actor)
    if state.as_of is not None:
        return [(label, _query(datasette, database, chosen, state.as_of, format_)) for label, format_ in _FORMATS]
    filters = _as_table(chosen)
    at = {format_: str(datasette.urls.table(database, "happenings", format=format_)) for format_ in ("json", "csv")}
    return [
        ("Table", _address(str(datasette.urls.table(database, "happenings")), filters)),
        ("JSON", _address(at["json"], [*filters, ("_shape", "array")])),
        ("CSV", _address(at["csv"], [*filters, ("_stream", "on")])),
        ("SQL", _query(datasette, database, chosen)),
    ]


def _as_table(chosen: Chosen) -> list[tuple[str, str]]:
    """Say it with the table's own filters where it has them, and with conditions for the rest."""
    filters = [(f"{name}__exact", str(chosen.params[name])) for name in ("status", "kind", "place") if name in chosen.params]
    plain = {f"happenings.{name} = :{name}" for name in ("status", "kind", "place")}
    # In parentheses: Datasette joins them with "and" as they are.
    conditions = [("_where", f"({_spelled(one, chosen.params)})") for one in chosen.where if one not in plain]
    return [*filters, *conditions, ("_sort", "time_order")]


def _query(datasette: Datasette, database: str, chosen: Chosen, as_of: int | None = None, format_: str = "") -> str:
    # Datasette binds every parameter as text: texts stay parameters, numbers are spelled out.
    numbers: Params = {name: value for name, value in chosen.params.items() if isinstance(value, int)}
    texts = [(name, str(value)) for name, value in chosen.params.items() if name not in numbers]
    conditions = "\n  and ".join(_spelled(f"({condition})", numbers) for condition in chosen.where) or "1"
    near = f", {_spelled(chosen.near, numbers)} as near" if chosen.near != "0" else ""
    sql = f"select {_COLUMNS}{near}\nfrom happenings\nwhere {conditions}\norder by {time_order.TABLE_ORDER}"
    if as_of is not None:
        sql = _spelled(query_then(sql), {"as_of": as_of})
    here = str(datasette.urls.database(database))
    if hasattr(datasette.urls, "database_query"):
        here += "/-/query"
    return _address(here + format_, [("sql", sql), *texts, *([("_shape", "array")] if format_ == ".json" else [])])


def _spelled(condition: str, params: Params) -> str:
    """Put values in the place of parameters, as SQL literals."""

    def literal(match: re.Match[str]) -> str:
        value = params.get(match[1])
        if value is None:
            return match[0]
        return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

    return re.sub(r":([a-z_0-9]+)", literal, condition)


def _address(path: str, query: list[tuple[str, Any]]) -> str:
    return f"{path}?{urlencode(query)}"
