"""The commands that give others something to check: checkpoint, prove, verify-proof. Must not decide what a proof shows."""

import json
import os
from pathlib import Path

import click

from timeline import authors, checkpoints, files
from timeline.cli import completing, json_forms, printing
from timeline.cli.finding import find
from timeline.cli.keys import loaded, signing_key, trusted, trusted_keys
from timeline.cli.running import Refused, db, opened
from timeline.errors import ProofInvalid
from timeline.merkle import Checkpoint, Note, Proof
from timeline.merkle.note import LARGEST
from timeline.merkle.proof import LARGEST as LARGEST_PROOF

_TYPED = click.core.ParameterSource.COMMANDLINE


@click.command()
@signing_key
@click.option("--origin", metavar="NAME", help="What the log is called, where no key says it, or where the file says otherwise.")
@click.option(
    "--cosigned",
    "cosigned_path",
    metavar="FILE",
    shell_complete=completing.file,
    help="Keep the signatures of others under a checkpoint, instead.",
)
@trusted_keys
@json_forms.as_object
@db
def checkpoint(
    key_path: Path | None, origin: str | None, cosigned_path: str | None, trust: tuple[str, ...], as_json: bool, db: Path
) -> None:
    """Write the log's checkpoint, to be kept elsewhere.

    It says how many events the log holds, and the one hash that stands for them all.
    Send it elsewhere: into a repository of others, to a time-stamping service, on paper. Whoever has it can tell later whether
    anything was changed: timeline verify --against FILE. It is kept in the file as well. With --cosigned and --trust, signatures
    of witnesses under a checkpoint are checked and kept.

    Example: timeline checkpoint --key example.org/timeline > checkpoint
    """
    if cosigned_path is not None and as_json:
        raise click.UsageError("--json writes a checkpoint, and --cosigned makes none: leave one of them out")
    if cosigned_path is None and trust:
        raise click.UsageError("--trust needs --cosigned: the checkpoint under which others have signed")
    if cosigned_path is not None and (origin or click.get_current_context().get_parameter_source("key_path") is _TYPED):
        raise click.UsageError("--cosigned keeps what others have signed: leave out --key and --origin")
    key = loaded(key_path)
    if cosigned_path is not None:
        _keep(cosigned_path, trust, db)
        return
    read_only = not os.access(db, os.W_OK)
    with opened(db, read_only=read_only) as timeline:
        note = timeline.checkpoint(key, origin=origin)
        doubts = checkpoints.doubts(timeline.log, note)
    if as_json:
        json_forms.write(json_forms.checkpoint(note, kept=not read_only))
    else:
        click.echo(str(note).encode(), nl=False)
    for doubt in doubts:
        click.echo(f"{db}: {printing.on_one_line(doubt)}. Somebody may have added that; see: timeline verify", err=True)
    if key is None:
        click.echo("It is not signed: give --key, or make one: timeline key new NAME", err=True)
    if read_only:
        click.echo(f"It was not kept in {db}, which is read-only", err=True)


def _keep(path: str, trust: tuple[str, ...], db: Path) -> None:
    note, keys = read_note(path), trusted(trust)
    if not keys:
        raise click.UsageError("--cosigned needs --trust: the public keys whose signatures are to be kept")
    with opened(db, read_only=False) as timeline:
        passed_over = timeline.cosigned(note, keys)
    click.echo(f"{db}: keeps what {' and '.join(dict.fromkeys(key.name for key in keys))} signed")
    for signature in passed_over:
        click.echo(f"Passed over: {signature.name} ({signature.key_id.hex()}), whose key was not given", err=True)


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@click.option(
    "--checkpoint",
    "path",
    metavar="FILE",
    shell_complete=completing.file,
    help="The checkpoint to prove it under.  [default: the last one]",
)
@json_forms.as_object
@db
def prove(id: str, path: str | None, as_json: bool, db: Path) -> None:
    """Prove that an event stands in the log.

    The proof is a small file that holds the event, word for word, and needs no database.
    ID is the id of a happening (its last event), "source/ID", an event such as "happening/ga-93@1", or a position.

    Example: timeline prove happening/ga-93@1 > ga-93.tlog-proof
    """
    with opened(db) as timeline:
        event = find(timeline, id).event
        click.echo(f"{event.id}, position {event.position}", err=True)
        proof = timeline.prove(event.position, read_note(path) if path else None)
    if as_json:
        json_forms.write({"event": event.id, "position": event.position, "proof": str(proof)})
    else:
        click.echo(str(proof).encode(), nl=False)


