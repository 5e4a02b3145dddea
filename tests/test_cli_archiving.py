"""timeline archive: what a document says of itself is told, and taken only where the author says so; once is enough."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline, capture
from timeline.cli import main
from timeline.documents.document import Document

FROM_FILE, FROM_BYTES = capture.from_file, capture.from_bytes


@pytest.fixture(autouse=True)
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a page in the folder, read by a stand-in for an extractor."""
    monkeypatch.chdir(tmp_path)
    Path("A page.html").write_bytes(b"<p>Words.")
    extracts(monkeypatch, "Words.", "trafilatura 1")


def extracts(monkeypatch: pytest.MonkeyPatch, text: str, extractor: str) -> None:
    """Let all extraction give this."""

    def read(*_: object, **__: object) -> Document:
        return Document(b"<p>Words.", text, "text/html", extractor, {"title": "Found", "author": "Ann"})

    monkeypatch.setattr(capture, "from_file", read)
    monkeypatch.setattr(capture, "from_bytes", read)


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["archive", *words, "--by", "Ada"])


def test_without_a_title_the_document_s_own_is_suggested() -> None:
    """One line with the way to use it, and no file is made."""
    result = run("A page.html")
    assert result.exit_code == 1
    said = (
        "A page.html: no title is given. The document says title “Found”; author “Ann”. Use that with --as-found, or give --title"
    )
    assert result.stderr == f"Error: {said}\n"
    assert not Path("timeline.db").exists()


def test_facts_of_the_document_are_compared_with_the_options() -> None:
    """On stderr, where they differ; with --as-found the given options still win."""
    result = run("A page.html", "--title", "Mine", "--as-found")
    assert result.stdout.startswith("source/a-page@1 is at position 1\nSHA-256 ")
    assert result.stderr == "6 characters were read, by trafilatura 1\ntitle: “Mine” is recorded; the document says “Found”\n"
    assert run("A page.html").stdout == result.stdout


def test_facts_of_the_document_can_be_added_later_once() -> None:
    """As a correction of fields that were never set; an emptied field stays empty."""
    result = run("A page.html", "--id", "a", "--title", "Mine")
    assert "author: nothing is recorded; the document says “Ann”\nTo use the document's author" in result.stderr
    for _ in range(2):
        assert run("A page.html", "--as-found").exit_code == 0
    with Timeline("timeline.db", by="Ada") as timeline:
        statement = timeline.source("a").event.payload["statement"]
        assert (statement["title"], statement["author"], timeline.log.size()) == ("Mine", "Ann", 2)
        timeline.correct_source("a", author=None, reason="She says she did not write it.")
    result = run("A page.html", "--as-found")
    assert "author: nothing is recorded; the document says “Ann”" in result.stderr
    with Timeline("timeline.db", by="Ada") as timeline:
        assert timeline.log.size() == 3


