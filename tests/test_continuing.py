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
        "Error: timeline.db: was published or signed (1 checkpoint), so what it holds stays. Correct it by a further entry."
        " If nobody received it: timeline build --fresh --onto public\n"
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
    before = Path("timeline.db").read_bytes()
    told = "was published or signed (1 checkpoint). If nobody received it: timeline build --fresh --onto public\n"
    assert refused("build").endswith(told)
    assert Path("timeline.db").read_bytes() == before
    assert "Dropped: your publication of 2 events, which public/timeline.db does not hold\n" in done("build", "--onto", "public")
    assert size() == 3


# What a new draft takes over


def test_what_was_redacted_stays_redacted_in_a_new_draft(mine: Path) -> None:
    """What was published, and what was not; the words do not come back from a bundle, into the file neither."""
    write("03", "sat", "sat for four days", title="An accusation")
    done("build")
    done("redact", "2", "--reason", "A judge")
    done("redact", "3", "--reason", "A court ordered it")
    told = done("build", "--fresh", "--by", "Bob")
    assert "happening/met@1: stays redacted (A judge)\n" in told
    assert "happening/sat@1: stays redacted (A court ordered it)\n" in told
    assert "An accusation" not in done("list")
    assert b"An accusation" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))
    with Timeline("timeline.db", read_only=True) as timeline:
        redactions = [event for event in timeline.log.events() if event.type == "EventRedacted"]
        assert [(event.payload["position"], event.recorded_by) for event in redactions] == [(2, "Ann"), (3, "Ann")]
    done("verify", "--against", "public/checkpoint")


def test_a_redacted_correction_does_not_come_back(mine: Path) -> None:
    """Its words are gone, so that it can't be told from another: a bundle must not hold one that the draft did not."""
    bundle = Path("events/03.yaml")
    bundle.write_text("happenings:\n- {correct: met, title: An accusation, reason: R}\n", encoding="utf-8")
    done("build")
    done("redact", "3", "--reason", "A court ordered it")
    for words in (("build", "--fresh"), ("build", "--fresh", "--yes")):
        told = "happening/met@2 was redacted (A court ordered it), and a bundle corrects happening/met in words that may be those"
        assert told in refused(*words)
    assert "An accusation" not in done("list")
    bundle.unlink()
    named = "happening/met@3, a redaction (A court ordered it)"
    assert f"holds {named}, which no bundle has" in refused("build", "--fresh")
    assert f"Lost: {named}\n" in done("build", "--fresh", "--yes")
    assert "An accusation" not in done("list")


def test_all_that_is_in_no_bundle_is_named_before_it_goes(mine: Path) -> None:
    """A correction and a retraction that a script made; an entry is named by its stream."""
    write("03", "sat", "sat for four days")
    done("build")
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.correct("met", title="They met", reason="Clearer")
        timeline.archive(text="By itself.", id="other", title="Another")
        timeline.retract("sat", reason="It did not")
    named = "happening/met@2, a correction (Clearer); source/other; happening/sat@2, a retraction (It did not)"
    assert f"Error: timeline.db: holds {named}, which no bundle has, so that would be lost" in refused("build", "--fresh")
    assert size() == 6
    assert f"Lost: {named}\n" in done("build", "--fresh", "--yes")
    assert size() == 3


