"""Drafts: happenings and corrections that are not in the log yet, in `<name>.drafts.db` beside the timeline.

Owns that file: only its owner may read it, it is never published, and a draft in it may change and be thrown away. Everyone who may
append to the timeline shares its drafts. Must not touch the timeline.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from timeline.dates import instants
from timeline.desk import form, permissions
from timeline.desk.form import Form
from timeline.errors import DatabaseRefused

LARGEST: Final = 1_000_000  # characters of a draft
MOST: Final = 20_000  # drafts
ALL_TOGETHER: Final = 10_000_000  # characters of the drafts that are exported at once
_ID: Final = re.compile(r"[0-9a-f]{16}")
PAGE: Final = 50  # drafts on a page of the list
_WAIT: Final = 10.0  # seconds for the lock
_COLUMNS: Final = {
    "id": str,
    "title": str,
    "document": str,
    "happening": str,
    "started_at": str,
    "started_by": str,
    "saved_at": str,
    "saved_by": str,
    "form": str,
}


@dataclass(frozen=True)
class Draft:
    """A draft: the document beside which it was written, the happening that it corrects (or ""), and what was typed."""

    id: str
    title: str
    document: str
    happening: str
    started_at: str
    started_by: str
    saved_at: str
    saved_by: str
    form: Form


class Drafts:
    """The drafts of a timeline."""

    def __init__(self, timeline: str | Path, clock: Callable[[], datetime] = instants.now) -> None:
        """Give the drafts of the timeline at a path. The file is made by the first draft."""
        self.path = Path(timeline).with_suffix(permissions.DRAFTS)
        self._clock = clock

    def save(self, typed: Form, by: str, *, document: str, happening: str = "") -> str:
        """Save what was typed, and return the id of its draft: the form's own, or a new one.

        A draft that was deleted meanwhile is there again: nothing typed is lost. Raises DatabaseRefused.
        """
        text = json.dumps(typed.pairs(), ensure_ascii=False)
        if len(text) > LARGEST:
            raise DatabaseRefused("the draft", f"has {len(text):,} characters, and {LARGEST:,} are the most. Shorten it")
        id = typed.draft if _ID.fullmatch(typed.draft) else secrets.token_hex(8)
        now = self._clock().isoformat(timespec="seconds")
        with self._open() as database, database.conn:
            database.conn.execute("BEGIN IMMEDIATE")
            drafts = database.table("drafts")
            drafts.create(_COLUMNS, pk="id", if_not_exists=True)
            drafts.create_index(["saved_at"], if_not_exists=True)
            row = {
                "id": id, "title": typed.title.strip(), "document": document, "happening": happening,
                "saved_at": now, "saved_by": by, "form": text,
            }  # fmt: skip
            if (number := database.conn.execute("SELECT count(*) FROM drafts").fetchone()[0]) >= MOST:
                raise DatabaseRefused("the draft", f"there are {number:,} drafts, the most. Record or delete some, then save again")
            known = database.conn.execute("SELECT started_at, started_by FROM drafts WHERE id = ?", (id,)).fetchone()
            started = known or (now, by)
            drafts.upsert({**row, "started_at": started[0], "started_by": started[1]}, pk="id")
        return id

    def count(self) -> int:
        """Count the drafts."""
        return self._number("count(*)")

    def some(self, page: int = 1) -> list[Draft]:
        """Return the drafts of a page of the list, the last saved first."""
        return self._select("ORDER BY saved_at DESC, id LIMIT ? OFFSET ?", (PAGE, PAGE * (page - 1)))

    def all(self) -> list[Draft]:
        """Return all drafts in the order in which they were started. Raises DatabaseRefused if they are very long together."""
        if self._number("sum(length(form))") > ALL_TOGETHER:
            raise DatabaseRefused("the drafts", f"have more than {ALL_TOGETHER:,} characters together. Record or delete some first")
        return self._select("ORDER BY started_at, id", ())

    def on(self, document: str, most: int = 3) -> list[Draft]:
        """Return the drafts last saved beside a document, apart from corrections."""
        return self._select("WHERE document = ? AND happening = '' ORDER BY saved_at DESC, id LIMIT ?", (document, most))

    def get(self, id: str) -> Draft | None:
        """Return a draft, or None."""
        return next(iter(self._select("WHERE id = ?", (id,))), None)

    def delete(self, id: str) -> None:
        """Delete a draft for good, if it is there."""
        if self.path.exists():
            with self._open() as database, database.conn:
                database.conn.execute("BEGIN IMMEDIATE")
                database.conn.execute("DELETE FROM drafts WHERE id = ?", (id,))

    def _select(self, rest: str, values: tuple[Any, ...]) -> list[Draft]:
        rows = self._query(f"SELECT {', '.join(_COLUMNS)} FROM drafts {rest}", values)
        return [Draft(**{**row, "form": _form(row["form"], row["id"])}) for row in rows]

    def _number(self, expression: str) -> int:
        return next((row["number"] or 0 for row in self._query(f"SELECT {expression} AS number FROM drafts")), 0)

    def _query(self, sql: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query; none where nobody saved a draft yet."""
        if not self.path.exists():
            return []
        with self._open() as database:
            return list(database.query(sql, values)) if database.table("drafts").exists() else []

    @contextmanager
    def _open(self) -> Iterator[Database]:
        """Open the file; make it readable for its owner alone. Raises DatabaseRefused."""
        try:
            file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
            os.fchmod(file, 0o600)
            os.close(file)
            connection = sqlite3.connect(self.path, timeout=_WAIT)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseRefused(self.path, f"drafts cannot be saved here: {error}") from None
        try:
            connection.execute("PRAGMA secure_delete = ON")
            yield Database(connection)
        except sqlite3.Error as error:
            raise DatabaseRefused(self.path, f"cannot be read or written: {error}. Move it away to begin anew") from None
        finally:
            connection.close()


def _form(text: str, id: str) -> Form:
    return form.from_pairs([*((str(name), str(value)) for name, value in json.loads(text)), ("draft", id)])
