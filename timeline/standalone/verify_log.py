"""Check that a log begins with the events of a checkpoint, without the program that made it and without trusting its owner.

    python verify_log.py TIMELINE.db CHECKPOINT [--key VKEY]...

Needs Python 3.11; with --key, the package cryptography as well. Exit code: 0 shown, 1 not shown, 2 wrong usage. It does not show
that the events are true; that they were recorded at their stated times (the oldest copy of a checkpoint that others have shows
that); that others see the same log; without --key, that anyone signed; that quotations are in documents; that pages match events.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # no file beside this one may take the place of a module of Python

import argparse
import base64
import json
import re
import sqlite3
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

COLUMNS = ["position", "stream", "version", "type", "recorded_at", "recorded_by", "data_hash"]
Documents = tuple[str, str]  # the SHA-256 of a source's document and of its text
CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)  # RFC 8785, for strings and whole numbers


class NotShown(Exception):
    """A check failed, so nothing is shown."""


# The state of a log: as text; its name, its number of events, and the root of the tree over them; and the signatures of the text.
Checkpoint = namedtuple("Checkpoint", ["text", "origin", "size", "root", "signatures"])


def read_base64(text: str) -> bytes:
    """Decode base64 (RFC 4648, 4) in canonical form."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise NotShown("base64: is not in canonical form")
    return content


def read_checkpoint(content: str) -> Checkpoint:
    """Read a checkpoint: name, size and root on a line each (c2sp.org/tlog-checkpoint), then signatures (c2sp.org/signed-note)."""
    lines = r"(?P<origin>.+)\n(?P<size>0|[1-9][0-9]{0,17})\n(?P<root>.{43}=)\n([^\x00-\x1f]+\n)*"
    match = re.fullmatch(rf"(?P<text>{lines})(?P<signatures>(\n(— [^\s+]+ \S+\n)+)?)", content)
    if not match or not f"{match['origin']}{match['signatures']}".replace("\n", "").isprintable():
        raise NotShown("checkpoint: lacks the lines of a checkpoint, was cut short, or its line ends were changed")
    signatures = [(name, read_base64(encoded)) for name, encoded in re.findall("— (.+) (.+)\n", match["signatures"])]
    if match["size"] == "0":
        raise NotShown("checkpoint: covers no event, so it proves nothing")
    return Checkpoint(match["text"], match["origin"], int(match["size"]), read_base64(match["root"]), signatures)


def read_key(vkey: str) -> tuple[str, str, int, bytes]:
    """Read a key (c2sp.org/signed-note): name, ID, and base64 of type and public key. The ID starts the hash of the others."""
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", vkey.strip())
    if not match:
        raise NotShown("key: is not of the form name+ID+base64")
    name, key_id, material = match[1], match[2], read_base64(match[3])
    if len(material) != 33 or material[0] not in (1, 4) or sha256(f"{name}\n".encode() + material).hexdigest()[:8] != key_id:
        raise NotShown(f"key {name}: is not of type 1 or 4 (verify_stamp.py checks time stamps), or its ID is wrong")
    field, y = 2**255 - 19, int.from_bytes(material[1:], "little") & (1 << 255) - 1
    # Eight points have a small order: under them, one signature is valid for many texts. This product is zero only there.
    if y >= field or y * (y**2 - 1) * (121665 * y**4 - 243332 * y**2 + 121666) % field == 0:
        raise NotShown(f"key {name}: proves nothing, anyone can sign with it")
    return name, key_id, material[0], material[1:]


