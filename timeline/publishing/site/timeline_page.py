"""The page of the timeline on a site, and the data that it loads.

Owns which data files the page names. Their names change with their content, so the page never mixes two publications.
"""

import json
import sqlite3
from collections.abc import Sequence
from urllib.parse import quote

from timeline.publishing.site import addresses, data, pages, rewriting
from timeline.publishing.site.data import Row
from timeline.publishing.site.pages import Site
from timeline.publishing.site.rewriting import Element

_NO_SCRIPT = (
    '<p class="without-script">Without JavaScript you see the whole list. The drawing, the search and the filters need it.</p>'
)


async def add(site: Site, connection: sqlite3.Connection, rows: Sequence[Row], end: int) -> None:
    """Write the pages of the list, the page of the timeline, and the one for frames."""
    first = await pages.add_list(site)
    frame = await site.read(f"{site.at}?embed=1")
    for link in frame.xpath("//nav[@class='turns']"):
        rewriting.remove(link)
    site.adapt(frame)
    files = await _add_data(site, connection, rows, end)
    style = await _story_style(site)
    files["story"] = {"script": site.bundles["story"], "style": style}
    for tree, file in ((first, addresses.INDEX), (frame, "embed.html")):
        _finish(site, tree, file)
        site.write(file, tree, f'<script type="application/json" id="site">{json.dumps(files)}</script>')


async def _story_style(site: Site) -> str:
    """Write the style of the story, and return its name."""
    tree = (
        await site.read(f"{site.at}?story={next(iter(sorted(site.known.happenings)), 'none')}") if site.known.happenings else None
    )
    links = [] if tree is None else [link.get("href") for link in tree.xpath("//link[@rel='stylesheet']")]
    return next((site.known.files[link] for link in links if link.partition("?")[0].endswith("/story.css")), "")


def _finish(site: Site, tree: Element, file: str) -> None:
    """Prepare the controls for the script, which alone shows them."""
    for drawing in tree.xpath("//*[@id='drawing']"):
        drawing.set("data-here", addresses.HERE)
        drawing.set("data-ending", addresses.ENDING)
    for place in tree.xpath("//*[@id='controls'] | //details[@id='embed']"):
        place.set("class", f"{place.get('class', '')} needs-script".strip())
    for form in tree.xpath("//form[@id='find']"):
        form.set("action", file)
    for code in tree.xpath("//textarea[@id='embed-code']"):
        code.text = (code.text or "").replace(f"{addresses.INDEX}?embed=1", "embed.html")
    for place in tree.xpath("//div[@id='notes']"):
        place.addprevious(rewriting.parse(_NO_SCRIPT).find("body")[0])


async def _add_data(site: Site, connection: sqlite3.Connection, rows: Sequence[Row], end: int) -> dict[str, object]:
    """Write the data files, and return their names."""
    add = site.output.add_data
    earlier = {(row.id, row.since): await _as_of(site, row) for row in rows if row.until}
    cards = [_card(site, row, earlier) for row in rows]
    articles = [earlier[row.id, row.since][1] if row.until else site.articles.get(row.id, "") for row in rows]
    search = data.search(connection)
    return {
        "end": end,
        "rows": len(rows),
        "index": add("index", data.index(connection, rows)),
        "labels": [add(f"labels-{number}", part) for number, part in enumerate(data.labels(rows))],
        "labelsOf": data.LABELS,
        "cards": _cut(site, "cards", cards, data.CARDS),
        "cardsOf": data.CARDS,
        "articles": _cut(site, "articles", articles, data.ARTICLES),
        "articlesOf": data.ARTICLES,
        "words": [[first, add(f"words-{number}", part)] for number, (first, part) in enumerate(search)],
        "log": add("log", data.log(connection)),
    }


def _card(site: Site, row: Row, earlier: dict[tuple[str, int], tuple[str, str]]) -> str:
    return earlier[row.id, row.since][0] if row.until else site.cards.get(row.id, "")


def _cut(site: Site, name: str, parts: Sequence[str], each: int) -> list[str]:
    return [site.output.add_data(f"{name}-{at // each}", parts[at : at + each]) for at in range(0, len(parts), each)]


async def _as_of(site: Site, row: Row) -> tuple[str, str]:
    """Return the card and the article of a version that was replaced, as they were when it was recorded."""
    query = f"as_of={row.since}&status=all"
    page = await site.read(f"{site.at}?{query}&after={quote(_key_before(row))}&size=1")
    site.adapt(page)
    cards = [rewriting.serialised(card) for card in page.xpath("//li[@data-id]") if card.get("data-id") == row.id]
    story = await site.read(f"{site.at}/{site.server.name_of(row.id)}?as_of={row.since}")
    site.adapt(story)
    return next(iter(cards), ""), next((rewriting.serialised(one) for one in story.xpath("//main/article")), "")


def _key_before(row: Row) -> str:
    """Return the key of the place in time just before a row: no id is as small as 0."""
    given = row.columns
    began, lasted = int(given["began"]), int(given["lasted"])
    second = f"~{given['day_second']}" if given["day_second"] else ""
    return f"{began}{second},{lasted},{given['date'] or ''},0"
