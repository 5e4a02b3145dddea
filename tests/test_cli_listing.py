"""The commands that find things: list and search; their filters, how a line reads, and where a hit says it is."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import ArchivedSource, Timeline
from timeline.cli import main, printing


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words), env={"COLUMNS": "80"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def db(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> str:
    """Give the path of a timeline with a correction, a claim, a retraction, a redaction and a second source."""
    paper = timeline.archive(
        text="Nothing here.\n\n" + "Filler words stand here. " * 900 + "The Café closed in Marrakech.\n",
        id="paper", title="The evening paper", publisher="Presse", published="1999-05",
    )  # fmt: skip
    timeline.record("cafe", title="Cafe\u0301 closes", date="1999~", kind="closing", place="Marrakech", actors=["José Pérez"],
                    attributed_to="the paper", citations=[paper.quote("The Café closed in Marrakech.")])  # fmt: skip
    timeline.record("vote", title="A vote", date="2001", citations=[report.quote("sat for four days")])
    timeline.retract("vote", reason="There was none")
    timeline.record("secret", title="A secret", date="2002", citations=[report.quote("three hundred came")])
    timeline.redact(timeline.log.size(), reason="By law")
    timeline.correct("cafe", title="The tavern closes", reason="The sign says so")
    timeline.correct_source("paper", title="The morning paper", reason="Misread")
    return str(path)


def ids(result: Result) -> list[str]:
    """Name what was listed as JSON, in order."""
    assert result.exit_code == 0, result.stderr
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def test_list_reads_in_time_order_with_dates_in_words(db: str) -> None:
    """Whose claim it is stays beside the title."""
    assert run("list", "--db", db).stdout == (
        "about 1999        cafe     The tavern closes (according to the paper)\n24 November 2025  meeting  The council meets\n"
    )
    assert run("list", "--db", db, "--reverse", "--limit", "1").stdout == "24 November 2025  meeting  The council meets\n"
    assert "vote     A vote (retracted)\n" in run("list", "--db", db, "--status", "all").stdout


@pytest.mark.datasette
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--kind", "closing"), ["cafe"]),
        (("--from", "2003"), ["meeting"]),
        (("--to", "2000"), ["cafe"]),
        (("--actor", "josé pérez"), ["cafe"]),
        (("--tag", "council"), ["meeting"]),
        (("--place", "Marrakech"), ["cafe", "meeting"]),
        (("--source", "paper"), ["cafe"]),
        (("--status", "retracted"), ["vote"]),
        (("--mark", "claimed"), ["cafe"]),
        (("--q", "tavern"), ["cafe"]),
        (("--q", "nowhere"), []),
        (("--as-of", "2"), ["meeting"]),
        (("--as-of", "2025-12"), []),
        (("--as-of", "0"), []),
        (("--place", "Marrakech", "--limit", "1"), ["cafe"]),
        (("--place", "Marrakech", "--reverse"), ["meeting", "cafe"]),
    ],
)
def test_the_filters_are_those_of_the_page(db: str, filters: tuple[str, ...], expected: list[str]) -> None:
    """Each chooses what the page shows for the same words."""
    from datasette.app import Datasette

    assert ids(run("list", "--db", db, "--json", *filters)) == expected
    if not {"--limit", "--reverse"} & set(filters):
        pairs = zip(filters[::2], filters[1::2], strict=True)
        query = "&".join(f"{name.removeprefix('--').replace('-', '_')}={value}" for name, value in pairs)
        page = asyncio.run(Datasette([db]).client.get(f"/timeline/-/timeline?{query.replace(' ', '+')}")).text
        assert all((f"/-/timeline/{id}" in page) == (id in expected) for id in ("cafe", "vote"))


def test_happenings_near_the_period_are_marked(db: str) -> None:
    """For people beside the title, for programs in a separate field; without a period there is no mark."""
    near = ("list", "--db", db, "--from", "1998", "--to", "1998")
    assert run(*near).stdout.endswith("The tavern closes (according to the paper, near the period)\n")
    assert [json.loads(line)["near"] for line in run(*near, "--json").stdout.splitlines()] == [True]
    within = ("list", "--db", db, "--from", "1999")
    assert "near" not in run(*within).stdout
    assert not any(json.loads(line)["near"] for line in run(*within, "--json").stdout.splitlines())


def test_as_of_a_position_the_former_title_is_shown(db: str) -> None:
    """The title before the correction, and the source's own."""
    assert "Cafe\u0301 closes" in run("list", "--db", db, "--as-of", "5").stdout
    assert "The evening paper (Presse; 1 happening)" in run("list", "sources", "--db", db, "--as-of", "5").stdout


