"""The files of exports: the same happenings as on the timeline, in every format, for those who may read them."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from exported import PAGE, ids, text
from test_pages_demo import IN_ORDER, build
from test_pages_demo import serve as serve_demo

from timeline import Timeline, TimelineError
from timeline.exchange import formats
from timeline.exchange.exporting.format import Format
from timeline.web import links, security
from timeline.web.pages import export_body, exports, format_catalogue


@pytest.mark.asyncio
@pytest.mark.parametrize("name", formats.written_names())
@pytest.mark.parametrize("query", ["", "?kind=assembly&from=2025", "?as_of=12&status=all"])
async def test_every_format_is_served(demo: Datasette, name: str, query: str) -> None:
    """As its own media type, with a file's name, tagged, and the same each time."""
    format = format_catalogue.find(name)
    if format is None:
        pytest.skip(f"{name} cannot be loaded here")
    response = await demo.client.get(f"{PAGE}/{name}{query}")
    if response.status_code == 400 and ("needs the extra" in response.text or "none of these fonts" in response.text):
        pytest.skip(response.text)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(format.media_type.partition(";")[0])
    if response.headers["content-type"].startswith("text/"):
        assert response.headers["content-type"].endswith("charset=utf-8")
    disposition = response.headers["content-disposition"]
    assert re.fullmatch(rf'(inline|attachment); filename="demo[a-z0-9-]*{re.escape(format.suffix)}"', disposition)
    assert disposition.startswith("inline") is (name in ("atom", "jsonfeed", "html", "svg"))
    assert response.content
    assert response.headers["etag"]
    again = await serve_demo(Path(demo.get_database("demo").path)).client.get(f"{PAGE}/{name}{query}")
    assert again.content == response.content


@pytest.mark.asyncio
async def test_happenings_come_in_the_order_of_time(demo: Datasette, stub: Callable[..., Format]) -> None:
    """The very ones of the page, in its order; a feed has the last recorded first, and no more than it holds."""
    stub("csv")
    assert ids(await text(demo, f"{PAGE}/csv")) == list(IN_ORDER)
    stub("atom", order="recorded", most=3)
    database = demo.get_database("demo")
    rows = await database.execute("select id from happenings where status = 'current' order by position desc limit 3")
    assert ids(await text(demo, f"{PAGE}/atom")) == [row["id"] for row in rows.rows]


@pytest.mark.asyncio
async def test_filters_hold_and_are_named_in_the_file(demo: Datasette, stub: Callable[..., Format]) -> None:
    """All of the page's own, in words as well; what draws or turns the page is nothing to a file."""
    stub("csv")
    written = await text(demo, f"{PAGE}/csv?kind=session&from=2025&view=2025/2026&size=1&print=1&before=end")
    assert ids(written) == ["opening"]
    title, page, asked, query, as_of, position, at = written.splitlines()[0].split("|")
    assert (title, page) == ("demo", "http://localhost/demo/-/timeline")
    assert (asked, query, as_of) == ("kind: session; from: 2025", "kind=session&from=2025", "None")
    assert int(position) > 15
    assert at.startswith("2026-01-05T")
    assert ids(await text(demo, f"{PAGE}/csv?q=nothinglikethis")) == []


@pytest.mark.asyncio
async def test_as_of_a_position_it_is_what_stood_then(tmp_path: Path, stub: Callable[..., Format]) -> None:
    """Versions since corrected and happenings since retracted are there, and what came later is not."""
    path = tmp_path / "past.db"
    with Timeline(path) as timeline:
        source = timeline.archive(id="s", text="It was so. It was not so.", title="As it was first called")
        cited = [source.quote("It was so")]
        timeline.record("a", title="First told", date="2001", citations=cited)
        timeline.record("b", title="Misread", date="2000", citations=cited)
        timeline.correct("a", title="Told again", reason="better known")
        timeline.retract("b", reason="misread")
        timeline.record("c", title="Later", date="1999", citations=cited)
    datasette = serve_demo(path)
    stub("csv")
    at = "/past/-/timeline/export/csv"
    assert (await text(datasette, f"{at}?as_of=3")).splitlines()[1:] == ["b@1 Misread", "a@1 First told"]
    assert (await text(datasette, f"{at}?as_of=4")).splitlines()[1:] == ["b@1 Misread", "a@2 Told again"]
    assert (await text(datasette, at)).splitlines()[1:] == ["c@1 Later", "a@2 Told again"]
    assert (await text(datasette, f"{at}?status=retracted")).splitlines()[1:] == ["b@2 Misread"]
    assert "|as of: position 3|as_of=3|3|" in await text(datasette, f"{at}?as_of=3")
    assert ids(await text(datasette, f"{at}?as_of=0")) == []
    page = await text(datasette, "/past/-/timeline/export?as_of=3")
    assert "timeline export ris --as-of 3" in page
    assert "timeline export jsonl --as-of" not in page, "the command has no such bundle"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=rain", "From: “rain” is no date. Write a year"),
        ("mark=odd", "Marks: “odd” is not one of the choices. They are disputed"),
        ("status=gone", "Show: “gone” is not one of the choices."),
        ("as_of=whenever", "As of: “whenever” is neither a position"),
        ("q=...", "Words: “...” has no letter or digit in it."),
        ("kind=a&kind=b", "Kind: is in the address 2 times, and only one can be used."),
    ],
)
async def test_a_filter_that_makes_no_sense_gives_no_file(demo: Datasette, query: str, words: str) -> None:
    """A file of more than was asked for would be believed: one line says what is wrong. The page says what it did instead."""
    message = await text(demo, f"{PAGE}/csv?{query}", 400)
    assert message.startswith(words)
    assert message.count("\n") == 1
    assert "left out" not in message
    page = await demo.client.get(f"{PAGE}?{query}")
    assert page.status_code == (400 if "letter" not in words else 200)
    assert "timeline-problem" in page.text


