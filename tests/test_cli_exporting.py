"""timeline export: the page's filters, where it goes, and what is told beside it."""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import ArchivedSource, Timeline
from timeline.cli import main
from timeline.exchange import formats
from timeline.web import descriptions

pytestmark = pytest.mark.datasette  # an export is headed as the pages are


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, ["export", *words], env={"COLUMNS": "80"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def db(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> str:
    """Give the path of a timeline with an actor, a correction, a retraction and a redaction."""
    timeline.record("chaired", title="Ann chairs", date="1999~", kind="vote", actors=["Ann"], citations=[report.quote("Marrakech")])
    timeline.record("not-so", title="Ann leaves", date="2001", actors=["Ann"], citations=[report.quote("Marrakech")])
    timeline.retract("not-so", reason="she did not")
    timeline.record("gone", title="Secret", date="2002", citations=[report.quote("Marrakech")])
    timeline.redact(timeline.log.size(), reason="by law")
    timeline.correct("chaired", title="Ann chaired", reason="tense")
    return str(path)


def ids(result: Result) -> list[str]:
    """Name what was written as CSV, in order."""
    return [row["id"] for row in csv.DictReader(result.stdout.splitlines())]


def test_the_export_is_on_standard_output_and_its_losses_on_stderr(db: str, meeting: str) -> None:
    """Only the export is in the output, in time order."""
    result = run("timelinejs", "--db", db, "--title", "Councils", "--page", "https://example.org/t?q=x")
    told = json.loads(result.stdout)
    assert [event["unique_id"] for event in told["events"]] == ["chaired", meeting]
    assert told["title"]["text"]["headline"] == "Councils"
    assert "https://example.org/t/chaired" in result.stdout
    assert "2 happenings in TimelineJS (JSON)" in result.stderr
    assert "uncertain and approximate dates (in 1 of 2 happenings): placed as if it were certain" in result.stderr


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--kind", "vote"), ["chaired"]),
        (("--actor", "ann"), ["chaired"]),
        (("--actor", "nobody"), []),
        (("--q", "chaired"), ["chaired"]),
        (("--to", "2000"), ["chaired"]),
        (("--from", "2000"), ["chaired", "meeting"]),
        (("--from", "2001"), ["meeting"]),
        (("--mark", "corrected"), ["chaired"]),
        (("--status", "retracted"), ["not-so"]),
        (("--status", "all"), ["chaired", "not-so", "meeting"]),
        (("--as-of", "4"), ["chaired", "not-so", "meeting"]),
        (("--as-of", "2"), ["meeting"]),
        (("--source", "report", "--as-of", "3"), ["chaired", "meeting"]),
    ],
)
def test_the_filters_are_those_of_the_page(db: str, filters: tuple[str, ...], expected: list[str]) -> None:
    """Each chooses what the page shows, now and as of a position."""
    assert ids(run("csv", "--db", db, *filters)) == expected


def test_as_of_a_position_the_former_title_is_shown(db: str) -> None:
    """The title before the correction."""
    (row,) = csv.DictReader(run("csv", "--db", db, "--kind", "vote", "--as-of", "3").stdout.splitlines())
    assert (row["title"], row["version"]) == ("Ann chairs", "1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("csv", "--from", "soon"), "From: “soon” is no date. Write a year"),
        (("csv", "--as-of", "x"), "As of: “x” is neither a position in the log"),
        (("csv", "--kind", " "), "Kind: is empty. Leave it out, or fill it in."),
        (("csv", "--page", "timeline"), '--page: "timeline" is not a web address.'),
        (("jsonl", "--as-of", "2"), "jsonl: holds the history of the records"),
    ],
)
def test_wrong_options_are_refused_in_one_line(db: str, words: tuple[str, ...], told: str) -> None:
    """And nothing is written."""
    result = run(*words, "--db", db)
    wrong_usage = words[1] != "--page" and words[0] != "jsonl"
    assert (result.exit_code, result.stdout) == (2 if wrong_usage else 1, "")
    assert result.stderr.startswith(f"Error: {told}")
    assert result.stderr.count("\n") == 1


def test_a_status_that_does_not_exist_is_refused_with_the_choices(db: str) -> None:
    """And nothing is written."""
    result = run("csv", "--status", "some", "--db", db)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Invalid value for '--status': 'some' is not one of 'current', 'retracted', 'all'.\n")


