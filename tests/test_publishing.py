"""publish: a folder that anyone can serve and check, and that, published again, adds to what it was."""

import base64
import hashlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline, merkle, publishing
from timeline.cli import main
from timeline.errors import PublishingRefused
from timeline.merkle import Checkpoint, Key, Note
from timeline.publishing.staging import staging
from timeline.signing import SigningKey, check

KILLS = 14
TEXT = "The council met in Marrakech on 24 November 2025. Unmistakeable words stand here."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a timeline of two events and metadata; commands are run in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("TIMELINE_DB", "TIMELINE_KEY"):
        monkeypatch.delenv(name, raising=False)
    (folder / "metadata.json").write_text('{"title": "The council, dated"}')
    with Timeline("timeline.db", by="tester") as timeline:
        source = timeline.archive(text=TEXT, id="report", title="A report")
        timeline.record("meeting", title="The council meets", date="2025-11-24", citations=[source.quote("The council met")])
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Make a key, outside of the project."""
    path = tmp_path / "keys" / "log.key"
    SigningKey.new("example.org/log").save(path)
    return path


def run(*words: str | Path) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*words: str | Path) -> str:
    """Run a command that is refused, in one line, and give that."""
    result = run(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (result.stderr[:7], result.stderr.count("\n")) == ("Error: ", 1)
    return result.stderr.removeprefix("Error: ").rstrip("\n")


def more(count: int = 1, path: str | Path = "timeline.db") -> None:
    """Append happenings."""
    with Timeline(path, by="tester") as timeline:
        size = timeline.log.size()
        cited = {"title": "It goes on", "date": "2025", "citations": [timeline.source("report").quote("The council met")]}
        timeline.append_many({"id": f"h-{size + number}", **cited} for number in range(count))


def content(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def note(path: Path) -> Note:
    """Read a checkpoint."""
    return Note.parse(path.read_bytes())


def sound(folder: Path) -> Checkpoint:
    """Make sure that a published database is whole, and adds to the checkpoint that lies beside it, which is given."""
    kept = note(folder / "checkpoint")
    keys = [Key.parse((folder / "public-key").read_text())] if (folder / "public-key").exists() else []
    with Timeline(folder / "timeline.db", read_only=True) as timeline:
        assert timeline.verify(against=[kept], keys=keys).faults == ()
    return Checkpoint.of(kept)


def test_a_folder_holds_all_that_its_reader_needs(project: Path, key: Path) -> None:
    """The database in one file, its signed checkpoint, the public key, the program, and how to serve and to check it."""
    result = run("publish", "public", "--key", key)
    public = project / "public"
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == "public: 2 events"
    names = {path.name for path in public.iterdir()}
    assert {name for name in names if not name.endswith(".whl")} == {
        "timeline.db", "checkpoint", "public-key", "metadata.json", "Dockerfile", "README.md", "verify_log.py",
        "verify_proof.py",
    }  # fmt: skip
    assert sound(public).size == 2
    assert base64.b64encode(sound(public).root).decode() in result.stdout
    public_key = SigningKey.load(key).public
    assert (public / "public-key").read_text() == f"{public_key}\n"
    assert [signed.key for signed in check(note(public / "checkpoint"), [public_key])] == [public_key]
    assert json.loads((public / "metadata.json").read_text()) == {"title": "The council, dated"}
    with closing(sqlite3.connect(public / "timeline.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert {path.name for path in project.iterdir()} <= {
        "public",
        "metadata.json",
        "timeline.db",
        "timeline.db-wal",
        "timeline.db-shm",
    }


def test_the_checkpoint_is_kept_in_the_timeline_too(project: Path, key: Path) -> None:
    """With its signature, the same in both."""
    run("publish", "public", "--key", key)
    kept = []
    for path in ("timeline.db", "public/timeline.db"):
        with Timeline(path, read_only=True) as timeline:
            kept.append(merkle.checkpoints(timeline.log.connection))
    assert kept[0] == kept[1]
    assert [one.note for one in kept[0]] == [note(project / "public" / "checkpoint")]


def test_without_a_key_it_says_that_nothing_is_signed(project: Path) -> None:
    """The checkpoint is then its three lines; one who publishes so again changes nothing."""
    result = run("publish", "public")
    assert result.stderr == "Its checkpoint is not signed: give --key, or make one: timeline key new NAME\n"
    assert note(project / "public" / "checkpoint").signatures == ()
    assert not (project / "public" / "public-key").exists()
    assert sound(project / "public").size == 2
    assert run("publish", "public").stdout.startswith("public: nothing has changed since it was published: 2 events\n")


def test_nothing_new_changes_nothing(project: Path, key: Path) -> None:
    """Not a byte, so that every address stays as it is cached; and it is said."""
    run("publish", "public", "--key", key)
    before = {path: path.stat().st_mtime_ns for path in (project / "public").iterdir()}
    result = run("publish", "public", "--key", key)
    assert result.stdout.splitlines()[0] == "public: nothing has changed since it was published: 2 events"
    assert {path: path.stat().st_mtime_ns for path in (project / "public").iterdir()} == before


def test_publishing_again_shows_that_it_adds_to_what_was(project: Path, key: Path) -> None:
    """Every earlier checkpoint stays, to the letter, and a proof leads from each to the next."""
    public = project / "public"
    earlier = {}
    for size in (2, 3, 8):
        if size > 2:
            more(size - (2 if size == 3 else 3))
        result = run("publish", "public", "--key", key)
        assert result.exit_code == 0, result.output
        earlier[size] = (public / "checkpoint").read_bytes()
        assert sound(public).size == size
    assert result.stdout.splitlines()[0] == "public: 8 events (5 new)"
    assert {path.name for path in (public / "checkpoints").iterdir()} == {"2", "3", "2-to-3", "3-to-8"}
    for old, new in ((2, 3), (3, 8)):
        assert (public / "checkpoints" / str(old)).read_bytes() == earlier[old]
        head, _, signed = (public / "checkpoints" / f"{old}-to-{new}").read_text().partition("\n\n")
        first, *hashes = head.split("\n")
        assert first == f"old {old}"
        assert signed.encode() == earlier[new]
        roots = [Checkpoint.of(Note.parse(earlier[size])).root for size in (old, new)]
        merkle.verify_consistency(old, roots[0], new, roots[1], [base64.b64decode(hash_) for hash_ in hashes])


def test_a_timeline_that_was_rolled_back_is_refused(project: Path, key: Path) -> None:
    """Whether events were dropped or an older copy was put in its place; the folder stays."""
    run("backup", "old.db")
    more()
    run("publish", "public", "--key", key)
    before = content(project / "public")
    said = refused("publish", "public", "--db", "old.db", "--key", key)
    assert said.startswith("public: holds other files than a published old.db")
    (project / "elsewhere").mkdir()
    shutil.copy("old.db", "elsewhere/timeline.db")
    said = refused("publish", "public", "--db", "elsewhere/timeline.db", "--key", key)
    assert said == (
        "elsewhere/timeline.db: holds the first 2 of the 3 events in public/timeline.db. Published events stay."
        " To go on from them: timeline build"
    )
    assert content(project / "public") == before


def test_a_timeline_with_another_past_is_refused(project: Path, key: Path) -> None:
    """However much of it there is, and whoever signs."""
    run("publish", "public", "--key", key)
    before = content(project / "public")
    (project / "elsewhere").mkdir()
    with Timeline("elsewhere/timeline.db", by="tester") as timeline:
        timeline.archive(text=TEXT, id="report", title="Another report")
    more(3, "elsewhere/timeline.db")
    for words in ((), ("--key", key)):
        said = refused("publish", "public", "--db", "elsewhere/timeline.db", *words)
        assert said.startswith(
            "elsewhere/timeline.db: differs from public/timeline.db from position 1 on: here source/report@1, recorded "
        )
        assert said.endswith(". Published events stay. To go on from them: timeline build --fresh")
    assert content(project / "public") == before


def test_a_timeline_with_faults_is_refused(project: Path, key: Path) -> None:
    """What does not follow from the log, and what was altered in it; nothing is signed, and the folder stays."""
    run("publish", "public", "--key", key)
    before = content(project / "public")
    more()
    with closing(sqlite3.connect("timeline.db")) as database:
        database.execute("UPDATE happenings SET title = 'Something else' WHERE id = 'meeting'")
        database.commit()
    assert refused("publish", "public", "--key", key).startswith("timeline.db: 1 fault found, so it was not published. ")
    assert refused("publish", "new", "--key", key).endswith("See them: timeline verify --db timeline.db")
    assert content(project / "public") == before
    assert not (project / "new").exists()
    assert Checkpoint.of(note(Path(f"{key}.last-signed"))).size == 2


def test_nothing_that_is_something_else_is_written_over(project: Path, key: Path) -> None:
    """A folder with files of one's own, the timeline's own folder, a file; an empty folder is as good as none."""
    (project / "mine").mkdir()
    (project / "mine" / "checkpoint").write_text("x\n1\nAAAA\n")
    (project / "mine" / "timeline.db").write_text("x")
    run("publish", "public", "--key", key)
    for name in ("mine", ".", ".."):
        assert "nothing there is written over. Give a new folder" in refused("publish", name, "--key", key)
    assert refused("publish", "metadata.json") == "metadata.json: is not a folder. Give the path of a new one"
    assert "nothing there is written over" in refused("publish", "public", "--db", "public/timeline.db", "--key", key)
    assert refused("publish", "no/such/folder").startswith("no/such/folder: cannot be written: no such file or directory. ")
    (project / "empty").mkdir()
    assert run("publish", "empty", "--key", key).exit_code == 0
    assert sound(project / "empty").size == 2


def test_a_timeline_that_is_none_or_empty_is_refused(project: Path) -> None:
    """Each for what it is; no file is made."""
    assert refused("publish", "public", "--db", "none.db").startswith("none.db: there is no such file. ")
    assert not (project / "none.db").exists()
    with Timeline("new.db", by="tester") as timeline:
        timeline.log.make()
    assert refused("publish", "public", "--db", "new.db").startswith("new.db: holds no events yet")
    assert not (project / "public").exists()


def test_what_was_signed_is_not_published_unsigned_or_by_another(project: Path, key: Path, tmp_path: Path) -> None:
    """Readers check with the key that they have; the folder stays."""
    run("publish", "public", "--key", key)
    more()
    before = content(project / "public")
    assert refused("publish", "public") == "public: was signed by example.org/log before, and this is not. Give the key: --key FILE"
    SigningKey.new("example.org/log").save(tmp_path / "other.key")
    assert "so its readers could not check it" in refused("publish", "public", "--key", tmp_path / "other.key")
    assert content(project / "public") == before
    assert run("publish", "public", "--key", key).exit_code == 0


def test_what_was_unsigned_may_be_signed_later(project: Path, key: Path) -> None:
    """The log gets its name then."""
    run("publish", "public")
    more()
    assert run("publish", "public", "--key", key).exit_code == 0
    assert sound(project / "public").origin == "example.org/log"


def test_the_signatures_of_witnesses_are_published(project: Path, key: Path) -> None:
    """Those kept in the timeline, and those that were put under the checkpoint in the folder alone."""
    public = project / "public"
    run("publish", "public", "--key", key)
    first = note(public / "checkpoint")
    kept, laid = (SigningKey.new(name) for name in ("witness.example", "another.example"))
    with Timeline("timeline.db", by="tester") as timeline:
        witness, signature = kept.cosign(first.text, timeline.clock())
        timeline.cosigned(Note(first.text, (signature,)), [witness])
        other, added = laid.cosign(first.text, timeline.clock())
    (public / "checkpoint").write_text(str(Note(first.text, (*first.signatures, added))))
    assert run("publish", "public", "--key", key).exit_code == 0
    assert {signed.key for signed in check(note(public / "checkpoint"), [witness, other, SigningKey.load(key).public])} == {
        witness, other, SigningKey.load(key).public,
    }  # fmt: skip


def test_a_read_only_timeline_is_published(project: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checkpoint is then in the folder alone, and that is said."""
    monkeypatch.setattr("timeline.cli.publishing._is_writable", lambda db: False)
    result = run("publish", "public", "--key", key)
    assert result.stderr == "The checkpoint was not stored in timeline.db, which is read-only\n"
    assert sound(project / "public").size == 2


