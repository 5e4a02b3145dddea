"""The server that the pages of a site are asked of: Datasette in this process, with our plugin, on a copy of the timeline.

Owns how it is started, and that an answer is whole. Must not change an answer.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from timeline import authors
from timeline.errors import PublishingRefused
from timeline.publishing.site.addresses import HOST
from timeline.web import links
from timeline.web.pages import export_body

_SHOWN = ("title", "description", "license", "license_url", "source", "source_url", "about", "about_url")
_MILLISECONDS = 120_000  # for a query: nobody waits for a page
_UNFINISHED = "The passages are not marked on the pictures yet."
_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server: its bytes, its media type without parameters, and the name under which a browser would save it."""

    content: bytes
    media_type: str
    name: str

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()


class Server:
    """Datasette on one timeline."""

    def __init__(self, datasette: Any, database: str) -> None:  # noqa: ANN401 - Datasette declares no types
        self._datasette = datasette
        self.database = database
        self.root = f"{datasette.urls.database(database)}/-/timeline"

    def name_of(self, happening: str) -> str:
        """Return the name of a happening in addresses."""
        return links.happening(self._datasette, self.database, happening).rpartition("/")[2]

    async def get(self, address: str) -> Answer | None:
        """Return the answer to an address; None where the server refuses to give one. Raises PublishingRefused where it fails."""
        for _ in range(_ATTEMPTS):
            response = await self._datasette.client.get(address, headers={"Host": HOST.removeprefix("http://")})
            if response.status_code == 503:  # too slow: the machine has other things to do
                await asyncio.sleep(1)
                continue
            if response.status_code >= 500:
                break
            if response.status_code != 200:
                return None
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type == "text/html" and _UNFINISHED.encode() in response.content:
                await asyncio.sleep(1)
                continue
            break
        if response.status_code >= 500:
            raise PublishingRefused(address, f"the page of it cannot be made: {response.text[:200]}")
        return Answer(response.content, media_type, _name(response.headers.get("content-disposition", "")))

    async def page(self, address: str) -> str:
        """Return a page that must be there. Raises PublishingRefused where it is not."""
        answer = await self.get(address)
        if answer is None:
            raise PublishingRefused(address, "the page of it cannot be made. See: timeline serve")
        return answer.text


def _name(disposition: str) -> str:
    _, _, name = disposition.partition("filename*=UTF-8''")
    return unquote(name) if name else disposition.partition('filename="')[2].partition('"')[0]


def shown(metadata: Mapping[str, Any], database: str) -> dict[str, Any]:
    """Return the metadata that pages show, without what a server alone can do. Raises PublishingRefused if it limits readers."""
    databases = metadata.get("databases")
    own = databases.get(database) if isinstance(databases, dict) else None
    own = own if isinstance(own, dict) else {}
    if "allow" in metadata or "allow" in own or "permissions" in metadata or "permissions" in own:
        raise PublishingRefused(
            "metadata.json",
            "limits who may read the timeline, and files cannot do that. Give one without allow and permissions: --metadata FILE",
        )
    plugins = metadata.get("plugins")
    ours = plugins.get(authors.PLUGIN) if isinstance(plugins, dict) else None
    direction = {"direction": ours["direction"]} if isinstance(ours, dict) and isinstance(ours.get("direction"), str) else {}
    return {
        **{name: metadata[name] for name in _SHOWN if isinstance(metadata.get(name), str)},
        "databases": {database: {name: own[name] for name in _SHOWN if isinstance(own.get(name), str)}},
        "plugins": {authors.PLUGIN: {**direction, "frame_ancestors": ["*"]}},
    }


@asynccontextmanager
async def serving(file: Path, metadata: Mapping[str, Any]) -> AsyncIterator[Server]:
    """Start Datasette on a copy of a timeline that nobody changes."""
    from datasette.app import Datasette  # noqa: PLC0415 - slow to load, and used only here

    # Without threads a page is made several times as fast; there is nobody else to wait for it.
    settings = {"sql_time_limit_ms": _MILLISECONDS, "num_sql_threads": 0, "suggest_facets": False}
    datasette = Datasette([], immutables=[str(file)], metadata=json.loads(json.dumps(metadata)), settings=settings)
    await datasette.invoke_startup()
    _open(datasette)
    with _exporting_everything():
        yield Server(datasette, file.stem)


@contextmanager
def _exporting_everything() -> Iterator[None]:
    """Lift the limits of an export, which spare a visitor the wait: here nobody waits."""
    limits = {"MOST": 1_000_000_000, "MOST_BYTES": 10_000_000_000, "LONGEST_MS": _MILLISECONDS * 30}
    former = {name: getattr(export_body, name) for name in limits}
    try:
        for name, value in limits.items():
            setattr(export_body, name, value)
        yield
    finally:
        for name, value in former.items():
            setattr(export_body, name, value)


def _open(datasette: Any) -> None:  # noqa: ANN401 - Datasette declares no types
    """Let everyone read everything, and nobody do anything else: the site has no other pages.

    The metadata names no limits. A third of the work on a page would be to find that out again for each table.
    """

    async def is_allowed(*positional: object, action: str = "", **_: object) -> bool:
        return (action or str(positional[1])).startswith("view-")

    async def ensure(actor: object, permissions: object) -> None:
        """Raise nothing: all that pages ask for is to be read."""

    for name, function in (("allowed", is_allowed), ("permission_allowed", is_allowed), ("ensure_permissions", ensure)):
        if hasattr(datasette, name):
            setattr(datasette, name, function)
