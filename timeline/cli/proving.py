"""The commands for checkpoints and proofs: checkpoint, prove, verify-proof. Must not decide what a proof shows."""

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from timeline import authors, files
from timeline.cli import completing, json_forms, printing
from timeline.cli.keys import loaded, signing_key, trusted, trusted_keys
from timeline.cli.name_lookup import find
from timeline.cli.options import db, path_option
from timeline.cli.running import Refused, opened
from timeline.errors import NoteInvalid, ProofInvalid
from timeline.merkle import Checkpoint, Key, Note, Proof, Signature
from timeline.merkle.note import LARGEST
from timeline.merkle.proof import LARGEST as LARGEST_PROOF
from timeline.proof import checkpoints, opentimestamps, stamps
from timeline.timeline import Timeline

_TYPED = click.core.ParameterSource.COMMANDLINE
note_option = partial(click.option, type=click.Path(), metavar="FILE")
"""An option that takes the path of a checkpoint, or "-" for standard input."""


@click.command()
@signing_key
@click.option("--origin", metavar="NAME", help="The log's name, if no key gives it, or if the file has another.")
@note_option("--cosigned", "cosigned_path", help="Instead, store the signatures of others under a checkpoint.")
@trusted_keys
@click.option(
    "--stamp", "stamp_urls", multiple=True, metavar="URL", help="Have it stamped by this time-stamping authority (RFC 3161)."
)
@path_option(
    "--authority",
    "certificates",
    multiple=True,
    help="The certificate that this authority publishes: one for each --stamp, in the same order.",
)
@path_option("--ots", "ots_path", help="Write it to this new file, and have that stamped by OpenTimestamps: FILE.ots.")
@path_option("--upgrade", "upgrade_path", help="Instead, some hours later: complete the stamp FILE.ots.")
@click.option(
    "--calendar", "calendars", multiple=True, metavar="URL", help="A calendar of OpenTimestamps.  [default: the client's]"
)
@json_forms.as_object
@db
def checkpoint(
    key_path: Path | None,
    origin: str | None,
    cosigned_path: str | None,
    trust: tuple[str, ...],
    stamp_urls: tuple[str, ...],
    certificates: tuple[Path, ...],
    ots_path: Path | None,
    upgrade_path: Path | None,
    calendars: tuple[str, ...],
    as_json: bool,
    db: Path,
) -> None:
    """Write the log's checkpoint, to keep elsewhere.

    It holds the number of events in the log, and one hash over all of them. Send it elsewhere: to someone else's repository, or on
    paper. With --stamp, a time-stamping authority adds when it saw the hash; with --ots, the Bitcoin chain dates it. Nothing but a
    hash is sent to either.

    Anyone who has it can later check whether anything was changed: timeline verify --against FILE. The timeline's file stores it as
    well, without the stamps. With --cosigned and --trust, signatures of witnesses under a checkpoint are checked and stored.

    Example: timeline checkpoint --key example.org/timeline > checkpoint
    """
    _refuse_mixed(cosigned_path, upgrade_path, making=[as_json, origin, stamp_urls, ots_path])
    if cosigned_path is None and trust:
        raise click.UsageError("--trust needs --cosigned: the checkpoint that others have signed")
    if len(stamp_urls) != len(certificates):
        raise click.UsageError("Each --stamp needs the --authority whose certificate you trust")
    if calendars and ots_path is None and upgrade_path is None:
        raise click.UsageError("--calendar needs --ots or --upgrade")
    if upgrade_path is not None:
        _print_attestations(upgrade_path, opentimestamps.upgrade(upgrade_path, calendars))
        return
    if ots_path is not None:
        _refuse_existing(ots_path)
    authorities = [(url, stamps.authority(url, path)) for url, path in zip(stamp_urls, certificates, strict=True)]
    key = loaded(key_path)
    if cosigned_path is not None:
        _keep(cosigned_path, trust, db)
        return
    read_only = not os.access(db, os.W_OK)
    with opened(db, read_only=read_only) as timeline:
        note = timeline.checkpoint(key, origin=origin)
        doubts = checkpoints.doubts(timeline.log, note)
        stamped = [_stamped(timeline, note, url, authority) for url, authority in authorities]
    note = Note(note.text, (*note.signatures, *stamped))
    _write(note, ots_path, calendars, as_json=as_json, kept=not read_only)
    for doubt in doubts:
        click.echo(f"{db}: {printing.on_one_line(doubt)}. Somebody may have added it. Check: timeline verify", err=True)
    if key is None:
        click.echo("It is not signed. Give --key, or make one: timeline key new NAME", err=True)
    if read_only:
        click.echo(f"It was not stored in {db}, which is read-only", err=True)


