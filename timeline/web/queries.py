"""The questions people ask of a timeline, ready to run.

Owns the SQL files in `queries/`: the file's name is the question's, its comment the title and the description, its
parameters what the form asks for. Must not run them. metadata.json carries the same ones (`as_metadata()`, and a test
that they agree), because plain Datasette reads them from there; here they are offered for every timeline, whatever its
name, and on the versions that leave the queries of metadata.json out. A question is closed to those who may not read
one of the tables that it reads.
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
    """One question: its name in the address, its words, its SQL, and the tables it reads."""

    name: str
    title: str
    description: str
    sql: str

    @property
    def parameters(self) -> list[str]:
        """Name what the question asks for, in order."""
        return list(dict.fromkeys(_PARAMETER.findall(_code(self.sql))))

    @property
    def tables(self) -> tuple[str, ...]:
        """Name the tables that the question reads."""
        return tuple(sorted(set(_READS.findall(_code(self.sql)))))

    def as_metadata(self) -> dict[str, Any]:
        """Give the question as metadata.json holds it."""
        entry = {"title": self.title, "description": self.description, "sql": self.sql, "hide_sql": True}
        return {**entry, "params": self.parameters} if self.parameters else entry


@cache
def questions() -> dict[str, Question]:
    """Give the questions by name, in the order in which people meet them."""
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
    """Give all the questions as the `queries` of a database in metadata.json."""
    return {name: question.as_metadata() for name, question in questions().items()}


def _question(name: str, text: str) -> Question:
    lines = text.strip().splitlines()
    comment = [line[3:] for line in lines if line.startswith("-- ")]
    sql = "\n".join(line for line in lines if not line.startswith("-- "))
    return Question(name, comment[0], " ".join(comment[1:]), sql)


def _code(sql: str) -> str:
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)


async def offered(datasette: Datasette, database: str, actor: dict[str, Any] | None) -> dict[str, Any]:
    """Give the questions for a database, those of the file before ours; closed ones with `allow: false`.

    The answer is made anew for each visitor: Datasette keeps what it is given.
    """
    if not await access.is_timeline(datasette.get_database(database)):
        return {}
    result = {**as_metadata(), **copy.deepcopy(_of_file(datasette, database))}
    for name, question in questions().items():
        if await _closed(datasette, actor, database, question):
            result[name]["allow"] = False
    return result


async def denied(datasette: Datasette, actor: dict[str, Any] | None) -> object:
    """Give the rules that close questions to an actor, for a Datasette that decides by SQL."""
    await add_where_kept(datasette)
    closed = [
        (database, name)
        for database in _added.get(datasette, ())
        if database in datasette.databases
        for name, question in questions().items()
        if await _closed(datasette, actor, database, question)
    ]
    return permission_rules.denial(closed, "reads a table that is denied")


async def add_where_kept(datasette: Datasette) -> None:
    """Add the questions of each timeline to a Datasette that keeps queries of its own. Anything there already stays."""
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
        # As stable Datasette has it: who may see a question may run it. Ours are closed by their tables, in `denied`.
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
    # The queries as the file has them, before Datasette mixes those of plugins into the same dictionary.
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
