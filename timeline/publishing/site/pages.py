"""Write the pages of a site: each is asked of the server, adapted, and written to its file.

Owns the order: a page is adapted when it is known which files there are. Must not decide what a page shows.
"""

import asyncio
import io
import posixpath
import re
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from datasette.utils import tilde_decode

from timeline.exchange.formats.png import writer as png
from timeline.publishing.site import addresses, rewriting, scripts
from timeline.publishing.site.addresses import Addresses
from timeline.publishing.site.output import Output
from timeline.publishing.site.rewriting import Element
from timeline.publishing.site.server import Server

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}$")
# Before anything of a document that is shown in a frame: the server sends these as headers. Nothing runs, nothing is loaded.
_FRAME_BEFORE: Final = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; form-action 'none'; base-uri 'none'\">"
)
_SCRIPT: Final = re.compile(r"/-/timeline/assets/[0-9a-f]+/([a-z]+)\.js")
_ZIPPED: Final = ".docx"
_OPAQUE: Final = (".png", ".pdf")
_PNG, _SVG = "export/png.png", "export/svg.svg"


@dataclass
class Site:
    """A site in the making. `cards` are those of the list, `articles` the happenings in full: HTML by id."""

    server: Server
    known: Addresses
    output: Output
    url: str | None
    checkpoints: Sequence[tuple[int, int]]  # of each: its size, and its number
    step: Callable[[int], None]
    cards: dict[str, str] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)
    bundles: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """The address of the timeline's page on the server."""
        return self.server.root

    def checkpoint_for(self, position: int) -> int | None:
        """Return the number of the first checkpoint that covers an event, so that its proof stays as it is."""
        return next((number for size, number in self.checkpoints if size >= position), None)

    async def read(self, address: str) -> Element:
        """Ask for a page. Its styles and scripts are written."""
        tree = rewriting.parse(await self.server.page(address))
        await self._add_assets(tree)
        return tree

    def adapt(self, tree: Element) -> None:
        """Lead the links of a page to files, as from the site's own folder."""
        rewriting.adapt(tree, self.known, self.url)

    def write(self, file: str, tree: Element, head: str = "") -> None:
        """Write an adapted page to its file. `head` is added to its head."""
        self._script(tree, head)
        rewriting.shift(tree, file)
        self.output.add(file, rewriting.serialised(tree))

    def next_page(self, tree: Element, file: str) -> str:
        """Return the address of the page after this one, which becomes this file; "" if it is the last."""
        address = next((str(link.get("href")) for link in tree.xpath("//a[@rel='next']")), "")
        if address:
            self.known.files[address] = file
        return address

    async def page(self, address: str, file: str, *, alter: Callable[[Element], None] = lambda tree: None) -> Element:
        """Ask for a page, adapt it and write it."""
        tree = await self.read(address)
        alter(tree)
        self.adapt(tree)
        self.write(file, tree)
        return tree

    async def _add_assets(self, tree: Element) -> None:
        for element in tree.xpath("//link[@rel='stylesheet']"):
            address = element.get("href")
            if address in self.known.files or not address.startswith("/"):
                continue
            answer = await self.server.get(address)
            if answer is not None:
                name = posixpath.basename(urlsplit(address).path)
                self.known.files[address] = self.output.add_versioned(f"assets/{name}", answer.content)

    def _script(self, tree: Element, head: str) -> None:
        """Replace the scripts of a page by classic ones, which run when it is there, and add our own style and script."""
        for element in tree.xpath("//script[@src]"):
            match = _SCRIPT.search(element.get("src"))
            name = match[1] if match else ""
            if name not in self.bundles:
                rewriting.remove(element)
                continue
            for attribute in ("type", "async"):
                element.attrib.pop(attribute, None)
            element.set("src", self.bundles[name])
            element.set("defer", "defer")
        place = tree.find("head")
        place.insert(0, place.makeelement("meta", {"charset": "utf-8"}))  # no server says so here
        for name, rel in (("icon.svg", "icon"), ("site.css", "stylesheet")):
            place.append(place.makeelement("link", {"href": self.bundles[name], "rel": rel}))
        place.append(place.makeelement("script", {"src": self.bundles["site.js"]}))
        if head:
            place.append(rewriting.parse(f"<html><head>{head}</head></html>").find("head")[0])

    def add_scripts(self) -> None:
        """Write our own icon, style and scripts, and those of the pages."""
        add = self.output.add_versioned
        for name in ("icon.svg", "site.css", "site.js"):
            self.bundles[name] = add(f"assets/{name}", scripts.own(name))
        for name in ("cite", "story"):
            self.bundles[name] = add(f"assets/{name}.js", scripts.bundle(name))
        proving = scripts.own("proving.js")
        self.bundles["proof"] = add(
            "assets/proof.js", scripts.bundle("proof", f"const fetch=(()=>{{{proving}\nreturn answer}})();\n")
        )
        answering = f"const{{fetch,XMLHttpRequest}}=await(async()=>{{{scripts.answering()}\nreturn start()}})();\n"
        self.bundles["timeline"] = add("assets/timeline.js", scripts.bundle("timeline", answering, "fetch,XMLHttpRequest"))