def test_sources_are_listed_with_the_number_of_happenings(db: str) -> None:
    """Retracted and redacted ones do not count."""
    assert run("list", "sources", "--db", db).stdout == (
        "May 1999          paper   The morning paper (Presse; 1 happening)\n28 November 2025  report  A report (1 happening)\n"
    )
    (row,) = [
        json.loads(line) for line in run("list", "sources", "--db", db, "--json", "--reverse", "--limit", "1").stdout.splitlines()
    ]
    assert (row["id"], row["happenings"], row["characters"], row["title"]) == ("report", 1, 137, "A report")
    assert ids(run("list", "sources", "--db", db, "--json", "--as-of", "1")) == ["report"]
    refused = run("list", "sources", "--db", db, "--kind", "closing")
    assert (refused.exit_code, "--kind filters happenings" in refused.stderr) == (2, True)


def test_an_empty_list_is_explained(timeline: Timeline, path: Path) -> None:
    """On stderr; the output is empty."""
    for words, told in (
        (["list"], "There is no happening yet. Append one: timeline append FILE"),
        (["list", "--from", "2003"], "No happening matches"),
        (["list", "sources"], "There is no source yet. Archive a document: timeline archive FILE"),
    ):
        result = run(*words, "--db", str(path))
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{told}\n")


def test_a_wrong_source_gets_the_nearest(db: str) -> None:
    """Of the sources, before any happening."""
    for words in (["list", "--source", "papr"], ["archive", "--again", "papr"], ["show", "source/papr"]):
        result = run(*words, "--db", db)
        assert (result.exit_code, result.stderr) == (1, 'Error: there is no source "papr". Did you mean source/paper?\n')


def hits(*words: str) -> list[tuple[str, str, str]]:
    """Search, and list what each hit is in, whose it is, and its passage."""
    result = run("search", "--json", *words)
    assert result.exit_code == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return [(one["in"], one["happening"] or one["source"], one["passage"]) for one in found]


def test_search_groups_hits_with_their_places(db: str, timeline: Timeline) -> None:
    """Happenings, quotations and documents, letter for letter."""
    assert run("search", "closed", "--db", db).stdout == (
        "Quotations (1)\n"
        "  about 1999  cafe  The tavern closes (according to the paper)\n"
        "      “The Café closed in Marrakech.”\n"
        "      source/paper · characters 22,515–22,544\n\n"
        "Documents (1)\n"
        "  source/paper  The morning paper\n"
        "      … stand here. Filler words stand here. The Café closed in Marrakech.\n"
        "      characters 22,478–22,545\n\n"
    )
    rows = [json.loads(line) for line in run("search", "cafe", "--json", "--db", db).stdout.splitlines()]
    document = timeline.log.document(timeline.source("paper").event.payload["statement"]["text_sha256"])
    assert document is not None
    for row in rows:
        assert document.decode()[row["start_char"] : row["end_char"]] == row["passage"]
        assert [row["passage"][start:end] for start, end in row["words"]] == ["Café"]
    assert [row["in"] for row in rows] == ["quotation", "document"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["tavern"], [("happening", "cafe", "The tavern closes")]),
        (["JOSE"], [("happening", "cafe", "José Pérez")]),
        (["perez", "tavern"], [("happening", "cafe", "The tavern closes")]),
        (["tav"], [("happening", "cafe", "The tavern closes")]),
        (["evening", "--as-of", "5"], [("document", "paper", "The evening paper")]),
        (["evening"], []),
        (["morning", "--as-of", "5"], []),
        (["vote"], []),
        (["vote", "--status", "all"], [("happening", "vote", "A vote")]),
        (["secret"], []),
        (["tavern", "--as-of", "5"], []),
        (["closes", "--as-of", "5"], [("happening", "cafe", "Cafe\u0301 closes")]),
        (["cafe", "closes", "--as-of", "5"], [("happening", "cafe", "Cafe\u0301 closes")]),
        (["loses", "--as-of", "5"], []),
    ],
)
def test_search_finds_words_where_they_are(db: str, words: list[str], expected: list[tuple[str, str, str]]) -> None:
    """With and without accents, by the beginning of the last, now and as of a position."""
    assert hits(*words, "--db", db) == expected


def test_words_in_different_fields_are_found_together(db: str) -> None:
    """One in the title, another in a quotation: both places are shown."""
    found = hits("tavern", "closed", "--db", db)
    assert ("happening", "cafe", "The tavern closes") in found
    assert ("quotation", "cafe", "The Café closed in Marrakech.") in found


