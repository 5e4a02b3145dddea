"""The SQL files of the package, read and split into statements. Must not know what they do."""

import sqlite3
from functools import cache
from importlib import resources


@cache
def statements(package: str, name: str) -> tuple[str, ...]:
    """Read an SQL file of a package as its statements, in order; lines that begin with -- are comments."""
    found, statement = [], ""
    for line in resources.files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            statement += line + "\n"
        if sqlite3.complete_statement(statement):
            found.append(statement.strip().rstrip(";"))
            statement = ""
    return tuple(found)
