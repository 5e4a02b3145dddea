"""The story: the happenings of a state one after another, each in full, with its place in the address."""

import html as entities
import re
from pathlib import Path

import pytest
from test_pages_demo import IN_ORDER, build, serve, text


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the timeline of all that pages can show."""
    return build(tmp_path_factory.mktemp("story") / "demo.db")


def turn(html: str, way: str) -> str | None:
    """Return the address of the happening before or after."""
    found = re.search(rf'<a href="([^"]+)" rel="{way}"', html)
    return entities.unescape(found[1]) if found else None


@pytest.mark.asyncio
@pytest.mark.parametrize(("query", "ids"), [("", IN_ORDER), ("kind=meeting", ("meeting",)), ("from=2000", IN_ORDER[4:])])
async def test_the_story_tells_everything_that_matches_in_order(demo: Path, query: str, ids: tuple[str, ...]) -> None:
    """From the button to the end and back, each happening once, numbered."""
    client = serve(demo).client
    start = (await client.get(f"/demo/-/timeline?{query}")).text
    address = entities.unescape(re.search(r'<a id="read-story" class="button" href="([^"]+)"', start)[1])  # type: ignore[index]
    forward = []
    while True:
        html = (await client.get(address)).text
        forward.append(re.search(r"story=([^&]+)", address)[1])  # type: ignore[index]
        assert f"{len(forward)} of " in text(html)
        if (following := turn(html, "next")) is None:
            break
        address = following
    backward = [forward[-1]]
    while (earlier := turn(html, "prev")) is not None:
        backward.append(re.search(r"story=([^&]+)", earlier)[1])  # type: ignore[index]
        html = (await client.get(earlier)).text
    assert backward == forward[::-1]
    assert len(forward) == len(set(forward))
    assert set(ids) <= set(forward)


@pytest.mark.asyncio
async def test_a_happening_is_told_in_full_and_leads_out(demo: Path) -> None:
    """The article is that of its own page; one goes back to the timeline, looking at it."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline?story=assembly")).text
    own = (await client.get("/demo/-/timeline/assembly")).text
    article = re.compile(r"<article.*?</article>", re.DOTALL)
    assert article.search(html)[0] == article.search(own)[0]  # type: ignore[index]
    assert 'href="/demo/-/timeline?focus=assembly"' in html
    assert '<link rel="canonical" href="http://localhost/demo/-/timeline/assembly"' in html


@pytest.mark.asyncio
async def test_an_axis_above_shows_where_in_time_one_is(demo: Path) -> None:
    """With years and days below it. Its mark moves on with the story; from the right where the page runs from right to left."""
    places = {}
    for direction in ("ltr", "rtl"):
        client = serve(demo, metadata={"plugins": {"cited-timeline": {"direction": direction}}}).client
        for name in IN_ORDER:
            html = (await client.get(f"/demo/-/timeline?story={name}")).text
            if found := re.search(r'<rect class="here" x="([\d.]+)%" width="([\d.]+)%"', html):
                places[direction, name] = float(found[1]), float(found[2])
            axis = re.search(r'<svg class="story-axis".*?</svg>', html, re.DOTALL)
            assert axis is not None
            assert len(re.findall(r"<text[^>]*>[^<]*\d[^<]*</text>", axis[0])) > 1
            for x, width in re.findall(r'x="(-?[\d.]+)%" width="([\d.]+)%"', axis[0]):
                assert -0.1 <= float(x) <= float(x) + float(width) <= 100.5
    names = [name for name in IN_ORDER if ("ltr", name) in places]
    assert len(names) > 4
    assert [places["ltr", name][0] for name in names] == sorted(places["ltr", name][0] for name in names)
    for name in names:
        (left, width), (right, _) = places["ltr", name], places["rtl", name]
        assert abs(left + width + right - 100) < 0.1
    assert 'class="here"' not in (await client.get("/demo/-/timeline?story=undated")).text


@pytest.mark.asyncio
async def test_only_what_matches_has_a_number(demo: Path) -> None:
    """A happening that was redacted, or that a filter leaves out, is shown and not counted."""
    client = serve(demo).client
    assert 'story-place">1 of 1<' in (await client.get("/demo/-/timeline?story=meeting&kind=meeting")).text
    assert "story-place" not in (await client.get("/demo/-/timeline?story=assembly&kind=meeting")).text


@pytest.mark.asyncio
async def test_a_story_at_nothing_says_so(demo: Path) -> None:
    """An id that is not known is 404, as on its own page; one that cannot be is noted."""
    client = serve(demo).client
    assert (await client.get("/demo/-/timeline?story=nowhere")).status_code == 404
    response = await client.get("/demo/-/timeline?story=no+id")
    assert response.status_code == 400
    assert "Story: “no id” is no happening’s id" in response.text


@pytest.mark.asyncio
async def test_a_happening_names_those_before_and_after(demo: Path) -> None:
    """On its own page, in time order, as of then."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline/caesar")).text
    assert (turn(html, "prev"), turn(html, "next")) == ("/demo/-/timeline/rome", "/demo/-/timeline/maybe")
    assert turn((await client.get("/demo/-/timeline/rome")).text, "prev") is None


@pytest.mark.asyncio
async def test_the_story_of_what_may_not_be_read_is_refused(demo: Path) -> None:
    """As its own page is."""
    denied = {"databases": {"demo": {"tables": {"events": {"allow": False}}}}}
    assert (await serve(demo, metadata=denied).client.get("/demo/-/timeline?story=assembly")).status_code == 403
