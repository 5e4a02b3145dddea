"""Check what a timeline's log proves, without the program that made it and without trusting who runs it.

    python verify_timeline.py proof FILE [--key VKEY]... [--checkpoint FILE]
    python verify_timeline.py log TIMELINE.db CHECKPOINT [--key VKEY]...

Needs Python 3.11; with --key, the package cryptography as well. Exit: 0 shown, 1 not shown, 2 wrong usage. A checkpoint is three
lines: a log's name, how many events it holds, and its root, one hash over all of them, which no other events have. `proof` shows
that an event stands, word for word, in the log of that root; `log`, that a file's first events are those of the root, one by one.
Not shown: that what an event says is true; that it was recorded when it says (the oldest copy of its checkpoint that others kept
tells that); that others see the same log; without --key, that anyone signed; that pages and documents are those of the events.
"""

import argparse
import base64
import hashlib
import json
import re
import sqlite3
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any, NoReturn

# One empty line between functions, so that all of this fits on three pages of paper.
# fmt: off
CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)  # RFC 8785, for what is written here
COLUMNS = {"position": int, "stream": str, "version": int, "type": str, "recorded_at": str, "recorded_by": str, "data_hash": str}

def fail(fault: str) -> NoReturn:
    """Stop where something is not as it has to be."""
    raise ValueError(fault)

def sha256(*parts: bytes) -> bytes:
    """Hash bytes. In a tree (RFC 6962, 2.1) leaves are hashed after a byte 0, and two hashes are joined into one after a byte 1."""
    return hashlib.sha256(b"".join(parts)).digest()

def read_base64(text: str) -> bytes:
    """Read base64 (RFC 4648, 4), in the one form in which bytes are written."""
    content = base64.b64decode(text, validate=True)
    return content if base64.b64encode(content).decode() == text else fail("base64: is not as bytes are written")

def leaf_of(event: dict[str, Any]) -> bytes:
    """Write an event's leaf: canonical JSON of its columns. What it says is there as its hash alone."""
    {name: type(value) for name, value in event.items()} == COLUMNS or fail("a column is missing, or not of its type")
    (0 < event["position"] < 2**53 > event["version"] > 0) or fail("its position or its version is not a number from 1 up")
    return CANONICAL.encode(event).encode() if re.fullmatch("[0-9a-f]{64}", event["data_hash"]) else fail("its hash is none")

def read_checkpoint(content: bytes, keys: list[str]) -> tuple[str, str, int, bytes, str]:
    """Read a checkpoint (C2SP tlog-checkpoint: a C2SP signed-note, or its text), and check the signatures by the keys given."""
    if keys:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - for this alone
    text, signatures, signers = content.decode(), [], []
    (len(content) <= 1_000_000 and text.endswith("\n")) or fail("checkpoint: is too large, or was cut short")
    re.search("[\x00-\x09\x0b-\x1f]", text) and fail("checkpoint: holds control characters, or its line ends were changed")
    body, gap, rest = text.rpartition("\n\n")  # signed-note: text, empty line, lines of dash, name, base64 of key ID and signature
    for line in rest.removesuffix("\n").split("\n") if gap else []:
        found = (line.isprintable() and re.fullmatch("\u2014 ([^ +]+) ([^ ]+)", line)) or fail("checkpoint: a line is no signature")
        signatures.append((found[1], read_base64(found[2])[:4].hex(), read_base64(found[2])[4:] or fail("a signature is empty")))
    origin, size, root, *more = [*(text := f"{body}\n" if gap else text).removesuffix("\n").split("\n"), "", ""]  # tlog-checkpoint
    (origin and origin.isprintable() and all(more[:-2])) or fail("checkpoint: its first line is not the name of a log")
    (re.fullmatch("0|[1-9][0-9]{0,17}", size) and len(read_base64(root)) == 32) or fail("checkpoint: its size or its root is none")
    for key in keys:  # a vkey: name, ID, and base64 of type and public key
        found = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", key.strip()) or fail("key: is not of the form name+ID+base64")
        name, key_id, (kind, *public) = found[1], found[2], read_base64(found[3])
        (name.isprintable() and kind in (1, 4) and len(public) == 32) or fail("key: is not of type 1 or 4 (Ed25519)")
        sha256(f"{name}\n".encode(), bytes([kind, *public]))[:4].hex() == key_id or fail(f"key {name}: has not the ID that it says")
        for signature in [one for *signer, one in signatures if signer == [name, key_id]]:
            (kind == 4 or name == origin) or fail(f"{name} signed as a log, but the log is {origin}")
            seconds = int.from_bytes(signature[:8], "big")  # type 4 (C2SP tlog-cosignature), of a witness: begins with the time
            made, message = (signature[8:], f"cosignature/v1\ntime {seconds}\n{text}") if kind == 4 else (signature, text)
            Ed25519PublicKey.from_public_bytes(bytes(public)).verify(made, message.encode())
            signers.append(f"signed by {name}" + (f" at {datetime.fromtimestamp(seconds, UTC)}" if kind == 4 else ""))
    (signers or not keys) or fail("checkpoint: is signed by none of the keys given")
    return text, origin, int(size), read_base64(root), ", ".join(signers) or "nobody's signature was checked: give --key"