def test_what_was_redacted_is_nowhere_in_the_folder(project: Path, key: Path) -> None:
    """Neither the words nor an older file that has them."""
    public = project / "public"
    run("publish", "public", "--key", key)
    assert any(b"Unmistakeable" in file for file in content(public).values())
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.redact(2, reason="A court said so")
        timeline.redact(1, reason="A court said so")
    assert run("publish", "public", "--key", key).stdout.splitlines()[0] == "public: 4 events (2 new)"
    assert sound(public).size == 4
    assert not [name for name, file in content(public).items() if b"Unmistakeable" in file or b"nmistakeabl" in file]


def meanwhile(act: Callable[[], None]) -> Callable[[int], None]:
    """Do something once, while a timeline is being verified."""
    done: list[int] = []

    def advance(steps: int) -> None:
        if not done:
            done.append(steps)
            act()

    return advance


def test_others_may_append_meanwhile(project: Path, key: Path) -> None:
    """The folder is of one moment, and what was signed of it is kept in a timeline that has gone on."""
    with Timeline("timeline.db", by="tester") as timeline:
        made = publishing.publish(timeline, Path("public"), key=SigningKey.load(key), metadata=None, advance=meanwhile(more))
        assert (made.checkpoint.size, timeline.log.size()) == (2, 3)
        assert [one.note for one in merkle.checkpoints(timeline.log.connection)] == [made.note]
    assert sound(project / "public").size == 2


