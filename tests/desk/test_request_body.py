"""A body that is too large, too slow, cut short, or made to fill the memory: refused in one line, and nothing waits for it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from desk_client import APPEND, LINES, SOURCE, Desk, happening, lines

from timeline.desk import refusals, request_body

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

Message = dict[str, Any]


async def exchange(desk: Desk, receive: Callable[[], Awaitable[Message]], **headers: str) -> list[Message]:
    """Send a request as a server does, and give the messages of the answer."""
    cookies, recognised = desk.signed_in()
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    given = {"host": "localhost", "content-type": "application/json", "cookie": jar, **recognised, **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": APPEND, "raw_path": APPEND.encode(),
        "query_string": b"", "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "server": ("localhost", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await desk.datasette.invoke_startup()
    await desk.datasette.app()(scope, receive, send)
    return sent


async def test_a_large_body_is_refused_before_it_is_read(desk: Desk) -> None:
    """By its length, whatever kind it is said to be of."""

    async def never() -> Message:
        raise AssertionError("it was read")

    for content_type in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        start, body = await exchange(desk, never, **{"content-type": content_type, "content-length": "200000000"})
        most = "4 MB" if "urlencoded" in content_type else "140 MB"
        assert (start["status"], f"larger than {most}," in json.loads(body["body"])["error"]) == (413, True)


async def test_a_body_without_a_length_is_refused_while_it_comes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A false length helps nobody either."""
    monkeypatch.setattr(request_body, "MOST_BYTES", 3_000_000)
    received = 0

    async def endless() -> Message:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

    for headers in ({}, {"content-length": "10"}, {"content-length": "-5"}):
        received = 0
        start, _ = await exchange(desk, endless, **headers)
        assert (start["status"], received) == (413, 46)


async def test_a_form_without_an_end_does_not_fill_the_memory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasette 0.65 reads a form to its end, to look for its token: it must say how long it is, and is counted."""
    monkeypatch.setattr(refusals, "MOST_BYTES", 1_000_000)
    received = 0

    async def endless() -> Message:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    kind = "application/x-www-form-urlencoded"
    start, _ = await exchange(desk, endless, **{"content-type": kind, "x-csrftoken": ""})
    assert (start["status"], received) == (411, 0)
    start, _ = await exchange(desk, endless, **{"content-type": kind, "content-length": "10", "x-csrftoken": ""})
    assert (start["status"], received < 200) in ((413, True), (415, True))


async def test_a_slow_body_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that stops, and one that trickles on and on."""
    monkeypatch.setattr(request_body, "IDLE_SECONDS", 0.05)

    async def stopped() -> Message:
        await asyncio.sleep(60)
        return {}

    assert (await exchange(desk, stopped))[0]["status"] == 408
    monkeypatch.setattr(request_body, "SECONDS", 0.2)

    async def trickling() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b" ", "more_body": True}

    assert (await exchange(desk, trickling))[0]["status"] == 408


async def test_a_client_that_goes_away_leaves_nothing(desk: Desk) -> None:
    """Half an entry is none, also where it could be read."""
    messages = [{"type": "http.request", "body": json.dumps(SOURCE).encode(), "more_body": True}, {"type": "http.disconnect"}]

    async def leaving() -> Message:
        return messages.pop(0)

    assert await exchange(desk, leaving) == []
    assert desk.size == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "The body is empty"),
        ("\n \n", "The body is empty"),
        ('{"happening": ', "The body is not JSON: expecting value at column 15"),
        ('{\n "happening": {},\n}', "The body is not JSON: "),
        ("[" * 100_000 + "]" * 100_000, "The body is nested too deeply"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "The body is nested too deeply"),
        ('{"happening": {"id": "a", "id": "b"}}', 'The body "id" appears twice'),
        ('{"happening": {"id": NaN}}', "The body NaN is not JSON"),
        ("{" + ",".join(f'"{number}":1' for number in range(300_000)) + "}", "The body holds more than 200,000 values"),
        ("\xff", "The body is not UTF-8, at byte 1"),
    ],
)  # fmt: skip
async def test_what_is_not_json_is_refused_in_one_line(desk: Desk, body: str, message: str) -> None:
    """Also what is JSON only to fill the memory."""
    answer = await desk.send(body.encode("latin-1"))
    assert (answer.status_code, answer.json()["error"][: len(message)], answer.json()["faults"]) == (400, message, [])


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ('{"broken', 400, "Is not JSON: "),
        ("5", 400, "Is not an object"),
        ('{"part": {"text": "a"}}', 422, "Is a part of a document, and no source follows"),
        ('{"happening": {"id": "a", "title": ' + "9" * 5_000 + "}}", 422, "Is a number. Write it in quotes"),
        ('{"happening": {"id": "a", "tags": ' + "[" * 50 + "]" * 50 + "}}", 422, "Is nested more than 12 deep"),
        ('{"nonsense": 1}', 422, "Does not say what it is"),
        ('{"happening": {' + ",".join(f'"n{number}": "x"' for number in range(200)) + "}}", 422, "Has 200 fields, expected 100"),
    ],
)
async def test_a_wrong_line_among_others_is_a_fault_of_its_entry(desk: Desk, line: str, status: int, message: str) -> None:
    """Where a line is no JSON it is 400, else 422; and nothing is appended."""
    answer = await desk.send(f"{json.dumps(SOURCE)}\n{line}\n", LINES)
    assert (answer.status_code, answer.json()["faults"][0]["entry"], desk.size) == (status, 2, 0)
    assert any(one["message"].startswith(message) for one in answer.json()["faults"]), answer.text


async def test_a_body_larger_than_memory_allows_is_read_from_the_disk(desk: Desk) -> None:
    """Entry by entry."""
    summary = "A long summary. " * 4_000
    answer = await desk.send(lines(SOURCE, *(happening(f"h{number}", summary=summary) for number in range(30))), LINES)
    assert (answer.status_code, answer.json()["new"]) == (201, 31)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "text/plain; charset=utf-8"]
)
async def test_another_kind_of_body_is_refused(desk: Desk, kind: str) -> None:
    """415, with the kinds that are read: a form of another site can send only these."""
    answer = await desk.send(SOURCE, kind)
    assert (answer.status_code, "application/json" in answer.json()["error"], desk.size) == (415, True, 0)


async def test_the_limit_leaves_room_for_the_largest_document() -> None:
    """A document of 100 MB in base64."""
    assert 100_000_000 * 4 / 3 < refusals.MOST_BYTES < 200_000_000