def _stamped(timeline: Timeline, note: Note, url: str, authority: Key) -> Signature:
    """Have a checkpoint stamped. Raises NoteInvalid if its events were recorded after the time of the stamp."""
    signature, at = stamps.stamp(note.text, url, authority)
    last = timeline.log.event(Checkpoint.of(note).size)
    if last is not None and f"{at:%Y-%m-%dT%H:%M:%S.999Z}" < last.recorded_at:
        saw, recorded = f"saw it at {at:%Y-%m-%d %H:%M:%S} UTC", f"{last.id} was recorded at {last.recorded_at}"
        raise NoteInvalid(url, f"says that it {saw}, but {recorded}. One of the two clocks is wrong")
    click.echo(f"Stamped by {authority.name} at {at:%Y-%m-%d %H:%M:%S} UTC. To check it, trust this key:", err=True)
    click.echo(str(authority), err=True)
    return signature


def _refuse_mixed(cosigned_path: str | None, upgrade_path: Path | None, making: Sequence[object]) -> None:
    """Refuse what only a new checkpoint needs, where none is made."""
    making = [*making, click.get_current_context().get_parameter_source("key_path") is _TYPED]
    if cosigned_path is not None and (upgrade_path is not None or any(making)):
        advice = "leave out --key, --origin, --stamp, --ots, --upgrade and --json"
        raise click.UsageError(f"--cosigned only stores the signatures of others: {advice}")
    if upgrade_path is not None and any(making):
        raise click.UsageError("--upgrade only completes a stamp: give nothing but --calendar with it")


def _write(note: Note, path: Path | None, calendars: tuple[str, ...], *, as_json: bool, kept: bool) -> None:
    """Write a checkpoint to a new file and have it stamped there, or to standard output."""
    if path is not None:
        _write_stamped(note, path, calendars)
    if as_json:
        json_forms.write(json_forms.checkpoint(note, kept=kept))
    elif path is None:
        click.echo(str(note).encode(), nl=False)


def _refuse_existing(path: Path) -> None:
    """Refuse to write a checkpoint over a file, or beside the stamp of another, before anything is made."""
    for one in (path, opentimestamps.beside(path)):
        if os.path.lexists(one):
            raise Refused(f"{one}: exists already. Give another file; to complete a stamp: timeline checkpoint --upgrade {path}")


def _write_stamped(note: Note, path: Path, calendars: tuple[str, ...]) -> None:
    """Write a checkpoint to a new file, and its stamp beside it, or neither."""
    try:
        with path.open("xb") as file:
            file.write(str(note).encode())
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {files.reason(error)}. Give another file") from None
    try:
        attestations = opentimestamps.stamp(path, calendars)
    except BaseException:
        path.unlink()
        raise
    _print_attestations(path, attestations)


def _print_attestations(path: Path, attestations: tuple[opentimestamps.Attestation, ...]) -> None:
    for one in attestations:
        click.echo(f"{opentimestamps.beside(path)}: {one.words()}", err=True)
    if all(one.block is None for one in attestations):
        click.echo(f"Keep both files. In some hours, complete it: timeline checkpoint --upgrade {path}", err=True)