def test_a_hit_has_the_page_of_a_pdf(timeline: Timeline, path: Path) -> None:
    """As in `show`."""
    from timeline.documents.document import Document

    document = Document(b"%PDF-", "One page.\fA second, with a zebra.", "application/pdf", "made up 1")
    source = timeline.archive_document(document, id="pdf", title="A PDF", name="a.pdf")
    timeline.record("zoo", title="A zoo", date="2003", citations=[source.quote("with a zebra")])
    lines = run("search", "zebra", "--db", str(path)).stdout.splitlines()
    assert "      source/pdf · page 2 · characters 20–32" in lines
    assert "      page 2 · characters 0–33" in lines


def test_arabic_is_found_without_its_vowel_signs(timeline: Timeline, path: Path) -> None:
    """As on the page, and marked in its place."""
    source = timeline.archive(text="يجتمع مَجْلِس المدينة اليوم", id="s", title="S")
    timeline.record("a", title="X", date="2003", citations=[source.quote("مَجْلِس المدينة")])
    rows = [json.loads(line) for line in run("search", "مجلس", "--json", "--db", str(path)).stdout.splitlines()]
    assert [row["in"] for row in rows] == ["quotation", "document"]
    assert all(row["passage"][slice(*row["words"][0])] == "مَجْلِس" for row in rows)


def test_no_hits_and_no_words_are_explained_in_one_line(db: str) -> None:
    """In a line."""
    nowhere = run("search", "unicorn", "--db", db)
    assert (nowhere.exit_code, nowhere.stdout, nowhere.stderr) == (0, "", "No record or document has these words\n")
    nothing = run("search", "...", "--db", db)
    assert (nothing.exit_code, nothing.stderr) == (2, "Error: Words: “...” has no letter or digit in it.\n")


@pytest.mark.parametrize("words", [("list",), ("search", "hour")])
def test_on_a_narrow_terminal_a_long_date_has_a_line_of_its_own(
    db: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Nothing is wider than the terminal, nor is anything of the date or of whose claim it is left out."""
    with Timeline(db, by="tester") as timeline:
        cited = [timeline.source("paper").quote("Nothing here.")]
        date = "[2017-11-11T04:10+01:00..2017-11-12T05:20+01:00]"
        by = "the ministry of the interior of the republic"
        timeline.record("hour", title="The hour of the ship that never came", date=date, attributed_to=by, citations=cited)
    monkeypatch.setattr(printing, "for_a_person", lambda: True)
    for room in (30, 40, 60, 80):
        monkeypatch.setattr(printing, "terminal", lambda room=room: room)
        told = run(*words, "--db", db).stdout
        assert all(printing.columns(line) <= room for line in told.splitlines())
        whole = " ".join(told.split())
        assert "11 November 2017, some time from 04:10 to 12 November 2017, 05:20 (UTC+01:00)" in whole
        assert f"(according to {by})" in whole


def test_on_a_terminal_a_list_is_cut_to_its_width_and_height(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so; the claimant stays. With --limit, or in a pipe, it is complete."""
    with Timeline(db, by="tester") as timeline:
        paper = timeline.source("paper")
        for number in range(60):
            title = "关于大会的报告：安全与合作的新时代以及更多更多的文字以及更多更多的文字"
            timeline.record(f"h{number}", title=title, date="1950", attributed_to="Xin", citations=[paper.quote("Nothing here.")])
    whole = run("list", "--db", db)
    assert (len(whole.stdout.splitlines()), whole.stderr) == (62, "")
    monkeypatch.setattr(printing, "for_a_person", lambda: True)
    cut = run("list", "--db", db)
    assert cut.stderr == "… 12 more are not shown. To see them, add --limit 500, or pipe it: | less\n"
    lines = cut.stdout.splitlines()
    assert len(lines) == 50
    assert all("… (according to Xin)" in line and 78 <= printing.columns(line) <= 80 for line in lines)
    assert len(run("list", "--db", db, "--limit", "60").stdout.splitlines()) == 60
    assert run("list", "--db", db, "--json").stdout.count("\n") == 62
    log = run("log", "--db", db)
    assert (len(log.stdout.splitlines()), "… 20 more are not shown" in log.stderr) == (50, True)
    assert all(printing.columns(line) <= 80 for line in log.stdout.splitlines())
    found = run("search", "nothing", "--db", db)
    assert "Quotations (the first 10)" in found.stdout
    assert "… There are more. To see them, add --limit 500" in found.stderr
