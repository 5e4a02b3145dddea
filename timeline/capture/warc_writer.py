"""Write a fetched document as a WARC 1.1 (ISO 28500), with SHA-256 digests.

Owns the records. Must not use the network, nor reveal anything about the machine that it runs on.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO

from timeline.errors import FetchRefused


@dataclass(frozen=True, slots=True)
class Hop:
    """One request and its response, byte for byte, with the address and the time."""

    url: str
    address: str
    at: datetime
    request: bytes
    response: bytes

    @property
    def body(self) -> bytes:
        """The bytes after the head, as they were sent."""
        return self.response.partition(b"\r\n\r\n")[2]


def refuse_without_extra() -> None:
    """Raise FetchRefused where the libraries to write a WARC and to read the document are missing."""
    if any(find_spec(name) is None for name in ("warcio", "trafilatura", "pypdfium2")):
        raise FetchRefused("fetching needs the extra: pip install 'cited-timeline[capture]'")


def warc_bytes(hops: Sequence[Hop], software: str) -> bytes:
    """Return a compressed WARC: the software that wrote it, then each response and its request."""
    from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")

    def write(url: str | None, kind: str, content: bytes, media_type: str, headers: dict[str, str]) -> str:
        """Write a record, and return its id."""
        payload, length = BytesIO(content), len(content)
        record = writer.create_warc_record(url, kind, payload, length, media_type, warc_headers_dict=headers)
        writer.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))

    about = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    headers = {"WARC-Date": _date(hops[0].at), "WARC-Block-Digest": _digest(about)}
    write(None, "warcinfo", about, "application/warc-fields", headers)
    for hop in hops:
        response_id = None
        for kind, content in (("response", hop.response), ("request", hop.request)):
            headers = {"WARC-Date": _date(hop.at), "WARC-IP-Address": hop.address, "WARC-Block-Digest": _digest(content)}
            if kind == "response":
                headers["WARC-Payload-Digest"] = _digest(hop.body)
            elif response_id is not None:
                headers["WARC-Concurrent-To"] = response_id
            response_id = write(hop.url, kind, content, f"application/http; msgtype={kind}", headers)
    return out.getvalue()


def _digest(content: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(content).digest()).decode()


def _date(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