def test_the_same_bytes_are_archived_under_one_id() -> None:
    """Another id is refused in a line that names the source; its own id and none are not."""
    run("A page.html", "--id", "a", "--as-found")
    result = run("A page.html", "--id", "b", "--title", "T")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "archived already, as source/a at position 1" in result.stderr
    assert run("A page.html", "--id", "a", "--as-found").exit_code == 0
    with sqlite3.connect("timeline.db") as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_a_later_extractor_is_reported_and_used_with_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source stays; --again adds another text as a separate source, once."""
    run("A page.html", "--id", "a", "--as-found")
    extracts(monkeypatch, "Other words.", "trafilatura 2")
    result = run("A page.html", "--id", "a", "--as-found")
    assert result.exit_code == 0
    assert result.stderr == "a: extracted by trafilatura 1; today's extractor is trafilatura 2: timeline archive --again a\n"
    assert run("--again", "a").stdout.startswith("source/a-2@1 is at position 2\n")
    assert "nothing to add; source/a-2 has the text" in run("--again", "a").stderr


def test_one_of_three_is_given() -> None:
    """A file, an address to fetch, or a source to read again."""
    assert [run().exit_code, run("A page.html", "--again", "a").exit_code] == [2, 2]
    assert run("--again", "a", "--title", "Another").exit_code == 2  # which would go unheard


def test_a_page_is_read_again_in_another_encoding() -> None:
    """If the first was wrong; the old text stays."""
    Path("w.txt").write_bytes("Совет собрался".encode("cp1251"))
    with pytest.MonkeyPatch.context() as undone:
        undone.setattr(capture, "from_file", FROM_FILE)
        undone.setattr(capture, "from_bytes", FROM_BYTES)
        assert run("w.txt", "--title", "T", "--encoding", "cp1252").exit_code == 0
        assert run("--again", "w", "--encoding", "cp1251").stdout.startswith("source/w-2@1")
    with sqlite3.connect("timeline.db") as connection:
        texts = connection.execute("SELECT text FROM source_texts ORDER BY source").fetchall()
    assert texts == [("Совет собрался".encode("cp1251").decode("cp1252"),), ("Совет собрался",)]


def test_an_address_is_fetched_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The WARC is archived, under the address that answered."""
    from timeline.capture import fetching

    asked = []

    def fetch(url: str) -> fetching.Fetched:
        asked.append(url)
        collected = {"collected_at": f"2025-11-29T10:15:0{len(asked)}Z", "collected_with": "a program"}
        return fetching.Fetched(b"<p>Words.", "https://example.org/story", 200, "text/html", 2, collected=collected)

    monkeypatch.setattr(fetching, "fetch", fetch)
    run("A page.html", "--title", "T", "--url", "https://example.org/other", "--db", "other.db")
    assert asked == []
    result = run("--fetch", "https://example.org/", "--as-found")
    assert (result.exit_code, asked) == (0, ["https://example.org/"])
    with sqlite3.connect("timeline.db") as connection:
        assert connection.execute("SELECT id, url FROM sources").fetchall() == [("story", "https://example.org/story")]
    run("--fetch", "https://example.org/", "--as-found", "--by", "Ann")
    with sqlite3.connect("timeline.db") as connection:
        obtained = connection.execute("SELECT collected_by, collected_at, collected_with FROM sources").fetchall()
    assert obtained == [("Ada", "2025-11-29T10:15:01Z", "a program")], "the same bytes were obtained the first time"


def test_show_has_the_page_of_a_quotation() -> None:
    """If the document has pages."""
    with Timeline("timeline.db", by="Ada") as timeline:
        pdf = timeline.archive(text="One.\fTwo words.", id="p", title="P", media_type="application/pdf")
        timeline.record("h", title="H", date="2003", citations=[pdf.quote("Two words")])
    assert "page 2 · characters 5–14" in CliRunner().invoke(main, ["show", "h"]).output


def test_two_pages_of_a_warc_are_two_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are the same, the record is not."""
    for name in ("a", "b"):
        text = f"Words of {name}."

        def read(*_: object, text: str = text, **__: object) -> Document:
            return Document(b"WARC", text, "application/warc", "warcio 1")

        monkeypatch.setattr(capture, "from_file", read)
        for _ in range(2):
            result = run("w.warc", "--id", name, "--title", "T", "--record", f"https://example.org/{name}")
            assert (result.exit_code, result.stdout.split("@")[0]) == (0, f"source/{name}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("archive", "a.txt", "--title", "A", "--title", "B"), "--title is given 2 times, but it takes one value. Keep one."),
        (("log", "--limit", "1", "--limit=2"), "--limit is given 2 times"),
        (("key", "new", "example.org/a", "--out", "x", "--out", "y"), "--out is given 2 times"),
        (("archive", "--fetch", "https://example.org/", "--record", "x"), "leave --record and --transcript out"),
        (("archive", "--fetch", "https://example.org/", "--transcript", "pyproject.toml"), "leave --record and --transcript out"),
        (("archive", "a.png", "--transcript", "a.txt", "--ocr", "eng"), "leave --encoding, --record and --ocr out"),
    ],
)
def test_an_option_that_would_be_forgotten_is_refused(words: tuple[str, ...], told: str) -> None:
    """Nothing is done then."""
    result = CliRunner().invoke(main, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert told in result.output
