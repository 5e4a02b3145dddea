"""Imports: every value is accounted for, nothing is added twice, and a later version of a file corrects what changed."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.errors import DatabaseRefused, ImportRefused
from timeline.exchange.importing import run
from timeline.exchange.importing.outcome import Plan

TABLE = "key,Date,Headline,Place\r\na,1815-12-10,Ada,London\r\nb,1948,Edith,\r\nc,44 BC,Caesar,Rome\r\nd,Unknown date,Nobody,\r\n"
KEYLESS = "Date,Headline,Place\n1815-12-10,Ada is born,London\n1948,Edith,\n1948,Edith,\n"
Import = Callable[..., Plan]


@pytest.fixture
def into(timeline: Timeline, tmp_path: Path) -> Import:
    """Return a function that writes a text as a file and imports it."""

    def do(text: str, *, format: str = "csv", name: str = "women.csv", **options: str) -> Plan:
        (tmp_path / name).write_bytes(text.encode())
        return run.append(run.understand(tmp_path / name, format), timeline, **options)

    return do


def counted(plan: Plan) -> tuple[int, ...]:
    """Return the numbers of new, corrected, unchanged and refused rows."""
    counts = plan.counts()
    assert sum(counts.values()) == len(plan.outcomes)
    return tuple(counts[verb] for verb in ("new", "corrected", "unchanged", "refused"))


def test_each_happening_cites_its_own_row(timeline: Timeline, into: Import) -> None:
    """The file is archived as received. The citation is the exact slice of the row. Dates stay as vague as they were."""
    assert counted(into(TABLE)) == (3, 0, 0, 1)
    assert timeline.log.document(timeline.source("women").event.payload["statement"]["sha256"]) == TABLE.encode()
    for key, date, row in (("a", "1815-12-10", "a,1815-12-10,Ada,London"), ("b", "1948", "b,1948,Edith,"), ("c", "-0043", "")):
        happening = timeline.happening(f"women-{key}")
        (citation,) = happening.citations
        assert happening.date == date
        assert citation.quote == TABLE[citation.start_char : citation.end_char]
        assert not row or citation.quote == row
    assert timeline.verify().ok


def test_titles_in_any_script_make_readable_ids(timeline: Timeline, into: Import) -> None:
    """Letters of other scripts become Latin ones, accents are dropped, and a title without letters has a hash."""
    into("Date,Headline\n1945,Битва 1945\n1919,北京大学 1919\n1948,Émile\n1950,※\n", name="События 1945.csv")
    ids = [happening.id for happening in timeline.happenings()]
    assert {"sobytiya-1945-bitva-1945", "sobytiya-1945-beijingdaxue-1919", "sobytiya-1945-emile"} <= set(ids)
    assert all(id.startswith("sobytiya-1945-") for id in ids)


def test_a_file_keeps_the_id_of_an_earlier_version_of_the_program(timeline: Timeline, into: Import) -> None:
    """Earlier versions made the id of the digits alone. A later version of the file belongs to the same source."""
    rows = "Date,Headline\n1945,Битва\n1946,Мир\n"
    into(rows, name="События 1945.csv", id="1945")
    plan = into(f"{rows}1947,План\n", name="События 1945.csv")
    assert (plan.source, counted(plan)) == ("1945-2", (1, 0, 2, 0))


def test_identical_rows_are_cited_at_their_own_places(timeline: Timeline, into: Import) -> None:
    """Two identical rows are two happenings, at two places in the text."""
    into(KEYLESS)
    places = [timeline.happening(id).citations[0].start_char for id in ("women-edith", "women-edith-2")]
    assert places == [KEYLESS.index("1948"), KEYLESS.rindex("1948")]
    assert timeline.verify().ok


@pytest.mark.parametrize("table", [TABLE, KEYLESS])
def test_a_second_import_adds_nothing(timeline: Timeline, into: Import, table: str) -> None:
    """Neither the same bytes, under any name, nor a file that differs only in line ends."""
    into(table)
    size = timeline.log.size()
    for text, name in ((table, "women.csv"), (table, "renamed.csv"), (table.replace("\r\n", "\n") + "\n", "women.csv")):
        plan = into(text, name=name)
        assert not plan.archives
        assert timeline.log.size() == size


def test_a_dry_run_changes_nothing(timeline: Timeline, tmp_path: Path) -> None:
    """With or without a timeline, it reports what appending then does."""
    (tmp_path / "women.csv").write_text(TABLE)
    file = run.understand(tmp_path / "women.csv", "csv")
    assert counted(run.plan(file, None)) == counted(run.plan(file, timeline)) == (3, 0, 0, 1)
    assert timeline.log.size() == 0


def test_a_later_version_corrects_what_changed_and_cites_the_new_row(timeline: Timeline, into: Import) -> None:
    """Only the changed fields, with the reason. Importing the old file again undoes nothing. Vanished rows are listed."""
    into(TABLE)
    later = TABLE.replace("Ada,London", "Ada Lovelace,London").replace("c,44 BC,Caesar,Rome\r\n", "e,1957,Sputnik,\r\n")
    plan = into(later)
    assert (counted(plan), plan.source, plan.vanished) == ((1, 1, 1, 1), "women-2", ["women-c"])
    ada = timeline.happening("women-a")
    assert (ada.title, ada.reason) == ("Ada Lovelace", "row 2 of women.csv changed: title (women-2)")
    assert [(c.source, c.quote) for c in ada.citations] == [("women-2", "a,1815-12-10,Ada Lovelace,London")]
    assert timeline.happening("women-c").status == "current"
    size = timeline.log.size()
    for text in (TABLE, later):
        assert counted(into(text))[:2] == (0, 0)
        assert timeline.log.size() == size
    assert timeline.verify().ok


def test_corrections_by_people_stay(timeline: Timeline, into: Import) -> None:
    """The file's new title does not replace theirs, but its new place is recorded. Citations that they added stay."""
    into(TABLE)
    timeline.archive(text="Augusta Ada King was born.", id="register", title="A register")
    citations = [
        {"source": "women", "quote": "a,1815-12-10,Ada,London"},
        {"source": "register", "quote": "Augusta Ada King"},
    ]
    timeline.correct("women-a", title="Augusta Ada King", citations=citations, reason="her name")
    (outcome, *_) = into(TABLE.replace("Ada,London", "Ada Lovelace,Marylebone")).outcomes
    ada = timeline.happening("women-a")
    assert (ada.title, ada.place, outcome.fields) == ("Augusta Ada King", "Marylebone", ("place",))
    assert "correction stays" in outcome.remarks[0][1]
    assert [citation.source for citation in ada.citations] == ["women-2", "register"]


