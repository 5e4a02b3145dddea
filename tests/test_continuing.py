"""A clone goes on from what was published; two people who both publish; and a draft begun anew."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main
from timeline.errors import DatabaseRefused

WORDS = "The council met in Marrakech. It sat for four days. It left on Friday."


def run(*words: str) -> Result:
    """Run a command in this folder."""
    return CliRunner().invoke(main, list(words))


def done(*words: str) -> str:
    """Run a command that does what it is asked to, and give all that it said."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    """Run a command that is refused, and give what it said."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    return result.output


def write(name: str, id: str, quote: str, title: str = "T") -> None:
    """Write a bundle of one happening into this folder's project."""
    entry = f"  - {{id: {id}, title: {title}, date: '2025', citations: [{{source: r, quote: {quote}}}]}}"
    Path(f"events/{name}.yaml").write_text(f"happenings:\n{entry}\n", encoding="utf-8")


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a project that was published at two events."""
    monkeypatch.setenv("TIMELINE_BY", "Ann")
    folder = tmp_path / "mine"
    (folder / "events").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "seeds/r.txt").write_text(WORDS, encoding="utf-8")
    monkeypatch.chdir(folder)
    Path("events/01.yaml").write_text("sources:\n  - {id: r, file: ../seeds/r.txt, title: A report}\n", encoding="utf-8")
    write("02", "met", "met in Marrakech")
    done("build")
    done("publish", "public")
    return folder


@pytest.fixture
def theirs(mine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a clone of it: without the timeline's own file, which is in nobody's repository."""
    folder = mine.parent / "theirs"
    shutil.copytree(mine, folder, ignore=shutil.ignore_patterns("timeline.db*"))
    shutil.copytree(mine / "public", folder / "public", dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


def size(path: str = "timeline.db") -> int:
    """Count the events in a timeline."""
    with Timeline(path, read_only=True) as timeline:
        return timeline.log.size()


def pull(there: Path, here: Path) -> None:
    """Take over what another has written and published."""
    for name in ("events", "public"):
        shutil.copytree(there / name, here / name, dirs_exist_ok=True)


def test_a_clone_continues_the_published_log(theirs: Path) -> None:
    """One new entry, built and published, adds to what was there."""
    write("03", "sat", "sat for four days")
    told = done("build")
    assert "timeline.db: begun from public/timeline.db, which was published: 2 events, verified\n" in told
    assert "timeline.db: 3 events (1 new) from 3 bundles\n" in told
    assert "public: 3 events (1 new)\n" in done("publish", "public")
    assert "public: nothing has changed" in done("publish", "public")
    done("verify", "--against", "public/checkpoint")


def older(path: str, *more: str) -> None:
    """Make the read tables of a file those of another version, which are not checked."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in ("UPDATE projected SET definition = 'older'", "UPDATE happenings SET title = 'As it once was'", *more):
            connection.execute(sql)


def test_a_clone_continues_what_another_version_published(theirs: Path) -> None:
    """Once the log is verified: the read tables are its own."""
    older("public/timeline.db")
    assert "timeline.db: begun from public/timeline.db, which was published: 2 events, verified\n" in done("build")
    done("verify")
    assert "As it once was" not in done("list")
    assert "public: 2 events (0 new)" in done("publish", "public")
    done("verify", "--db", "public/timeline.db")


def test_what_another_version_published_is_verified_before_it_is_continued(theirs: Path) -> None:
    """A log that was altered is refused as ever, and not for its read tables."""
    older("public/timeline.db", "DROP TRIGGER events_update", "UPDATE events SET recorded_by = 'another'")
    assert "faults found, so it was not restored. See them: timeline verify" in refused("build")
    assert not Path("timeline.db").exists()


@pytest.mark.parametrize("words", [("append", "events/02.yaml"), ("archive", "seeds/r.txt", "--id", "r", "--title", "A report")])
def test_whatever_appends_first_begins_from_the_published_copy(theirs: Path, words: tuple[str, ...]) -> None:
    """No second log begins beside the published one by accident."""
    assert "timeline.db: begun from public/timeline.db" in done(*words)
    assert size() == 2


def test_a_script_is_told_to_build_first(theirs: Path) -> None:
    """The same from Python: nothing is made."""
    with pytest.raises(DatabaseRefused) as told:
        Timeline("timeline.db", by="Bob")
    assert str(told.value) == (
        "timeline.db: there is no such file, but public/timeline.db was published. Go on from that: timeline build --db timeline.db"
    )
    assert not Path("timeline.db").exists()


def test_what_others_published_is_taken_over(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this timeline has nothing that they have not; also while a program has it open."""
    write("03", "sat", "sat for four days")
    done("build")
    done("publish", "public")
    pull(theirs, mine)
    monkeypatch.chdir(mine)
    with closing(sqlite3.connect("file:timeline.db?mode=ro", uri=True)) as reader:
        assert reader.execute("SELECT count(*) FROM happenings").fetchone() == (1,)
        told = done("build")
        assert reader.execute("SELECT count(*) FROM happenings").fetchone() == (2,)
    assert told.startswith("timeline.db: holds the first 2 of the 3 events in public/timeline.db; it now holds them all\n")
    assert "timeline.db: 3 events (0 new) from 3 bundles\n" in told
    done("verify", "--against", "public/checkpoint")
    assert "public: 3 events" in done("publish", "public")


def test_two_who_both_went_on_are_told_where_they_part(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that the past was changed; one command puts one's own entries after the published ones."""
    monkeypatch.setenv("TIMELINE_BY", "Bob")
    write("03", "sat", "sat for four days")
    done("build")
    done("publish", "public")
    monkeypatch.chdir(mine)
    monkeypatch.setenv("TIMELINE_BY", "Ann")
    write("04", "left", "left on Friday")
    done("build")
    pull(theirs, mine)
    parts = "timeline.db: differs from public/timeline.db from position 3 on: here happening/left@1, recorded "
    for words in (("build",), ("publish", "public")):
        told = refused(*words)
        assert told.startswith(f"Error: {parts}")
        assert " UTC by Ann, there happening/sat@1, recorded " in told
        assert " UTC by Bob." in told
        assert told.endswith("timeline build --fresh\n")
        assert "changed" not in told
    assert size() == 3
    assert "timeline.db: 4 events (1 new) from 4 bundles\n" in done("build", "--fresh")
    assert "public: 4 events (1 new)\n" in done("publish", "public")
    done("verify", "--against", "public/checkpoint")


def test_a_draft_is_begun_anew(mine: Path) -> None:
    """What was not published follows the bundles as they are now."""
    write("03", "sat", "sat for four days", title="Wrong")
    done("build")
    write("03", "sat", "sat for four days", title="Right")
    assert refused("build").endswith("While nothing of it was published or signed, begin the draft anew: timeline build --fresh\n")
    done("build", "--fresh")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert timeline.happening("sat").title == "Right"
    assert b"Wrong" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))


