"""The command that imports: what it says, and what it changes."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main

SHEET = "Wann,Was,Art,Link\n1.2.1957,Sputnik; the first,launch,http://x\n01.01.57,<b>Second</b>,launch,\n?,Third,launch,\n"
MAPPING = """\
columns: {title: Was, date: Wann}
constants: {kind: space}
dates: {order: dmy, century: 1900, first_days: years}
"""


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a table that no guess fits; commands are run beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    (tmp_path / "sheet.csv").write_text(SHEET)
    return tmp_path


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, ["import", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_dry_run_makes_no_database(sheet: Path) -> None:
    """It tells what would be, and of each row that becomes nothing, and how to go on."""
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING)
    result = run("csv", "sheet.csv")
    assert result.exit_code == 0
    assert "2 new, 0 corrected, 0 unchanged, 1 refused = 3" in result.output
    assert 'Dropped: Link: no field for it: it stands in the row that is cited: row 2 "http://x"' in result.output
    assert 'Refused: row 4: "?" says no date' in result.output
    assert "add --append" in result.output
    assert not (sheet / "timeline.db").exists()


def test_a_mapping_says_what_the_header_does_not(sheet: Path) -> None:
    """Constants, the order of day and month, the century, and what a first of January is; HTML becomes words."""
    (sheet / "other.yaml").write_text(MAPPING)
    assert run("csv", "sheet.csv", "--mapping", "other.yaml", "--append", "--by", "t", "--title", "A sheet").exit_code == 0
    with Timeline(sheet / "timeline.db", read_only=True) as timeline:
        assert timeline.source("sheet").event.payload["statement"]["title"] == "A sheet"
        first, second = timeline.happening("sheet-sputnik-the-first"), timeline.happening("sheet-second")
        assert (first.date, first.kind, second.date, second.title) == ("1957-02-01", "space", "1957", "Second")
    assert "0 new, 0 corrected, 2 unchanged, 1 refused = 3" in run("csv", "sheet.csv", "--mapping", "other.yaml", "--append").output


def test_another_mapping_corrects_and_says_so(sheet: Path) -> None:
    """The same bytes, read otherwise: what the mapping changes is corrected, and nothing is archived again."""
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING)
    run("csv", "sheet.csv", "--append", "--by", "t")
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING.replace("space", "launch"))
    assert "0 new, 2 corrected" in run("csv", "sheet.csv", "--append", "--by", "t").output
    with Timeline(sheet / "timeline.db", read_only=True) as timeline:
        assert timeline.happening("sheet-second").reason == "row 3 of sheet.csv is read otherwise: kind (sheet)"
        assert timeline.verify().ok


def test_a_guess_is_shown_and_written_only_when_asked(sheet: Path) -> None:
    """The YAML that is shown is what --save-mapping writes and the next import reads."""
    (sheet / "easy.csv").write_text("Date;Title;Who\n1950-03-04;One;A, B\n")
    assert "title: Title" in run("csv", "easy.csv").output
    assert not (sheet / "easy.csv.mapping.yaml").exists()
    assert "written" in run("csv", "easy.csv", "--save-mapping").output
    assert "guessed" not in run("csv", "easy.csv").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("csv", "nowhere.csv"), "no such file"),
        (("csv", "."), "is not a file"),
        (("csv", "sheet.csv"), "no column looks like a title or a date: there are Wann, Was, Art, Link"),
        (("csv", "sheet.csv", "--mapping", "nowhere.yaml"), "no such file"),
        (("csv", "sheet.csv", "--encoding", "utf-99"), "not the name of an encoding"),
        (("jsonl", "sheet.csv"), "not JSON Lines"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_a_line(sheet: Path, words: tuple[str, ...], told: str) -> None:
    """Nothing is made, and the line says what to do."""
    result = run(*words, "--append")
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert told in result.output
    assert not (sheet / "timeline.db").exists()


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("[", "is no YAML"),
        ("a: b", 'has no "columns"'),
        ("columns: {headline: Was}", '"headline" is not a field'),
        ("columns: {title: Nowhere, date: Wann}", 'there is no column "Nowhere"'),
        ("columns: {title: Was, date: {era: Wann}}", "only dates have parts"),
        ("columns: {title: Was, date: Wann}\ndates: {order: ydm}", "none of dmy, mdy, ymd"),
    ],
)
def test_a_mapping_with_faults_is_refused_in_a_line(sheet: Path, mapping: str, told: str) -> None:
    """The fault is named."""
    (sheet / "sheet.csv.mapping.yaml").write_text(mapping)
    result = run("csv", "sheet.csv")
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert told in result.output
