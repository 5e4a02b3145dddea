"""What reads from outside, each as a function of bytes that raises nothing, whatever they are, unless something is wrong.

tests/test_fuzz.py (Hypothesis, seconds) and fuzz.py beside this file (atheris, minutes) call these. A refusal is a TimelineError
that says so in a line; a page answers, refuses, or does not find. Anything else that is raised is a fault of ours.
"""

import asyncio
import importlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from datasette.app import Datasette
from datasette.plugins import pm

from timeline import Timeline, bundles, dates
from timeline.cli.printing import harmless
from timeline.errors import BundleInvalid, TimelineError
from timeline.merkle import Checkpoint, Key, Note, Proof
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey

Reader = Callable[[bytes], object]
ANSWERED = {200, 301, 302, 304, 400, 403, 404}
FAULT = 500
PATIENCE = 300  # seconds for a page: one that never ends is a fault, and not a test that hangs
TABLES = ("happenings", "happening_versions", "timeline", "events", "checkpoints")


@contextmanager
def refusals() -> Iterator[None]:
    """Let refusals pass that say so in a line, or a line for each fault of a bundle."""
    try:
        yield
    except TimelineError as error:
        lines = str(error).split("\n") if isinstance(error, BundleInvalid) else [str(error)]
        for line in lines:
            assert line.strip(), "a refusal that says nothing"
            assert harmless(line).isprintable(), f"not one readable line: {line!r}"
            assert len(line) < 5_000, f"a line of {len(line):,} characters"


class Readers:
    """The readers, with the files they need. `database` is a timeline for the pages; `keys` are trusted."""

    def __init__(self, database: Path, keys: list[Key]) -> None:
        self._keys = keys
        self._database = database
        self._folder = tempfile.TemporaryDirectory()
        self._at = Path(self._folder.name)
        self._timeline = Timeline(self._at / "appended.db", by="fuzz")
        self._timeline.archive(text="These very words were kept. And these: “so it was”.", id="source", title="A source")
        plugin = importlib.import_module("timeline.web")
        if not pm.is_registered(plugin):
            pm.register(plugin, name="timeline")
        self._loop = asyncio.new_event_loop()
        self._datasette = Datasette([str(database)])
        self.all: dict[str, Reader] = {
            "yaml": self.yaml,
            "jsonl": self.jsonl,
            "proof": self.proof,
            "note": self.note,
            "vkey": self.vkey,
            "key": self.key,
            "edtf": self.edtf,
            "page": self.page,
        }

    def close(self) -> None:
        """Take everything away again."""
        self._timeline.close()
        self._loop.close()
        self._folder.cleanup()

    def yaml(self, content: bytes) -> None:
        """Append a YAML bundle."""
        self._bundle(content, "bundle.yaml")

    def jsonl(self, content: bytes) -> None:
        """Append JSON Lines."""
        self._bundle(content, "bundle.jsonl")

    def _bundle(self, content: bytes, name: str) -> None:
        path = self._at / name
        path.write_bytes(content)
        size = self._timeline.log.size()
        with refusals():
            bundles.append(self._timeline, path)
            return
        assert self._timeline.log.size() == size, "a bundle was refused, and yet something of it appended"

    def proof(self, content: bytes) -> None:
        """Read and check a proof; what is read is written again to the letter."""
        with refusals():
            proof = Proof.parse(content)
            assert str(proof).encode() == content, "a proof is not written as it was read"
            proof.check()
            checkpoints.signed(proof.note, self._keys)

    def note(self, content: bytes) -> None:
        """Read a checkpoint and its signatures."""
        with refusals():
            note = Note.parse(content)
            assert str(note).encode() == content, "a note is not written as it was read"
            checkpoint = Checkpoint.of(note)
            assert checkpoint.text == note.text, "a checkpoint is not written as it was read"
            checkpoints.signed(note, self._keys)

    def vkey(self, content: bytes) -> None:
        """Read a public key."""
        text = content.decode(errors="replace")
        with refusals():
            assert str(Key.parse(text)) == text.strip(), "a public key is not written as it was read"

    def key(self, content: bytes) -> None:
        """Read a private key from its file."""
        path = self._at / "signing.key"
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
        with refusals():
            SigningKey.load(path).sign("text\n")

    def edtf(self, content: bytes) -> None:
        """Read a date, and say it in words."""
        text = content.decode(errors="replace")
        with refusals():
            date = dates.parse(text)
            assert dates.words(text)
            assert date.earliest_day is None or date.latest_day is None or date.earliest_day <= date.latest_day

    def page(self, content: bytes) -> None:
        """Ask for a page: the first line is its path within the timeline's, the rest its query string; as they are."""
        path, _, query = content.partition(b"\n")
        at = quote(path, safe="/%.-_~")
        if at.strip("/") == "live":  # it never ends, which is its purpose
            return
        asked = quote(query, safe="%&=+/?:,;@!$*()")
        if not at.startswith("."):
            status, text = self._get(f"/{self._database.stem}/-/timeline{at and '/'}{at}?{asked}")
        else:
            table = f"/{self._database.stem}/{TABLES[len(query) % len(TABLES)]}"
            status, text = self._get(f"{table}.timeline?{asked}")
            if status == FAULT and self._get(f"{table}.json?{asked}")[0] == FAULT:
                return  # it is Datasette's own, as with ?_next=x on a view
        assert status in ANSWERED, f"{content!r}: {status} {text[:500]}"

    def _get(self, address: str) -> tuple[int, str]:
        response = self._loop.run_until_complete(asyncio.wait_for(self._datasette.client.get(address), PATIENCE))
        return response.status_code, response.text
