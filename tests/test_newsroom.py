"""A newsroom's day: its TimelineJS sheet, a PDF report and a saved web page become one timeline, which is read in six other places.

Each step is a command as people type it; what comes out is read by others' libraries.
"""

import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from started_project import pdf

from timeline.cli import main

pytest.importorskip("pypdf")
pytest.importorskip("trafilatura")

SHEET = """\
Year,Month,Day,Time,End Year,End Month,End Day,End Time,Display Date,Headline,Text,Media,\
Media Credit,Media Caption,Media Thumbnail,Type,Group,Background
,,,,,,,,,The harbour,How the contract came about,,,,,title,,
-150,,,,,,,,,The bay is first named,<p>A geographer <b>names</b> it.</p>,,,,,,,
1962,,,,,,,,,The port authority is founded,,,,,,,Port,
2025,3,,,,,,,,The tender is published,,,,,,,Contract,
2025,11,24,,2025,11,27,,,The council meets,Four days in Marrakech,,,,,,Contract,
"""
HEADLINES = ["The bay is first named", "The port authority is founded", "The tender is published", "The council meets"]
AWARDED = "The council awarded the contract to Atlas Ports on 26 November 2025"
DISPUTED = "the losing bidder said that the contract had been awarded a day earlier"
PAGE = f"""<!doctype html>
<html lang="en"><head><title>Bidder disputes harbour contract</title>
<meta name="author" content="A. Reporter"><link rel="canonical" href="https://news.example/harbour">
<meta property="article:published_time" content="2025-11-29T08:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Bidder disputes harbour contract</h1>
<p>The award of the harbour contract was met with protest in the port on Friday, where dockers had gathered since the morning.</p>
<p>In a letter to the council, {DISPUTED}, and asked for the minutes of all four days to be laid open to the public.</p>
<p>The council did not answer questions. Its spokesman said that the minutes would be published in the usual way in December.</p>
</article></body></html>
"""
BUNDLE = f"""\
sources:
happenings:
  - id: contract-awarded
    title: The contract is awarded
    date: 2025-11-26
    kind: award
    actors: [The council, Atlas Ports]
    citations:
      - {{source: report, quote: {AWARDED}}}
      - {{source: page, quote: {DISPUTED}, stance: disputes}}
"""


def run(*words: str) -> str:
    """Run a command, which must do what it was asked to; give what it says."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def web(path: str) -> str:
    """Read an address of the published file, as plain Datasette answers it."""
    words = [sys.executable, "-m", "datasette", "public/timeline.db", "-m", "public/metadata.json", "--get", path]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start a project, bring in the sheet, archive report and page, quote both, publish; commands are run in it."""
    folder = tmp_path_factory.mktemp("newsroom") / "harbour"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TIMELINE_DB", raising=False)
        run("init", str(folder), "--title", "The harbour")
        patch.chdir(folder)
        (folder / "seeds" / "sheet.csv").write_text(SHEET, encoding="utf-8")
        (folder / "seeds" / "report.pdf").write_bytes(pdf("Minutes of the council.", AWARDED, "It sat on."))
        (folder / "seeds" / "page.html").write_text(PAGE, encoding="utf-8")
        run("import", "timelinejs-csv", "seeds/sheet.csv", "--append")
        run("archive", "seeds/report.pdf", "--id", "report", "--title", "Minutes of the council", "--publisher", "The council")
        run("archive", "seeds/page.html", "--id", "page", "--as-found")
        (folder / "events" / "first.yaml").write_text(BUNDLE, encoding="utf-8")
        run("build")
        run("verify")
        run("publish", "public")
        yield folder


def rows(sql: str) -> list[tuple[object, ...]]:
    """Ask the published file."""
    with closing(sqlite3.connect("public/timeline.db")) as connection:
        return connection.execute(sql).fetchall()


def test_an_import_first_says_what_it_would_do(newsroom: Path) -> None:
    """A dry run tells of every row, also of the title slide, which has no date, and changes nothing."""
    told = run("import", "timelinejs-csv", "seeds/sheet.csv", "--all", "--db", "none.db")
    assert "title" in told.lower()
    assert not Path("none.db").exists()
    again = run("import", "timelinejs-csv", "seeds/sheet.csv", "--append")
    with closing(sqlite3.connect("timeline.db")) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (8,), again


