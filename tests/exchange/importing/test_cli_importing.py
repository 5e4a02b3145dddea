"""The command import: its messages and its effects."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main
from timeline.exchange.importing.happenings import Happenings

SHEET = "Wann,Was,Art,Link\n1.2.1957,Sputnik; the first,launch,http://x\n01.01.57,<b>Second</b>,launch,\n?,Third,launch,\n"
MAPPING = """\
columns: {title: Was, date: Wann}
constants: {kind: space}
dates: {order: dmy, century: 1900, first_days: years}
"""


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a table whose columns cannot be guessed, and run commands beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    (tmp_path / "sheet.csv").write_text(SHEET)
    return tmp_path


def run(*words: str) -> Result:
    """Run a command in this process. It must not end in a traceback."""
    result = CliRunner().invoke(main, ["import", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_dry_run_makes_no_database(sheet: Path) -> None:
    """It reports what would be imported, each dropped or refused value, and how to go on."""
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING)
    result = run("csv", "sheet.csv")
    assert result.exit_code == 0
    assert "2 new, 0 corrected, 0 unchanged, 1 refused = 3" in result.output
    assert 'Dropped: a happening has no field for it; it stays in the row that is cited: Art (row 2 "launch"' in result.output
    assert 'Link (row 2 "http://x")' in result.output
    assert (
        'row 2: new happening/sheet-sputnik-the-first: 1957-02-01 (1 February 1957), "Sputnik; the first", space' in result.output
    )
    assert 'Refused: row 4: "?" gives no date' in result.output
    assert "add --append" in result.output
    assert not (sheet / "timeline.db").exists()


def test_rows_are_planned_once_though_there_is_no_timeline_yet(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no row can be imported, none is made."""
    planned, plan = [], Happenings.plan
    monkeypatch.setattr(Happenings, "plan", lambda self, rows, advance: planned.append(len(rows)) or plan(self, rows, advance))
    (sheet / "nothing.csv").write_text("Date;Title\n?;One\n??;Two\n")
    assert run("csv", "nothing.csv", "--append", "--by", "t").exit_code == 1
    assert not (sheet / "timeline.db").exists()
    (sheet / "easy.csv").write_text("Date;Title\n1950-03-04;One\n")
    assert run("csv", "easy.csv", "--append", "--by", "t").exit_code == 0
    assert planned == [2, 1]


def test_a_mapping_adds_what_the_header_lacks(sheet: Path) -> None:
    """Constants, the order of day and month, the century, and the meaning of 1 January. HTML becomes plain text."""
    (sheet / "other.yaml").write_text(MAPPING)
    assert run("csv", "sheet.csv", "--mapping", "other.yaml", "--append", "--by", "t", "--title", "A sheet").exit_code == 0
    with Timeline(sheet / "timeline.db", read_only=True) as timeline:
        assert timeline.source("sheet").event.payload["statement"]["title"] == "A sheet"
        first, second = timeline.happening("sheet-sputnik-the-first"), timeline.happening("sheet-second")
        assert (first.date, first.kind, second.date, second.title) == ("1957-02-01", "space", "1957", "Second")
    assert "0 new, 0 corrected, 2 unchanged, 1 refused = 3" in run("csv", "sheet.csv", "--mapping", "other.yaml", "--append").output


def test_another_mapping_corrects_and_gives_the_reason(sheet: Path) -> None:
    """The same file under another mapping: changed fields are corrected, and nothing is archived again."""
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING)
    run("csv", "sheet.csv", "--append", "--by", "t")
    (sheet / "sheet.csv.mapping.yaml").write_text(MAPPING.replace("space", "launch"))
    assert "0 new, 2 corrected" in run("csv", "sheet.csv", "--append", "--by", "t").output
    with Timeline(sheet / "timeline.db", read_only=True) as timeline:
        assert timeline.happening("sheet-second").reason == "row 3 of sheet.csv is read differently: kind (sheet)"
        assert timeline.verify().ok