def test_what_is_redacted_meanwhile_is_not_published(project: Path) -> None:
    """One who redacts must not find it published a moment later."""

    def redact() -> None:
        with Timeline("timeline.db", by="tester") as another:
            another.redact(2, reason="A court said so")

    with Timeline("timeline.db", by="tester") as timeline, pytest.raises(PublishingRefused, match="redacted meanwhile"):
        publishing.publish(timeline, Path("public"), key=None, metadata=None, advance=meanwhile(redact))
    assert not (project / "public").exists()


def append_until_told(path: Path, begun: Signal, end: Signal) -> None:
    """Append three happenings at a time."""
    while not end.is_set():
        more(3, path)
        begun.set()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Have another process append for as long as the block lasts."""
    forks = multiprocessing.get_context("fork")
    begun, end = forks.Event(), forks.Event()
    process = forks.Process(target=append_until_told, args=(path, begun, end))
    process.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        end.set()
        process.join()
    assert process.exitcode == 0


def test_a_writer_in_another_process_is_not_in_the_way(project: Path, key: Path) -> None:
    """All of an append or none of it, and each publication adds to the one before."""
    sizes = []
    with writing(project / "timeline.db"):
        for _ in range(3):
            assert run("publish", "public", "--key", key).exit_code == 0
            sizes.append(sound(project / "public").size)
    assert sizes == sorted(sizes)
    assert {size % 3 for size in sizes} == {2}


def test_metadata_must_be_readable(project: Path) -> None:
    """It is named, with where it is wrong; without any, it is empty."""
    (project / "bad.json").write_text('{"title": ')
    assert refused("publish", "public", "--metadata", "bad.json").startswith("bad.json: it is not JSON: ")
    (project / "bad.json").write_text("[]")
    assert "it is not a JSON object" in refused("publish", "public", "--metadata", "bad.json")
    assert refused("publish", "public", "--metadata", "none.json").startswith("none.json: no such file or directory. ")
    assert not (project / "public").exists()
    (project / "metadata.json").unlink()
    run("publish", "public")
    assert (project / "public" / "metadata.json").read_text() == "{}\n"


def test_two_at_once_are_one_after_the_other(project: Path, key: Path) -> None:
    """The second is refused while the first is at it."""
    run("publish", "public", "--key", key)
    with staging(Path("public"), Path("timeline.db")):
        assert refused("publish", "public", "--key", key) == (
            "public: another process is writing it. Wait until that is done, then repeat"
        )
    assert run("publish", "public", "--key", key).exit_code == 0


def command(*words: str | Path, before: str = "") -> list[str]:
    """Give the command as a process of its own runs it."""
    return [sys.executable, "-c", f"{before}\nfrom timeline.cli import main\nmain()", *map(str, words)]


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX")
@pytest.mark.parametrize("limit", [5_000, 300_000])
def test_a_full_disk_leaves_the_folder_as_it_was(project: Path, key: Path, limit: int) -> None:
    """One line, nothing left beside it; whether the database finds no room, or what lies beside it."""
    run("publish", "public", "--key", key)
    more(20)
    before = content(project / "public")
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    for folder in ("public", "new"):
        words = command("publish", folder, "--key", key, before=limited)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert done.stderr.startswith("Error: ")
    assert content(project / "public") == before
    assert not (project / "new").exists()
    assert not list(project.glob(".*"))


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_killed_at_any_instant_the_folder_is_whole(project: Path, key: Path) -> None:
    """At random instants of publishing anew: what is there is sound, adds to its checkpoint, and the next run cleans up."""
    public = project / "public"
    chance = random.Random(20251124)  # noqa: S311 - the same instants each time, not a secret
    begun = time.monotonic()
    subprocess.run(command("publish", "public", "--key", key), check=True, capture_output=True)
    takes = time.monotonic() - begun
    sizes, killed, left = [], 0, 0
    for _ in range(KILLS):
        more(2)
        process = subprocess.Popen(command("publish", "public", "--key", key), stdout=subprocess.DEVNULL)
        time.sleep(takes * chance.uniform(0.6, 1))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        left += (project / ".public.unfinished").exists()
        sizes.append(sound(public).size)
    assert killed
    assert left, "every run was killed before it began"
    assert sizes == sorted(sizes)
    assert run("publish", "public", "--key", key).exit_code == 0
    assert sound(public).size == 2 + 2 * KILLS
    assert not list(project.glob(".*"))


def killed_after(steps: int, *words: str | Path) -> bool:
    """Run a command that is killed when it is about to rename its next file, after so many; tell whether it was."""
    before = f"""
