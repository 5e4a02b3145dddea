"""The `timeline` command: paths, clock and wiring, and what people read in a terminal.

Owns words and exit codes: 0 done, 1 refused or failed verification, 2 wrong usage. Must not decide anything about events.
`running` opens files and tells of errors, `printing` draws, `json_forms` writes for programs; `choosing`, `finding`, `sources` and
`passages` look things up, `suggesting` and `completing` help with typing. Each other module holds the commands of one kind.
"""

import click

from timeline.cli.running import Commands

# The module of each command, in the order in which people meet them, and its name there.
HOMES = {
    "init": "starting.init",
    "build": "appending.build",
    "serve": "serving.serve",
    "append": "appending.append",
    "archive": "archiving.archive",
    "import": "importing.import_",
    "show": "show.show",
    "list": "list.list_",
    "search": "search.search",
    "history": "history.history",
    "log": "log.log",
    "verify": "checking.verify",
    "checkpoint": "proving.checkpoint",
    "prove": "proving.prove",
    "verify-proof": "proving.verify_proof",
    "key": "keys.key",
    "redact": "redacting.redact",
    "rebuild": "checking.rebuild",
    "export": "exporting.export",
    "publish": "publishing.publish",
    "backup": "publishing.backup",
    "restore": "publishing.restore",
}


@click.group(cls=Commands, homes=HOMES, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cited-timeline", prog_name="timeline")
def main() -> None:
    """Keep a timeline that can be trusted.

    Every happening is an event that stays as it is, and rests on words that were found in an archived document.
    """
