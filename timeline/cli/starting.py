"""The command that starts a project: init. Must not know which files it holds."""

import shlex
import sys
from pathlib import Path

import click

from timeline import starting
from timeline.cli.options import path_argument
from timeline.cli.printing import count, harmless
from timeline.cli.running import refuse_leading_away


@click.command()
@path_argument("folder", metavar="DIR")
@click.option("--title", help="The timeline's title.  [default: the folder's name]")
@click.option("--by", metavar="NAME", help="The author, recorded in each event.  [default: asked for on a terminal]")
def init(folder: Path, title: str | None, by: str | None) -> None:
    """Start a project of your own in a new folder.

    It holds a folder for documents, a first bundle, a script that appends, the description for readers, this program, a check that
    the past was not changed, and a README with the next steps. A folder that is not empty is refused and left as it is.

    Example: timeline init my-timeline --title "The council's two years"
    """
    refuse_leading_away(folder, "timeline init {}")
    if by is None and sys.stdin.isatty():
        by = click.prompt(
            "Who is the author? A name to record in each event, such as The editors (Enter: none)", "", show_default=False
        )
    made = starting.start(folder, title, by or None)
    click.echo(harmless(f"{folder}: a project of {count(len(made), 'file')}. Next, as its README.md says:"))
    if folder.resolve() != Path.cwd():
        click.echo(harmless(f"  cd {shlex.quote(str(folder))}"))
    click.echo("  cp REPORT.pdf seeds/       a document of yours, as you received it")
    click.echo("  nano events/first.yaml     write what it says happened, in any editor")
    click.echo("  timeline serve             check every quotation against its document, and serve the timeline")
    click.echo("Later, to add what you have written since: timeline build")