def test_rows_without_keys_are_matched_by_their_words(timeline: Timeline, into: Import) -> None:
    """By the same row at any place, by a unique title, or by a date and a similar title."""
    into(KEYLESS)
    plan = into("Date,Headline,Place\n1948,Edith,\n1815-12-11,Ada is born,London\n1948,Edith,\n")
    assert counted(plan) == (0, 1, 2, 0)
    assert timeline.happening("women-ada-is-born").date == "1815-12-11"
    assert counted(into("Date,Headline,Place\n1815-12-11,Ada Lovelace is born,London\n")) == (0, 1, 0, 0)
    assert timeline.happening("women-ada-is-born").title == "Ada Lovelace is born"


def test_keys_that_count_rows_are_ignored_after_an_insertion(timeline: Timeline, into: Import) -> None:
    """Rows are then matched by their words, with a note. A second import adds nothing."""
    titles = ["Alpha", "Beta", "Gamma", "Delta"]

    def table(events: list[str]) -> str:
        return "id,Date,Event\n" + "".join(f"{n},199{ord(event[0]) % 10},{event}\n" for n, event in enumerate(events, start=1))

    into(table(titles))
    later = table([titles[0], "Inserted", *titles[1:]])
    plan = into(later)
    assert counted(plan) == (1, 0, 4, 0)
    assert any("matched by their words" in note for note in plan.notes)
    size = timeline.log.size()
    assert counted(into(later)) == (0, 0, 5, 0)
    assert timeline.log.size() == size