def test_a_file_appears_only_when_it_is_complete(db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the former file stays."""
    file = tmp_path / "out.csv"
    assert run("csv", "--db", db, "-o", str(file)).stdout == ""
    before = file.read_bytes()
    monkeypatch.setattr("timeline.exchange.formats.csv.writer.worded", None)
    CliRunner().invoke(main, ["export", "csv", "--db", db, "-o", str(file)])
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.glob("out*")] == ["out.csv"]


def test_the_bundle_has_the_redactions(db: str) -> None:
    """It is read from the log itself, so its lines are entries."""
    result = run("jsonl", "--db", db)
    assert [next(iter(json.loads(line))) for line in result.stdout.splitlines()] == [
        "source", "happening", "happening", "happening", "retract", "correct",
    ]  # fmt: skip
    assert "happening/gone: was redacted" in result.stderr


@pytest.mark.parametrize("name", [name for name in formats.written_names() if name not in ("png", "svg")])
def test_the_same_log_gives_the_same_export(db: str, name: str) -> None:
    """Byte for byte, at any time; and every format can hold a retracted happening."""
    first = run(name, "--db", db, "--page", "https://example.org/t", "--status", "all")
    assert first.exit_code == 0
    assert first.stdout_bytes == run(name, "--db", db, "--page", "https://example.org/t", "--status", "all").stdout_bytes


def test_a_complete_file_replaces_another_but_never_a_database(db: str, tmp_path: Path) -> None:
    """The log, the files beside it, or any other database: refused, and unchanged."""
    output, before = tmp_path / "out.csv", Path(db).read_bytes()
    output.write_text("an earlier export")
    assert run("csv", "--db", db, "-o", str(output)).exit_code == 0
    assert output.read_text(encoding="utf-8-sig").startswith("id,")
    link = tmp_path / "link.csv"
    link.symlink_to(output)
    assert run("jsonl", "--db", db, "-o", str(link)).exit_code == 0
    assert link.is_symlink()
    assert output.read_text().startswith('{"source"')
    for name in (db, f"{db}-wal", f"{db}-shm"):
        result = run("csv", "--db", db, "-o", name)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "is a database, which an export never overwrites. Name another file" in result.stderr
    assert Path(db).read_bytes() == before


def test_an_output_may_be_a_pipe(db: str, tmp_path: Path) -> None:
    """A pipe stays a pipe; a dash is standard output; an error names the given path."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    assert run("csv", "--db", db, "-o", str(pipe)).exit_code == 0
    assert reader.communicate()[0].removeprefix(b"\xef\xbb\xbf").startswith(b"id,")
    assert pipe.is_fifo()
    assert "BEGIN:VCALENDAR" in run("ics", "--db", db, "-o", "-").stdout
    result = run("csv", "--db", db, "-o", str(tmp_path / "no" / "x.csv"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/no/x.csv: cannot be written: no such file or directory. Name another file" in result.stderr


def test_a_filter_that_is_given_twice_is_refused(db: str) -> None:
    """One of them would be forgotten."""
    result = run("csv", "--db", db, "--kind", "vote", "--kind", "meeting")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--kind is given 2 times, but it takes one value. Keep one." in " ".join(result.stderr.split())


def test_title_and_description_come_from_the_metadata(db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not the built-in description of how to read a timeline."""
    monkeypatch.chdir(tmp_path)
    for described, stands in (("Two years of councils.", True), (descriptions.as_metadata()["description"], False)):
        said = {"databases": {Path(db).stem: {"title": "Councils", "description": described}}}
        (tmp_path / "metadata.json").write_text(json.dumps(said))
        html = run("html", "--db", db).stdout
        assert "Councils" in html
        assert (described in html) == stands


@pytest.mark.parametrize("name", ["atom", "jsonfeed"])
def test_a_feed_counts_the_older_events_that_it_leaves_out(tmp_path: Path, name: str) -> None:
    """They do not count as redacted; losses are counted among the events in it."""
    path = tmp_path / "many.db"
    with Timeline(path) as timeline:
        timeline.archive(text="The council met.", id="s", title="S")
        one = {"title": "T", "date": "2003", "citations": [{"source": "s", "quote": "The council met"}]}
        timeline.append_many([{"id": f"h{number}", **one} for number in range(102)])
    result = run(name, "--db", str(path))
    older = "2 older ones are not in the feed; take csv, html or jsonl for all"
    assert older in result.stdout
    assert f"100 happenings in {'Atom feed' if name == 'atom' else 'JSON Feed'}\nThe newest 100; {older}\n" in result.stderr
    assert "(in 100 of 100 happenings)" in result.stderr
    assert "redact" not in result.stderr


def test_happenings_near_a_period_are_counted(db: str) -> None:
    """An approximate date one unit off is in the file, and is counted; one further off is not."""
    result = run("csv", "--db", db, "--from", "2000", "--to", "2000")
    assert ids(result) == ["chaired"]
    assert "1 happening of them only near the period, with an approximate date" in result.stderr
    assert "only near" not in run("csv", "--db", db, "--to", "1999").stderr
    for name in ("markdown", "timelinejs", "html"):
        said = run(name, "--db", db, "--from", "2000", "--to", "2000").stdout
        assert "from: 2000; to: 2000 (1 of them only near the period, with an approximate date)" in said
        assert "only near" not in run(name, "--db", db, "--to", "1999").stdout
    assert ids(run("csv", "--db", db, "--from", "2001", "--to", "2001")) == []
