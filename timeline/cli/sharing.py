"""The command that moves a log into PostgreSQL: share. Must not copy anything itself."""

import base64
from pathlib import Path

import click

from timeline.cli import json_forms
from timeline.cli.options import db
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused, opened, progress
from timeline.log.log import Log
from timeline.shared_log import connecting, sharing

_NEXT = "From now on, append to the shared log, and follow it into this file"


@click.command()
@click.argument("url", metavar="URL")
@click.option("--empty", is_flag=True, help="Make a log without events, instead of sharing that of a file.")
@json_forms.as_object
@db
def share(url: str, empty: bool, as_json: bool, db: Path) -> None:
    """Put the timeline's log into a PostgreSQL database, for many hosts to append to and to follow.

    URL is the address of a database whose owner you are: postgresql://USER@HOST/DATABASE. Its tables, guards and roles are made.
    Positions, times, authors, hashes, documents and redactions stay as they are: both logs have the same root, which is printed.
    All of it is shared or nothing. If the beginning of this log is there already, the rest is added.

    Example: timeline share postgresql://owner@db.example/newsroom --db timeline.db
    """
    if not connecting.is_url(url):
        raise click.UsageError("URL is the address of a PostgreSQL database, such as postgresql://owner@db.example/newsroom")
    if empty:
        shared = sharing.share(None, url)
    else:
        with opened(db) as timeline, progress("Sharing", 2 * timeline.log.size()) as advance:
            if not isinstance(timeline.log, Log):
                raise Refused(f"{timeline.log.name}: is a shared log already. Give the file of a timeline: --db FILE")
            shared = sharing.share(timeline.log, url, advance)
    name, root = connecting.without_password(url), base64.b64encode(shared.root).decode()
    if as_json:
        json_forms.write({"log": name, "events": shared.size, "new": shared.new, "root": root})
        return
    click.echo(harmless(f"{name}: {count(shared.size, 'event')} ({shared.new:,} new), with the root {root}"))
    if not empty:
        click.echo(harmless(f"{_NEXT}: timeline follow URL --db {db}"), err=True)
