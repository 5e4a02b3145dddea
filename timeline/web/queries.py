"""The questions that people ask of a timeline, ready to run.

Owns the SQL files in `queries/`: the name of a file is the question's name, its comment the title and the description, its
parameters the fields of the form. Must not run them. metadata.json carries the same questions, because plain Datasette reads them
there; a test holds that they agree. Here they are offered for every timeline, whatever its name, and to versions that ignore the
queries of metadata.json. A question is closed to a visitor who may not read one of its tables.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from timeline.web import access, permission_rules

if TYPE_CHECKING:
    from datasette.app import Datasette

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_READS = re.compile(r"\b(?:from|join)\s+([a-z_]+)\b(?!\s*\()", re.MULTILINE)

_in_file: WeakKeyDictionary[Datasette, dict[str, dict[str, Any]]] = WeakKeyDictionary()
_added: WeakKeyDictionary[Datasette, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Question:
    """One question: its name in the address, its title and description, and its SQL."""

    name: str
    title: str
    description: str
    sql: str

    @property
    def parameters(self) -> list[str]:
        """The parameters of the question, in order."""
        return list(dict.fromkeys(_PARAMETER.findall(_code(self.sql))))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the question reads."""
        return tuple(sorted(set(_READS.findall(_code(self.sql)))))

    def as_metadata(self) -> dict[str, Any]:
        """Return the question as metadata.json holds it."""
        entry = {"title": self.title, "description": self.description, "sql": self.sql, "hide_sql": True}
        return {**entry, "params": self.parameters} if self.parameters else entry


@cache
def questions() -> dict[str, Question]:
    """Return the questions by name, in the order in which pages list them."""
    folder = resources.files(__package__).joinpath("queries")
    names = (
        "in_a_period",
        "search",
        "took_part_together",
        "supported_by_source",
        "single_source",
        "sources_disagree",
        "changed_since",
        "as_of",
    )
    return {name: _question(name, folder.joinpath(f"{name}.sql").read_text(encoding="utf-8")) for name in names}


def as_metadata() -> dict[str, Any]:
    """Return all questions as the `queries` of a database in metadata.json."""
    return {name: question.as_metadata() for name, question in questions().items()}


def _question(name: str, text: str) -> Question:
    lines = text.strip().splitlines()
    comment = [line[3:] for line in lines if line.startswith("-- ")]
    sql = "\n".join(line for line in lines if not line.startswith("-- "))
    return Question(name, comment[0], " ".join(comment[1:]), sql)


def _code(sql: str) -> str:
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)


async def for_database(datasette: Datasette, database: str, actor: dict[str, Any] | None) -> dict[str, Any]:
    """Return the questions for a database, closed ones with `allow: false`. Queries of the metadata file replace ours.

    The result is new for each visitor, because Datasette changes it.
    """
    if not await access.is_timeline(datasette.get_database(database)):
        return {}
    result = {**as_metadata(), **copy.deepcopy(_of_file(datasette, database))}
    for name, question in questions().items():
        if await _closed(datasette, actor, database, question):
            result[name]["allow"] = False
    return result


async def denials(datasette: Datasette, actor: dict[str, Any] | None) -> object:
    """Return the rules that close questions to an actor, for Datasette 1.0."""
    await add_to_datasette(datasette)
    closed = [
        (database, name)
        for database in _added.get(datasette, ())
        if database in datasette.databases
        for name, question in questions().items()
        if await _closed(datasette, actor, database, question)
    ]
    return permission_rules.denial(closed, "reads a table that is denied")


async def add_to_datasette(datasette: Datasette) -> None:
    """Add the questions of each timeline to a Datasette that stores queries (1.0). It never replaces a stored query."""
    if not hasattr(datasette, "add_query"):
        _remember_file(datasette)
        return
    added = _added.setdefault(datasette, set())
    for database in [name for name in datasette.databases if name not in added]:
        if not await access.is_timeline(datasette.get_database(database)):
            continue
        added.add(database)
        for name, entry in {**as_metadata(), **_of_file(datasette, database)}.items():
            await _add(datasette, database, name, entry)


async def _add(datasette: Datasette, database: str, name: str, entry: dict[str, Any]) -> None:
    present = await datasette.get_query(database, name)
    if entry.get("write") or not entry.get("sql") or (present is not None and present.source != "plugin"):
        return
    words = {key: entry[key] for key in ("title", "description", "description_html", "fragment") if key in entry}
    await datasette.add_query(
        database,
        name,
        entry["sql"],
        **words,
        hide_sql=bool(entry.get("hide_sql")),
        parameters=entry.get("params"),
        # As in Datasette 0.65: a visitor who may see a stored query may run it. Ours are closed by their tables, in `denials`.
        is_trusted=True,
    )


async def _closed(datasette: Datasette, actor: dict[str, Any] | None, database: str, question: Question) -> bool:
    for table in question.tables:
        if not await access.readable(datasette, actor, database, table):
            return True
    return False


def _of_file(datasette: Datasette, database: str) -> dict[str, Any]:
    return _remember_file(datasette).get(database, {})


def _remember_file(datasette: Datasette) -> dict[str, dict[str, Any]]:
    # The queries of the metadata file, before Datasette adds those of plugins to the same dictionary.
    if datasette not in _in_file:
        databases = (getattr(datasette, "_metadata_local", None) or {}).get("databases") or {}
        _in_file[datasette] = {
            name: {
                query: dict(entry) if isinstance(entry, dict) else {"sql": entry}
                for query, entry in copy.deepcopy((database or {}).get("queries") or {}).items()
            }
            for name, database in databases.items()
        }
    return _in_file[datasette]