@click.command("verify-proof")
@click.argument("file", shell_complete=completing.file)
@click.option(
    "--checkpoint",
    "path",
    metavar="FILE",
    shell_complete=completing.file,
    help="The checkpoint that you kept: the proof must be under that very one.",
)
@trusted_keys
@json_forms.as_object
def verify_proof(file: str, path: str | None, trust: tuple[str, ...], as_json: bool) -> None:
    """Check a proof, without a database.

    It tells what stood in which log, word for word.

    Example: timeline verify-proof ga-93.tlog-proof --trust example.org/timeline+4d1c…+AT…
    """
    proof, keys = Proof.parse(_read(file, LARGEST_PROOF)), trusted(trust)
    proof.check()
    if path is not None:
        _same(proof.checkpoint, Checkpoint.of(read_note(path), path), path)
    holding = checkpoints.signed(proof.note, keys, "proof, checkpoint", every=True) if keys else []
    event, known = proof.proven.event, proof.checkpoint
    if as_json:
        signed_by = [{"name": one.key.name, "at": one.at.isoformat() if one.at else None} for one in holding]
        data = json.loads(proof.proven.data) if proof.proven.data is not None else None
        json_forms.write({"event": event, "data": data, "checkpoint": json_forms.checkpoint(proof.note), "signed_by": signed_by})
        return
    click.echo(f"{_tick()} {event['stream']}@{event['version']} stood at position {event['position']:,} of the log {known.origin}")
    click.echo(f"{_tick()} the log then held {printing.count(known.size, 'event')}, with the root {known.root.hex()}")
    for one in holding:
        at = f", who saw it at {one.at:%Y-%m-%d %H:%M:%S} UTC" if one.at else ""
        click.echo(f"{_tick()} signed by {one.key.name}{at}")
    if not holding:
        click.echo(f"? by whom it is signed was not checked: give --trust. It says: {_signers(proof.note)}")
    by = authors.by(printing.on_one_line(event["recorded_by"]))
    click.echo(f"\nRecorded, as it says, {event['recorded_at']}{by} ({event['type']}):")
    said = proof.proven.data
    click.echo(printing.harmless(said) if said is not None else "what it said is not in this proof: it was redacted, or left out")


def _same(found: Checkpoint, kept: Checkpoint, path: str) -> None:
    if found != kept:
        raise ProofInvalid(
            f"proof: is under a checkpoint of {found.size:,} events of {found.origin}, not under {path}, of {kept.size:,} events of"
            f" {kept.origin}. Ask for a proof under yours: timeline prove ID --checkpoint {path}"
        )


def _signers(note: Note) -> str:
    return ", ".join(dict.fromkeys(signature.name for signature in note.signatures)) or "nobody"


def _tick() -> str:
    return click.style("✓", fg="green")


def read_note(path: str) -> Note:
    """Read a checkpoint from a file, or from standard input for "-"; it must have the form of one."""
    note = Note.parse(_read(path, LARGEST), path)
    Checkpoint.of(note, path)
    return note


def _read(path: str, largest: int) -> bytes:
    """Read a file from outside, and not more of it than there can be."""
    try:
        with click.open_file(path, "rb") as file:
            return bytes(file.read(largest + 1))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(f"{path}: {reason}. {files.meant(path, error)}Give the path of the file") from None