import os
done, rename, replace = 0, os.rename, os.replace
def counted(act):
    def wrapped(*names):
        global done
        done += 1
        if done > {steps}:
            os.kill(os.getpid(), 9)
        act(*names)
    return wrapped
os.rename, os.replace = counted(rename), counted(replace)
"""
    done = subprocess.run(command(*words, before=before), capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_killed_between_any_two_files_the_folder_is_whole(project: Path, key: Path) -> None:
    """After each file that is put in place; a folder that was not there is there as a whole, or not at all."""
    public = project / "public"
    # The key's own memory of what it signed is the first file that is renamed.
    assert killed_after(1, "publish", "public", "--key", key)
    assert not public.exists()
    run("publish", "public", "--key", key)
    more()
    steps = 1
    while killed_after(steps, "publish", "public", "--key", key):
        assert sound(public).size == 2
        assert sorted(path.name[:23] for path in project.glob(".*")) == [".public.unfinished", ".timeline.db.unfinished"]
        more()
        (public / "README.md").write_text("altered, so that it is replaced again")
        steps += 1
    assert steps > 4
    assert sound(public).size == 2 + steps
    assert {path.name for path in (public / "checkpoints").iterdir()} == {"2", f"2-to-{2 + steps}"}
    assert not list(project.glob(".*"))


@pytest.mark.datasette
def test_the_wheel_is_the_program(project: Path, tmp_path: Path) -> None:
    """It installs without an index, lists every file with its hash, and runs from where it was installed."""
    run("publish", "public")
    (wheel,) = (project / "public").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read(next(name for name in archive.namelist() if name.endswith("/RECORD"))).decode()
        listed = {line.split(",")[0]: line.split(",")[1] for line in record.splitlines()}
        assert set(listed) == set(archive.namelist())
        for name, said in listed.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(name)).digest()).rstrip(b"=").decode()
            assert said == f"sha256={digest}" or (said == "" and name.endswith("/RECORD"))
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ["-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, cwd=tmp_path)
    ours = subprocess.run(
        [python, "-c", "import sys; print([path for path in sys.path if 'site-packages' in path][0])"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    script = "import timeline; print(timeline.__file__); from timeline.cli import main; main()"
    paths = os.pathsep.join([ours, *(path for path in sys.path if "site-packages" in path)])
    verified = subprocess.run(
        [sys.executable, "-c", script, "verify", "--db", "timeline.db", "--against", "checkpoint"],
        capture_output=True, text=True, check=True, cwd=project / "public", env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert verified.stdout.startswith(ours)
    assert "✗" not in verified.stdout


def test_the_verifiers_in_the_folder_stand_alone(project: Path, key: Path) -> None:
    """They find the published file, and a proof from it, to be what its checkpoint says, with nothing of ours at hand."""
    run("publish", "public", "--key", key)
    public = project / "public"
    proved = run("prove", "1", "--db", public / "timeline.db", "--checkpoint", public / "checkpoint")
    (project / "proof").write_text(proved.stdout, encoding="utf-8")
    trusted = ["--key", (public / "public-key").read_text().strip()]
    for words in (["verify_log.py", "timeline.db", "checkpoint"], ["verify_proof.py", "../proof", "--checkpoint", "checkpoint"]):
        command = [sys.executable, "-P", *words, *trusted]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=public)
        assert (done.returncode, done.stderr) == (0, ""), done


def test_the_dockerfile_serves_what_lies_beside_it(project: Path) -> None:
    """Every file it copies is in the folder, and nobody serves as the superuser; names are quoted."""
    shutil.copy("timeline.db", "it's mine.db")
    run("publish", "public", "--db", "it's mine.db")
    lines = (project / "public" / "Dockerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in json.loads(line[line.index("[") :])[:-1]]
    assert "it's mine.db" in copied
    (image,) = [line for line in lines if line.startswith("FROM ")]
    assert re.fullmatch(r"FROM python:\d+\.\d+\.\d+-slim-[a-z]+", image), "a tag of one version"
    assert all((project / "public" / name).is_file() for name in copied)
    assert lines[1 + next(n for n, line in enumerate(lines) if line.startswith("USER timeline")) :]
    (serve,) = [line for line in lines if line.startswith("CMD ")]
    assert serve.startswith("""CMD exec datasette serve -i 'it'"'"'s mine.db' -m metadata.json """)


@pytest.fixture
def port() -> int:
    """Find a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def fetch(address: str) -> str:
    """Read a page once it is there."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {address}")


@pytest.mark.datasette
def test_from_publishing_to_the_page(project: Path, key: Path, tmp_path: Path, port: int) -> None:
    """As others do it: the folder alone, the program from its wheel, Datasette on a file that nobody writes."""
    subprocess.run(command("publish", "public", "--key", key), check=True, capture_output=True)
    served = tmp_path / "elsewhere"
    shutil.copytree("public", served)
    (wheel,) = served.glob("*.whl")
    target = tmp_path / "packages"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run([sys.executable, *install], check=True, cwd=tmp_path)
    script = "import timeline; print(timeline.__file__, flush=True); from datasette.cli import cli; cli()"
    words = ["serve", "-i", "timeline.db", "-m", "metadata.json", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=served, env={**os.environ, "PYTHONPATH": str(target)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(str(target))
        root = f"http://127.0.0.1:{port}"
        assert "The council, dated" in fetch(f"{root}/")
        assert "The council meets" in fetch(f"{root}/timeline/-/timeline")
        assert "Unmistakeable words" in fetch(f"{root}/timeline/-/timeline/sources/report")
        assert json.loads(fetch(f"{root}/timeline/-/timeline/drawing/view"))["position"] == 2
        told = json.loads(fetch(f"{root}/-/databases.json"))
        listed = told["databases"] if isinstance(told, dict) else told  # as Datasette 1.0 tells, and as those before it
        assert [one["is_mutable"] for one in listed if one["name"] == "timeline"] == [False]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert sorted(path.name for path in served.glob("timeline.db*")) == ["timeline.db"]


def test_a_key_that_somebody_added_is_not_published(project: Path, key: Path) -> None:
    """Where it signed in the log's own name, under the very checkpoint: the key that is given is, or the one of the folder."""
    other = SigningKey.new("example.org/log")
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.checkpoint(other)
        timeline.checkpoint(SigningKey.load(key))
    own = SigningKey.load(key).public
    assert f"is signed by example.org/log ({other.public.id.hex()}) and example.org/log ({own.id.hex()})" in refused(
        "publish", "public"
    )
    assert not (project / "public").exists()
    assert run("publish", "public", "--key", key).exit_code == 0
    assert (project / "public" / "public-key").read_text() == f"{own}\n"
    assert run("publish", "public").exit_code == 0
    assert (project / "public" / "public-key").read_text() == f"{own}\n"
    more()
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.checkpoint(other)
    assert "was signed by example.org/log before, and this is not" in refused("publish", "public")
    sound(project / "public")