async def add_documents(site: Site, sources: Iterable[str]) -> None:
    """Write the documents as received, so that it is known which of them there are."""
    for name in sources:
        at = f"{site.at}/sources/{name}"
        if (answer := await site.server.get(f"{at}/document")) is not None:
            match = _SUFFIX.search(answer.name)
            site.known.files[f"{at}/document"] = site.output.add(
                addresses.document_file(name, match[0].lower() if match else ".bin"), answer.content
            )


async def add_source(site: Site, name: str) -> None:
    """Write the pages of a source, the pictures on them, and its frame; and note which page has which anchor."""
    at = f"{site.at}/sources/{name}"
    start, trees = "", []
    anchors: dict[str, str] = {}
    while True:
        tree = await site.read(f"{at}?start={start}" if start else at)
        file = addresses.source_file(name, start)
        for named in tree.xpath("//*[@id]"):
            anchors.setdefault(named.get("id"), file)
        trees.append((file, tree))
        onwards = [link for link in tree.xpath("//a[@rel='next']") if urlsplit(link.get("href")).path == at]
        if not onwards:
            break
        start = parse_qs(urlsplit(onwards[0].get("href")).query)["start"][0]
        site.known.files[urlsplit(onwards[0].get("href"))._replace(fragment="").geturl()] = addresses.source_file(name, start)
    site.known.anchors[name] = anchors
    for file, tree in trees:
        await _add_pictures(site, tree, at, name)
        site.adapt(tree)
        site.write(file, tree)


async def _add_pictures(site: Site, tree: Element, at: str, name: str) -> None:
    """Write what a page of a source shows: pictures of pages, its own picture, and a page for a frame."""
    for _, _, address in list(rewriting.links_of(tree)):
        path = urlsplit(address).path
        if address in site.known.files or not path.startswith(f"{at}/") or path.endswith("/document"):
            continue
        answer = await site.server.get(address)
        if answer is None:
            continue
        rest = path.removeprefix(f"{at}/")
        if rest == "frame":
            site.known.files[address] = site.output.add(f"sources/{name}/frame.html", _FRAME_BEFORE.encode() + answer.content)
        elif answer.media_type.startswith("image/"):
            suffix = "" if rest.endswith(".png") else f".{answer.media_type.removeprefix('image/').partition('+')[0]}"
            site.known.files[address] = site.output.add(f"sources/{name}/{rest}{suffix}", answer.content)