def test_the_clearly_most_similar_row_of_a_day_is_corrected(timeline: Timeline, into: Import) -> None:
    """It has a new title, beside others on that day. If two could be meant, neither is corrected."""
    day = "Date,Event\n" + "".join(f"1999-01-01,{one}\n" for one in ("The mayor resigns", "A ship is searched", "Prices rise 3 %"))
    into(day)
    plan = into(day.replace("The mayor resigns", "The mayor resigned").replace("Prices rise 3 %", "Something else entirely"))
    assert counted(plan) == (1, 1, 1, 0)
    assert plan.vanished == ["women-prices-rise-3"]
    assert timeline.happening("women-the-mayor-resigns").title == "The mayor resigned"


def test_a_happening_cannot_be_part_of_itself(timeline: Timeline, into: Import) -> None:
    """Directly or through another row: only that reference is dropped, with a remark. A second import adds nothing."""
    table = "id,Date,Event,part_of\na,1950,A,a\nb,1950,B,c\nc,1950,C,b\nd,1950,D,a\n"
    plan = into(table)
    assert counted(plan) == (4, 0, 0, 0)
    assert [bool(outcome.remarks) for outcome in plan.outcomes] == [True, False, True, False]
    assert [timeline.happening(f"women-{id}").part_of for id in "abcd"] == [None, "women-c", None, "women-a"]
    size = timeline.log.size()
    assert counted(into(table)) == (0, 0, 4, 0)
    assert timeline.log.size() == size


def test_redacted_or_retracted_happenings_are_not_restored(timeline: Timeline, into: Import) -> None:
    """Neither by the same file nor by a later version of it."""
    into(KEYLESS)
    timeline.redact(timeline.happening("women-ada-is-born").position, reason="by law", keep_documents=True)
    timeline.retract("women-edith", reason="never happened")
    size = timeline.log.size()
    assert counted(into(KEYLESS))[:2] == (0, 0)
    into(KEYLESS.replace("Edith,\n", "Edith,Austin\n", 1))
    assert timeline.happening("women-edith").place is None
    assert timeline.log.size() <= size + 2


def test_another_file_of_the_same_name_is_not_a_later_version(into: Import) -> None:
    """Without a row in common it is refused, with the option to import it anyway."""
    into(TABLE)
    other = "key,Date,Headline\nx,1969,The moon\n"
    with pytest.raises(ImportRefused, match="no row in common"):
        into(other)
    assert counted(into(other, id="moon")) == (1, 0, 0, 0)
    mostly = "key,Date,Headline\na,1815-12-11,Ada\nx,1969,The moon\ny,1970,The sea\n"
    with pytest.raises(ImportRefused, match=r"only 1 row in common .* if it is that file, use: --id women"):
        into(mostly)
    assert counted(into(mostly, id="women")) == (2, 1, 0, 0)


def test_an_interrupted_import_records_nothing(timeline: Timeline, tmp_path: Path) -> None:
    """After an interruption or on a full disk, neither the file nor a row is recorded, and the import can be repeated."""
    (tmp_path / "days.csv").write_text("Date,Event\n" + "".join(f"1950,Thing {n} {'x' * 500}\n" for n in range(200)))
    file, done = run.understand(tmp_path / "days.csv", "csv"), 0

    def interrupted(steps: int) -> None:
        nonlocal done
        done += steps
        if done > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.append(file, timeline, advance=interrupted)
    pages = timeline.log.connection.execute("PRAGMA page_count").fetchone()[0]
    timeline.log.connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(DatabaseRefused):
        run.append(file, timeline)
    timeline.log.connection.execute("PRAGMA max_page_count = 1000000")
    assert timeline.log.size() == 0
    assert timeline.log.connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)
    assert counted(run.append(file, timeline)) == (200, 0, 0, 0)
    assert timeline.verify().ok