def check_signatures(checkpoint: Checkpoint, vkeys: list[str]) -> str:
    """Check that all given keys have signed, and return who did, and when. Signatures by other keys are ignored."""
    signers = []
    for name, key_id, kind, public in map(read_key, vkeys):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - only if a key is given

        key = Ed25519PublicKey.from_public_bytes(public)
        signatures = [one[4:] for signer, one in checkpoint.signatures if (signer, one[:4].hex()) == (name, key_id)]
        if not signatures:
            raise NotShown(f"checkpoint: is not signed by {name}, whose key was given")
        for signature in signatures:
            if kind == 4:  # c2sp.org/tlog-cosignature: a witness signs the time, eight bytes before the signature, and the text
                time = int.from_bytes(signature[:8], "big")
                key.verify(signature[8:], f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode())
                signers.append(f"signed by {name} at {datetime.fromtimestamp(time, UTC)}")
            elif name == checkpoint.origin:  # the log itself signs the text, under its own name
                key.verify(signature, checkpoint.text.encode())
                signers.append(f"signed by {name}")
            else:
                raise NotShown(f"checkpoint: {name} signed as a log, but the log is {checkpoint.origin}")
    return ", ".join(signers) or "no signature was checked: give --key"


def open_log(path: str) -> sqlite3.Connection:
    """Open an SQLite file for reading only, as sqlite3 reads it. If it has no journal, nothing is written beside it."""
    immutable = int(not any(journals(path).values()))
    log = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable={immutable}", uri=True)
    log.text_factory = lambda content: content.decode(errors="surrogateescape")  # invalid text is reported below
    try:
        if log.execute("SELECT type FROM sqlite_master WHERE name = 'events'").fetchall() != [("table",)]:
            raise NotShown(f"{path}: has no table of events")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
            raise
        raise NotShown(f"{path}-journal: is of an interrupted write. Open copies of both with sqlite3, then check those") from error
    return log


def journals(path: str) -> dict[str, int]:
    """Return the sizes in bytes of the journals beside a file. Links are followed first."""
    return {end: one.stat().st_size for end in ("-wal", "-journal") if (one := Path(f"{Path(path).resolve()}{end}")).exists()}


def read_files(wal: int) -> str:
    """Report which files are read: SQLite reads a file with its -wal, a server that opens the file as immutable does not."""
    both = f"Read: the file and {wal} bytes of its -wal, as sqlite3 does. A server (datasette -i) may show it without the -wal"
    return both if wal else "Read: the file alone; it has no -wal"


def root_of(leaves: list[bytes]) -> bytes:
    """Join the hashes of leaves into the root of the tree over them (RFC 6962, 2.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1  # leaves on the left: the largest power of two below their number
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def documents_of(event: dict[str, Any], payload: dict[str, Any]) -> Iterator[tuple[str, Documents]]:
    """Yield each source whose document an event names, with the SHA-256 of the document and of its text."""
    statement = {} if event["type"] in ("EventRedacted", "HappeningReviewed") else payload["statement"]
    if event["stream"].startswith("source/") and statement:
        yield event["stream"], (statement["sha256"], statement["text_sha256"])
    for citation in statement.get("citations", []):
        yield f"source/{citation['source']}", (citation["sha256"], citation["text_sha256"])


def check_documents(log: sqlite3.Connection, sources: dict[str, dict[Documents, int]], redactions: dict[int, Any]) -> Iterator[str]:
    """Compare the archive with the hashes in the events. If a source's event is redacted, another event must confirm them."""
    archived = {name: sha256(content).hexdigest() for name, content in log.execute("SELECT sha256, bytes FROM documents")}
    yield from (f"Fault: document {name}: does not have this SHA-256" for name in archived if archived[name] != name)
    yield from (f"Fault: {source}: events name different documents for it" for source in sources if len(sources[source]) > 1)
    tables = log.execute("SELECT name FROM sqlite_master WHERE name = 'withheld'").fetchall()  # not in files of earlier versions
    withheld = {name: "Withheld, not checked" for (table,) in tables for (name,) in log.execute(f"SELECT sha256 FROM {table}")}
    missing = {name for source in sources.values() for documents in source for name in documents} - archived.keys()
    missing = missing.difference(*(payload["documents"] for _, payload in redactions.values()))
    yield from (f"{withheld.get(name, 'Fault')}: document {name}: is missing, and no redaction removed it" for name in missing)
    for event, payload in redactions.values():
        documents = (payload["kept"]["sha256"], payload["kept"]["text_sha256"]) if payload.get("kept") else ()
        if archived.keys() & set(documents) and [*sources.get(event["stream"], {})] != [documents]:
            yield f"Fault: position {event['position']}: no other event confirms the document of {event['stream']} that it keeps"


