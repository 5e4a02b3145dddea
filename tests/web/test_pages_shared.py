"""The timeline page taken elsewhere: into a frame, onto paper, and by a script that swaps what was found."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from test_pages_demo import IN_ORDER, build, card, ids, link, serve, text

from timeline.selection import state as states
from timeline.web import security

FRAMED = {"plugins": {security.PLUGIN: {"frame_ancestors": ["https://news.example"]}}}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("shared") / "demo.db")


class Places(HTMLParser):
    """Where elements with ids stand: each with the ids of those around it."""

    VOID = ("input", "link", "meta", "br", "option", "img")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.around: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where it stands."""
        id_ = dict(attrs).get("id")
        if id_:
            self.around[id_] = [one for _, one in self.open if one]
        if tag not in self.VOID:
            self.open.append((tag, id_))

    def handle_endtag(self, tag: str) -> None:
        """Leave it, and what it left open."""
        while tag not in self.VOID and self.open and self.open.pop()[0] != tag:
            pass


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query", ["", "?kind=opening", "?kind=no+such", "?as_of=0", "?from=banana", "?embed=1", "?print=1", "?after=1,1,2003,a"]
)
async def test_what_a_script_swaps_is_in_three_elements(demo: Path, query: str) -> None:
    """The results, the choices and the notes change; the live region and the form stay."""
    html = (await serve(demo).client.get(f"/demo/-/timeline{query}")).text
    around = Places(html).around
    for id_ in ("found", "facets", "notes", "said", "find", "drawing"):
        assert html.count(f'id="{id_}"') == 1, id_
        assert not {"found", "facets", "notes"} & set(around[id_]), id_
    assert "find" in around["facets"]
    assert "find" in around["f-mark"]
    assert all("facets" in around[f"f-{name}"] for name in ("kind", "actor", "place", "tag", "source", "mark"))
    assert all("found" in around[id_] for id_ in around if id_.startswith("h-"))
    result = html.split('<div id="found" ')[1]
    assert "timeline-count" in result
    assert 'role="status"' not in result


@pytest.mark.asyncio
async def test_a_card_has_its_id_and_says_when_it_is_looked_at(demo: Path) -> None:
    """One at most, and only if it is on the page."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline?focus=office")).text
    assert re.findall(r'<li class="happening" id="h-office" data-id="office" aria-current="true">', html)
    assert html.split("<main")[1].count('aria-current="true"') == 1
    assert "focus=office" in link(html, "<bdi>opening</bdi>")
    assert 'aria-current="true"' not in (await client.get("/demo/-/timeline?focus=nobody")).text


@pytest.mark.asyncio
async def test_the_form_without_a_script_keeps_what_it_has_no_field_for(demo: Path) -> None:
    """The form sends the same state again."""
    query = "kind=opening&mark=single&lanes=kind&view=1990-01-01/2005-06-30&focus=office&embed=1&size=20&as_of=2026-01-06"
    html = (await serve(demo).client.get(f"/demo/-/timeline?{query}")).text
    form = html.split('<form id="find"')[1].split("</form>")[0] + "".join(
        re.findall(r'<select [^>]*form="find".*?</select>', html, re.DOTALL)
    )
    sent = dict(re.findall(r'<input [^>]*?name="(\w+)"[^>]*? value="([^"]*)"', form))
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[0] if chosen else ""
    given = {name: values[0] for name, values in parse_qs(query).items()}
    assert {name: unescape(value) for name, value in sent.items() if value} == given


@pytest.mark.asyncio
async def test_the_page_in_a_frame_is_the_timeline_alone(demo: Path) -> None:
    """No menu, no breadcrumbs; the form is folded, and a link leads out to the whole."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline?embed=1&kind=opening")).text
    assert re.search(r'<body class="timeline-page db-\S+ embed">', html)
    header = html.split("<header")[1].split("</header>")[0]
    assert "crumbs" not in header
    assert "<a" not in header
    assert '<details id="embed-form"><summary>' in html
    assert '<a href="/demo/-/timeline?kind=opening" target="_top">Open the whole timeline</a>' in html
    assert 'href="/demo/-/timeline/office" target="_top"' in card(html, "office")
    assert "embed=1" in link(html, "<bdi>opening</bdi>")
    assert 'id="embed"' not in html
    assert 'href="/demo/-/timeline?embed=1"' in html  # whatever is cleared, it stays in its frame


@pytest.mark.asyncio
async def test_the_words_to_embed_it_are_offered_where_framing_is_allowed(demo: Path) -> None:
    """They show this very state; elsewhere a sentence says who can allow it, and how."""
    datasette = serve(demo, metadata=FRAMED)
    html = (await datasette.client.get('/demo/-/timeline?q=hamm&kind=k"')).text
    snippet = unescape(html.split('id="embed-code"')[1].split(">", 1)[1].split("</textarea>")[0])
    source, title = re.fullmatch(r'<iframe src="([^"]+)" title="([^"]+)" [^<>]*></iframe>', snippet).groups()  # type: ignore[union-attr]
    assert unescape(source) == "http://localhost/demo/-/timeline?q=hamm&kind=k%22&embed=1"
    assert title == "demo"
    response = await datasette.client.get(unescape(source).removeprefix("http://localhost"))
    assert response.status_code == 200
    assert "frame-ancestors https://news.example" in response.headers["content-security-policy"]
    closed = (await serve(demo).client.get("/demo/-/timeline")).text
    assert "embed-code" not in closed
    assert "can allow it with the plugin’s setting frame_ancestors" in text(closed).replace(" <code> ", " ").replace("  ", " ")


@pytest.mark.asyncio
async def test_all_of_it_is_printed_from_one_page(demo: Path) -> None:
    """The link leads from any page to all that matches, and from there back."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline?size=4&status=all")).text
    printed = (await client.get(link(html, "Print all"))).text
    assert len(ids(printed)) == 16
    assert "All matches are on this page, ready to print." in text(printed)
    assert 'class="turns"' not in printed
    assert "Print all" not in printed
    assert len(ids((await client.get(link(printed, "Go back to the page"))).text)) == 4
    assert tuple(ids((await client.get("/demo/-/timeline?print=1&after=1,1,2003,a&size=2")).text)) == IN_ORDER


@pytest.mark.asyncio
async def test_a_printed_page_that_leaves_out_happenings_says_so(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first are there, and what makes them fewer."""
    monkeypatch.setattr(states, "MOST_PRINTED", 3)
    html = (await serve(demo).client.get("/demo/-/timeline?print=1")).text
    assert tuple(ids(html)) == IN_ORDER[:3]
    assert "The first 3 matches are on this page, ready to print. There are more" in text(html)


@pytest.mark.asyncio
async def test_the_page_says_that_a_short_word_is_searched_as_a_whole(demo: Path) -> None:
    """Where it is the last, and only then."""
    client = serve(demo).client
    message = text((await client.get("/demo/-/timeline?q=met+it")).text)
    assert "“it” is searched as a whole word, because too many words begin with one or two letters." in message
    assert "whole word" not in text((await client.get("/demo/-/timeline?q=it+met")).text)
