"""Find the file with the log of a timeline that is compared: its own, that of a published folder, or one made from a site's log.

Must not verify it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from timeline.errors import DatabaseRefused
from timeline.log.event import canonical
from timeline.log.log import COLUMNS, Log
from timeline.log.schema import guards

_SITE, _LINES = "site.json", "log.jsonl"
_INSERT: Final = f"INSERT INTO events ({COLUMNS}) VALUES ({', '.join('?' * (COLUMNS.count(',') + 1))})"
_INSERTING: Final = "events_insert_"  # the guards of an append: they look for documents, which this log is without


def database(path: Path) -> Path:
    """Return the file of a timeline; of a published folder, the database in it. Raises DatabaseRefused where there is not one."""
    if not path.is_dir():
        return path
    if _is_site(path):
        raise DatabaseRefused(path, "is a site of plain files, and has no database. Ask for the timeline’s file")
    files = sorted(file for file in path.glob("*.db") if file.is_file())
    if len(files) != 1 or not (path / "checkpoint").is_file():
        raise DatabaseRefused(path, "is not a published folder, which holds one database and its checkpoint. Name a file in it")
    return files[0]


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Yield a file with the log of a timeline, without documents if it is a site's. Raises DatabaseRefused where there is none."""
    if not path.is_dir() or not _is_site(path):
        yield database(path)
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "timeline.db"
        try:
            _write(path / _LINES, file)
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error, RecursionError) as error:
            reason = f"is not the log of a site: {error}. Publish it again, or name another folder"
            raise DatabaseRefused(path / _LINES, reason) from error
        yield file


def _is_site(path: Path) -> bool:
    return (path / _SITE).is_file() and (path / _LINES).is_file()


def _write(lines: Path, file: Path) -> None:
    with closing(Log(file)) as log:
        log.make()
    with closing(sqlite3.connect(file)) as connection, lines.open(encoding="utf-8") as source:
        inserting = {name: sql for name, sql in guards().items() if name.startswith(_INSERTING)}
        for name in inserting:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executemany(_INSERT, (_row(json.loads(line)) for line in source))
        for sql in inserting.values():
            connection.execute(sql)
        connection.commit()


def _row(event: dict[str, Any]) -> list[object]:
    data, salt = event["data"], event["salt"]
    return [
        *(event[name] for name in ("position", "stream", "version", "type", "recorded_at", "recorded_by")),
        data if data is None or isinstance(data, str) else canonical(data),
        None if salt is None else bytes.fromhex(salt),
        bytes.fromhex(event["data_hash"]),
    ]
