"""publish while others append, redact or publish, on a full disk, and killed at any moment."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from publishing_commands import command, content, more, refused, run, sound, writing
from shares import EVERY_CASE

from timeline import Timeline, merkle, publishing
from timeline.errors import PublishingRefused
from timeline.proof.signing import SigningKey
from timeline.publishing.durable_files import temporary_folder

KILLS = 14 if EVERY_CASE else 6


def meanwhile(act: Callable[[], None]) -> Callable[[int], None]:
    """Do something once, while a timeline is being verified."""
    done: list[int] = []

    def advance(steps: int) -> None:
        if not done:
            done.append(steps)
            act()

    return advance


def test_others_may_append_meanwhile(project: Path, key: Path) -> None:
    """The folder is of one moment, and its signed checkpoint is stored in the timeline, which has grown since."""
    with Timeline("timeline.db", by="tester") as timeline:
        made = publishing.publish(timeline, Path("public"), key=SigningKey.load(key), metadata=None, advance=meanwhile(more))
        assert (made.checkpoint.size, timeline.log.size()) == (2, 3)
        assert [one.note for one in merkle.checkpoints(timeline.log.connection)] == [made.note]
    assert sound(project / "public").size == 2


def test_an_event_that_is_redacted_meanwhile_is_not_published(project: Path) -> None:
    """Nobody who redacts finds the words published a moment later."""

    def redact() -> None:
        with Timeline("timeline.db", by="tester") as another:
            another.redact(2, reason="A court said so")

    with Timeline("timeline.db", by="tester") as timeline, pytest.raises(PublishingRefused, match="redacted meanwhile"):
        publishing.publish(timeline, Path("public"), key=None, metadata=None, advance=meanwhile(redact))
    assert not (project / "public").exists()


def test_a_writer_in_another_process_is_not_in_the_way(project: Path, key: Path) -> None:
    """A publication has all of an append or none of it, and each extends the one before."""
    sizes = []
    with writing(project / "timeline.db"):
        for _ in range(3):
            assert run("publish", "public", "--key", key).exit_code == 0
            sizes.append(sound(project / "public").size)
    assert sizes == sorted(sizes)
    assert {size % 3 for size in sizes} == {2}


def test_a_second_publication_at_the_same_time_is_refused(project: Path, key: Path) -> None:
    """It can be repeated when the first has finished."""
    run("publish", "public", "--key", key)
    with temporary_folder(Path("public"), Path("timeline.db")):
        assert refused("publish", "public", "--key", key) == (
            "public: another process is writing it. Wait until it is finished, then repeat"
        )
    assert run("publish", "public", "--key", key).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX")
@pytest.mark.parametrize("limit", [5_000, 300_000])
def test_a_full_disk_leaves_the_folder_as_it_was(project: Path, key: Path, limit: int) -> None:
    """One line, and nothing left beside it, whether there is no room for the database or for the other files."""
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
def test_a_kill_at_any_instant_leaves_a_sound_folder(project: Path, key: Path) -> None:
    """At random instants the database is sound and extends its checkpoint, and the next run cleans up."""
    public = project / "public"
    chance = random.Random(20251124)  # noqa: S311 - the same instants each time, not a secret
    begun = time.monotonic()
    subprocess.run(command("publish", "public", "--key", key), check=True, capture_output=True)
    takes = time.monotonic() - begun
    sizes, killed, left = [], 0, 0
    for number in range(KILLS):
        more(2)
        process = subprocess.Popen(command("publish", "public", "--key", key), stdout=subprocess.DEVNULL)
        if number % 2:  # however slow the machine is, some are killed while they write
            while process.poll() is None and not (project / ".public.unfinished").exists():
                time.sleep(0.005)
            time.sleep(takes * chance.uniform(0, 0.3))
        else:
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
def test_a_kill_between_two_files_leaves_a_sound_folder(project: Path, key: Path) -> None:
    """After each file that is put in place; a new folder appears as a whole, or not at all."""
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
