"""What every table and column of a timeline is, in words, and how Datasette sorts, counts and searches them.

Owns `descriptions.json`. metadata.json carries the same (and a test that they agree), because people look there; here they are
given for every timeline, whatever its name. What stands in the file that Datasette was started with comes before ours, word
by word. Must not describe any other database.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from timeline.web import access

if TYPE_CHECKING:
    from datasette.app import Datasette

Described = dict[str, Any]

# What Datasette may ask about, if we are to have an answer; None is everything. It asks for "tables" alone to learn who may
# read them, dozens of times for a page, and copies what it is given: of that there is nothing here.
_KEYS = (None, "databases", "description")
# Two ways to say the same thing: where the file says one, ours says neither.
_ORDERS = {"sort", "sort_desc"}

_added: WeakKeyDictionary[Datasette, set[str]] = WeakKeyDictionary()


def as_metadata() -> Described:
    """Give the description and the tables of a timeline as metadata.json holds them: a copy, to change at will."""
    result: Described = _copy(_shipped())
    return result


@cache
def _shipped() -> Described:
    text = resources.files(__package__).joinpath("descriptions.json").read_text(encoding="utf-8")
    result: Described = json.loads(text)
    return result


def _copy(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    # Datasette asks for this dozens of times for a page, and writes into what it is given.
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, list) else value


def offered(datasette: Datasette, key: str | None, database: str | None) -> Described:
    """Give the descriptions of the databases that are known to be timelines, to a Datasette that lays the file over them."""
    if key not in _KEYS:
        return {}
    names = datasette.databases if database is None else [database]
    found = [name for name in names if name in datasette.databases and access.known_timeline(datasette.databases[name])]
    return {"databases": {name: _beside_the_file(datasette, name) for name in found}} if found else {}


def _beside_the_file(datasette: Datasette, database: str) -> Described:
    result = as_metadata()
    of_file = (getattr(datasette, "_metadata_local", None) or {}).get("databases") or {}
    for name, table in ((of_file.get(database) or {}).get("tables") or {}).items():
        if name in result["tables"] and _ORDERS & set(table or {}):
            result["tables"][name] = {key: value for key, value in result["tables"][name].items() if key not in _ORDERS}
    return result


async def add_where_kept(datasette: Datasette) -> None:
    """Find out which databases are timelines, and describe them to a Datasette that keeps descriptions of its own."""
    added = _added.setdefault(datasette, set())
    for name in [name for name in datasette.databases if name not in added]:
        if not await access.is_timeline(datasette.get_database(name)) or name in added:
            continue
        added.add(name)
        if hasattr(datasette, "set_resource_metadata"):
            await _keep(datasette, name)


async def _keep(datasette: Datasette, database: str) -> None:
    from datasette.utils import move_table_config  # noqa: PLC0415 - not every version has it

    words, settings = move_table_config({"databases": {database: as_metadata()}}, {})
    _configure(datasette, database, settings["databases"][database]["tables"])
    described = words["databases"][database]
    if "description" not in await datasette.get_database_metadata(database):
        await datasette.set_database_metadata(database, "description", described["description"])
    for table, entry in described["tables"].items():
        present = await datasette.get_resource_metadata(database, table)
        if "description" not in present:
            await datasette.set_resource_metadata(database, table, "description", entry["description"])
        for column, said in entry["columns"].items():
            if "description" not in await datasette.get_column_metadata(database, table, column):
                await datasette.set_column_metadata(database, table, column, "description", said)


def _configure(datasette: Datasette, database: str, settings: Described) -> None:
    # Datasette has no other way to be told of these than the file that it was started with, which it holds here.
    if datasette.config is None:
        datasette.config = {}
    tables = datasette.config.setdefault("databases", {}).setdefault(database, {}).setdefault("tables", {})
    for name, ours in settings.items():
        table = tables.setdefault(name, {})
        both = _ORDERS if _ORDERS & table.keys() else set()
        table.update({key: value for key, value in ours.items() if key not in table and key not in both})
