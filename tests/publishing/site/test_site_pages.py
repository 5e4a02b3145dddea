"""The files of a site: every link leads somewhere, nothing leads to a server, and what is withheld or hostile stays out."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import site_material
from publishing_commands import run
from site_material import FILLER, SECRET, Published

from timeline import Timeline
from timeline.exchange.formats.png import writer as png
from timeline.merkle import Checkpoint, Note


def test_every_link_leads_to_a_file_and_a_place(published: Published) -> None:
    """Without a web server too: no link to a folder, none to a server."""
    assert site_material.broken_links(published.site) == []


def test_there_is_a_page_for_each_happening_source_and_event(published: Published) -> None:
    """Whatever became of them, with the documents as received and the pictures of pages."""
    with closing(sqlite3.connect(published.db)) as connection:
        happenings, sources = (
            [row[0] for row in connection.execute(f"select id from {name}")] for name in ("happenings", "sources")
        )
        (events,) = connection.execute("select count(*) from events").fetchone()
    site = published.site
    for id_ in happenings:
        assert (site / "happenings" / id_.replace(".", "~2E") / "index.html").is_file()
    assert "The name of a page" in (site / "happenings/export/index.html").read_text(encoding="utf-8")
    assert "as_of=" in (site / "happenings/part~2E2/index.html").read_text(encoding="utf-8")
    assert "&amp;story=part.2" in (site / "happenings/part~2E2/index.html").read_text(encoding="utf-8")
    for id_ in sources:
        assert (site / "sources" / id_.replace(".", "~2E") / "index.html").is_file()
    assert len(list((site / "events").glob("*.html"))) == len(list((site / "events").glob("*.tlog-proof"))) == events
    assert (site / "sources/minutes/document.pdf").read_bytes().startswith(b"%PDF")
    assert (site / "sources/minutes/pages/2.png").read_bytes().startswith(b"\x89PNG")
    assert (site / "sources/hall/image.png").read_bytes() == site_material.PNG
    assert (site / "sources/report/document.txt").read_text(encoding="utf-8").endswith(FILLER)


def test_nothing_of_the_server_is_left(published: Published) -> None:
    """Neither its addresses, nor controls that files cannot answer."""
    for path in published.site.rglob("*"):
        if path.suffix in (".html", ".js", ".json", ".xml", ".csv", ".atom", ".ics", ".txt", ".md"):
            text = path.read_text(encoding="utf-8")
            assert "site.invalid" not in text, path
            assert not re.search(r'(?:href|src)="/', text), path
    index = (published.site / "index.html").read_text(encoding="utf-8")
    for absent in ("Print all", "The same rows as", "table row", "nav-menu", "?sql="):
        assert absent not in index
    assert "<form" not in (published.site / "sources/index.html").read_text(encoding="utf-8")


def test_each_page_says_how_its_letters_are_written(published: Published) -> None:
    """At its very beginning: a plain web server may not say it, nor does a disk."""
    for path in published.site.rglob("*.html"):
        assert b'charset="utf-8"' in path.read_bytes()[:1024].lower().replace(b"'", b'"'), path


def test_hostile_words_are_never_markup(published: Published) -> None:
    """In the pages, and in the HTML that the data files carry."""
    for _, tree in site_material.pages(published.site):
        assert not tree.xpath("//img[@onerror] | //script[not(@src) and not(@type)]")
    for path in (*(published.site / "data").glob("cards-*.js"), *(published.site / "data").glob("articles-*.js")):
        for text in json.loads(path.read_text(encoding="utf-8").partition(",")[2].rstrip()[:-1]):
            tree = site_material.html.fragment_fromstring(text, create_parent=True)
            assert not tree.xpath(".//img[@onerror] | .//script")


def test_without_javascript_the_whole_list_is_there(published: Published) -> None:
    """In pages that lead to each other; what needs a script is no link without one."""
    pages = dict(site_material.pages(published.site))
    listed, name = [], "index.html"
    while name:
        listed += pages[name].xpath("//li/@data-id")
        onwards = pages[name].xpath("//nav[@class='turns']/a[@rel='next']/@href")
        name = f"list/{onwards[0].rpartition('/')[2]}" if onwards else ""
    with Timeline(published.db, read_only=True) as timeline:
        assert listed == [one.id for one in timeline.happenings()]
    assert pages["index.html"].xpath("//*[@id='controls']/@class")[0].endswith("needs-script")
    for tree in pages.values():
        assert not tree.xpath("//a[contains(@href, 'index.html?')]")


def test_proofs_and_the_checkpoint_check_without_a_browser(published: Published) -> None:
    """By the script that stands alone and lies in the folder, and against the log itself."""
    site = published.site
    note = Note.parse((site / "checkpoint").read_bytes())
    with Timeline(published.db, read_only=True) as timeline:
        assert timeline.verify(against=[note]).faults == ()
        size = timeline.log.size()
    assert Checkpoint.of(note).size == size
    command = [sys.executable, str(site / "verify_proof.py"), str(site / f"events/{size}.tlog-proof")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert len((site / "log.jsonl").read_text(encoding="utf-8").splitlines()) == size


def test_with_an_address_there_are_absolute_ones(copied: Published) -> None:
    """A sitemap, canonical addresses, previews with pictures, and feeds that readers can subscribe to."""
    result = run("publish", "--site", "out", "--yes", "--url", "https://example.org/sub")
    assert result.exit_code == 0, result.output
    sitemap = (copied.site / "sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://example.org/sub/happenings/opening/index.html</loc>" in sitemap
    page = dict(site_material.pages(copied.site))["happenings/opening/index.html"]
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://example.org/sub/happenings/opening/index.html"]
    index = dict(site_material.pages(copied.site))["index.html"]
    assert index.xpath("//meta[@property='og:image']/@content") == ["https://example.org/sub/export/png.png"]
    atom = next((copied.site / "export").glob("*.atom")).read_text(encoding="utf-8")
    assert 'href="https://example.org/sub/happenings/opening/index.html"' in atom
    assert "embed.html" in index.xpath("//textarea[@id='embed-code']")[0].text
    assert site_material.broken_links(copied.site) == []


def test_documents_are_published_only_when_somebody_says_so(copied: Published, tmp_path: Path) -> None:
    """Without a word, nothing is published; the sentence says how many there are, and whose."""
    result = run("publish", "--site", "other")
    assert (result.exit_code, (tmp_path / "other").exists()) == (1, False)
    assert "Publishes 4 documents in full" in result.stderr
    assert "of The Press" in result.stderr
    assert "3 without the name of a publisher or author" in result.stderr
    assert "--documents all or --yes" in result.stderr


def test_withheld_documents_are_nowhere_in_the_site(copied: Published) -> None:
    """Neither as files nor in the data, pages or exports; published before, they are removed."""
    for choice in ("cited-passages", "none"):
        result = run("publish", "--site", "out", "--documents", choice)
        assert result.exit_code == 0, result.output
        assert "the SHA-256 of 4 documents" in result.stderr
        for path in copied.site.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not any(word in content for word in (SECRET.encode(), b"filler30", b"%PDF", site_material.PNG)), path
        assert not list(copied.site.glob("sources/*/document*"))
        page = (copied.site / "sources/report/index.html").read_text(encoding="utf-8")
        assert "withholds" in page
        assert "Ann Lee spoke first" in page
        assert site_material.broken_links(copied.site) == []


def test_metadata_that_withholds_is_not_overruled(copied: Published, tmp_path: Path) -> None:
    """An option on the command line may keep back more, and never less."""
    Path("metadata.json").write_text('{"plugins": {"cited-timeline": {"documents": "cited-passages"}}}')
    result = run("publish", "--site", "other", "--documents", "all")
    assert result.exit_code == 1
    assert "says" in result.stderr
    assert not (tmp_path / "other").exists()


def test_limits_on_readers_are_not_dropped_in_silence(copied: Published) -> None:
    """Files cannot ask who reads them."""
    Path("metadata.json").write_text('{"allow": {"id": "ann"}}')
    result = run("publish", "--site", "other", "--yes")
    assert result.exit_code == 1
    assert "limits who may read the timeline" in result.stderr


def test_the_picture_names_no_address_of_the_server(published: Published) -> None:
    """It is the picture of the SVG of the site, in which the addresses are those of the site."""
    picture = (published.site / "export" / "svg.svg").read_text(encoding="utf-8")
    assert "site.invalid" not in picture
    assert (published.site / "export" / "png.png").read_bytes() == png.image(picture)
