"""The command that starts a project of one's own: init. Must not know what is in it."""

import shlex
import sys
from pathlib import Path

import click

from timeline import starting
from timeline.cli.printing import count, harmless
from timeline.cli.running import refuse_leading_away


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", help="What the timeline is called.  [default: as the folder]")
@click.option("--by", metavar="NAME", help="Who writes it, as events will say.  [default: asked for on a terminal]")
def init(folder: Path, title: str | None, by: str | None) -> None:
    """Start a project of your own in a new folder.

    It holds a place for documents, a file for what happened, a script that appends, the description for readers, this program, a
    check that the past was not changed, and a README that says how to go on. A folder with something in it is left as it is.

    Example: timeline init my-timeline --title "The council's two years"
    """
    refuse_leading_away(folder, "timeline init {}")
    if by is None and sys.stdin.isatty():
        by = click.prompt("Who writes it? A name that events will bear, such as The editors (Enter: none)", "", show_default=False)
    made = starting.start(folder, title, by or None)
    click.echo(harmless(f"{folder}: a project of {count(len(made), 'file')}. Next, as its README.md says:"))
    if folder.resolve() != Path.cwd():
        click.echo(harmless(f"  cd {shlex.quote(str(folder))}"))
    click.echo("  cp REPORT.pdf seeds/       a document of yours, as you received it")
    click.echo("  nano events/first.yaml     write what it says happened, in any editor")
    click.echo("  timeline serve             every quotation is looked for in its document, and the timeline served")
    click.echo("Later, for what you have written since: timeline build")
