"""A clone continues from the published log; two people who both publish learn of each other."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from clones import done, older, pull, refused, size, write

from timeline import Timeline
from timeline.errors import DatabaseRefused


def test_a_clone_continues_the_published_log(theirs: Path) -> None:
    """One new entry, built and published, extends it."""
    write("03", "sat", "sat for four days")
    told = done("build")
    assert "timeline.db: started from the published copy public/timeline.db: 2 events, verified\n" in told
    assert "timeline.db: 3 events (1 new) from 3 bundles\n" in told
    assert "public: 3 events (1 new)\n" in done("publish", "public")
    assert "public: nothing has changed" in done("publish", "public")
    done("verify", "--against", "public/checkpoint")


def test_a_clone_continues_what_another_version_published(theirs: Path) -> None:
    """Once the log is verified; the read tables are derived again."""
    older("public/timeline.db")
    assert "timeline.db: started from the published copy public/timeline.db: 2 events, verified\n" in done("build")
    done("verify")
    assert "As it once was" not in done("list")
    assert "public: 2 events (0 new)" in done("publish", "public")
    done("verify", "--db", "public/timeline.db")


def test_a_copy_of_another_version_is_verified_before_use(theirs: Path) -> None:
    """An altered log is refused as always, not because of its read tables."""
    older("public/timeline.db", "DROP TRIGGER events_update", "UPDATE events SET recorded_by = 'another'")
    assert "faults found, so it was not restored. See them: timeline verify" in refused("build")
    assert not Path("timeline.db").exists()


@pytest.mark.parametrize("words", [("append", "events/02.yaml"), ("archive", "seeds/r.txt", "--id", "r", "--title", "A report")])
def test_every_first_append_starts_from_the_published_copy(theirs: Path, words: tuple[str, ...]) -> None:
    """No second log starts beside the published one by accident."""
    assert "timeline.db: started from the published copy public/timeline.db" in done(*words)
    assert size() == 2


def test_a_script_is_told_to_build_first(theirs: Path) -> None:
    """From Python nothing is made."""
    with pytest.raises(DatabaseRefused) as told:
        Timeline("timeline.db", by="Bob")
    assert str(told.value) == (
        "timeline.db: there is no such file, but public/timeline.db was published. Go on from that: timeline build --db timeline.db"
    )
    assert not Path("timeline.db").exists()


def test_a_build_brings_the_timeline_up_to_the_published_copy(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it has no events of its own, also while another program has it open."""
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
    assert "public: nothing has changed since the last publication: 3 events" in done("publish", "public")