def _keep(path: str, trust: tuple[str, ...], db: Path) -> None:
    note, keys = read_note(path), trusted(trust)
    if not keys:
        raise click.UsageError("--cosigned needs --trust: the public keys whose signatures to store")
    with opened(db, read_only=False) as timeline:
        passed_over = timeline.cosigned(note, keys)
    click.echo(f"{db}: stored the signatures of {' and '.join(dict.fromkeys(key.name for key in keys))}")
    for signature in passed_over:
        click.echo(f"Skipped: {signature.name} ({signature.key_id.hex()}), whose key was not given", err=True)


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@note_option("--checkpoint", "path", help="The checkpoint for the proof.  [default: the last one]")
@json_forms.as_object
@db
def prove(id: str, path: str | None, as_json: bool, db: Path) -> None:
    """Prove that an event is in the log.

    The proof is a small file that holds the event, word for word. Checking it needs no database.
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
@click.argument("file", type=click.Path())
@note_option("--checkpoint", "path", help="The checkpoint that you kept: the proof must be for exactly this one.")
@trusted_keys
@json_forms.as_object
def verify_proof(file: str, path: str | None, trust: tuple[str, ...], as_json: bool) -> None:
    """Check a proof, without a database.

    It shows which event was in which log, word for word.

    Example: timeline verify-proof ga-93.tlog-proof --trust example.org/timeline+4d1c…+AT…
    """
    proof, keys = Proof.parse(_read(file, LARGEST_PROOF)), trusted(trust)
    proof.check()
    if path is not None:
        _refuse_another(proof.checkpoint, Checkpoint.of(read_note(path), path), path)
    signatures = checkpoints.signed(proof.note, keys, "proof, checkpoint", every=True) if keys else []
    event, proved = proof.proven.event, proof.checkpoint
    if as_json:
        signed_by = [{"name": one.key.name, "at": one.at.isoformat() if one.at else None} for one in signatures]
        data = json.loads(proof.proven.data) if proof.proven.data is not None else None
        json_forms.write({"event": event, "data": data, "checkpoint": json_forms.checkpoint(proof.note), "signed_by": signed_by})
        return
    click.echo(f"{_tick()} {event['stream']}@{event['version']} was at position {event['position']:,} of the log {proved.origin}")
    click.echo(f"{_tick()} the log then held {printing.count(proved.size, 'event')}, with the root {proved.root.hex()}")
    for one in signatures:
        at = f", who saw it at {one.at:%Y-%m-%d %H:%M:%S} UTC" if one.at else ""
        click.echo(f"{_tick()} signed by {one.key.name}{at}")
    if not signatures:
        signers = ", ".join(dict.fromkeys(one.name for one in proof.note.signatures)) or "nobody"
        click.echo(f"? the signatures were not checked: give --trust. It names: {signers}")
    by = authors.by(printing.on_one_line(event["recorded_by"]))
    click.echo(f"\nRecorded, as it says, {event['recorded_at']}{by} ({event['type']}):")
    data = proof.proven.data
    click.echo(printing.harmless(data) if data is not None else "its data is not in this proof: it was redacted, or left out")


def _refuse_another(actual: Checkpoint, expected: Checkpoint, path: str) -> None:
    if actual != expected:
        raise ProofInvalid(
            f"proof: is for a checkpoint of {actual.size:,} events of {actual.origin}, not for {path}, of {expected.size:,} events"
            f" of {expected.origin}. Ask for a proof for yours: timeline prove ID --checkpoint {path}"
        )


def _tick() -> str:
    return click.style("✓", fg="green")


def read_note(path: str) -> Note:
    """Read and parse a checkpoint from a file, or from standard input for "-"."""
    note = Note.parse(_read(path, LARGEST), path)
    Checkpoint.of(note, path)
    return note


def _read(path: str, largest: int) -> bytes:
    """Read a stranger's file, but never more than one byte over `largest`."""
    try:
        with click.open_file(path, "rb") as file:
            return bytes(file.read(largest + 1))
    except OSError as error:
        reason = files.reason(error)
        raise Refused(f"{path}: {reason}. {files.did_you_mean(path, error)}Give the path of the file") from None
