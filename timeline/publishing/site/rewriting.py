"""Turn a page of the server into a page of the site: links lead to files, and what only a server can do is left out.

Owns which parts of the pages are left out. Must not write a file.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from timeline.errors import PublishingRefused
from timeline.publishing.site import addresses
from timeline.publishing.site.addresses import HOST, Addresses, Target

Element = Any  # lxml declares no types
_LINKS: Final = ("href", "src", "action", "cite", "data-proof", "poster")
_INTERNAL: Final = re.compile(rf"(?:{re.escape(HOST)})?(/(?!/).*)", re.DOTALL)
# In Markdown, the colon is escaped. A full stop at the end is not part of an address.
_ABSOLUTE: Final = re.compile(
    rf"(?:webcal|http)\\?://{re.escape(HOST.removeprefix('http://'))}((?:/[^\s\"'<>\\)\]&]*[^\s\"'<>\\)\]&.,;:])?/?)"
)
# Left out of every page: the menu, the scripts of Datasette, and what leads to a server.
_LEFT_OUT: Final = (
    "//details[contains(@class, 'nav-menu')]",
    "//div[@class='actor']",
    "//navigation-search",
    "//script[not(@type) and not(contains(@src, '/-/timeline/assets/'))]",
    "//script[@type='module' and not(@src)]",
    "//link[@rel='alternate' and @type='application/json+datasette']",
    "//p[@class='timeline-ways-back'][not(a[@target])]",
    "//p[@class='only-paper']",
    "//form[@action and @aria-label='Sources']",
    "//span[@class='between']",
    "//form[contains(@class, 'kept-form')]//p[button]",
    "//form[contains(@class, 'kept-form')]//legend",
    "//nav[@class='turns' and @aria-label='Events']/span",
    "//p[@class='small'][contains(., 'keeps the filters')]",
)
_TABLE_ROW: Final = "//a[. = 'table row' or . = 'Table row']"
_BEFORE: Final = re.compile(r"[\s,·]+$")


def parse(page: str) -> Element:
    """Read a page. Raises PublishingRefused where the library for that is not installed."""
    html = _library()
    # As a browser reads it: line ends are line feeds, except those that are written as references.
    return html.document_fromstring(page.replace("\r\n", "\n").replace("\r", "\n"))


def serialised(element: Element) -> str:
    """Write a page or a part of it."""
    whole = element.tag == "html"
    text = _library().tostring(element, encoding="unicode", method="html", doctype="<!DOCTYPE html>" if whole else None)
    return str(text).replace("\r", "&#13;") + ("\n" if whole else "")


def _library() -> Any:  # noqa: ANN401 - the same
    try:
        from lxml import html  # type: ignore[import-untyped]  # noqa: PLC0415 - it belongs to an extra
    except ImportError as error:
        raise PublishingRefused("lxml", "is not installed, and a site needs it: pip install 'cited-timeline[site]'") from error
    return html


def links_of(tree: Element) -> Iterator[tuple[Element, str, str]]:
    """Yield each internal link of a page: the element, the attribute, and the address on the server."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "script":  # scripts are replaced when a page is written
            continue
        for name in _LINKS:
            if (value := element.get(name)) and (match := _INTERNAL.fullmatch(value)):
                yield element, name, match[1]


def adapt(tree: Element, known: Addresses, url: str | None) -> None:
    """Lead the links of a page to files, written as from the site's own folder, and leave out what only a server can do.

    `url` is the address of the site, if that is known: without one there are no absolute addresses.
    """
    for path in _LEFT_OUT:
        for element in tree.xpath(path):
            remove(element)
    for link in tree.xpath(_TABLE_ROW):
        remove(link, _BEFORE)
    for form in tree.xpath("//form[contains(@class, 'kept-form')]"):
        form.drop_tag()
    for fieldset in tree.xpath("//fieldset[not(ancestor::form)]"):
        fieldset.drop_tag()
    _crumbs(tree, known)
    for footer in tree.xpath("//footer"):
        _made_by(footer)
    _absolute(tree, known, url)
    for element, name, address in list(links_of(tree)):
        _lead(element, name, known.find(address))


def _lead(element: Element, name: str, target: Target | None) -> None:
    """Lead one link to a file. A link that has none is only its words; one that needs JavaScript is a link only with that."""
    if target is not None and not (target.scripted and element.tag == "a"):
        element.set(name, target.link())
    elif target is not None:
        del element.attrib[name]
        element.set("data-scripted", target.link())
    elif name in ("cite", "data-proof", "poster"):
        del element.attrib[name]
    elif element.tag == "a":
        element.drop_tag()
    elif element.getparent() is not None:
        remove(element)


def shift(tree: Element, file: str) -> None:
    """Lead the links of a page, written as from the site's own folder, from the folder of its file."""
    base = addresses.up(file)
    if not base:
        return
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name in (*_LINKS, "data-scripted", "data-consistency"):
            value = element.get(name)
            if value and not re.match(r"[a-z][a-z0-9+.-]*:|#|//", value, re.IGNORECASE):
                element.set(name, base + value)


def absolute(text: str, known: Addresses, base: str) -> str:
    """Replace the addresses of the server in a text by those of the site. `base` is its address, or the way up to its folder."""

    def replace(match: re.Match[str]) -> str:
        target = known.find(match[1])
        return base + (target.link() if target else addresses.INDEX)

    return _ABSOLUTE.sub(replace, text)


def _absolute(tree: Element, known: Addresses, url: str | None) -> None:
    for element in tree.xpath("//link[@rel='canonical'] | //meta[@property='og:url' or @property='og:image']"):
        name = "href" if element.tag == "link" else "content"
        if url is None or not (target := known.find(element.get(name, "").removeprefix(HOST))):
            if element.get("property") == "og:image":
                for card in tree.xpath("//meta[@name='twitter:card']"):
                    remove(card)
            remove(element)
        else:
            element.set(name, url + ("" if target.file == addresses.INDEX else target.link()))
    if url is None:
        for element in tree.xpath("//p[@class='address']"):
            remove(element)
    for element in tree.xpath("//script[@type='application/ld+json'] | //p[@class='address']/code | //textarea[@id='embed-code']"):
        element.text = absolute(element.text or "", known, url or "")
    for element in tree.xpath("//a[starts-with(@href, 'webcal:')]"):
        element.set("href", re.sub(r"^https?:", "webcal:", absolute(element.get("href"), known, url or "")))


def _crumbs(tree: Element, known: Addresses) -> None:
    """Leave out of the breadcrumbs what is not on the site."""
    for crumbs in tree.xpath("//p[@class='crumbs']"):
        links = [link for link in crumbs.xpath("a") if (known.find(link.get("href")))]
        for child in list(crumbs):
            crumbs.remove(child)
        crumbs.text = None
        for link in links:
            link.tail = None if link is links[-1] else " / "
            crumbs.append(link)


def _made_by(footer: Element) -> None:
    for child in list(footer):
        footer.remove(child)
    footer.text = "Plain files, made by "
    link = footer.makeelement("a", {"href": "https://datasette.io/"})
    link.text, link.tail = "Datasette", None
    footer.append(link)


def remove(element: Element, before: re.Pattern[str] | None = None) -> None:
    """Take an element out, but not the text after it. `before`: the end of the text before it, which goes as well."""
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    holder, name = (parent, "text") if previous is None else (previous, "tail")
    text = getattr(holder, name) or ""
    if before is not None:
        text = before.sub("", text)
    setattr(holder, name, text + (element.tail or ""))
    element.tail = None
    parent.remove(element)
