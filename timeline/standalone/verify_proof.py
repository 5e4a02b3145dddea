"""Check that an event was in a timeline's log, word for word, without the program that made it and without trusting its owner.

    python verify_proof.py FILE [--key VKEY]... [--checkpoint FILE]... [--files FOLDER]...

Needs Python 3.11; with --key, the package cryptography as well. Exit code: 0 shown, 1 not shown, 2 wrong usage. With --files, its
documents are looked for in folders by their hashes, and each quotation at its place in the text of its source. A proof does not
show that the event is true; that it was recorded at its stated time (the oldest copy of its checkpoint that others have shows
that); that others see the same log; without --key, that anyone signed. verify_log.py checks a whole log. The functions that read
checkpoints, keys and signatures are the same in both files, so that each file is complete by itself.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # no file beside this one may take the place of a module of Python

import argparse
import base64
import io
import json
import re
import sys
import unicodedata
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

COLUMNS = {"position": int, "stream": str, "version": int, "type": str, "recorded_at": str, "recorded_by": str, "data_hash": str}
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


def read_event(extra: str) -> tuple[dict[str, Any], str]:
    """Read an event and its data. Its leaf holds only the hash of the data, so that it can be proved when the data is redacted."""
    content = json.loads(extra)
    data, salt, event = content["data"], content["salt"], json.loads(content["leaf"])
    if CANONICAL.encode(content) != extra or CANONICAL.encode(event) != content["leaf"] or len(content) != 3:
        raise NotShown("proof: has more than its event, or is not in canonical JSON")
    if {name: type(value) for name, value in event.items()} != COLUMNS or not 0 < event["version"] < 2**53:
        raise NotShown("proof: a column of its event is missing, or has the wrong type")
    if data is None and salt is None and re.fullmatch("[0-9a-f]{64}", event["data_hash"]):
        return event, "(not in this proof: redacted, or left out)"
    if not data or not re.fullmatch("[0-9a-f]{32}", salt):  # of fixed length, so that nothing can move from the data to the salt
        raise NotShown("proof: lacks its event's data, or the salt of its hash")
    if sha256(bytes.fromhex(salt) + data.encode()).hexdigest() != event["data_hash"]:
        raise NotShown("proof: its event's data was altered")
    return event, data


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Join a leaf with the hashes on its path to the root; the last one is nearest to the root (RFC 6962, 2.1.1)."""
    if size == 1 and not path:
        return sha256(b"\x00" + leaf).digest()
    if size == 1 or not path:
        raise NotShown("proof: has more hashes, or fewer, than the path in a tree of this size")
    split = 1 << (size - 1).bit_length() - 1  # leaves on the left: the largest power of two below the size
    if index < split:
        return sha256(b"\x01" + root_of_path(leaf, index, split, path[:-1]) + path[-1]).digest()
    return sha256(b"\x01" + path[-1] + root_of_path(leaf, index - split, size - split, path[:-1])).digest()


def readable(data: str) -> str:
    """Put each field of an event's data on a line of its own; data that is not in canonical JSON stays as it is."""
    try:
        value = json.loads(data)
        return json.dumps(value, ensure_ascii=False, indent=1) if CANONICAL.encode(value) == data else data
    except (ValueError, RecursionError):
        return data


def letters(text: str) -> str:
    """Return a text without spaces, punctuation and other signs, with each ligature as its letters, to compare the rest."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] in "LMN")


def check_files(data: str, folders: list[str]) -> Iterator[str]:
    """Look for the documents of an event in folders, by their SHA-256, and for each quotation at its place in the text."""
    paths = [path for folder in folders for path in sorted(Path(folder).iterdir()) if path.is_file()]
    files = {sha256(path.read_bytes()).hexdigest(): path for path in reversed(paths)}  # the first of equal ones
    statement = json.loads(data).get("statement") or {}
    for field, what in (("sha256", "document"), ("text_sha256", "text")):
        if hash_ := statement.get(field):
            absent = "not in these folders" if hash_ != sha256().hexdigest() else "empty"
            yield f"Its {what}: {files.get(hash_, absent)} (SHA-256 {hash_})"
    for number, one in enumerate(statement.get("citations", ()), 1):
        place = f"Citation {number}, source {one['source']}, document {files.get(one['sha256'], 'not in these folders')}"
        path, quote, start, end = files.get(one["text_sha256"]), one.get("quote"), one.get("start_char"), one.get("end_char")
        if quote is None or path is None:
            yield f"{place}: {'its text is not in these folders' if quote else 'described, not quoted: judge for yourself'}"
            continue
        there = path.read_bytes().decode()[start:end]
        if (one["grade"] == "exact" and there != quote) or letters(there) != letters(quote):
            raise NotShown(f"citation {number}: its words are not at characters {start} to {end} of {path}")
        alike = "" if there == quote else f", with other spaces or signs: {json.dumps(there, ensure_ascii=False)}"
        yield f"{place}: its words are at characters {start} to {end} of {path}{alike}"


def check_proof(content: str, vkeys: list[str], checkpoints: list[str], folders: list[str] | None = None) -> list[str]:
    """Check a proof (c2sp.org/tlog-proof): format, event, index and hashes; an empty line; a checkpoint. Return what it shows."""
    match = re.fullmatch(r"c2sp\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,17})\n((?:.+\n)*)\n((?s:.+))", content)
    if not match:
        raise NotShown("proof: lacks the lines of a proof")
    event, data = read_event(read_base64(match[1]).decode())
    index, checkpoint = int(match[2]), read_checkpoint(match[4])
    if not event["position"] == index + 1 <= checkpoint.size:
        raise NotShown("proof: its event has another position")
    path = [read_base64(line) for line in re.findall(".+", match[3])]
    if root_of_path(CANONICAL.encode(event).encode(), index, checkpoint.size, path) != checkpoint.root:
        raise NotShown("proof: its event is not in the tree of its checkpoint")
    if any(read_checkpoint(one).text != checkpoint.text for one in checkpoints):
        raise NotShown("proof: has another checkpoint than the one you gave")
    signers = check_signatures(checkpoint, vkeys)
    return [
        f"{event['stream']}@{event['version']} ({event['type']}) is at position {index + 1} of {checkpoint.origin}",
        f"The log then had {checkpoint.size} events, with the root {checkpoint.root.hex()}; {signers}",
        f"Recorded, as the log says, by {event['recorded_by']} at {event['recorded_at']}:",
        *readable(data).split("\n"),
        *(check_files(data, folders) if folders and data.startswith("{") else ()),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("file")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--files", action="append", default=[])
    arguments = parser.parse_args()
    try:
        proof, *checkpoints = [Path(file).read_bytes().decode() for file in (arguments.file, *arguments.checkpoint)]
        lines = [*check_proof(proof, arguments.key, checkpoints, arguments.files), "Shown"]
    except Exception as error:  # after any error, nothing is shown; cryptography's error for an invalid signature has no text
        lines = [f"Fault: {str(error) or 'a signature is not valid'}", "Not shown"]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may lack letters
    for line in lines:  # escape line ends, control and text-direction characters, which could mislead
        print("".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line))
    raise SystemExit(int(lines[-1] != "Shown"))
