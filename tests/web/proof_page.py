"""A page with a proof: its files can be changed on their way, and its verdict is read."""

import base64
import hashlib
import json
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


HOLDS, FAILS = "#{} .verdict[role=status]", "#{} .verdict[role=alert]"


def fetch(url: str) -> bytes:
    """Fetch a file from the server."""
    with urllib.request.urlopen(url) as response:
        content: bytes = response.read()
    return content


def swap(page: "Page", pattern: str, change: Callable[[bytes], bytes]) -> None:
    """Change what the server answers, on its way to the page."""

    def handle(route: "Route") -> None:
        response = route.fetch()
        route.fulfill(response=response, body=change(response.body()))

    page.route(pattern, handle)


def check(page: "Page", place: str = "check") -> tuple[str, str, list[str]]:
    """Press the button, and give the verdict, the failure, and the steps that were told."""
    page.locator(f"#{place} button").click()
    page.wait_for_function(
        "(at) => { const o = document.querySelector(`#${at} .outcome`);"
        " return !o.hasAttribute('aria-busy') && o.querySelector('li') }",
        arg=place,
    )
    holds, fails = (page.locator(one.format(place)).text_content() or "" for one in (HOLDS, FAILS))
    return holds, fails, page.locator(f"#{place} .steps > li").all_text_contents()


def canonical(data: dict[str, Any]) -> bytes:
    """Write canonical JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def extra(content: bytes, **change: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    """Change what the extra line of a proof says."""
    first, second, rest = content.split(b"\n", 2)
    message = json.loads(base64.b64decode(second.removeprefix(b"extra "))) | change
    return b"\n".join((first, b"extra " + base64.b64encode(canonical(message)), rest))


def read_extra(content: bytes) -> dict[str, Any]:
    """Give what the extra line of a proof says."""
    found: dict[str, Any] = json.loads(base64.b64decode(content.split(b"\n")[1].removeprefix(b"extra ")))
    return found


def forged(content: bytes) -> bytes:
    """Change the words and their hash in the leaf alike, so that only the tree tells."""
    old = read_extra(content)
    data = old["data"].replace("A long story", "A tall story")
    leaf = json.loads(old["leaf"])
    leaf["data_hash"] = hashlib.sha256(bytes.fromhex(old["salt"]) + data.encode()).hexdigest()
    return extra(content, data=data, leaf=json.dumps(leaf, separators=(",", ":"), ensure_ascii=False))


def line(content: bytes, number: int, new: bytes | None) -> bytes:
    """Put another line in place of one, or take it out."""
    lines = content.split(b"\n")
    lines[number : number + 1] = [] if new is None else [new]
    return b"\n".join(lines)


def signature(content: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Change the bytes of one of the signatures, after the key's ID."""
    lines = content.decode().split("\n")
    at = [index for index, text in enumerate(lines) if text.startswith("— ")][number]
    head, _, encoded = lines[at].rpartition(" ")
    raw = base64.b64decode(encoded)
    lines[at] = f"{head} {base64.b64encode(raw[:4] + change(raw[4:])).decode()}"
    return "\n".join(lines).encode()


def flip(raw: bytes) -> bytes:
    """Change the last byte."""
    return raw[:-1] + bytes([raw[-1] ^ 1])


ZEROS = base64.b64encode(bytes(32))
