"""Commands write JSON for programs: the same fields each time, one object or one for each line, whatever the data says."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from timeline import ArchivedSource, Timeline
from timeline.cli import main

HEAD = ["stream", "id", "version", "position", "recorded_at", "recorded_by"]
MANUAL = Path(__file__).parent.parent / "timeline" / "manual" / "command-line.md"
PAGE = MANUAL.read_text(encoding="utf-8").split("## For programs\n")[1]


def run(*words: object, code: int = 0) -> list[dict[str, Any]]:
    """Run a command with --json, and read every line of its output."""
    result = CliRunner().invoke(main, [*map(str, words), "--json"], env={"COLUMNS": "80"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.stderr
    assert result.stdout.isascii()
    return [json.loads(line) for line in result.stdout.splitlines()]


def one(*words: object, code: int = 0) -> dict[str, Any]:
    """Run a command that writes one object."""
    (said,) = run(*words, code=code)
    return said


@pytest.fixture
def db(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> Path:
    """Give the path of a timeline with a correction, a retraction and a redaction."""
    timeline.correct(meeting, title="Le conseil se réunit \u202e", reason="As it says itself")
    timeline.record("vote", title="A vote", date="2001~", citations=[report.quote("sat for four days")])
    timeline.retract("vote", reason="There was none", superseded_by=meeting)
    timeline.record("gone", title="Gone", date="2002", citations=[report.quote("three hundred came")])
    timeline.redact(6, reason="By law")
    return path


def documented(said: dict[str, Any], *but: str) -> None:
    """Every field is named in the manual, or is a field of a bundle."""
    bundle = {
        "date_note",
        "zone",
        "summary",
        "kind",
        "place",
        "latitude",
        "longitude",
        "part_of",
        "attributed_to",
        "actors",
        "tags",
        "media",
    }
    for name in {*said} - bundle - {"related", *but}:
        assert f"`{name}`" in PAGE, name


def test_a_happening_is_the_same_object_in_list_and_show(db: Path) -> None:
    """With every field, those that are empty too."""
    (listed,) = run("list", "--db", db)
    assert listed == one("show", "meeting", "--db", db) == one("show", "3", "--db", db)
    documented(listed)
    assert [*listed][:7] == [*HEAD, "status"]
    assert (listed["title"], listed["earliest"], listed["latest"]) == ("Le conseil se réunit \u202e", "2025-11-24", "2025-11-24")
    assert listed["actors"] == [{"name": "The council", "role": None}, {"name": "A chair", "role": "chair"}]
    assert (listed["recorded_by"], listed["reason"], listed["superseded_by"]) == ("tester", "As it says itself", None)
    (citation,) = listed["citations"]
    assert (citation["source"], citation["start_char"], citation["grade"]) == ("report", 12, "exact")
    vote, gone = one("show", "vote", "--db", db), one("show", "gone", "--db", db)
    assert [*listed] == [*vote] == [*gone]
    assert (vote["status"], vote["superseded_by"], vote["earliest"]) == ("retracted", "meeting", "2001-01-01")
    assert (gone["status"], gone["title"], gone["citations"]) == ("redacted", None, [])
    assert one("show", "meeting", "--as-of", 2, "--db", db)["title"] == "The council meets"


def test_who_is_unnamed_is_null(tmp_path: Path) -> None:
    """As pages and exports leave it out."""
    db = tmp_path / "timeline.db"
    with Timeline(db) as timeline:
        timeline.archive(text="words", id="s", title="S")
    assert one("show", "s", "--db", db)["recorded_by"] is None


def test_a_source_is_the_same_object_in_list_and_show(db: Path) -> None:
    """With the number of happenings that cite it now."""
    (listed,) = run("list", "sources", "--db", db)
    assert listed == one("show", "source/report", "--db", db)
    documented(listed)
    assert [*listed][:7] == [*HEAD, "status"]
    assert (listed["happenings"], listed["characters"], listed["publisher"]) == (1, 137, None)


def test_events_are_the_same_objects_in_log_and_history(db: Path) -> None:
    """And a redaction in show."""
    events = run("log", "--db", db)
    assert [event["position"] for event in events] == [7, 6, 5, 4, 3, 2, 1]
    assert run("history", "meeting", "--db", db) == [events[5], events[4]]
    assert one("show", "7", "--db", db) == events[0]
    assert (events[1]["data"], events[0]["data"]["position"]) == (None, 6)
    documented(events[0])


def test_a_hit_has_the_same_fields_wherever_it_is(db: Path) -> None:
    """In a happening, a quotation and a document."""
    found = [*run("search", "conseil", "--db", db), *run("search", "met", "--db", db)]
    assert [hit["in"] for hit in found] == ["happening", "quotation", "document"]
    assert len({(*hit,) for hit in found}) == 1
    documented(found[0])


def test_appending_has_counts_and_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if it is refused, with the sound bundles."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events").mkdir()
    Path("events/a.yaml").write_text("sources:\n  - {id: a, text: words, title: A}\n", encoding="utf-8")
    assert one("build") == {"timeline": "timeline.db", "events": 1, "new": 1, "bundles": 1, "redacted": [], "faults": []}
    Path("b.yaml").write_text(
        "happenings:\n  - {id: b, title: B, date: 2003-99, citations: [{source: a, quote: x}]}\n", encoding="utf-8"
    )
    said = one("append", "events/a.yaml", "b.yaml", code=1)
    assert (said["events"], said["new"], said["bundles"]) == (1, 0, 1)
    assert [fault["where"] for fault in said["faults"]] == [
        "b.yaml:2: happening/b: date",
        "b.yaml:2: happening/b: citations.1.quote",
    ]
    documented(said)


def test_archive_has_the_event_and_whether_it_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it is not."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("words", encoding="utf-8")
    first, again = one("archive", "a.txt", "--title", "A"), one("archive", "a.txt", "--title", "A")
    assert first == {**again, "new": True}
    assert (first["stream"], first["position"], first["title"], again["new"]) == ("source/a", 1, "A", False)
    assert one("archive", "--again", "a")["new"] is False
    documented(first)


def test_import_has_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused ones too."""
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("Title,Date\nA pier opens,1962-05\nA pier closes,never\n", encoding="utf-8")
    said = one("import", "csv", "rows.csv")
    assert (said["done"], said["rows"], said["new"], said["refused"]) == (False, 2, 1, 1)
    assert [(row["outcome"], bool(row["reason"])) for row in said["outcomes"]] == [("new", False), ("refused", True)]
    done = one("import", "csv", "rows.csv", "--append")
    assert (done["done"], done["source"], done["outcomes"][0]["stream"]) == (True, "rows", said["outcomes"][0]["stream"])
    documented(said)