async def add_pictures(site: Site, sources: Iterable[str]) -> None:
    """Write the pictures that happenings show."""
    for name in sources:
        address = f"{site.at}/sources/{name}/image"
        if (answer := await site.server.get(address)) is not None and answer.media_type.startswith("image/"):
            suffix = answer.media_type.removeprefix("image/").partition("+")[0]
            site.known.files[address] = site.output.add(f"sources/{name}/image.{suffix}", answer.content)


async def add_exports(site: Site) -> list[str]:
    """Write each export that the server gives, and the page that lists them; return the addresses of the feeds and pictures."""
    page, at = await site.read(f"{site.at}/export"), f"{site.at}/export/"
    found = [urlsplit(link.get("href")).path for link in page.xpath("//section[@class='formats']//h3/a")]
    contents: dict[str, tuple[str, bytes]] = {}
    for address in found:
        answer = await site.server.get(address)
        if answer is None:
            for entry in page.xpath(f"//section[@class='formats']//li[.//h3/a[@href='{address}']]"):
                entry.getparent().remove(entry)
            continue
        match = re.search(r"(\.[a-z0-9]+)+$", answer.name)
        file = f"export/{address.removeprefix(at)}{match[0] if match else ''}"
        if site.url is None and file.endswith((".atom", ".xml", ".ics")) and not match:
            continue
        site.known.files[address] = file
        contents[address] = file, answer.content
    site.known.files[f"{site.at}/export"] = "export/index.html"
    ours = {file: _with_our_addresses(site, file, content) for file, content in contents.values()}
    if {_PNG, _SVG} <= ours.keys():  # an image is drawn again, because its words cannot be replaced
        ours[_PNG] = png.image(ours[_SVG].decode())
    for file, content in ours.items():
        site.output.add(file, content)
    site.adapt(page)
    site.write("export/index.html", page)
    return list(contents)


def _with_our_addresses(site: Site, file: str, content: bytes) -> bytes:
    """Replace the addresses of the server in an export by those of the site."""
    if file.endswith(_OPAQUE):
        return content
    base = site.url or addresses.up(file)
    if file.endswith(_ZIPPED):
        return _rezipped(content, lambda text: rewriting.absolute(text, site.known, base))
    return rewriting.absolute(content.decode(), site.known, base).encode()


