"""What the read tables derive of sources: the pages of PDFs and of what is cited from them, and captures of the same thing."""

import time
from pathlib import Path

import pytest

from timeline import Timeline

PAGES = "The first page.\f\fThe third page has Words.\fWords on the fourth."


def test_a_citation_of_a_pdf_knows_its_page(timeline: Timeline) -> None:
    """One page more for each form feed before it, empty pages too; in what has no pages a form feed says nothing."""
    for name, media_type in (("pdf", "application/pdf"), ("plain", "text/plain")):
        source = timeline.archive(text=PAGES, id=name, title="T", media_type=media_type)
        quotes = [
            source.quote("The first page."), source.quote("has Words"), source.quote("Words", suffix=" on"),
            source.quote("Words", prefix="has "),
        ]  # fmt: skip
        timeline.record(f"of-{name}", title="T", date="2003", citations=quotes)
    found = timeline.log.connection.execute("SELECT happening, page FROM citations ORDER BY happening, number").fetchall()
    assert found == [*(("of-pdf", page) for page in (1, 3, 4, 3)), *(("of-plain", None) for _ in range(4))]
    starts = timeline.log.connection.execute("SELECT * FROM source_pages").fetchall()
    assert starts == [("pdf", 0, 1), ("pdf", 16, 2), ("pdf", 17, 3), ("pdf", 43, 4)]
    before = timeline.log.connection.execute("SELECT * FROM citations").fetchall()
    timeline.correct_source("pdf", title="U", reason="r")
    timeline.rebuild()
    assert timeline.log.connection.execute("SELECT * FROM citations").fetchall() == before
    assert timeline.verify().ok


def test_a_redacted_pdf_has_no_pages(timeline: Timeline) -> None:
    """Where its pages were goes with the document."""
    source = timeline.archive(text=PAGES, id="pdf", title="T", media_type="application/pdf")
    timeline.record("h", title="T", date="2003", citations=[source.quote("has Words")])
    timeline.redact(2, reason="r", keep_documents=True)
    timeline.redact(1, reason="r")
    assert timeline.log.connection.execute("SELECT count(*) FROM source_pages").fetchone() == (0,)
    assert timeline.verify().ok


def test_what_was_captured_of_the_same_is_linked(timeline: Timeline) -> None:
    """Each with the earlier ones, in the order in which they were archived, whatever was corrected since."""
    at = "https://example.org/a"
    for name, text, url in (("b", "one", at), ("a", "two", at), ("c", "two", at), ("d", "four", f"{at}b"), ("e", "five", None)):
        timeline.archive(text=text, id=name, title="T", **({"url": url} if url else {}))
    timeline.correct_source("b", title="U", reason="r")
    read = "SELECT * FROM captures ORDER BY source, earlier"
    assert timeline.log.connection.execute(read).fetchall() == [("a", "b", "address"), ("c", "b", "address")]
    before = timeline.log.connection.execute("SELECT * FROM sources").fetchall()
    timeline.rebuild()
    assert timeline.log.connection.execute("SELECT * FROM sources").fetchall() == before


def test_pages_are_found_quickly(path: Path) -> None:
    """Two thousand citations of a book of two thousand pages take no longer for having pages."""
    text = "\f".join(f"Page {number} speaks of it. " + "x" * 500 for number in range(2_000))
    took = {}
    for media_type in ("text/plain", "application/pdf"):
        with Timeline(path.with_name(f"{media_type[:4]}.db"), by="tester") as timeline:
            timeline.archive(text=text, id="s", title="T", media_type=media_type)
            citations = [{"source": "s", "quote": f"Page {number} speaks"} for number in range(0, 2_000, 5)]
            timeline.append_many({"id": f"h{n}", "title": "T", "date": "2003", "citations": citations} for n in range(5))
            begun = time.perf_counter()
            timeline.rebuild()
            took[media_type] = time.perf_counter() - begun
    assert took["application/pdf"] < 2 * took["text/plain"] + 1


@pytest.mark.parametrize("archive", ["application/warc", "application/wacz"])
def test_one_document_under_two_ids_is_a_single_source(timeline: Timeline, archive: str) -> None:
    """The same bytes, or the same text, are one source, whatever their ids; the pages of a web archive are one each."""
    warc = {"media_type": archive, "base64": "V0FSQw==", "extractor": "text as given by the bundle (x)"}
    one = timeline.archive(text="The bridge fell.", id="one", title="T")
    same = timeline.archive(text="The bridge fell.", id="same", title="U")
    other = timeline.archive(text="The bridge fell at noon.", id="other", title="V")
    page = timeline.archive(text="A: the bridge fell.", id="page", title="A", url="https://example.org/a", **warc)
    reread = timeline.archive(text="A:  the bridge fell.", id="page-2", title="A", url="https://example.org/a", **warc)
    next_ = timeline.archive(text="B: the bridge fell.", id="next", title="B", url="https://example.org/b", **warc)
    for name, cited in {
        "twice": (one, one), "same": (one, same), "other": (one, other), "three": (one, same, other), "pages": (page, next_),
        "again": (page, reread), "all": (page, reread, next_, one, same, other),
    }.items():  # fmt: skip
        timeline.record(name, title="T", date="2003", citations=[source.quote("bridge fell") for source in cited])
    counted = "SELECT id, sources FROM happenings"
    expected = {"twice": 1, "same": 1, "other": 2, "three": 2, "pages": 2, "again": 1, "all": 4}
    assert dict(timeline.log.connection.execute(counted).fetchall()) == expected
    single = "SELECT happenings FROM facets WHERE facet = 'mark' AND value = 'single'"
    assert timeline.log.connection.execute(single).fetchone() == (3,)
    assert {one.id for one in timeline.happenings(mark="single")} == {"twice", "same", "again"}
    assert timeline.verify().ok
    timeline.rebuild()
    assert dict(timeline.log.connection.execute(counted).fetchall()) == expected
