"""The commands for keys: key new, key public. Also the options for a key to sign with and for keys to trust.

Owns where a key may be stored: never beside a timeline or in a project, from where it would be published.
"""

from collections.abc import Iterable
from pathlib import Path

import click

from timeline import files
from timeline.cli import completing
from timeline.cli.options import path_argument, path_option
from timeline.cli.running import Group, Refused
from timeline.errors import NoteInvalid
from timeline.merkle import Key
from timeline.merkle.note import LARGEST
from timeline.proof.signing import SigningKey

_PROJECT = (".git", "metadata.json", "timeline.db")

signing_key = path_option(
    "--key",
    "key_path",
    envvar="TIMELINE_KEY",
    metavar="KEY",
    shell_complete=completing.key,
    help="The key to sign with: its name or its file.  [default: $TIMELINE_KEY, or unsigned]",
)
trusted_keys = click.option(
    "--trust",
    type=click.Path(),
    multiple=True,
    metavar="KEY",
    help="A public key (name+id+base64), or a file with one on each line. Repeat it for more: all of them must have signed.",
)


@click.group(cls=Group)
def key() -> None:
    """Make and show keys for signing checkpoints.

    Example: timeline key new example.org/timeline
    """


@key.command()
@click.argument("name")
@path_option("--out", help="Where to write it.  [default: your settings]")
def new(name: str, out: Path | None) -> None:
    """Make a key that signs as NAME.

    NAME becomes the log's name: for example a web address without https://.

    The private key goes to a file that only you can read, outside the project. The public key is printed: give it to everyone
    who will check signatures. Needs the extra `sign`.

    Example: timeline key new example.org/timeline
    """
    made = SigningKey.new(name)
    path = out or _in_settings(name)
    if project := _project(path):
        raise Refused(f"{path}: is inside {project}, so it would be published with the timeline. Give another path: --out")
    made.save(path)
    click.echo(f"The private key is in {path}. Keep a copy where nobody else has access. The public key:", err=True)
    click.echo(str(made.public))


@key.command()
@path_argument("key", shell_complete=completing.key)
def public(key: Path) -> None:
    """Print the public half of a key, given by its name or its file.

    Example: timeline key public example.org/timeline
    """
    click.echo(str(SigningKey.load(_file(key)).public))


def loaded(key: Path | None) -> SigningKey | None:
    """Read the key to sign with, if one is given by its name or its file."""
    return None if key is None else SigningKey.load(_file(key))


def _file(key: Path) -> Path:
    """Return the file of a key: the given path, or else the key of this name in the settings."""
    return _in_settings(str(key)) if not key.exists() and _in_settings(str(key)).exists() else key


def _in_settings(name: str) -> Path:
    return Path(click.get_app_dir("timeline")) / "keys" / f"{name.replace('/', '_')}.key"


def trusted(values: Iterable[str]) -> list[Key]:
    """Read public keys: each value is a key, or a file with one on each line."""
    keys: list[Key] = []
    for text in values:
        path = Path(text)
        if "+" in text and not path.exists():
            keys.append(Key.parse(text))
            continue
        try:
            with path.open("rb") as file:
                lines = file.read(LARGEST).decode().splitlines()
        except (OSError, ValueError) as error:
            reason = files.reason(error, "it is not text")
            advice = f"{files.did_you_mean(path, error)}Give a public key, name+id+base64, or a file with keys"
            raise NoteInvalid(text, f"{reason}. {advice}") from None
        keys += [Key.parse(line) for line in lines if line.strip() and not line.startswith("#")]
    return keys


def _project(path: Path) -> Path | None:
    """Return the folder of the project or timeline that contains a path, if any."""
    return next(
        (folder for folder in (path.parent.resolve() / path.name).parents if any((folder / name).exists() for name in _PROJECT)),
        None,
    )