def test_two_logs_that_differ_are_reported_with_the_position(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without claiming that the past was changed; one command puts one's own entries after the published ones."""
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


def test_an_altered_published_copy_is_refused(theirs: Path) -> None:
    """It is verified against the checkpoint beside it."""
    with closing(sqlite3.connect("public/timeline.db", isolation_level=None)) as published:
        published.execute("UPDATE happenings SET title = 'Forged'")
    assert "public/timeline.db: 1 fault found, so it was not restored" in refused("build")
    assert not Path("timeline.db").exists()


def test_a_timeline_with_checkpoints_of_its_own_is_left_as_it_is(mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint that only it has would be lost."""
    write("03", "sat", "sat for four days")
    done("build")
    done("publish", "public")
    monkeypatch.chdir(mine)
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.checkpoint(origin="example.org/another")
    pull(theirs, mine)
    before = Path("timeline.db").read_bytes()
    told = "was published or signed (1 checkpoint). If nobody received it: timeline build --fresh --onto public\n"
    assert refused("build").endswith(told)
    assert Path("timeline.db").read_bytes() == before
    assert "Dropped: your publication of 2 events, which public/timeline.db does not hold\n" in done("build", "--onto", "public")
    assert size() == 3


def test_a_correction_in_a_bundle_follows_another_s_with_a_warning(
    mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if both authors use one name."""
    Path("events/theirs.yaml").write_text("happenings:\n- {correct: met, date: 2025-04, reason: A ticket}\n", encoding="utf-8")
    done("build")
    done("publish", "public")
    monkeypatch.chdir(mine)
    Path("events/mine.yaml").write_text("happenings:\n- {correct: met, date: 2025-03, reason: A letter}\n", encoding="utf-8")
    done("build")
    pull(theirs, mine)
    assert (
        "Warning: happening/met: date was corrected to 2025-04 by Ann (A ticket), and now to 2025-03 by Ann (A letter)."
        " The later correction takes effect. If it should not, correct it again\n"
    ) in done("build", "--fresh")
    assert "Warning" not in done("build")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert timeline.happening("met").date == "2025-03"


def test_a_correction_may_name_the_version_that_it_read(mine: Path) -> None:
    """It is refused if another correction was first, and skipped once it is appended."""
    bundle, later = Path("events/03.yaml"), Path("events/04.yaml")
    bundle.write_text("happenings:\n- {correct: met, expected_version: 1, date: 2025-03, reason: A letter}\n", encoding="utf-8")
    done("build")
    later.write_text('{"correct": "met", "expected_version": 1, "title": "M", "reason": "R"}\n', encoding="utf-8")
    later = later.rename("events/04.jsonl")
    assert "04.jsonl:1: happening/met: at version 2, expected 1. Read it again, then retry" in refused("build")
    later.write_text('{"correct": "met", "expected_version": "2", "title": "M", "reason": "R"}\n', encoding="utf-8")
    done("build")
    assert "(0 new)" in done("build")
    later.write_text('{"correct": "met", "expected_version": "x", "title": "M", "reason": "R"}\n', encoding="utf-8")
    assert "expected_version: is not a version number. Write it like this: 2" in refused("build")


def test_a_taken_id_stays_taken_in_a_new_draft(mine: Path) -> None:
    """The published entry stays: the error suggests another id, or a correction."""
    write("03", "met", "sat for four days")
    for words in (("build",), ("build", "--fresh")):
        told = refused(*words)
        assert "happening/met: was published, so it cannot change" in told
        assert "--fresh" not in told


def test_publishing_warns_of_a_bundle_that_is_not_built(mine: Path) -> None:
    """Also of one with a fault."""
    write("03", "sat", "sat on Monday")
    refused("build")
    told = done("publish", "public")
    assert "events/03.yaml: is not all in timeline.db, which is published as it is (happening/sat is not in it)" in told
    Path("events/03.yaml").write_text("happenings:\n  - {id: sat, titel: T}\n", encoding="utf-8")
    assert "which is published as it is (line 2 has a fault). To add it: timeline build" in done("publish", "public")


def test_the_author_of_new_entries_is_shown(mine: Path) -> None:
    """Because others may have written them."""
    write("03", "sat", "sat for four days")
    assert "events/03.yaml: 1 new event by Yves\n" in done("build", "--by", "Yves")


def test_a_retraction_of_a_corrected_happening_is_reported(mine: Path) -> None:
    """It overrides a correction that its author may not have seen."""
    done("build")
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.correct("met", title="They met", reason="Clearer")
    Path("events/04.yaml").write_text("happenings:\n- {retract: met, reason: It did not}\n", encoding="utf-8")
    told = done("build", "--by", "Ben")
    assert (
        "happening/met: was corrected by Ann (Clearer), and is now retracted by Ben (It did not). The retraction takes effect"
        in told
    )


def test_a_clone_publishes_the_same_bytes(mine: Path, theirs: Path) -> None:
    """Otherwise two people who publish the same log would conflict in a binary file."""
    before = {path.name: path.read_bytes() for path in (mine / "public").iterdir() if path.is_file()}
    for _ in range(2):
        done("build")
        assert "nothing has changed since the last publication" in done("publish", "public")
        assert {path.name: path.read_bytes() for path in (theirs / "public").iterdir() if path.is_file()} == before
        for path in theirs.glob("timeline.db*"):
            path.unlink()