def check_covered(sources: dict[str, dict[Documents, int]], redacted: dict[int, str], checkpoint: Checkpoint) -> Iterator[str]:
    """Check that, if a source's event is redacted, another event that the checkpoint covers names its document."""
    for position, stream in redacted.items():
        if position <= checkpoint.size < min(sources.get(stream, {}).values(), default=0):
            yield f"Fault: {stream}: only events that the checkpoint does not cover name its document"


def check_log(log: sqlite3.Connection, checkpoint: Checkpoint) -> Iterator[str]:
    """Compare a log with a checkpoint, and yield all faults. The tree stored in the file is ignored."""
    leaves, redacted, redactions, sources, before = [], dict[int, str](), dict[int, Any](), dict[str, dict[Documents, int]](), 0
    for *columns, salt, data in log.execute(f"SELECT {', '.join(COLUMNS)}, salt, data FROM events ORDER BY position"):
        event = dict(zip(COLUMNS, columns, strict=True))
        leaves.append(b"")  # holds the place of an unreadable leaf
        try:  # the leaf: the event's columns, with the hash of its data in place of the data
            leaves[-1] = sha256(b"\x00" + CANONICAL.encode({**event, "data_hash": event["data_hash"].hex()}).encode()).digest()
            if event["position"] != before + 1:
                raise NotShown("does not follow the one before it: events are missing or doubled")
            if len(event["data_hash"]) != 32:
                raise NotShown("its hash is not a SHA-256")
            if salt is None and data is None:
                redacted[event["position"]] = event["stream"]
                continue
            if salt is None or data is None or len(salt) != 16 or sha256(salt + data.encode()).digest() != event["data_hash"]:
                raise NotShown("its data does not match its hash")
            payload = json.loads(data)
            if CANONICAL.encode(payload) != data:
                raise NotShown("its data is not canonical JSON, so programs could read it in different ways")
            for source, documents in documents_of(event, payload):
                sources.setdefault(source, {}).setdefault(documents, event["position"])
            if event["type"] == "EventRedacted":
                redactions[payload["position"]] = event, payload
        except Exception as fault:  # after any fault, check the other events too
            yield f"Fault: position {event['position']}: {fault}"
        finally:
            before = event["position"]
    unexplained = [one for one in redacted if one not in redactions or redactions[one][0]["stream"] != redacted[one]]
    yield from (f"Fault: position {one}: its data is gone, and no redaction names it" for one in unexplained)
    yield from check_documents(log, sources, redactions)
    yield from check_covered(sources, redacted, checkpoint)
    if len(leaves) < checkpoint.size:
        raise NotShown(f"the log has {len(leaves)} events, the checkpoint {checkpoint.size}: some were dropped, or it is older")
    if root_of(leaves[: checkpoint.size]) != checkpoint.root:
        raise NotShown(f"the first {checkpoint.size} events are not those of the checkpoint: this is another log, or was changed")
    yield f"The first {checkpoint.size} of {len(leaves)} events are those of the checkpoint of {checkpoint.origin}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("paths", nargs=2)
    parser.add_argument("--key", action="append", default=[])
    arguments, lines = parser.parse_args(), list[str]()
    try:
        checkpoint = read_checkpoint(Path(arguments.paths[1]).read_bytes().decode())
        signers = check_signatures(checkpoint, arguments.key)
        log = open_log(arguments.paths[0])
        lines.append(read_files(journals(arguments.paths[0]).get("-wal", 0)))
        lines.extend(check_log(log, checkpoint))
        lines.append(f"Its root is {checkpoint.root.hex()}; {signers}")
    except Exception as error:  # after any error, nothing is shown; cryptography's error for an invalid signature has no text
        lines.append(f"Fault: {str(error) or 'a signature is not valid'}")
    lines.append("Not shown" if any(line.startswith("Fault") for line in lines) else "Shown")
    for line in lines:  # escape line ends, control and text-direction characters, which could mislead
        print("".join(one if one.isprintable() and one.isascii() else json.dumps(one)[1:-1] for one in line))
    raise SystemExit(int(lines[-1] != "Shown"))