def test_a_correction_in_a_bundle_is_taken_over_wherever_it_comes_to_stand(
    mine: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind another's of the same happening, of which one is told, also where both write under one name."""
    Path("events/theirs.yaml").write_text("happenings:\n- {correct: met, date: 2025-04, reason: A ticket}\n", encoding="utf-8")
    done("build")
    done("publish", "public")
    monkeypatch.chdir(mine)
    Path("events/mine.yaml").write_text("happenings:\n- {correct: met, date: 2025-03, reason: A letter}\n", encoding="utf-8")
    done("build")
    pull(theirs, mine)
    assert (
        "Warning: happening/met: date was corrected to 2025-04 by Ann (A ticket), and now to 2025-03 by Ann (A letter)."
        " The later one stands. If it should not, correct it again\n"
    ) in done("build", "--fresh")
    assert "Warning" not in done("build")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert timeline.happening("met").date == "2025-03"


def test_a_correction_may_say_which_version_it_has_read(mine: Path) -> None:
    """It is refused where another was first, and passed over once it is there."""
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
    assert "expected_version: is not the number of a version. Write it so: 2" in refused("build")


def test_an_id_that_another_published_is_not_solved_by_a_new_draft(mine: Path) -> None:
    """The published entry stays: another id, or a correction."""
    write("03", "met", "sat for four days")
    for words in (("build",), ("build", "--fresh")):
        told = refused(*words)
        assert "happening/met: was published, so it stays" in told
        assert "--fresh" not in told


def test_publishing_tells_of_a_bundle_that_waits(mine: Path) -> None:
    """Also of one with a fault, for which it was not built."""
    write("03", "sat", "sat on Monday")
    refused("build")
    told = done("publish", "public")
    assert "events/03.yaml: is not all in timeline.db, which is published as it is (happening/sat is not in it)" in told
    Path("events/03.yaml").write_text("happenings:\n  - {id: sat, titel: T}\n", encoding="utf-8")
    assert "which is published as it is (line 2 has a fault). To add it: timeline build" in done("publish", "public")


def test_it_is_told_whose_name_an_entry_gets(mine: Path) -> None:
    """Where others may have written it."""
    write("03", "sat", "sat for four days")
    assert "events/03.yaml: 1 new event by Yves\n" in done("build", "--by", "Yves")


def test_a_redaction_by_nobody_named_is_taken_over_too(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It bears no name afterwards either; and a document that went with it does not come back."""
    monkeypatch.delenv("TIMELINE_BY")
    Path("seeds/other.txt").write_text("A secret.", encoding="utf-8")
    Path("events/03.yaml").write_text("sources:\n  - {id: o, file: ../seeds/other.txt, title: T}\n", encoding="utf-8")
    done("build")
    done("redact", "3", "--reason", "A judge")
    done("build", "--fresh", "--by", "Bob")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert [event.recorded_by for event in timeline.log.events(after=3)] == ["unnamed"]
    assert b"A secret" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))


def test_a_new_draft_bears_the_name_of_the_project(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the one before did, where nobody gives another."""
    monkeypatch.delenv("TIMELINE_BY")
    Path("metadata.json").write_text('{"plugins": {"cited-timeline": {"by": "The editors"}}}', encoding="utf-8")
    write("03", "sat", "sat for four days")
    for words in (("build",), ("build", "--fresh")):
        assert "events/03.yaml: 1 new event by The editors\n" in done(*words)
    Path("metadata.json").write_text("{", encoding="utf-8")
    assert "metadata.json: does not say who writes this project" in refused("build", "--fresh")


def test_a_redacted_entry_that_is_in_no_bundle_any_more_leaves_nothing_to_lose(mine: Path) -> None:
    """Its words are gone and its id with them: a new draft goes on without it."""
    write("03", "oops", "sat for four days")
    done("build")
    done("redact", "3", "--reason", "At risk")
    Path("events/03.yaml").unlink(missing_ok=True)
    for bundle in Path("events").glob("03.*"):
        bundle.unlink()
    told = done("build", "--fresh")
    assert "Lost" not in told
    assert "oops" not in done("list")


def test_a_retraction_of_what_another_corrected_is_told(mine: Path) -> None:
    """It takes the place of a correction that its writer may not have seen."""
    done("build")
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.correct("met", title="They met", reason="Clearer")
    Path("events/04.yaml").write_text("happenings:\n- {retract: met, reason: It did not}\n", encoding="utf-8")
    told = done("build", "--by", "Ben")
    assert "happening/met: was corrected by Ann (Clearer), and is now retracted by Ben (It did not). The retraction stands" in told
