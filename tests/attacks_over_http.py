"""Attacks on a served timeline: requests to append by those who may not, and entries that reach for the server's own files."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attack_case import REFUSED, Attack, Case, Try

from timeline.errors import TimelineError

if TYPE_CHECKING:
    from desk_client import Desk

CHECKED = "the server, before it reads an entry"
ENTRY = {"source": {"id": "invented", "title": "Invented", "text": "Never said."}}
OTHER_SITE = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


def sent(content: object = ENTRY, content_type: str = "application/json", *, granted: str = "append", **how: Any) -> Try:  # noqa: ANN401 - as `Desk.send` has it
    """Send a request, and raise the refusal. Ana is `granted` one permission; `how` gives actor, headers, cookies."""

    def attempt(case: Case) -> None:
        desk = _served(case, granted)
        given = {name: value(desk) if callable(value) else value for name, value in how.items()}
        answer = asyncio.run(desk.send(content, content_type, **given))
        assert answer.status_code >= 400, answer.text
        try:
            reason = json.loads(answer.text)
        except ValueError:  # Datasette 0.65 itself refused it
            reason = answer.text
        raise TimelineError(f"{answer.status_code}: {reason}")

    return attempt


def _served(case: Case, permission: str) -> "Desk":
    sys.path.insert(0, str(Path(__file__).parent / "desk"))
    from desk_client import Desk, metadata

    tokens = {"tokens": [{"token": "s3cret", "actor": {"id": "ben"}}]}
    granted = metadata(append="nobody" if permission == "review" else None)
    return Desk(case.path, {"plugins": {**granted["plugins"], "datasette-auth-tokens": tokens}})


def _cookies(desk: "Desk") -> dict[str, str]:
    return desk.signed_in()[0]


def _forged(desk: "Desk") -> dict[str, str]:
    return {**desk.signed_in()[0], "ds_actor": "InsiYSI6IHsiaWQiOiAiYW5hIn19Ig.forged"}


def _own_page(desk: "Desk") -> dict[str, str]:
    return desk.signed_in()[1]


def _file(file: str) -> dict[str, object]:
    return {"source": {"id": "invented", "title": "Invented", "file": file}}


ATTACKS = (
    Attack(
        "a request to append without a name, or with a forged cookie or token",
        (
            sent(headers={}, cookies={}),
            sent(headers=_own_page, cookies=_forged),
            sent(headers={"authorization": "Bearer forged"}),
            sent(headers={"authorization": "Bearer dstok_forged"}),
        ),
        REFUSED,
        CHECKED,
        "401",
    ),
    Attack(
        "a request to append with a name or token that has no permission, or another one",
        (
            sent(actor={"id": "ben"}),
            sent(headers={"authorization": "Bearer s3cret"}),
            sent(granted="review"),
            sent(actor={"id": "ana", "_r": {"a": ["view-instance"]}}, granted="review"),
        ),
        REFUSED,
        CHECKED,
        "403",
    ),
    Attack(
        "a form or script of another site that has the cookies of somebody who may append",
        (
            sent(headers=OTHER_SITE, cookies=_cookies),
            sent(content_type="text/plain", headers=OTHER_SITE, cookies=_cookies),
            sent(content_type="application/x-www-form-urlencoded", headers={"origin": "https://evil.example"}, cookies=_cookies),
            sent(content_type="multipart/form-data; boundary=x", headers={"origin": "null"}, cookies=_cookies),
        ),
        REFUSED,
        "what browsers say of a request, on every version of Datasette",
        "403",
    ),
    Attack(
        "a path or an address in an entry, so that the server archives a file of its own, or of its network",
        (sent(_file("/etc/passwd")), sent(_file("../timeline.db")), sent(_file("https://localhost/secret.pdf"))),
        REFUSED,
        "documents come with their request, or not at all",
        "not among the documents of this request",
    ),
)
