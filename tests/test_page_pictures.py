"""`archive --fetch` archives the picture of the page and its PDF beside it, each as a source that says where it comes from."""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from examples import PNG

from timeline import Timeline
from timeline.capture import browser, fetching
from timeline.cli import main

sys.path.insert(0, str(Path(__file__).parent / "capture"))
import material  # PDFs

PAGE = b"<!doctype html><title>The pier</title><article><p>The pier opened in May 1962, said the harbour office.</p></article>"
AT = datetime(2026, 5, 1, 9, 30, 5, tzinfo=UTC)
WHERE = "https://news.example/pier"


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer every request with one page, and draw it at once."""
    monkeypatch.chdir(tmp_path)
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    hop = fetching.Hop(WHERE, "93.184.216.34", AT, b"GET /pier HTTP/1.1\r\n\r\n", answer)
    warc = fetching.warc_bytes([hop], "a program")
    collected = {"collected_at": "2026-05-01T09:30:00Z", "collected_with": "a program"}
    monkeypatch.setattr(fetching, "fetch", lambda url: fetching.Fetched(warc, WHERE, 200, "text/html", 1, PAGE, collected))
    monkeypatch.setattr(browser, "draw", lambda fetched: drawn())


def drawn(**changes: object) -> browser.Drawn:
    """Return what Chromium would draw."""
    pdf = material.pdf(["The pier opened in May 1962."])
    fields = {"png": PNG, "pdf": pdf, "browser": "Chromium 156", "at": AT, "height": 20_000, "embedded": 14, "absent": 2, **changes}
    return browser.Drawn(**fields)  # type: ignore[arg-type]


def fetch(*words: str, db: str = "timeline.db") -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["archive", "--fetch", WHERE, "--as-found", "--by", "Ann", "--db", db, *words])


def test_both_are_archived_and_say_where_they_come_from() -> None:
    """Who drew them, when, with what, from which bytes, and what they lack."""
    result = fetch("--id", "Pier")
    assert result.exit_code == 0, result.output
    assert [line.split("@")[0] for line in result.stdout.splitlines()[::2]] == [
        "source/Pier", "source/pier-screenshot", "source/pier-pdf",
    ]  # fmt: skip
    with Timeline("timeline.db") as timeline:
        page, picture, pdf = (timeline.source(id) for id in ("Pier", "pier-screenshot", "pier-pdf"))
        assert picture.document == PNG
        assert (picture.title, picture.url) == ("The pier (picture of the page)", WHERE)
        assert (picture.collected_by, picture.collected_from, picture.collected_at) == (
            "Ann",
            "source/Pier",
            "2026-05-01T09:30:05Z",
        )
        assert (picture.collected_with or "").startswith("Chromium 156, with JavaScript; ")
        assert picture.collection_note == (
            f"Drawn from the archived page (SHA-256 {page.sha256}) as a picture. The picture shows the first 16,000 of 20,000"
            " pixels. 12 of 14 embedded files were fetched for it."
        )
        assert (pdf.media_type, pdf.text.strip()) == ("application/pdf", "The pier opened in May 1962.")
        assert timeline.verify().ok


def test_a_page_and_what_was_drawn_from_it_count_as_one_source() -> None:
    """Two pictures of one page are no second witness, with the page or without it."""
    fetch("--id", "pier")
    with Timeline("timeline.db", by="Ann") as timeline:
        page, picture, pdf = (timeline.source(id) for id in ("pier", "pier-screenshot", "pier-pdf"))
        other = timeline.archive(text="The pier opened.", id="other", title="Other")
        region = picture.describe("The headline", fragment="xywh=percent:0,0,100,10")
        cited = {
            "all": [page.quote("The pier opened"), pdf.quote("in May 1962"), region],
            "drawn": [region, pdf.quote("in May 1962")],
            "two": [region, other.quote("The pier opened")],
        }
        for id, citations in cited.items():
            timeline.record(id, title="The pier opens", date="1962-05", citations=citations)
        rows = timeline.db.query("SELECT id, sources FROM happenings")
        assert {row["id"]: row["sources"] for row in rows} == {"all": 1, "drawn": 1, "two": 2}


def test_a_second_fetch_of_the_same_bytes_draws_nothing() -> None:
    """The page is there already; and --no-pictures leaves them out from the start."""
    assert fetch("--no-pictures", "--id", "pier").stdout.count("source/") == 1
    assert fetch("--id", "pier").stdout.count("source/") == 1
    with sqlite3.connect("timeline.db") as connection:
        assert connection.execute("SELECT count(*) FROM sources").fetchone() == (1,)


def test_without_a_drawing_the_page_is_archived_and_a_line_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no error; nor is a PDF without words."""

    def refuse(_: object) -> browser.Drawn:
        raise browser.NotDrawn("Chromium is not installed")

    monkeypatch.setattr(browser, "draw", refuse)
    result = fetch("--id", "pier", "--json")
    assert result.exit_code == 0
    assert result.stderr.count("No picture of the page was made: Chromium is not installed") == 1
    assert "pictures" not in json.loads(result.stdout)
    monkeypatch.setattr(browser, "draw", lambda _: drawn(pdf=material.pdf([""]), height=900))
    result = fetch("--id", "pier", "--json", db="other.db")
    assert "No PDF of the page is archived: the PDF of the page:" in result.stderr
    assert json.loads(result.stdout)["pictures"] == ["pier-screenshot"]
