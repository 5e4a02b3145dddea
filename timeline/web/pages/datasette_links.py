"""Links from the timeline page to the same rows in Datasette: as a table, JSON, CSV and SQL.

Owns those addresses. Must not run a query: Datasette does, under its own permissions and limits.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette

from timeline.selection import conditions, time_order
from timeline.selection.conditions import Chosen, Params
from timeline.selection.snapshot import query_then
from timeline.selection.state import State

Links = list[tuple[str, str]]
_FORMATS = (("JSON", ".json"), ("CSV", ".csv"), ("SQL", ""))
_COLUMNS = "date, title, summary, place, kind, attributed_to, part_of, sources, citations, version, id"


def of_state(datasette: Datasette, database: str, state: State, actor: str | None) -> Links:
    """Return (label, address) for all happenings of a state. The past has no table, only queries."""
    chosen = conditions.chosen(state, actor)
    if state.as_of is not None:
        return [(label, _query(datasette, database, chosen, state.as_of, suffix)) for label, suffix in _FORMATS]
    filters = _table_filters(chosen)
    table = {suffix: str(datasette.urls.table(database, "happenings", format=suffix)) for suffix in ("json", "csv")}
    return [
        ("Table", _address(str(datasette.urls.table(database, "happenings")), filters)),
        ("JSON", _address(table["json"], [*filters, ("_shape", "array")])),
        ("CSV", _address(table["csv"], [*filters, ("_stream", "on")])),
        ("SQL", _query(datasette, database, chosen)),
    ]


def _table_filters(chosen: Chosen) -> list[tuple[str, str]]:
    """Return the parameters of a table page: Datasette's own filters if they exist, and `_where` for the rest."""
    filters = [(f"{name}__exact", str(chosen.params[name])) for name in ("status", "kind", "place") if name in chosen.params]
    plain = {f"happenings.{name} = :{name}" for name in ("status", "kind", "place")}
    # In parentheses: Datasette joins them with "and" as they are.
    conditions = [("_where", f"({_with_literals(where, chosen.params)})") for where in chosen.where if where not in plain]
    return [*filters, *conditions, ("_sort", "time_order")]


def _query(datasette: Datasette, database: str, chosen: Chosen, as_of: int | None = None, suffix: str = "") -> str:
    # Datasette binds every parameter as text: texts stay parameters, numbers become literals.
    numbers: Params = {name: value for name, value in chosen.params.items() if isinstance(value, int)}
    texts = [(name, str(value)) for name, value in chosen.params.items() if name not in numbers]
    conditions = "\n  and ".join(_with_literals(f"({condition})", numbers) for condition in chosen.where) or "1"
    near = f", {_with_literals(chosen.near, numbers)} as near" if chosen.near != "0" else ""
    sql = f"select {_COLUMNS}{near}\nfrom happenings\nwhere {conditions}\norder by {time_order.TABLE_ORDER}"
    if as_of is not None:
        sql = _with_literals(query_then(sql), {"as_of": as_of})
    address = str(datasette.urls.database(database))
    if hasattr(datasette.urls, "database_query"):
        address += "/-/query"
    return _address(address + suffix, [("sql", sql), *texts, *([("_shape", "array")] if suffix == ".json" else [])])


def _with_literals(condition: str, params: Params) -> str:
    """Replace parameters by their values as SQL literals."""

    def literal(match: re.Match[str]) -> str:
        value = params.get(match[1])
        if value is None:
            return match[0]
        return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"

    return re.sub(r":([a-z_0-9]+)", literal, condition)


def _address(path: str, query: list[tuple[str, Any]]) -> str:
    return f"{path}?{urlencode(query)}"