@pytest.mark.parametrize("words", [("checkpoint",), ("publish", "../elsewhere")])
def test_what_was_handed_out_is_not_begun_anew(mine: Path, words: tuple[str, ...]) -> None:
    """Signed or published somewhere: others hold what it was."""
    write("03", "sat", "sat for four days")
    done("build")
    done(*words)
    before = Path("timeline.db").read_bytes()
    assert refused("build", "--fresh") == (
        "Error: timeline.db: was published or signed (1 checkpoint), so what it holds stays. Correct it by a further entry\n"
    )
    assert Path("timeline.db").read_bytes() == before


def test_a_draft_that_holds_more_than_the_bundles_is_not_lost_unasked(mine: Path) -> None:
    """An entry that was taken out of its bundle, or a document archived by a command."""
    write("03", "sat", "sat for four days")
    done("build")
    Path("events/03.yaml").unlink()
    assert refused("build", "--fresh").startswith(
        "Error: timeline.db: holds happening/sat, which no bundle has, so that would be lost"
    )
    assert size() == 3
    done("build", "--fresh", "--yes")
    assert size() == 2


def test_a_draft_stays_where_a_bundle_has_a_fault(mine: Path) -> None:
    """All of the bundles, or the draft as it was; and nothing is left beside it."""
    write("03", "sat", "sat for four days")
    done("build")
    write("04", "left", "left on Monday")
    assert "04.yaml" in refused("build", "--fresh")
    assert size() == 3
    assert {path.name.partition("-")[0] for path in mine.iterdir()} == {"events", "seeds", "public", "timeline.db"}


def test_a_published_copy_that_was_altered_is_not_begun_from(theirs: Path) -> None:
    """It is verified against the checkpoint beside it."""
    with closing(sqlite3.connect("public/timeline.db", isolation_level=None)) as published:
        published.execute("UPDATE happenings SET title = 'Forged'")
    assert "public/timeline.db: 1 fault found, so it was not restored" in refused("build")
    assert not Path("timeline.db").exists()


def test_a_timeline_with_checkpoints_of_its_own_is_left_as_it_is(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint that only it keeps would be lost."""
    write("03", "sat", "sat for four days")
    done("build")
    done("publish", "public")
    monkeypatch.chdir(mine)
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.checkpoint(origin="example.org/another")
    pull(theirs, mine)
    assert "keeps 1 checkpoint of its own. Move timeline.db away, then repeat" in refused("build")