def _rezipped(content: bytes, change: Callable[[str], str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            is_text = entry.filename.endswith((".xml", ".rels"))
            after.writestr(entry, change(data.decode()).encode() if is_text else data, compress_type=entry.compress_type)
    return made.getvalue()


async def add_happening(site: Site, name: str) -> None:
    """Write the page of a happening, and keep its article for the page of the timeline."""
    tree = await site.read(f"{site.at}/{name}")
    site.adapt(tree)
    for article in tree.xpath("//main/article"):
        site.articles[tilde_decode(name)] = rewriting.serialised(article)
    site.write(addresses.happening_file(name), tree)


async def add_event(site: Site, position: int) -> None:
    """Write the page of an event, and its proof, under the first checkpoint that covers it."""
    number = site.checkpoint_for(position)
    query = f"?checkpoint={number}" if number is not None else ""
    tree = await site.read(f"{site.at}/events/{position}{query}")
    proof = next((link for _, name, link in rewriting.links_of(tree) if name == "data-proof"), None)
    proof = proof or next(iter(link.get("href") for link in tree.xpath("//p[@class='downloads']/a")), None)
    head = ""
    if proof is not None and (answer := await site.server.get(proof)) is not None:
        file = addresses.proof_file(position)
        site.known.files[proof] = site.output.add(file, answer.content)
        head = f'<script type="text/plain" id="proof-file">{_in_script(answer.text)}</script>'
    for place in tree.xpath("//*[@data-consistency]"):
        place.set("data-consistency", "data/leaves.js")
    site.adapt(tree)
    site.write(addresses.event_file(position), tree, head)


def _in_script(text: str) -> str:
    """Write a text so that it cannot end the element that it is in; none of ours has such characters."""
    return text.replace("<", "\\u003c")


async def add_log(site: Site) -> None:
    """Write the page of checkpoints, each checkpoint, and the whole log as JSON Lines."""
    at = f"{site.at}/log/checkpoints"
    site.known.files[at] = "log/index.html"
    for file, address in (("log/checkpoint.txt", f"{at}/now"), ("log.jsonl", f"{site.at}/log.jsonl")):
        if (answer := await site.server.get(address)) is not None:
            site.known.files[address] = site.output.add(file, answer.content)
    pages, address = [], at
    while address:
        tree = await site.read(address)
        pages.append((site.known.files[address], tree))
        for link in tree.xpath("//a[@download]"):
            each = link.get("href")
            if each not in site.known.files and (answer := await site.server.get(each)) is not None:
                site.known.files[each] = site.output.add(f"log/{posixpath.basename(urlsplit(each).path)}.txt", answer.content)
        address = site.next_page(tree, f"log/{len(pages) + 1}.html")
    for file, tree in pages:
        for place in tree.xpath("//*[@data-consistency]"):
            place.set("data-consistency", "data/leaves.js")
        site.adapt(tree)
        site.write(file, tree)


async def add_source_list(site: Site) -> None:
    """Write the list of sources."""
    address, at = f"{site.at}/sources", f"{site.at}/sources"
    site.known.files[at] = "sources/index.html"
    trees = []
    while address:
        tree = await site.read(address)
        trees.append((site.known.files[address], tree))
        address = site.next_page(tree, f"sources/list-{len(trees) + 1}.html")
    for file, tree in trees:
        site.adapt(tree)
        site.write(file, tree)


async def add_list(site: Site) -> Element:
    """Write the pages of the list without JavaScript, but for the first, which is returned; and keep the cards."""
    address, number = site.at, 1
    first: Element = None
    trees: list[Element] = []
    while address:
        tree = await site.read(address)
        trees.append(tree)
        onwards = [link.get("href") for link in tree.xpath("//nav[@class='turns']/a[@rel='next']")]
        address = onwards[0] if onwards else ""
    for number, tree in enumerate(trees, start=1):
        turns = [(link, _page_meant(link, number, len(trees))) for link in tree.xpath("//nav[@class='turns']/a")]
        queries = [urlsplit(link.get("href")).query for link, _ in turns]
        site.adapt(tree)
        for (link, page), query in zip(turns, queries, strict=True):
            link.set("href", list_file(page))
            link.attrib.pop("data-scripted", None)
            if number == 1 and query:
                link.set("data-scripted", f"{addresses.INDEX}?{query}")
        for card in tree.xpath("//li[@data-id]"):
            tail, card.tail = card.tail, None
            site.cards[card.get("data-id")] = rewriting.serialised(card)
            card.tail = tail
        if number == 1:
            first = tree
        else:
            for path in (
                "//*[@id='controls']",
                "//*[@id='drawing']",
                "//*[@id='drawing-data']",
                "//details[@id='embed']",
                "//script[@src]",
                "//link[@rel='canonical']",
                "//meta[@property='og:url']",
            ):
                for element in tree.xpath(path):
                    rewriting.remove(element)
            site.write(list_file(number), tree)
    return first


def _page_meant(link: Element, number: int, last: int) -> int:
    """Return the number of the page of the list to which a link of its first or last line leads."""
    if link.get("rel") in ("prev", "next"):
        return number + (1 if link.get("rel") == "next" else -1)
    return 1 if "First" in link.text_content() else last


def list_file(number: int) -> str:
    """Return the file of a page of the list."""
    return addresses.INDEX if number == 1 else f"list/{number}.html"


async def each(site: Site, add: Callable[[Site, str], Awaitable[None]], names: Iterable[str]) -> None:
    """Add a page for each of some names, with a step of progress for each."""
    for name in names:
        await add(site, name)
        site.step(1)
        await asyncio.sleep(0)
