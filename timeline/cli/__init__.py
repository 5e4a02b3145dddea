"""The `timeline` command: paths, clock and wiring, and what people read in a terminal.

Owns words and exit codes: 0 done, 1 refused or failed verification, 2 wrong usage. Must not decide anything about events.
`running` opens files and tells of errors, `printing` draws, `json_forms` writes for programs; `choosing`, `finding`, `sources` and
`passages` look things up, `suggesting` and `completing` help with typing. Each other module holds the commands of one kind.
"""

import click

from timeline.cli.appending import append, build
from timeline.cli.archiving import archive
from timeline.cli.checking import rebuild, verify
from timeline.cli.exporting import export
from timeline.cli.history import history
from timeline.cli.importing import import_
from timeline.cli.keys import key
from timeline.cli.list import list_
from timeline.cli.log import log
from timeline.cli.proving import checkpoint, prove, verify_proof
from timeline.cli.publishing import backup, publish, restore
from timeline.cli.redacting import redact
from timeline.cli.running import Commands
from timeline.cli.search import search
from timeline.cli.serving import serve
from timeline.cli.show import show
from timeline.cli.starting import init


@click.group(cls=Commands, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cited-timeline", prog_name="timeline")
def main() -> None:
    """Keep a timeline that can be trusted.

    Every happening is an event that stays as it is, and rests on words that were found in an archived document.
    """


for command in (
    init,
    build,
    serve,
    append,
    archive,
    import_,
    show,
    list_,
    search,
    history,
    log,
    verify,
    checkpoint,
    prove,
    verify_proof,
    key,
    redact,
    rebuild,
    export,
    publish,
    backup,
    restore,
):
    main.add_command(command)
