"""What a shell completes: ids and values from the timeline of this folder, names of keys, and files.

Owns how they are looked up: quickly, without changing anything, and never with an error, which a shell would show there.
Must not open the timeline otherwise than to be read.
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

MOST = 200  # that are offered
PATIENCE = 1.0  # seconds that a file may be locked, or be looked through
_STEPS = 10_000  # of SQLite's virtual machine, between two looks at the clock
_PLAIN = re.compile(r"[\w./@:+-]+")  # what needs no quotation marks in any shell

Completes = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

_STREAMS = """
SELECT substr(stream, 11), json_extract(data, '$.statement.title') FROM events AS known
WHERE stream >= 'happening/' || :begun AND stream < 'happening/' || :begun || char(1114111) AND version = 1
ORDER BY stream LIMIT :most
"""
_SOURCES = _STREAMS.replace("11", "8", 1).replace("happening/", "source/")


def values(*statements: str, prefixes: Sequence[str] = ("",)) -> Completes:
    """Complete with what statements select that begins with `:begun`, each with a line of help.

    Those of the first are offered bare; of each, also after its prefix where that was typed.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        items: list[CompletionItem] = []
        try:
            with closing(_opened(context)) as connection:
                for number, statement in enumerate(statements):
                    prefix = prefixes[number] if incomplete.startswith(prefixes[number]) else ""
                    asked = {"begun": incomplete.removeprefix(prefix), "most": MOST}
                    rows = connection.execute(statement, asked).fetchall()
                    items += [
                        CompletionItem(f"{prefix}{value}", help=on_one_line(title or "")[:80] or None)
                        for value, title in rows
                        if _PLAIN.fullmatch(value)
                    ]
        except Exception:
            return items
        return items

    return complete


def one_of(*choices: str) -> Completes:
    """Complete with one of a few words."""
    return lambda context, parameter, incomplete: [CompletionItem(one) for one in choices if one.startswith(incomplete)]


def file(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete a file."""
    return [CompletionItem(incomplete, type="file")]


def key(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete with the keys in the settings, by the names they sign as, or else let the shell complete a file."""
    return [CompletionItem(name) for name in _keys() if name.startswith(incomplete)] or file(context, parameter, incomplete)


def _keys() -> Iterator[str]:
    """List the names of the keys: each file says it in its first line, and is called after it."""
    folder = Path(click.get_app_dir("timeline")) / "keys"
    try:
        names = sorted(path.stem for path in folder.glob("*.key"))
    except OSError:
        return
    yield from (name.replace("_", "/", 1) for name in names[:MOST])


def _opened(context: click.Context) -> sqlite3.Connection:
    """Open the timeline that the command line names, or the one in this folder, to be read for a moment."""
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
"""A happening or a source."""
KIND = values(_VALUE.format("kind", "happenings"))
PLACE = values(_VALUE.format("place", "happenings"))
TAG = values(_VALUE.format("tag", "happening_tags"))
ACTOR = values(_VALUE.format("id", "actors"))
"""By its id, which the filter takes as well as the name, and which needs no quotation marks."""
