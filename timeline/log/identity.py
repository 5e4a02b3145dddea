"""Recognise a file as a timeline that this program may open. Must not interpret events, nor keep the connection."""

import sqlite3
from pathlib import Path

from timeline.errors import DatabaseRefused, GuardsMissing
from timeline.log.new_file import APPLICATION_ID, FORMAT
from timeline.log.schema import altered, bring_up_to_date


def identify(connection: sqlite3.Connection, path: Path, *, read_only: bool, guarded: bool, upgrading: bool) -> bool:
    """Check that the file is a timeline, of a known format, and guarded. Return False if it is empty and may be written.

    Raises DatabaseRefused or GuardsMissing.
    """
    application, form, objects = connection.execute(
        "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_application_id AS a, pragma_user_version AS v"
    ).fetchone()
    if application == 0 and objects == 0 and not read_only:
        return False
    if application == 0 and objects == 0:
        raise DatabaseRefused(path, f"it is empty. Make the timeline: timeline build --db {path}")
    if application != APPLICATION_ID:
        raise DatabaseRefused(path, "this SQLite file is not a timeline. Give the path of one, or of a new file")
    if form > FORMAT:
        raise DatabaseRefused(
            path, f"written by a newer version of this program (format {form}, known {FORMAT}). Upgrade cited-timeline"
        )
    if form == FORMAT - 1 and upgrading and bring_up_to_date(connection, form, FORMAT):
        return True
    if form == FORMAT - 1:
        raise DatabaseRefused(
            path,
            f"written by an earlier version of this program (format {form}, now {FORMAT})."
            f" Bring it up to date: timeline rebuild --db {path}",
        )
    if form < FORMAT:
        raise DatabaseRefused(
            path,
            f"written before the first release of this program (format {form}, known {FORMAT})."
            f" Build it again from its bundles: timeline build --db {path.with_stem(path.stem + '-new')}",
        )
    if guarded and (changed := altered(connection)):
        names = ", ".join(dict.fromkeys(name for name, _ in changed))
        raise GuardsMissing(
            path,
            f"the log's guards are missing or changed: {names}. It may have been tampered with;"
            f" it was not opened. Check it: timeline verify --db {path}",
        )
    return True