def test_verify_has_each_check(db: Path) -> None:
    """Its faults as well, with exit code 1."""
    said = one("verify", "--db", db)
    assert (said["ok"], said["faults"]) == (True, 0)
    assert {check["name"] for check in said["checks"]} >= {"file", "events", "tree", "citations"}
    documented(said)
    documented(said["checks"][0])
    with Timeline(db) as timeline:
        timeline.log.connection.execute("DELETE FROM related")
        timeline.log.connection.execute("UPDATE sources SET title = 'Other'")
        timeline.log.connection.commit()
    bad = one("verify", "--db", db, code=1)
    assert (bad["ok"], bad["faults"] > 0) == (False, True)
    assert [check["name"] for check in bad["checks"] if check["faults"]] == ["read tables"]


def test_copies_and_proofs_have_sizes_and_roots(db: Path, tmp_path: Path) -> None:
    """The same root everywhere."""
    noted = one("checkpoint", "--db", db)
    assert (noted["events"], noted["signatures"], noted["kept"]) == (7, [], True)
    backup, published = one("backup", tmp_path / "b.db", "--db", db), one("publish", tmp_path / "public", "--db", db)
    restored = one("restore", tmp_path / "b.db", "--db", tmp_path / "r.db")
    assert backup["root"] == published["root"] == restored["root"] == noted["root"]
    assert (published["changed"], published["new"], published["signed_by"]) == (True, None, None)
    assert one("publish", tmp_path / "public", "--db", db)["changed"] is False
    assert one("rebuild", "--db", db) == {"timeline": str(db), "events": 7}
    proved = one("prove", "meeting", "--db", db)
    (tmp_path / "proof").write_text(proved["proof"], encoding="utf-8")
    verified = one("verify-proof", tmp_path / "proof")
    assert verified["data"]["statement"]["title"].startswith("Le conseil")
    assert (verified["signed_by"], verified["checkpoint"]["root"]) == ([], noted["root"])
    for said in (noted, backup, published, restored, proved, verified):
        documented(said)


def test_redact_has_its_event(db: Path) -> None:
    """None with --dry-run."""
    words = ("redact", 2, "--reason", "By law", "--db", db)
    foretold, done = one(*words, "--dry-run"), one(*words)
    assert (foretold["event"], foretold["redaction"]) == ("happening/meeting@1", None)
    assert (done["redaction"]["type"], done["redaction"]["data"]["position"]) == ("EventRedacted", 2)
    documented(done)
