#!/usr/bin/env python3
"""python verify_stamp.py CHECKPOINT --authority CERTIFICATE.pem, to learn when the authority saw the checkpoint.

A checkpoint is a text, with signatures below it (c2sp.org/signed-note). One of them may be a time stamp (RFC 3161): the answer of
an authority, which signed the SHA-256 of the text together with the time. OpenSSL checks it, with the certificate that you got
from the authority itself. verify_log.py checks whether a timeline has this checkpoint.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # no file beside this one may take the place of a module of Python

import argparse
import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory


class NotShown(Exception):
    """The checkpoint does not show when it was seen."""


def read_stamps(content: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text of a checkpoint, and its time stamps: the name of the authority, and its answer (DER)."""
    text, gap, lines = content.rpartition("\n\n")
    if not gap:
        raise NotShown("checkpoint: has no signature lines")
    stamps = [(name, b64decode(encoded, validate=True)[4:]) for name, encoded in re.findall("— (.+) (.+)\n", lines)]
    return f"{text}\n", [(name, answer) for name, answer in stamps if answer[:1] == b"\x30" and len(answer) > 72]


def openssl(*arguments: str | Path) -> str:
    """Run OpenSSL's tool for time stamps. Raises NotShown, with its reason."""
    command = ["openssl", "ts", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - files and options of our own
    if result.returncode:
        reason = re.findall(r":([^:\n]+):[^:\n]*:\d+:", result.stderr) or result.stderr.splitlines() or ["it failed"]
        raise NotShown(f"OpenSSL: {reason[-1].strip()}")
    return result.stdout


def check(text: str, answer: bytes, authority: Path) -> str:
    """Check a time stamp of a text, and return its time as OpenSSL writes it. Raises NotShown."""
    with TemporaryDirectory() as folder:
        stamp, data = Path(folder, "stamp.tsr"), Path(folder, "text")
        stamp.write_bytes(answer)
        data.write_bytes(text.encode())
        openssl("-verify", "-in", stamp, "-data", data, "-CAfile", authority)
        return str(re.findall("Time stamp: (.+)", openssl("-reply", "-in", stamp, "-text"))[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--authority", type=Path, required=True)
    arguments = parser.parse_args()
    lines, shown = [], 0
    try:
        text, stamps = read_stamps(arguments.checkpoint.read_bytes().decode())
        for name, answer in stamps:
            try:
                lines.append(f"{name} saw this checkpoint at {check(text, answer, arguments.authority)}")
                shown += 1
            except NotShown as error:
                lines.append(f"{name}: not confirmed by this certificate ({error})")
        lines += [] if stamps else ["Fault: the checkpoint has no time stamp"]
        origin, size, root = text.splitlines()[:3]
        lines.append(f"It is of {origin}: {size} events, root {b64decode(root).hex()}")
    except Exception as error:  # after any error, nothing is shown
        lines.append(f"Fault: {error}")
    lines.append("Shown" if shown else "Not shown")
    for line in lines:  # escape line ends, control and text-direction characters, which could mislead
        print("".join(one if one.isprintable() and one.isascii() else json.dumps(one)[1:-1] for one in line))
    raise SystemExit(int(lines[-1] != "Shown"))