def test_a_guessed_mapping_is_shown_and_only_saved_on_request(sheet: Path) -> None:
    """The YAML that is shown is the same that --save-mapping writes and the next import reads."""
    (sheet / "easy.csv").write_text("Date;Title;Who\n1950-03-04;One;A, B\n")
    assert "title: Title" in run("csv", "easy.csv").output
    assert not (sheet / "easy.csv.mapping.yaml").exists()
    assert "written" in run("csv", "easy.csv", "--save-mapping").output
    assert "guessed" not in run("csv", "easy.csv").output


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (("csv", "nowhere.csv"), "no such file"),
        (("csv", "."), "is not a file"),
        (
            ("csv", "lone.csv"),
            "no column looks like a title or a date: there are Was. Map them to fields: --save-mapping",
        ),
        (("csv", "old.xls"), "is a file of an old office program"),
        (("csv", "page.csv"), "is a web page rather than a table"),
        (("csv", "sheet.csv", "--mapping", "nowhere.yaml"), "no such file"),
        (("csv", "sheet.csv", "--encoding", "utf-99"), "not the name of a text encoding"),
        (("jsonl", "sheet.csv"), "not JSON Lines"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_line(sheet: Path, words: tuple[str, ...], output: str) -> None:
    """No database is made, and the line gives the next step."""
    (sheet / "lone.csv").write_text("Was\nA\nB\n")
    (sheet / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1")
    (sheet / "page.csv").write_text("<html><table><tr><td>Date</td></tr></table></html>")
    result = run(*words, "--append")
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert output in result.output
    assert not (sheet / "timeline.db").exists()


@pytest.mark.parametrize(
    ("mapping", "output"),
    [
        ("[", "line 1: the file ends in the middle"),
        ("a: b", 'has no "columns"'),
        ("columns: {titel: Was}", '"titel" is not a field. Perhaps "title" is meant'),
        ("columns: {title: was, date: Wann}", 'there is no column "was". Perhaps "Was" is meant'),
        ("columns: {title: Was, date: {yaer: Wann}}", '"yaer" is not a part of a date. Perhaps "year" is meant'),
        ("columns: {title: {year: Wann}, date: Wann}", "only dates have parts"),
        ("columns: {title: Was}", 'there is no "date"'),
        ("columns: {date: Wann}", 'neither a "title" nor a "summary"'),
        ("columns: {title: Was, date: Wann}\ndates: {order: ydm}", "not one of dmy, mdy, ymd"),
        ("columns: {title: Was, date: Wann}\ndates: {century: soon}", "Write its first year"),
        ("columns: {title: Was, date: Wann}\ndates: [dmy]", "dates: is not a list of names"),
        ("columns: {title: [Was], date: Wann}", "columns.title: is not the name of a column"),
        ("columns: {title: Was, date: Wann, date: Art}", 'line 1: "date" appears twice'),
        (
            "columns: {title: Was, date: Wann}\nconstants: {kind: vote, by hand}",
            "line 2: constants.by hand: has no value. Give it one, or leave it out. If it belongs to the value before it: a comma",
        ),
        ("columns: {title: Was, date: Wann}\ndates: {ordr: dmy}", 'dates: "ordr" is not a field. Perhaps "order" is meant'),
        ("columns: {title: Was, date: Wann}\nconstants: {kind: {a: b}}", "constants.kind: is not a text"),
        (
            "columns: {title: Was, date: Wann}\nconstants: {zone: Europe/Pariss}",
            'mapping.yaml: constants.zone: "Europe/Pariss" is not a time zone. Write an IANA name, such as Africa/Casablanca',
        ),
        ("columns: {title: Was, date: Wann}\nconstant: {kind: b}", '"constant" is not known here. Perhaps "constants" is meant'),
        ("columns: &a {title: Was, date: Wann}\nconstants: *a", "line 1: anchors and aliases (&, *) are not accepted"),
        ("columns: !!python/object/apply:os.system [ls]", 'line 1: the tag "!!python/object/apply:os.system" is not accepted'),
        ("? [a, b]\n: c", "line 1: a field needs a name, of text"),
        (
            "columns: {title: Was, date: Wann}\nconstants:\n  attributed_to: Le comité #2",
            'line 3: constants.attributed_to: a "#" after a space ends a text without quotation marks, here after “Le comité”',
        ),
        ("columns: {title: Was, date: Wann, place: Quai #4}", "the file ends in the middle"),
        ("columns:\n  title: Was\n  date: Wann\n  place: Quai #4", "line 4: columns.place: a"),
        ("columns:\n  title: Was\n  date: Wann\n  place:", "line 4: columns.place: has no value. Give it one, or leave it out"),
        ("columns: {title: Was, date: Wann}\nconstants: {kind: }", "line 2: constants.kind: has no value"),
        ("columns: {title: Was, date: Wann}\nconstants:", "line 2: constants: has no value"),
        ("columns: {title: Was, date: Wann}\nconstants: {kind: ''}", "constants.kind: is empty"),
        ("columns: {title: Was, date: Wann}\nconstants: {kind: null}", "line 2: null may be a word or nothing"),
        ("columns: {title: Was, date: Wann}\ndates:\n  century:", "line 3: dates.century: has no value"),
        (
            "columns: {title: Was, date: Wann}\ndates:\n  century:\n  order:",
            "line 3: dates.century: has no value. Give it one, or leave it out; line 4: dates.order",
        ),
    ],
)
def test_a_mapping_with_faults_is_refused_in_one_line(sheet: Path, mapping: str, output: str) -> None:
    """The line names the fault."""
    (sheet / "sheet.csv.mapping.yaml").write_text(mapping)
    result = run("csv", "sheet.csv")
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert output in result.output


def test_a_draft_is_saved_if_no_mapping_can_be_guessed(sheet: Path) -> None:
    """The draft lists columns and fields. It is read once it is filled in. An existing file is never overwritten."""
    (sheet / "lone.csv").write_text("Foo;Bar\nFirst thing;x\nSecond thing;y\n")
    assert "you must fill in" in run("csv", "lone.csv", "--save-mapping").output
    mapping_file = sheet / "lone.csv.mapping.yaml"
    draft = mapping_file.read_text()
    assert "  date:  # name its column" in draft
    assert "# Columns that are not used: Bar" in draft
    assert "columns.date: has no value. Give it one, or leave it out" in run("csv", "lone.csv").output
    assert "exists already" in run("csv", "lone.csv", "--save-mapping").output
    assert mapping_file.read_text() == draft
    mapping_file.write_text(draft.replace("date:  # name its column", "date: Bar"))
    assert "2 refused = 2" in run("csv", "lone.csv").output


def test_an_unreadable_time_is_reported_with_its_cell(sheet: Path) -> None:
    """The report quotes the cell of an unreadable or impossible time, and invents no day."""
    (sheet / "other.csv").write_text("Titre,Date,Heure\nA,2017-11-11,vers 4h10\nB,2017-11-12,25:70\n")
    (sheet / "other.csv.mapping.yaml").write_text("columns: {title: Titre, date: {date: Date, time: Heure}}\n")
    output = run("csv", "other.csv").output
    where = 'in the column "Heure" is kept only in the note'
    assert f'row 2: date: the time "vers 4h10" {where} (It is not understood. Write it as 04:10)' in output
    assert f'row 3: date: the time "25:70" {where} (the time "25:70" is not valid. Write 00:00 to 23:59)' in output
    assert "2000-01-01" not in output


def test_a_guessed_mapping_without_a_title_is_read_again(sheet: Path) -> None:
    """A summary is enough, so nothing is left to be filled in. A column whose name holds a # is quoted."""
    (sheet / "other.csv").write_text("Date;Description;Quai #4\n1950;It happened;x\n")
    assert "written" in run("csv", "other.csv", "--save-mapping").output
    assert "name its column" not in (sheet / "other.csv.mapping.yaml").read_text()
    assert "1 new" in run("csv", "other.csv").output
    (sheet / "other.csv.mapping.yaml").write_text("columns: {summary: Description, date: Date, place: 'Quai #4'}\n")
    assert "1 new" in run("csv", "other.csv").output


def test_unreadable_ends_are_one_question(sheet: Path) -> None:
    """Each row has other words, but the question is the same."""
    (sheet / "ends.csv").write_text("Date,Title,End\n" + "".join(f"2025-01-0{n},Sitting {n},some while {n}\n" for n in range(1, 8)))
    asked = [line for line in run("csv", "ends.csv").output.splitlines() if "Say when it ended" in line]
    assert len(asked) == 1
    assert "(likewise rows 3, 4, 5, 6, 7" in asked[0]


def test_the_same_remark_on_many_rows_is_one_line(sheet: Path) -> None:
    """Rows that differ only in numbers share a line. Long cells are shortened. On request, each row has its own line."""
    rows = "".join(f"{n}/03/{n},Thing {n},{'x' * 500}\n" for n in range(10, 32))
    (sheet / "many.csv").write_text("Date,Event,Notable\n" + rows)
    output = run("csv", "many.csv").output
    assert "10 is a year of two digits: taken as 2010. Say if it is another century (likewise rows 3, 4, 5, 6, 7 and" in output
    assert "write in the mapping dates: {century: 1900}" in output
    assert f'Notable (row 2 "{"x" * 29}…", and in 21 more rows)' in output
    assert max(map(len, output.splitlines())) < 300
    assert output.count("To look at: ") == 1
    assert "row 12: new happening/many-thing-20" in run("csv", "many.csv", "--all").output


def test_remarks_are_grouped_whatever_words_they_quote(sheet: Path) -> None:
    """Quotation marks within the words do not matter. Another reason has its own line."""
    rows = ['"about ""dawn"" 5"', "around noon", "2003-W53", "2004-W54", "0 BC"]
    (sheet / "odd.csv").write_text("Date,Event\n" + "".join(f"{words},Thing\n" for words in rows))
    output = [line for line in run("csv", "odd.csv").output.splitlines() if line.startswith("Refused")]
    assert len(output) == 3
    assert output[0].endswith("is not understood as a date. Write it as 1950, 1950-03 or 1950-03-14 (likewise row 3)")
    assert output[1] == 'Refused: row 4: "2003-W53" is not a week: 2003 has no week of that number. Correct it (likewise row 5)'


def test_a_correction_is_shown_before_it_is_made(sheet: Path) -> None:
    """The old and the new value of each field."""
    (sheet / "easy.csv").write_text("id,Date,Title\na,1950,One\nb,1951,Two\n")
    run("csv", "easy.csv", "--append", "--by", "t")
    (sheet / "easy.csv").write_text("id,Date,Title\nb,1951,Too\na,1950,One\n")
    output = run("csv", "easy.csv").output
    assert 'Corrected: row 2, happening/easy-b: title "Two" -> "Too"' in output
    assert "Would be archived as source/easy-2, a later version of source/easy" in output


def test_a_file_is_refused_if_every_row_is_refused(sheet: Path) -> None:
    """Each row has its reason, and no database is made. A dry run only reports it."""
    (sheet / "serials.csv").write_text("Date,Event\n44197,A\n44198,B\n")
    assert run("csv", "serials.csv").exit_code == 0
    result = run("csv", "serials.csv", "--append")
    assert result.exit_code == 1
    assert 'Refused: row 2: "44197" is not a year, but a spreadsheet\'s number of a day, perhaps 2021-01-01' in result.output
    assert "no row could be imported" in result.output.splitlines()[-1]
    assert not (sheet / "timeline.db").exists()


@pytest.mark.parametrize(
    ("format", "name", "line"),
    [
        ("jsonl", "own.jsonl", "is a bundle, which is appended and not imported: timeline append FILE"),
        ("csv", "https://docs.example.org/sheet", "is an address. Download the file"),
    ],
)
def test_the_refusal_of_another_kind_of_file_names_the_kind(format: str, name: str, line: str, tmp_path: Path) -> None:
    """A bundle must be appended; an address must be downloaded first."""
    path = tmp_path / name
    if not name.startswith("https"):
        path.write_text('{"source": {"id": "s", "text": "It was so.", "title": "S"}}\n')
    result = CliRunner().invoke(main, ["import", format, name if name.startswith("https") else str(path)])
    assert result.exit_code == 1
    assert line in result.stderr


def test_each_date_with_an_unclear_century_is_its_own_question(sheet: Path) -> None:
    """The answer to one does not answer another."""
    (sheet / "old.csv").write_text("Year,Date,Title\n1906,25/9/06,A\n1907,26/9/06,B\n1962,27/9/62,C\n1963,28/9/62,D\n")
    asked = [line for line in run("csv", "old.csv").output.splitlines() if line.startswith("To look at")]
    assert [line.split(": ")[1] for line in asked] == ["row 3", "row 5"]
    assert "taken as 1906-09-26. Say which is right" in asked[0]
    assert "taken as 1962-09-28. Say which is right" in asked[1]
