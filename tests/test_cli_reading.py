"""The commands that read: show, history, log; what they draw, and that nothing in the data steers the terminal."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import ArchivedSource, Timeline
from timeline.cli import main, printing

ESCAPE = "\x1b[31m\x1b]0;owned\x07\u202e"


def run(*words: str, colour: bool = False, env: dict[str, str] | None = None) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words), color=colour, env={"COLUMNS": "80", **(env or {})})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def db(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> str:
    """Give the path of a timeline with corrections, a part, a retraction and a disputed number."""
    timeline.record(
        "turnout",
        title="Three hundred came",
        date="2025-11-24",
        date_note="As the meeting",
        attributed_to="Some",
        part_of=meeting,
        latitude="31.62",
        longitude="-7.98",
        related=[{"other": meeting, "relation": "counted at"}],
        citations=[
            report.quote("three hundred came", supports="the number"),
            report.quote("others say three hundred and fifty", stance="disputes"),
        ],
    )
    timeline.correct(
        meeting,
        date="2025-11",
        place=None,
        tags=["council", "Marrakech"],
        reason="The day is not sure",
        citations=[report.quote("It sat for four days")],
    )
    timeline.record("vote", title="مجلس المدينة يجتمع", date="1999/..", citations=[report.quote("sat for")])
    timeline.retract("vote", reason="It was put off", superseded_by=meeting)
    timeline.correct_source("report", publisher="TNA", reason="The byline")
    return str(path)


def test_show_draws_a_happening(db: str) -> None:
    """Title, date in words and as EDTF, marks, claimant, and the quotations with their sources."""
    drawn = re.sub(r"recorded [^)]* ago\)", "recorded THEN", run("show", "turnout", "--db", db).output.replace("\nago)", " ago)"))
    assert drawn == (
        """\
Three hundred came
24 November 2025  2025-11-24
disputed  single source

  according to  Some
  date          As the meeting
  place         31.62, -7.98
  part of       meeting, The council meets
  counted at    meeting, The council meets

 1  “three hundred came”
    source/report, A report · for the number · characters 81–99
 2  “others say three hundred and fifty”
    source/report, A report · disputes this · characters 101–135

happening/turnout@1, position 3: recorded THEN by tester
"""
    )


def test_show_has_corrections_parts_and_retractions(db: str) -> None:
    """Whatever was said of a happening since shows with it."""
    meeting = run("show", "meeting", "--db", db).output
    assert "corrected (version 2)" in meeting
    assert "The day is not sure" in meeting
    assert "parts      turnout, According to Some: Three hundred came" in " ".join(meeting.split("\n"))
    vote = run("show", "vote", "--db", db).output
    assert "from 1999, end open  1999/..\nretracted  single source\n" in vote
    assert "  retracted    It was put off\n  see instead  meeting, The council meets\n" in vote


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["meeting"], "November 2025  2025-11\n"),
        (["meeting", "--as-of", "3"], "24 November 2025  2025-11-24\n"),
        (["meeting@1"], "24 November 2025  2025-11-24\n"),
        (["happening/meeting@1"], "24 November 2025  2025-11-24\n"),
        (["happening/meeting@2"], "November 2025  2025-11\n"),
        (["report"], "  publisher   TNA\n"),
        (["source/report"], "  corrected   The byline\n"),
        (["source/report"], "  cited for   turnout, According to Some: Three hundred came\n"),
        (["source/report@1"], "source/report@1, position 1"),
    ],
)
def test_show_understands_names(db: str, words: list[str], expected: str) -> None:
    """Ids, streams, events, and positions."""
    result = run("show", *words, "--db", db)
    assert result.exit_code == 0
    assert expected in result.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["meating"], 'there is no happening "meating". Did you mean meeting?'),
        (["repport"], 'there is no happening "repport". Did you mean source/report?'),
        (["\udcff"], '"happening/\ufffd": holds bytes that are not text in UTF-8. Correct it'),
        (["zzzzzzzz"], 'there is no happening "zzzzzzzz". See what there is: timeline list'),
        (["source/meeting"], 'there is no source "meeting". Did you mean meeting?'),
        (["story/meeting"], '"story/meeting": there are no streams of the kind story. Write happening/meeting or source/meeting'),
        (["meeting@7"], "happening/meeting: has no version 7. The last one is happening/meeting@2"),
        (["meeting@x"], "happening/meeting: has no version x. The last one is happening/meeting@2"),
        (["turnout", "--as-of", "2"], 'there is no happening "turnout" as of position 2. It was recorded later'),
        ([ESCAPE], 'there is no happening "␛[31m␛]0;owned␇\ufffd". See what there is: timeline list'),
    ],
)
def test_an_unknown_name_is_refused_with_similar_ones(db: str, words: list[str], expected: str) -> None:
    """One line, exit code 1."""
    for command in ("show", "history") if len(words) == 1 else ("show",):
        result = run(command, *words, "--db", db)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {expected}\n")


def test_history_shows_the_changes_and_reasons(db: str) -> None:
    """Every version with time, author, reason, and old and new values."""
    drawn = re.sub(r"ed 1 January 2026.* ago\)", "ed THEN", run("history", "meeting", "--db", db).output)
    assert drawn == (
        """\
