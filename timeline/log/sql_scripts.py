"""Read the package's SQL files and split them into statements. Must not know what they do."""

import sqlite3
from functools import cache
from importlib import resources


@cache
def statements(package: str, name: str) -> tuple[str, ...]:
    """Return the statements of an SQL file of a package, in order. Lines that begin with -- are comments."""
    complete, statement = [], ""
    for line in resources.files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            statement += line + "\n"
        if sqlite3.complete_statement(statement):
            complete.append(statement.strip().rstrip(";"))
            statement = ""
    return tuple(complete)