def test_dates_are_as_vague_as_they_were(newsroom: Path) -> None:
    """A year stays a year, a month a month; before our era and over days."""
    found = rows("SELECT title, date FROM happenings ORDER BY earliest_day")
    assert [title for title, _ in found[:4]] == HEADLINES
    assert [date for _, date in found] == ["-0149", "1962", "2025-03", "2025-11-24/2025-11-27", "2025-11-26"]


def test_every_happening_rests_on_words_that_were_found(newsroom: Path) -> None:
    """Imported ones on their own row of the sheet, the others on the report and the page; the page speaks for itself."""
    assert rows("SELECT count(*) FROM happenings WHERE sources = 0") == [(0,)]
    assert rows("SELECT source, stance FROM citations WHERE happening = 'contract-awarded' ORDER BY number") == [
        ("report", "supports"),
        ("page", "disputes"),
    ]
    assert rows("SELECT title, url, published, language FROM sources WHERE id = 'page'") == [
        ("Bidder disputes harbour contract", "https://news.example/harbour", "2025-11-29", "en")
    ]


@pytest.mark.datasette
def test_it_is_subscribed_to_as_a_feed(newsroom: Path) -> None:
    """The published page hands out Atom with what was recorded, the last first."""
    feed = ElementTree.fromstring(web("/timeline/-/timeline/export/atom"))  # noqa: S314 - our own
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") or "" for entry in feed.iter(f"{atom}entry")]
    assert len(titles) == 5
    assert "The contract is awarded" in titles[0]


@pytest.mark.datasette
def test_it_is_opened_in_a_calendar(newsroom: Path) -> None:
    """A day is a day; a vague date is said in words."""
    icalendar = pytest.importorskip("icalendar")
    calendar = icalendar.Calendar.from_ical(web("/timeline/-/timeline/export/ics"))
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    award = next(event for summary, event in events.items() if "The contract is awarded" in summary)
    assert f"{award.decoded('DTSTART'):%Y-%m-%d}" == "2025-11-26"
    assert len({str(event["UID"]) for event in events.values()}) == len(events)


@pytest.mark.datasette
def test_it_is_cited_in_the_format_of_zotero(newsroom: Path) -> None:
    """The sources that the happenings cite, with what is known of them."""
    rispy = pytest.importorskip("rispy")
    entries = rispy.loads(run("export", "ris"))
    titles = {entry.get("title") or entry.get("primary_title") for entry in entries}
    assert titles >= {"Minutes of the council", "Bidder disputes harbour contract"}


@pytest.mark.datasette
def test_it_is_printed_with_notes(newsroom: Path) -> None:
    """In the order of time, each happening with the words that it rests on."""
    html = run("export", "html")
    places = [html.index(headline) for headline in [*HEADLINES, "The contract is awarded"]]
    assert places == sorted(places)
    assert AWARDED in html
    assert DISPUTED in html


@pytest.mark.datasette
def test_it_goes_back_as_a_sheet(newsroom: Path, tmp_path: Path) -> None:
    """With every headline and date as it came; and what the sheet cannot say was said."""
    written = run("export", "timelinejs-csv")
    (tmp_path / "back.csv").write_text(written, encoding="utf-8", newline="")
    back = [row for row in csv.DictReader(io.StringIO(written)) if row["Headline"] in HEADLINES]
    came = [row for row in csv.DictReader(io.StringIO(SHEET)) if row["Headline"] in HEADLINES]
    parts = ("Headline", "Year", "Month", "Day", "End Year", "End Month", "End Day")
    plain = [[row[part].strip() for part in parts] for row in back]
    assert plain == [[row[part] for part in parts] for row in came]


@pytest.mark.datasette
def test_the_log_itself_is_taken_along(newsroom: Path, tmp_path: Path) -> None:
    """As a bundle it gives the same happenings with the same quotations in another file, which verifies."""
    (tmp_path / "all.jsonl").write_text(run("export", "jsonl"), encoding="utf-8")
    other = str(tmp_path / "other.db")
    run("append", str(tmp_path / "all.jsonl"), "--db", other)
    run("verify", "--db", other)
    with closing(sqlite3.connect(other)) as connection:
        for table in ("happenings", "citations"):
            columns = "id, title, date, kind" if table == "happenings" else "happening, source, quote, start_char"
            asked = f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"
            assert connection.execute(asked).fetchall() == rows(asked)


def test_the_project_checks_its_own_past(newsroom: Path) -> None:
    """What was imported and archived by commands is in the published timeline, so the bundle that cites it can be said."""
    done = subprocess.run([sys.executable, "check.py"], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
