"""The plugin of sqlite-utils: the date functions, in every query that sqlite-utils runs.

Owns that hook alone. Must not import more than the dates need, nor ever fail: sqlite-utils calls it for each database that it
opens, whoever made it.
"""

import sqlite3

from sqlite_utils import hookimpl

from timeline import dates


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give a connection `edtf_words`, `edtf_earliest` and the other functions of `timeline.dates`."""
    dates.register(conn)
