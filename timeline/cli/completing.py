"""Shell completion: ids and values from the timeline in this folder, names of keys, and files.

Owns the lookups: quick, read-only, and without errors, which a shell would show in the middle of a line.
Must not open the timeline for writing.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from timeline.cli.printing import on_one_line
from timeline.cli.running import leads_away

MOST = 200  # completions that are offered
PATIENCE = 1.0  # seconds to wait for a lock, or to spend on a query
_STEPS = 10_000  # of SQLite's virtual machine, between two looks at the clock
_PLAIN = re.compile(r"[\w./@:+-]+")  # text that needs no quotation marks in any shell

Completes = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

_STREAMS = """
SELECT substr(stream, 11), json_extract(data, '$.statement.title') FROM events AS known
WHERE stream >= 'happening/' || :begun AND stream < 'happening/' || :begun || char(1114111) AND version = 1
ORDER BY stream LIMIT :most
"""
_SOURCES = _STREAMS.replace("11", "8", 1).replace("happening/", "source/")


def values(*statements: str, prefixes: Sequence[str] = ("",)) -> Completes:
    """Complete with the values that SQL statements select and that begin with `:begun`, each with a line of help.

    Values are offered without the prefix of their statement unless that prefix was typed.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        items: list[CompletionItem] = []
        try:
            with closing(_opened(context)) as connection:
                for number, statement in enumerate(statements):
                    prefix = prefixes[number] if incomplete.startswith(prefixes[number]) else ""
                    parameters = {"begun": incomplete.removeprefix(prefix), "most": MOST}
                    rows = connection.execute(statement, parameters).fetchall()
                    items += [
                        CompletionItem(f"{prefix}{value}", help=on_one_line(title or "")[:80] or None)
                        for value, title in rows
                        if _PLAIN.fullmatch(value)
                    ]
        except Exception:
            return items
        return items

    return complete


def key(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete with the names of the keys in the settings; if none matches, let the shell complete a file name."""
    names = [CompletionItem(name) for name in _keys() if name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def _keys() -> Iterator[str]:
    """List the names of the keys: each file is named after its key."""
    folder = Path(click.get_app_dir("timeline")) / "keys"
    try:
        names = sorted(path.stem for path in folder.glob("*.key"))
    except OSError:
        return
    yield from (name.replace("_", "/", 1) for name in names[:MOST])


def _opened(context: click.Context) -> sqlite3.Connection:
    """Open the timeline that the command line names, or the one in this folder, read-only and for a moment."""
    path = Path(context.params.get("db") or os.environ.get("TIMELINE_DB") or "timeline.db")
    if leads_away(path) is not None:
        raise FileNotFoundError(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
    end = time.monotonic() + PATIENCE
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    return connection


_VALUE = "SELECT DISTINCT {0}, NULL FROM {1} WHERE {0} >= :begun AND {0} < :begun || char(1114111) ORDER BY 1 LIMIT :most"
HAPPENING = values(_STREAMS, prefixes=("happening/",))
SOURCE = values(_SOURCES)
NAME = values(_STREAMS, _SOURCES, prefixes=("happening/", "source/"))
"""The id of a happening or a source."""
KIND = values(_VALUE.format("kind", "happenings"))
PLACE = values(_VALUE.format("place", "happenings"))
TAG = values(_VALUE.format("tag", "happening_tags"))
ACTOR = values(_VALUE.format("id", "actors"))
"""The id of an actor: the filter takes it as well as the name, and it needs no quotation marks."""