def test_the_id_of_another_document_is_refused(timeline: Timeline, into: Import) -> None:
    """The other document is not changed."""
    timeline.archive(text="words", id="women", title="Words")
    with pytest.raises(ImportRefused, match="is another document"):
        into(TABLE)


def _expected(row: dict[str, str]) -> str | None:
    found = re.fullmatch(r"(?:AD )?(\d+)(?: AD| (BCE?))?", row["year"])
    if not found or not row["description"]:
        return None
    year = 1 - int(found[1]) if found[2] else int(found[1])
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{int(row['month']):02d}-{int(row['day']):02d}"


@pytest.fixture
def on_this_day(shared: Path) -> list[dict[str, str]]:
    """Read seventeen thousand rows of days in history."""
    lines = (shared / "data" / "on-this-day" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        {name: "; ".join(value) if isinstance(value, list) else str("" if value is None else value) for name, value in row.items()}
        for row in rows
    ]


def _table(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_each_of_seventeen_thousand_rows_has_its_date_or_is_refused(on_this_day: list[dict[str, str]], tmp_path: Path) -> None:
    """Years BC and AD included. A row is refused only if its year or its words are missing."""
    (tmp_path / "days.csv").write_text(_table(on_this_day), encoding="utf-8", newline="")
    rows = run.understand(tmp_path / "days.csv", "csv").understood.rows
    assert len(rows) == len(on_this_day) == 17_056
    for row, given in zip(rows, on_this_day, strict=True):
        expected = _expected(given)
        assert (row.fields.get("date") if row.refused is None else None) == expected, (given, row.refused)
    assert sum(row.refused is not None for row in rows) < 30


def test_two_thousand_of_them_become_happenings(on_this_day: list[dict[str, str]], timeline: Timeline, into: Import) -> None:
    """Each cites its row, every quotation is verified, and a second import adds nothing."""
    odd = [row for row in on_this_day if not row["year"].isdecimal()]
    table = _table([*odd, *on_this_day[: 2000 - len(odd)]])
    new, _, _, refused = counted(into(table, name="days.csv"))
    assert (new + refused, timeline.log.size()) == (2000, new + 1)
    assert counted(into(table, name="days.csv"))[:2] == (0, 0)
    assert timeline.verify().ok


def test_json_lines_are_rows_too(timeline: Timeline, into: Import) -> None:
    """The line is cited. A line that is not an object is refused, and the others are read."""
    line = json.dumps({"year": "153 BC", "month": 1, "day": 1, "description": "Consuls begin their year"})
    assert counted(into(f"{line}\nnot json\n", format="jsonl", name="x.jsonl")) == (1, 0, 0, 1)
    assert timeline.happening("x-consuls-begin-their-year").citations[0].quote == line


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + TABLE.encode(), None),
        (b"\xef\xbb\xbf" + TABLE.encode(), "utf-8"),
        (TABLE.encode("utf-16"), None),
        (TABLE.encode("utf-16"), "utf-16-le"),
        ("Date,Headline\n1948,Édith à Évora\n".encode("cp1252"), None),
        ("Date,Headline\n1948,Ćwiklińska, Łódź żółć\n".encode() + b"1949,caf\xe9\n", None),
    ],
)
def test_decoded_text_is_verified(content: bytes, encoding: str | None, timeline: Timeline, tmp_path: Path) -> None:
    """With a byte order mark, in other encodings and in two at once: the text is that of the bytes."""
    (tmp_path / "women.csv").write_bytes(content)
    run.append(run.understand(tmp_path / "women.csv", "csv", encoding=encoding), timeline)
    assert not [check.faults for check in timeline.verify().checks if check.faults]
