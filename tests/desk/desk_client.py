"""A client of the desk: what a browser or a script sends to append, on both versions of Datasette."""

import json
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from itsdangerous.url_safe import URLSafeSerializer

from timeline import Timeline

WORDS = "The council met in Marrakech on 24 November 2025. It sat for four days. Ann Lee spoke first."
APPEND = "/timeline/-/timeline/append"
ANA = {"id": "ana", "name": "Ana Torres"}
SOURCE: dict[str, Any] = {"source": {"id": "report", "title": "A report", "text": WORDS, "published": "2025-11-28"}}
LINES = "application/x-ndjson"


def happening(id: str = "meets", quote: str = "met in Marrakech", **fields: object) -> dict[str, Any]:
    """Give the entry of a happening."""
    cited = [{"source": "report", "quote": quote}]
    return {"happening": {"id": id, "title": "The council meets", "date": "2025-11-24", "citations": cited, **fields}}


def lines(*entries: object) -> str:
    """Write entries as JSON Lines."""
    return "".join(f"{json.dumps(one)}\n" for one in entries)


def multipart(*parts: tuple[str, str, bytes]) -> tuple[bytes, str]:
    """Write parts (name, name of its file, content) as a browser does; give the body and its Content-Type."""
    body = b""
    for name, file, content in parts:
        named = f'; filename="{file}"' if file else ""
        body += f'--b0undary\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"
    return body + b"--b0undary--\r\n", "multipart/form-data; boundary=b0undary"


def metadata(*, append: object = None, review: object = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Grant the permissions to these allow blocks; by default, to Ana both."""
    ours = {"timeline-append": append or {"id": "ana"}, "timeline-review": review or {"id": "ana"}}
    return {"plugins": {"cited-timeline": {name: block for name, block in ours.items() if block != "nobody"}}, **more}


class Desk:
    """A served timeline, and requests to it."""

    def __init__(self, path: Path, metadata: dict[str, Any], **options: Any) -> None:  # noqa: ANN401 - Datasette's own
        """Serve a timeline."""
        self.path = path
        self.datasette = Datasette([] if options.get("immutables") else [str(path)], metadata=metadata, **options)

    def signed_in(self, actor: dict[str, Any] | None = None) -> tuple[dict[str, str], dict[str, str]]:
        """Give the cookies of a browser, and the headers by which its own pages are recognised."""
        cookies = {"ds_actor": self.datasette.sign({"a": ANA if actor is None else actor}, "actor")}
        if hasattr(self.datasette, "allowed"):
            return cookies, {"sec-fetch-site": "same-origin"}
        token = URLSafeSerializer(self.datasette._secret).dumps("a token", "csrftoken")
        return {**cookies, "ds_csrftoken": token}, {"x-csrftoken": token, "sec-fetch-site": "same-origin"}

    async def send(
        self,
        content: object,
        content_type: str = "application/json",
        *,
        actor: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        cookies: dict[str, str] | None = None,
        method: str = "POST",
        address: str = APPEND,
    ) -> Any:  # noqa: ANN401 - the answer of either version's client
        """Send a body, or data as JSON, as someone who is signed in; with `headers` of one's own, as they say."""
        own, recognised = self.signed_in(actor)
        body = content if isinstance(content, str | bytes) else json.dumps(content)
        sent = {"content-type": content_type, **(recognised if headers is None else headers)}
        given = own if cookies is None and headers is None else cookies or {}
        return await self.datasette.client.request(method, address, content=body, headers=sent, cookies=given)

    @property
    def size(self) -> int:
        """The number of events in the log."""
        with Timeline(self.path, read_only=True) as timeline:
            return timeline.log.size()

    def verify(self) -> None:
        """Audit the file."""
        with Timeline(self.path, read_only=True) as timeline:
            assert timeline.verify().ok
