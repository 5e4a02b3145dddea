"""The `timeline` command: paths, clock and wiring, and the output in a terminal.

Owns words and exit codes: 0 done, 1 refused or failed verification, 2 wrong usage. Must not decide anything about events.
`running` opens files and reports errors, `printing` draws, `json_forms` writes for programs. `options` and `filter_options` are
shared by commands, `name_lookup` finds records, `unknown_command` and `completing` help with typing. Each other module holds the
commands of one kind.
"""

import click

from timeline.cli.running import Commands

# Each command, in the order in which people meet them, with its module and its name there.
HOMES = {
    "init": "starting.init",
    "build": "appending.build",
    "serve": "serving.serve",
    "desk": "serving.desk",
    "follow": "following.follow",
    "append": "appending.append",
    "archive": "archiving.archive",
    "import": "importing.import_",
    "show": "show.show",
    "list": "list.list_",
    "search": "search.search",
    "suggest": "suggest.suggest",
    "history": "history.history",
    "log": "log.log",
    "diff": "comparing.diff",
    "merge": "comparing.merge",
    "verify": "checking.verify",
    "checkpoint": "proving.checkpoint",
    "prove": "proving.prove",
    "verify-proof": "proving.verify_proof",
    "key": "keys.key",
    "redact": "redacting.redact",
    "share": "sharing.share",
    "rebuild": "checking.rebuild",
    "export": "exporting.export",
    "report": "reporting.report",
    "publish": "publishing.publish",
    "backup": "publishing.backup",
    "restore": "publishing.restore",
}


@click.group(cls=Commands, homes=HOMES, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cited-timeline", prog_name="timeline")
def main() -> None:
    """Keep a timeline that can be trusted.

    Every happening is recorded as an event that never changes, and cites words that were found in an archived document.
    """