The council meets
happening/meeting, 2 versions

1  recorded THEN by tester, position 2

2  corrected THEN by tester, position 4
  The day is not sure
  date       24 November 2025 (2025-11-24) → November 2025 (2025-11)
  place      Marrakech → (nothing)
  tags       + Marrakech
  citations  − “met in Marrakech on 24 November 2025” (source/report; characters
             12–48)
  citations  + “It sat for four days” (source/report; characters 50–70)
"""
    )
    assert "publisher  (nothing) → TNA" in run("history", "report", "--db", db).output
    assert "  It was put off\n  see instead  meeting\n" in run("history", "vote", "--db", db).output


def test_show_lists_the_happenings_that_cited_a_source_at_a_position(db: str) -> None:
    """Without later ones; retracted ones are marked as they were then."""
    with Timeline(db) as timeline:
        other = timeline.archive(text="Other words", id="other", title="Other")  # position 8
        timeline.correct("turnout", title="Many came", citations=[other.quote("Other")], reason="Another source")

    def cited(*words: str) -> list[str]:
        output = run("show", "source/report", *words, "--db", db).output
        return re.findall("(?:meeting|turnout|vote), .*", output)

    met, came, vote = "meeting, The council meets", "turnout, According to Some: Three hundred came", "vote, مجلس المدينة يجتمع"
    assert cited("--as-of", "1") == []
    assert cited("--as-of", "2") == [met]
    assert cited("--as-of", "5") == [came, met, vote]
    assert cited("--as-of", "6") == [came, met, f"{vote} (retracted)"]
    assert cited("--as-of", str(2**62)) == cited() == [met, f"{vote} (retracted)"]


def test_history_shows_a_quotation_that_moved(timeline: Timeline, report: ArchivedSource, path: Path) -> None:
    """The words are the same, the place is another."""
    timeline.record("a", title="A", date="2025", citations=[report.quote("three hundred", suffix=" came")])
    timeline.correct("a", citations=[report.quote("three hundred", suffix=" and fifty")], reason="The other one")
    assert run("history", "a", "--db", str(path)).output.endswith(
        "  citations  − “three hundred” (source/report; characters 81–94)\n"
        "  citations  + “three hundred” (source/report; characters 112–125)\n"
    )


@pytest.mark.parametrize("words", [["log", "--after"], ["log", "--limit"], ["show", "meeting", "--as-of"]])
def test_a_position_beyond_all_is_wrong_usage(db: str, words: list[str]) -> None:
    """However large the number is."""
    assert run(*words, "9" * 23, "--db", db).exit_code == 2
    assert run(*words, str(2**62 + 1), "--db", db).exit_code == 2
    assert run(*words, str(2**62), "--db", db).exit_code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["log"], ["show", "meeting"], ["verify"], ["--help"]])
def test_output_that_cannot_be_written_is_reported_in_one_line(db: str, words: list[str]) -> None:
    """Such as a full disk behind `>`."""
    script = "from timeline.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "TIMELINE_DB": db},
        )
    assert (done.returncode, done.stderr) == (1, "Error: the output cannot be written: no space left on device\n")


def test_log_lists_events(db: str) -> None:
    """A line for each: position, when, how long ago, verb, event, and title."""
    lines = run("log", "--db", db).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list("7654321")
    assert re.fullmatch(r"2  2026-01-01 00:00  .{17}  recorded   happening/meeting@1  The council meets", lines[5])
    assert [line.split()[0] for line in run("log", "--db", db, "--after", "4").stdout.splitlines()] == list("765")
    assert [line.split()[0] for line in run("log", "--db", db, "--limit", "2").stdout.splitlines()] == list("76")
    assert [line.split()[0] for line in run("log", "--db", db, "--reverse", "--after", "4").stdout.splitlines()] == list("567")
    assert [line.split()[0] for line in run("log", "--db", db, "--reverse", "--limit", "2").stdout.splitlines()] == list("12")
    assert run("log", "--db", db, "--after", "7").stdout == ""


def test_log_writes_json_for_machines(db: str) -> None:
    """Whole events, with their data."""
    events = [json.loads(line) for line in run("log", "--db", db, "--json", "--reverse").stdout.splitlines()]
    assert [event["position"] for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert events[3]["data"]["reason"] == "The day is not sure"
    assert (events[0]["stream"], events[0]["version"], events[0]["type"]) == ("source/report", 1, "SourceArchived")


def test_nothing_in_the_data_steers_the_terminal(timeline: Timeline, path: Path) -> None:
    """Escape sequences and bidi overrides in any field are shown as replacement signs."""
    report = timeline.archive(text=f"A {ESCAPE} b", id="s", title="T\u202e\x9b31m", author="\u2066x\x85")
    fields = {"title": "T\u202e\x9b", "summary": "a\u2028b\u202e", "place": "\x9d", "kind": "\u2069"}
    timeline.record("a", **fields, date="2025", citations=[report.quote("b")])  # type: ignore[arg-type]
    timeline.by = ESCAPE
    timeline.correct("a", title="\x9b2J", reason="\u202ehm")
    for words in (["show", "a"], ["show", "source/s"], ["history", "a"], ["log"]):
        output = run(*words, "--db", str(path)).output
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", output), words


def test_colours_are_for_terminals(db: str) -> None:
    """There are none in a pipe, and none where NO_COLOR asks for none."""
    assert "\x1b[1m" in run("show", "meeting", "--db", db, colour=True).output
    assert "\x1b" not in run("show", "meeting", "--db", db).output
    assert "\x1b" not in run("show", "meeting", "--db", db, colour=True, env={"NO_COLOR": "1"}).output


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_lines_fit_the_terminal(db: str, columns: int) -> None:
    """From narrow to as wide as is pleasant."""
    widest = max(printing.NARROWEST, min(columns, printing.WIDEST))
    for words in (["show", "meeting"], ["show", "turnout"], ["show", "report"]):
        lines = run(*words, "--db", db, env={"COLUMNS": str(columns)}).output.splitlines()
        assert max(len(line) for line in lines if " " in line.strip() and len(line.split()[-1]) < 12) <= widest


def test_a_reader_that_goes_away_is_no_error(db: str) -> None:
    """`timeline log | head -1` ends quietly."""
    with Timeline(db) as timeline:
        for number in range(2_000):
            timeline.archive(text=f"{number}", id=f"s{number}", title="x" * 200)
    script = "from timeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "log", "--db", db], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("2007  ")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=30) in (0, 1)


def test_a_narrow_encoding_is_no_error(db: str) -> None:
    """Where a terminal cannot draw a character, its number is written."""
    script = "from timeline.cli import main; main()"
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", script, "show", "vote", "--db", db], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "sat for" in done.stdout


@pytest.mark.parametrize("command", ["show", "history", "log", "verify", "rebuild"])
def test_reading_makes_no_file(tmp_path: Path, command: str) -> None:
    """Without a timeline, the error shows how to make one."""
    words = [command, "x"] if command in ("show", "history") else [command]
    result = run(*words, "--db", str(tmp_path / "none.db"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == f"Error: {tmp_path / 'none.db'}: there is no such file. Make one: timeline build --db {tmp_path / 'none.db'}\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    """Without an output, the log is read in silence."""
    db = tmp_path / "timeline.db"
    with Timeline(db, by="tester") as timeline:
        timeline.archive(text="words", id="words", title="Words")
    command = f"exec '{sys.executable}' -c 'from timeline.cli import main; main()' log --db '{db}' >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_is_refused_as_a_database(tmp_path: Path) -> None:
    """The error of --db names the folder, and no disk."""
    assert f"{tmp_path}: is a folder. Name the timeline's file in it" in run("show", "x", "--db", str(tmp_path)).output


def test_the_text_of_a_source_is_printed_as_it_was_archived(timeline: Timeline, path: Path, report: ArchivedSource) -> None:
    """Alone and to the letter, to copy from; a happening has none."""
    known = timeline.log.document(str(timeline.source(report.id).event.payload["statement"]["text_sha256"]))
    result = CliRunner().invoke(main, ["show", report.id, "--text", "--db", str(path)])
    assert (result.exit_code, result.stdout_bytes) == (0, known)
    timeline.record("h", title="H", date="2003", citations=[report.quote("Marrakech")])
    result = CliRunner().invoke(main, ["show", "h", "--text", "--db", str(path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "happening/h: only a source has a text. Name one: source/ID" in result.stderr


def test_show_counts_documents_rather_than_ids(timeline: Timeline, report: ArchivedSource, path: Path) -> None:
    """One document under two ids is a single source."""
    again = timeline.archive(text=report.text, id="again", title="The same report")
    citations = [source.quote("It sat for four days") for source in (report, again)]
    timeline.record("sat", title="It sat", date="2025-11", citations=citations)
    assert "single source" in run("show", "sat", "--db", str(path)).output


def test_show_names_the_claimant_of_other_happenings(db: str) -> None:
    """Among the parts of a happening, and among those that cite a source."""
    claim = "According to Some: Three hundred came"
    assert f"turnout, {claim}" in " ".join(run("show", "meeting", "--db", db).output.split())
    assert f"turnout, {claim}" in " ".join(run("show", "source/report", "--db", db).output.split())


def test_reviews_are_shown_listed_and_filtered(db: str) -> None:
    """By show, history, log and list, for people and for programs."""
    with Timeline(db, by="Second") as second:
        position = second.review("turnout", verdict="doubted", comment="The ledger has \x85 another number").position
    shown = run("show", "turnout", "--db", db).output
    assert "doubted by a second person" in shown
    assert "reviews       doubted version 1 by Second, " in shown
    assert json.loads(run("show", "turnout", "--json", "--db", db).output)["review"] == "doubted"
    assert "doubted version 1: The ledger has" in run("show", f"{position}", "--db", db).output
    assert json.loads(run("show", "happening/turnout@2", "--json", "--db", db).output)["type"] == "HappeningReviewed"
    assert re.search(
        r"2  reviewed .* by Second, position \d+\n  doubted version 1: The ledger", run("history", "turnout", "--db", db).output
    )
    assert [json.loads(line)["type"] for line in run("history", "turnout", "--json", "--db", db).output.splitlines()] == [
        "HappeningRecorded",
        "HappeningReviewed",
    ]
    assert "HappeningReviewed" not in run("history", "turnout@1", "--json", "--db", db).output
    assert "doubted version 1: The ledger has" in run("log", "--limit", "1", "--db", db).output
    assert "(according to Some, doubted)" in run("list", "--review", "doubted", "--db", db).output
    assert [json.loads(line)["id"] for line in run("list", "--json", "--review", "none", "--db", db).output.splitlines()] == [
        "meeting"
    ]
    assert "No happening matches" in run("list", "--review", "confirmed", "--db", db).stderr
    assert "'maybe' is not one of 'confirmed', 'doubted', 'none'." in run("list", "--review", "maybe", "--db", db).stderr


def test_a_confirmed_happening_is_shown(db: str) -> None:
    """With the verdict among its marks."""
    with Timeline(db, by="Second") as second:
        second.review("turnout", verdict="confirmed")
    assert "confirmed by a second person" in run("show", "turnout", "--db", db).output


def test_a_correction_after_a_review_shows_its_changes(db: str) -> None:
    """They are compared with the statement before the review."""
    with Timeline(db, by="Second") as second:
        second.review("turnout", verdict="confirmed")
        second.correct("turnout", title="Four hundred came", reason="r")
    assert "Three hundred came → Four hundred came" in run("history", "turnout", "--db", db).output