def check_proof(report: list[str], path: str, keys: list[str], *kept: bytes) -> None:
    """Check a proof (C2SP tlog-proof): lines of format, event, index and hashes; an empty line; a checkpoint."""
    head, _, rest = (content := Path(path).open("rb").read(64_000_001)).partition(b"\n\n")  # noqa: SIM115 - closed at the end
    lines, form = head.decode("latin-1").split("\n", 67), r"c2sp\.org/tlog-proof@v1\nextra (\S+)\nindex (0|[1-9][0-9]{0,17})"
    found = re.fullmatch(form, "\n".join(lines[:3])) or fail("proof: has not the lines of one: format, event, index")
    (len(content) <= 64_000_000 and len(lines) <= 67) or fail("proof: is larger than one ever is")
    text, origin, size, root, signers = read_checkpoint(rest, keys)
    data, salt, leaf = (extra := json.loads(read_base64(found[1])))["data"], extra["salt"], extra["leaf"].encode()
    place, last, event, hash_ = int(found[2]), size - 1, json.loads(leaf), sha256(b"\x00", leaf)
    (len(extra) == 3 and CANONICAL.encode(extra).encode() == read_base64(found[1])) or fail("proof: holds more than its event")
    (leaf_of(event) == leaf and event["position"] == place + 1 <= size) or fail("proof: its event is not at its place")
    (data, salt) == (None, None) or (data and re.fullmatch("[0-9a-f]{32}", salt)) or fail("proof: lacks what its event says")
    data is None or sha256(bytes.fromhex(salt), data.encode()).hex() == event["data_hash"] or fail("what it says was altered")
    for sibling in map(read_base64, lines[3:]):  # RFC 9162, 2.1.3.2
        (last and len(sibling) == 32) or fail("proof: holds a hash too many, or one that is none")
        left, right = (sibling, hash_) if place & 1 or place == last else (hash_, sibling)
        while right is hash_ and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last, hash_ = place >> 1, last >> 1, sha256(b"\x01", left, right)
    (last == 0 and hash_ == root) or fail("the event is not in the tree of the checkpoint")
    all(read_checkpoint(one, [])[0] == text for one in kept) or fail("the proof is under another checkpoint than the one you kept")
    report.append(f"{event['stream']}@{event['version']} ({event['type']}) stands at position {event['position']} of {origin}")
    report.append(f"The log then held {size} events, with the root {root.hex()}; {signers}")
    report.append(f"Recorded, as the log says, by {event['recorded_by']} at {event['recorded_at']}: {data or 'redacted since'}")

def check_log(report: list[str], path: str, keys: list[str], *kept: bytes) -> None:
    """Compare an SQLite file's events with a checkpoint, and tell all faults. What the file keeps of its tree is not looked at."""
    _, origin, size, root, signers = read_checkpoint(kept[0], keys)
    at_rest = int(not Path(f"{path}-wal").exists())  # then nothing is written beside it, and nobody writes to it
    log = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable={at_rest}", uri=True)
    log.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    ("table",) in log.execute("SELECT type FROM sqlite_master WHERE name = 'events'") or fail(f"{path}: has no table of events")
    columns = ", ".join(COLUMNS).replace("data_hash", "lower(hex(data_hash))")
    count, missing, redacted, named, subtrees = 0, 0, list[int](), set[str](), list[bytes]()
    for *row, salt, data in log.execute(f"SELECT {columns}, salt, data FROM events ORDER BY position"):
        event, hash_, count = dict(zip(COLUMNS, row, strict=True)), b"", count + 1
        try:
            hash_ = sha256(b"\x00", leaf_of(event))
            gap, missing = event["position"] - count - missing, event["position"] - count
            gap == 0 or fail("is not next to the one before it: events are missing or doubled")
            if data is None and salt is None:
                redacted.append(event["position"])
            elif (type(salt), type(data)) != (bytes, str) or len(salt) != 16 or sha256(salt, data.encode()).hex() != row[6]:
                fail("what it says does not have its hash")
            elif event["type"] == "EventRedacted":
                named.add(str(json.loads(data)["position"]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
            report.append(f"Fault: position {row[0]}: {fault}")
        for _ in range((count & -count).bit_length() - 1 if count <= size else 0):  # RFC 6962, 2.1: it completes so many subtrees
            hash_ = sha256(b"\x01", subtrees.pop(), hash_)
        subtrees += [hash_] if count <= size else []
    found = reduce(lambda right, left: sha256(b"\x01", left, right), reversed(subtrees)) if subtrees else sha256()
    report += [f"Fault: position {one}: what it says is gone, without a redaction" for one in redacted if str(one) not in named]
    count >= size or fail(f"the log holds {count} events, the checkpoint {size}: events were dropped, or this is an older copy")
    found == root or fail(f"the first {size} events are not those of the checkpoint: the past was changed")
    report.append(f"The first {size} of {count} events are those of the checkpoint of {origin}: root {root.hex()}; {signers}")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("check", choices=["proof", "log"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--key", action="append", default=[])
    given, said = parser.parse_intermixed_args(), list[str]()
    path, *kept = given.files + given.checkpoint
    len(kept) == 1 or (given.check == "proof" and not kept) or parser.error("give proof a file, log a timeline and a checkpoint")
    try:
        notes = [Path(one).open("rb").read(1_000_001) for one in kept]  # noqa: SIM115 - closed at the end
        (check_proof if given.check == "proof" else check_log)(said, path, given.key, *notes)
    except Exception as error:  # whatever it is, nothing was shown
        said.append(f"Fault: {str(error) or 'the signature by a key given does not hold'}")
    said.append("Not shown" if any(line.startswith("Fault") for line in said) else "Shown")
    for line in said:  # line ends, control characters and reversed writing could mislead: they are escaped
        print("".join(one if one.isprintable() and one.isascii() else json.dumps(one)[1:-1] for one in line))
    raise SystemExit(int(said[-1] != "Shown"))
