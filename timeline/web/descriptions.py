"""The descriptions of every table and column of a timeline, and how Datasette sorts, counts and searches them.

Owns `descriptions.json`. metadata.json carries the same, because people look there; a test holds that they agree. Here they are
given for every timeline, whatever its name. The descriptions of the metadata file come first, one by one. Must not describe any
other database.
"""

from __future__ import annotations

import json
import sqlite3
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from timeline.web import access

if TYPE_CHECKING:
    from datasette.app import Datasette

Described = dict[str, Any]

# The keys that we answer; None is everything. Datasette also asks for "tables", dozens of times for a page, to learn who may read
# them; we have nothing to say about that, and an answer would be copied each time.
_KEYS = (None, "databases", "description")
# Two settings with one purpose: if the metadata file has one, ours has neither.
_ORDERS = {"sort", "sort_desc"}

_added: WeakKeyDictionary[Datasette, set[str]] = WeakKeyDictionary()


def as_metadata() -> Described:
    """Return the description and the tables of a timeline as metadata.json holds them, in a copy that the caller may change."""
    result: Described = _copy(_shipped())
    return result


def of_database() -> str:
    """Return the description that we give to the page of a database."""
    return str(_shipped()["description"])


@cache
def _shipped() -> Described:
    text = resources.files(__package__).joinpath("descriptions.json").read_text(encoding="utf-8")
    result: Described = json.loads(text)
    return result


def _copy(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    # Faster than deepcopy: Datasette asks dozens of times for a page, and writes into the answer.
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, list) else value


def of_databases(datasette: Datasette, key: str | None, database: str | None) -> Described:
    """Return the descriptions of known timelines, for Datasette 0.65, which lays the metadata file over them."""
    if key not in _KEYS:
        return {}
    names = datasette.databases if database is None else [database]
    timelines = [name for name in names if name in datasette.databases and access.known_timeline(datasette.databases[name])]
    return {"databases": {name: _beside_the_file(datasette, name) for name in timelines}} if timelines else {}


def _beside_the_file(datasette: Datasette, database: str) -> Described:
    result = as_metadata()
    of_file = (getattr(datasette, "_metadata_local", None) or {}).get("databases") or {}
    for name, table in ((of_file.get(database) or {}).get("tables") or {}).items():
        if name in result["tables"] and _ORDERS & set(table or {}):
            result["tables"][name] = {key: value for key, value in result["tables"][name].items() if key not in _ORDERS}
    return result


async def add_to_datasette(datasette: Datasette) -> None:
    """Find the timelines, and describe them to a Datasette that stores descriptions (1.0)."""
    added = _added.setdefault(datasette, set())
    for name in [name for name in datasette.databases if name not in added]:
        if not await access.is_timeline(datasette.get_database(name)) or name in added:
            continue
        added.add(name)
        if hasattr(datasette, "set_resource_metadata"):
            await _store(datasette, name)


async def _store(datasette: Datasette, database: str) -> None:
    from datasette.utils import move_table_config  # noqa: PLC0415 - not every version has it

    words, settings = move_table_config({"databases": {database: as_metadata()}}, {})
    _configure(datasette, database, settings["databases"][database]["tables"])
    described = words["databases"][database]
    tables = described["tables"].items()
    columns = [(name, *column) for name, entry in tables for column in entry["columns"].items()]

    def write(connection: sqlite3.Connection) -> None:
        # Datasette's own calls write one description at a time, each in a transaction: hundreds of them made every start slow.
        for kind, names, rows in (
            ("databases", "", [(described["description"],)]),
            ("resources", ", resource_name", [(name, entry["description"]) for name, entry in tables]),
            ("columns", ", resource_name, column_name", columns),
        ):
            values = "?, " * len(rows[0])
            connection.executemany(
                f"INSERT INTO metadata_{kind} (key, database_name{names}, value) VALUES ('description', ?, {values[:-2]})"
                " ON CONFLICT DO NOTHING",
                [(database, *row) for row in rows],
            )

    await datasette.get_internal_database().execute_write_fn(write)


def _configure(datasette: Datasette, database: str, settings: Described) -> None:
    # Datasette takes these settings only from the file that it was started with, which it holds here.
    if datasette.config is None:
        datasette.config = {}
    tables = datasette.config.setdefault("databases", {}).setdefault(database, {}).setdefault("tables", {})
    for name, ours in settings.items():
        table = tables.setdefault(name, {})
        both = _ORDERS if _ORDERS & table.keys() else set()
        table.update({key: value for key, value in ours.items() if key not in table and key not in both})