@pytest.mark.asyncio
async def test_an_unknown_format_is_refused_in_one_line(demo: Datasette) -> None:
    """With those that there are; the suffix of a known one may follow its name."""
    message = await text(demo, f"{PAGE}/rtf", 404)
    assert message == f"There is no format “rtf”. Ask for one of these: {', '.join(format_catalogue.names())}\n"
    assert await text(demo, f"{PAGE}/csv.csv") == await text(demo, f"{PAGE}/csv")
    assert (await demo.client.get("/demo/-/timeline/export/csv/more")).status_code == 404
    assert (await demo.client.get("/nowhere/-/timeline/export/csv")).status_code == 404


@pytest.mark.asyncio
async def test_more_than_are_written_at_once_are_refused_in_a_line(
    demo: Datasette, stub: Callable[..., Format], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do; of a feed the latest are written all the same, and the page says so."""
    from timeline.selection import matches

    for module, name in ((matches, "COUNT_TO"), (export_body, "MOST")):
        monkeypatch.setattr(module, name, 4)
    message = await text(demo, f"{PAGE}/csv", 400)
    assert message == (
        "More than 4 happenings match, and 4 are the most at once here."
        " Choose fewer with a filter, or write it on the command line: timeline export csv\n"
    )
    for most, held in ((2, 2), (None, 5)):
        monkeypatch.setattr(export_body, "LATEST", 5)
        stub("atom", order="recorded", most=most)
        assert len(ids(await text(demo, f"{PAGE}/atom"))) == held
    page = await text(demo, PAGE)
    assert "A file from this page holds up to 4 happenings" in page
    stub("svg", most=1)
    assert (await text(demo, f"{PAGE}/svg?place=Marrakech", 400)).startswith("2 happenings match, and 1 are the most at once")


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["", "?kind=session", "?as_of=9", "?status=all"])
async def test_a_feed_of_many_matches_holds_the_same_by_each_query_plan(
    demo: Datasette, stub: Callable[..., Format], monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """Backwards from the end of the log, or, where that takes too long, by sorting what matches."""
    from timeline.selection import matches

    stub("atom", order="recorded")
    few = ids(await text(demo, f"{PAGE}/atom{query}"))
    for module, name in ((matches, "COUNT_TO"), (export_body, "MOST")):
        monkeypatch.setattr(module, name, 1)
    for soon in (export_body.SOON_MS, 0.0001):
        monkeypatch.setattr(export_body, "SOON_MS", soon)
        assert ids(await text(demo, f"{PAGE}/atom{query}")) == few
    assert few


@pytest.mark.asyncio
async def test_a_file_that_grows_too_large_is_refused_in_a_line(demo: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither memory nor a thread is given to it without end."""
    monkeypatch.setattr(export_body, "MOST_BYTES", 100)
    assert (await text(demo, f"{PAGE}/csv", 400)).startswith("This is more than")


@pytest.mark.asyncio
async def test_a_file_that_takes_too_long_may_be_asked_for_again(demo: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor did nothing wrong, and another time the machine may be less busy."""
    monkeypatch.setattr(export_body, "LONGEST_MS", -1)
    for name in ("csv", "jsonl", "atom"):
        response = await demo.client.get(f"{PAGE}/{name}")
        assert (response.status_code, response.headers["retry-after"]) == (503, "60")
        assert response.text.startswith("This took longer than")
        assert "Ask again in a minute. Choose fewer" in response.text


@pytest.mark.asyncio
async def test_a_file_is_not_refused_for_what_others_make_it_wait(demo: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted, not time that passes."""
    monkeypatch.setattr(export_body, "LONGEST_MS", 2_000)
    gathered = export_body._joined

    def waiting(format: Format, chunks: Iterable[str | bytes]) -> bytes:
        def slowly() -> Iterator[str | bytes]:
            time.sleep(2.1)
            yield from chunks

        return gathered(format, slowly())

    monkeypatch.setattr(export_body, "_joined", waiting)
    assert await text(demo, f"{PAGE}/csv")


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["csv", "csv.csv"])
async def test_a_refusal_is_a_sentence_without_the_formats_name(
    demo: Datasette, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The address already names the format."""

    def refuse(*_: object) -> NoReturn:
        raise TimelineError("csv", "there is nothing to write")

    monkeypatch.setattr(export_body, "_joined", refuse)
    assert await text(demo, f"{PAGE}/{name}", 400) == "There is nothing to write\n"


@pytest.mark.asyncio
@pytest.mark.parametrize("table", exports.TABLES)
async def test_a_denied_table_closes_page_and_files(demo_db: Path, table: str) -> None:
    """Whatever an export says of it, the table itself would not have been shown; nor does the timeline page lead there."""
    closed = {"databases": {"demo": {"tables": {table: {"allow": False}}}}}
    datasette = serve_demo(demo_db, metadata=closed)
    for path in (PAGE, f"{PAGE}/csv", f"{PAGE}/jsonl", f"{PAGE}/nosuch"):
        assert (await datasette.client.get(path)).status_code == 403, path
    page = await datasette.client.get("/demo/-/timeline")
    assert "/export" not in page.text


@pytest.mark.asyncio
@pytest.mark.parametrize("table", exports.TABLES_OF_THE_ARCHIVE)
async def test_a_bundle_holds_the_documents_and_is_closed_with_them(demo_db: Path, table: str) -> None:
    """All else is open still, and the page says which is not."""
    closed = {"databases": {"demo": {"tables": {table: {"allow": False}}}}}
    datasette = serve_demo(demo_db, metadata=closed)
    assert (await datasette.client.get(f"{PAGE}/jsonl")).status_code == 403
    assert (await datasette.client.get(f"{PAGE}/csv")).status_code == 200
    assert "Closed to you" in await text(datasette, PAGE)


@pytest.mark.asyncio
async def test_a_bundle_without_filters_is_everything(demo: Datasette) -> None:
    """With retractions and corrections; with a filter, the streams of its matches; as of a position, the versions of then."""
    whole = [json.loads(line) for line in (await text(demo, f"{PAGE}/jsonl")).splitlines()]
    assert [entry for entry in whole if "retract" in entry]
    assert [entry for entry in whole if "correct" in entry]
    assert [entry["source"]["id"] for entry in whole if "source" in entry] == ["notes", "dispatch", "arabic"]
    part = [json.loads(line) for line in (await text(demo, f"{PAGE}/jsonl?kind=session")).splitlines()]
    assert "opening" in [entry["happening"]["id"] for entry in part if "happening" in entry]
    assert not [entry for entry in part if "retract" in entry]
    then = [json.loads(line) for line in (await text(demo, f"{PAGE}/jsonl?as_of=8")).splitlines()]
    assert {*then[0]} == {"happening"}
    assert "without their history and sources" in await text(demo, f"{PAGE}?as_of=8")


@pytest.mark.asyncio
async def test_a_copy_that_holds_is_not_sent_again(tmp_path: Path) -> None:
    """304 for the page and for files, until something is recorded; a closed table is asked about before."""
    path = build(tmp_path / "demo.db")
    datasette = serve_demo(path)
    for address in (PAGE, f"{PAGE}/csv", f"{PAGE}/csv?kind=session"):
        held = {"if-none-match": (await datasette.client.get(address)).headers["etag"]}
        again = await datasette.client.get(address, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert (await datasette.client.get(f"{address}{'&' if '?' in address else '?'}to=2000", headers=held)).status_code == 200
    with Timeline(path) as timeline:
        timeline.retract("opening", reason="misread")
    assert (await datasette.client.get(f"{PAGE}/csv?kind=session", headers=held)).status_code == 200


@pytest.mark.asyncio
async def test_a_head_request_has_the_headers_and_no_body(demo: Datasette) -> None:
    """For feed readers that look whether it is there."""
    got, head = await demo.client.get(f"{PAGE}/csv"), await demo.client.head(f"{PAGE}/csv")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-disposition", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]
    assert (await demo.client.head(PAGE)).status_code == 200
    assert (await demo.client.head(f"{PAGE}/csv?from=rain")).status_code == 400


@pytest.mark.asyncio
async def test_addresses_in_a_file_are_those_of_the_site(demo_db: Path, stub: Callable[..., Format]) -> None:
    """With its base_url, and https where the site forces that."""
    stub("atom", order="recorded")
    datasette = serve_demo(demo_db, settings={"base_url": "/times/", "force_https_urls": True})
    written = await text(datasette, f"{PAGE}/atom")
    assert written.startswith("demo|https://localhost/times/demo/-/timeline|")
    page = await text(datasette, f"{PAGE}?kind=session")
    assert "https://localhost/times/demo/-/timeline/export/atom?kind=session</code>" in page


@pytest.mark.asyncio
async def test_who_follows_a_timeline_hears_of_retractions(tmp_path: Path) -> None:
    """Feeds and calendars hold them unless the address says otherwise; other formats only on request. Names in any script."""
    path = tmp_path / "моя база.db"
    with Timeline(path) as timeline:
        source = timeline.archive(id="s", text="It was so.", title="S")
        for id in ("stands", "taken-back"):
            timeline.record(id, title=id, date="2001", citations=[source.quote("It was so")])
        timeline.retract("taken-back", reason="misread")
    datasette = serve_demo(path)
    at = links.export(datasette, path.stem, "atom").removesuffix("/atom")
    assert "Retracted: taken-back" in await text(datasette, f"{at}/atom")
    assert "Retracted: taken-back" in await text(datasette, f"{at}/jsonfeed")
    assert "STATUS:CANCELLED" in await text(datasette, f"{at}/ics")
    assert "taken-back" not in await text(datasette, f"{at}/atom?status=current")
    assert "taken-back" not in await text(datasette, f"{at}/csv")
    assert f"<title>{path.stem} (kind: vote)</title>" in await text(datasette, f"{at}/atom?kind=vote"), (
        "told apart in a list of feeds"
    )
    assert f"X-WR-CALNAME:{path.stem} (kind: vote)" in await text(datasette, f"{at}/ics?kind=vote")
    assert f'type="application/atom+xml" title="{path.stem}: Atom feed" href="{at}/atom?kind=vote"' in await text(
        datasette, f"{at}?kind=vote"
    )
    named = (await datasette.client.get(f"{at}/ics?kind=сессия")).headers["content-disposition"]
    assert named == f"attachment; filename=\"timeline.ics\"; filename*=UTF-8''{quote('моя-база-сессия.ics')}"


@pytest.mark.asyncio
async def test_a_document_loads_and_runs_nothing(demo: Datasette, stub: Callable[..., Format]) -> None:
    """Only the style sheet that it begins with holds, by its hash; a second one, or a script, is somebody else's."""
    body = "<style>p { color: red }</style><p>Hello<style>p { color: blue }</style><script>alert(1)</script>"
    stub("html", "text/html", write=lambda _, __: iter([body]), suffix=".html")
    response = await demo.client.get(f"{PAGE}/html")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert security._hash("p { color: red }") in policy
    assert security._hash("p { color: blue }") not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["content-disposition"] == 'inline; filename="demo.html"'


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["html", "svg"])
async def test_what_a_browser_shows_is_styled_by_what_its_policy_allows(demo: Datasette, name: str) -> None:
    """There is one style sheet, no style attribute, and no script."""
    if format_catalogue.find(name) is None:
        pytest.skip(f"{name} cannot be loaded here")
    body = await text(demo, f"{PAGE}/{name}")
    assert body.count("<style") <= 1
    assert not re.search(r"<[^>]* style=", body)
    assert "<script" not in body


@pytest.mark.asyncio
async def test_a_chronology_is_headed_as_the_metadata_say(demo_db: Path) -> None:
    """With the title and the description; where they say none, by the database's name, with a word before it."""
    message = {"databases": {"demo": {"title": "The <Case>", "description": "What is & was known"}}}
    written = await text(serve_demo(demo_db, metadata=message), f"{PAGE}/html?kind=session")
    assert re.findall(r"<h1[^>]*>(.*?)</h1>\n<p[^>]*>(.*?)</p>", written) == [("The &lt;Case&gt;", "What is &amp; was known")]
    assert ">Chronology: demo</h1>" in await text(serve_demo(demo_db), f"{PAGE}/html?kind=session")
