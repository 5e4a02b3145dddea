"""What the tests of the verifiers that stand alone share: the verifiers, and a log with proofs to give them.

Must not test anything.
"""

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

from examples import Clock

from timeline import Timeline, merkle
from timeline.merkle import Note
from timeline.proof.signing import SigningKey

FOLDER = Path(merkle.__file__).parent.parent / "standalone"
VERIFIERS = {check: FOLDER / f"verify_{check}.py" for check in ("proof", "log")}
SIZE = 13
AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def module(path: Path) -> ModuleType:
    """Load a verifier as it lies there: it is no part of the package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


PROOFS, LOGS = (module(path) for path in VERIFIERS.values())


def make(folder: Path) -> SimpleNamespace:
    """Make a timeline of 13 events, its signed and cosigned checkpoint, a proof of each event, and files of them."""
    log_key, witness = SigningKey.new("example.org/log"), SigningKey.new("witness.example/w1")
    with Timeline(folder / "timeline.db", by="tester", clock=Clock()) as timeline:
        report = timeline.archive(text="The council met in Marrakech. It sat for four days.", id="report", title="A report")
        for number in range(SIZE - 1):
            said = f"Sitting {number}: «naïve»\N{RIGHT-TO-LEFT OVERRIDE}"
            timeline.record(f"day-{number}", title=said, date="2025-11-24", citations=[report.quote("four days")])
        note = timeline.checkpoint(log_key)
        key, cosignature = witness.cosign(note.text, AT)
        note = Note(note.text, (*note.signatures, cosignature))
        proofs = [timeline.prove(position, note) for position in range(1, SIZE + 1)]
    (folder / "checkpoint").write_text(str(note), encoding="utf-8")
    (folder / "proof").write_text(str(proofs[6]), encoding="utf-8")
    return SimpleNamespace(
        folder=folder,
        note=note,
        proofs=proofs,
        keys=[str(log_key.public), str(key)],
        log_key=log_key,
        witness=witness,
        db=folder / "timeline.db",
    )


def run(check: str, *arguments: str | Path, flags: tuple[str, ...] = ("-I",)) -> tuple[int, list[str]]:
    """Run a verifier, of a proof or of a log, as the doubter would, and give its exit code and what it said."""
    done = subprocess.run([sys.executable, *flags, VERIFIERS[check], *map(str, arguments)], capture_output=True, check=False)
    errors = done.stderr.decode()
    assert "Traceback" not in errors
    assert errors == "" or done.returncode == 2
    return done.returncode, done.stdout.decode().splitlines()
