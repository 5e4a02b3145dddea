"""A page names a parameter that it does not know; a file is refused with one line."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from datasette.app import Datasette

from timeline.web.pages import query_string

Serve = Callable[..., Datasette]
PAGE = "/timeline/-/timeline"
MEANT = {
    f"{PAGE}?form=2003": "The address has “form”, which is not known here and changes nothing. Did you mean “from”?",
    f"{PAGE}?colour=red": "The address has “colour”, which is not known here and changes nothing. There are q, kind, actor,",
    f"{PAGE}/export?form=2003": "Did you mean “from”?",
    f"{PAGE}/opening?asof=3": "Did you mean “as_of”?",
    f"{PAGE}/sources/report?pasage=1-2": "Did you mean “passage”?",
    f"{PAGE}/events/1?version=2": "“version”, which is not known here and changes nothing. There is only checkpoint.",
    f"{PAGE}/log/checkpoints?form=1": "Did you mean “from”?",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("address", MEANT)
async def test_a_page_names_a_parameter_that_it_does_not_know(serve: Serve, address: str) -> None:
    """With the parameter that is probably meant; the page itself is shown."""
    response = await serve().client.get(address)
    assert response.status_code == 200
    assert MEANT[address] in unescape(response.text)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("export/csv?form=2003", "The address has “form”, which is not known here. Did you mean “from”?"),
        ("export/atom?kinds=vote", "The address has “kinds”, which is not known here. Did you mean “kind”?"),
        ("events/1/proof?checkpont=1", "The address has “checkpont”, which is not known here. Did you mean “checkpoint”?"),
        ("log/checkpoints/now?size=3", "The address has “size”, which is not known here. Leave it out."),
        ("log/consistency?from=1&until=2", "The address has “until”, which is not known here. There are from, to."),
    ],
)
async def test_a_file_with_an_unknown_parameter_is_refused(serve: Serve, address: str, line: str) -> None:
    """A misspelt filter would otherwise choose all."""
    response = await serve().client.get(f"{PAGE}/{address}")
    assert (response.status_code, response.text.strip()) == (400, line)


@pytest.mark.asyncio
@pytest.mark.parametrize("more", ["_=17", "_shape=array", "utm_source=x&utm_campaign=y", "fbclid=z"])
async def test_parameters_that_other_sites_add_to_links_are_ignored(serve: Serve, more: str) -> None:
    """Datasette's own parameters, and those for counting visits."""
    datasette = serve()
    assert "not known here" not in (await datasette.client.get(f"{PAGE}?kind=vote&{more}")).text
    assert (await datasette.client.get(f"{PAGE}/export/csv?{more}")).status_code == 200


@pytest.mark.asyncio
async def test_no_page_leads_to_an_address_with_a_parameter_that_is_not_taken(serve: Serve) -> None:
    """Whatever our own pages link to is known there."""
    datasette = serve()
    seen, coming = set(), [PAGE, f"{PAGE}?as_of=3&kind=meeting&lanes=kind", f"{PAGE}/export?q=a", "/-/timeline"]
    while coming and len(seen) < 120:
        address = coming.pop()
        shape = re.sub(r"=[^&]*", "=", address)
        if shape in seen:
            continue
        seen.add(shape)
        response = await datasette.client.get(address)
        assert "which is not known here" not in response.text, address
        if response.headers["content-type"].startswith("text/html"):
            links = [urlsplit(urljoin(address, unescape(href))) for href in re.findall(r'href="([^"]*)"', response.text)]
            coming += [f"{one.path}?{one.query}" for one in links if not one.netloc and "/-/timeline" in one.path]
    assert len(seen) > 30
    assert set(query_string.PARAMETERS) >= {"timeline_page.html", "timeline_source.html"}
