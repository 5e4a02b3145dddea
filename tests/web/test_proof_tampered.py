"""Proofs that were tampered with in every way fail in Chromium, and our own reader refuses them too."""

import base64
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from browser import Served
from proof_page import ZEROS, canonical, check, extra, fetch, flip, forged, line, read_extra, signature, swap

from timeline.merkle import Proof

if TYPE_CHECKING:
    from playwright.sync_api import Page


TAMPERED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "other words": (
        lambda c: extra(c, data=read_extra(c)["data"].replace("A long story", "A tall story")),
        "the words were altered",
    ),
    "other words and their hash": (forged, "This page shows something else"),
    "another salt": (lambda c: extra(c, salt="00" * 16), "the words were altered"),
    "a short salt": (lambda c: extra(c, salt="00"), "does not hold the words of an event"),
    "no words": (lambda c: extra(c, data=None, salt=None), "This page shows something else than the proof says, as its words"),
    "words without salt": (lambda c: extra(c, salt=None), "does not hold the words"),
    "another author": (lambda c: extra(c, leaf=read_extra(c)["leaf"].replace("amina", "eve")), "as its author"),
    "another time": (lambda c: extra(c, leaf=read_extra(c)["leaf"].replace("2026-", "2025-")), "as its time"),
    "a leaf with a space": (lambda c: extra(c, leaf=read_extra(c)["leaf"].replace(",", ", ", 1)), "does not hold an event"),
    "a leaf that says more": (lambda c: extra(c, leaf=read_extra(c)["leaf"].replace("{", '{"a":1,', 1)), "does not hold an event"),
    "an extra that says more": (lambda c: extra(c, more="x"), "does not hold an event"),
    "an extra that says it twice": (
        lambda c: line(c, 1, b"extra " + base64.b64encode(canonical(read_extra(c)).replace(b'{"data"', b'{"data":"x","data"', 1))),
        "does not hold an event",
    ),
    "an extra with a space": (
        lambda c: line(c, 1, b"extra " + base64.b64encode(canonical(read_extra(c)).replace(b":", b": ", 1))),
        "does not hold an event",
    ),
    "half a character": (
        lambda c: line(c, 1, b"extra " + base64.b64encode(canonical(read_extra(c)).replace(b"A long", b"\\\\ud800 long", 1))),
        "",
    ),
    "no event": (lambda c: line(c, 1, b"extra "), "does not hold an event"),
    "another place": (lambda c: line(c, 2, b"index 4"), "which is said to stand at 5"),
    "a place with a zero": (lambda c: line(c, 2, b"index 03"), "does not say where its event stands"),
    "a wrong hash": (lambda c: line(c, 3, ZEROS), "names another root"),
    "no hash": (lambda c: line(c, 3, None), "needs 4"),
    "a hash too many": (lambda c: line(c, 3, ZEROS + b"\n" + ZEROS), "needs 4"),
    "a short hash": (lambda c: line(c, 3, base64.b64encode(bytes(31))), "a line that is not a hash"),
    "a hash in other letters": (lambda c: line(c, 3, c.split(b"\n")[3][:-2] + b"B="), ""),
    "hashes without end": (lambda c: line(c, 3, b"\n".join([ZEROS] * 70)), "more than 64 hashes"),
    "a wrong root": (lambda c: line(c, 10, ZEROS), "names another root"),
    "a wrong size": (lambda c: line(c, 9, b"11"), ""),
    "another log's name": (lambda c: line(c, 8, b"example.org/other"), "not the one that this page shows"),
    "a checkpoint with one line more": (lambda c: line(c, 10, c.split(b"\n")[10] + b"\nmore"), "does not hold"),
    "a wrong signature of the log": (lambda c: signature(c, 0, flip), "The signature of example.org/proved does not hold"),
    "a wrong signature of the witness": (lambda c: signature(c, 1, flip), "The signature of witness.example.net does not hold"),
    "another time of the witness": (
        lambda c: signature(c, 1, lambda raw: b"\0" * 7 + b"\1" + raw[8:]),
        "The signature of witness.example.net does not hold",
    ),
    "a cut signature": (lambda c: signature(c, 1, lambda raw: raw[:-1]), "not of the length"),
    "a signature left out": (lambda c: line(c, 12, None), "no signature by example.org/proved"),
    "all signatures left out": (lambda c: c.split(b"\n\n\xe2")[0] + b"\n", "no signature by"),
    "cut in the words": (lambda c: c[:200], "ends before its checkpoint"),
    "cut in the hashes": (lambda c: c[: c.index(b"\n\n") - 10], "ends before its checkpoint"),
    "cut in the checkpoint": (lambda c: c[: c.index(b"\n\n") + 12], "does not end with a line end"),
    "cut in the signatures": (lambda c: c[:-20], "does not end with a line end"),
    "nothing": (lambda _: b"", "does not begin with"),
    "a page": (lambda _: b"<p>No\n\n", "does not begin with"),
    "carriage returns": (lambda c: c.replace(b"\n", b"\r\n"), "line ends were changed"),
    "no text": (lambda c: c.replace(b"index", b"ind\xffx"), "is not text"),
}


@pytest.fixture(scope="module")
def event_page(chromium: Any, proved: Served) -> "Iterator[Page]":  # noqa: ANN401 - Playwright may not be installed
    """Open one page of an event for all that is tried on it."""
    page = chromium.new_page()
    page.goto(f"{proved.page}/events/4")
    yield page
    page.close()


@pytest.mark.parametrize("name", TAMPERED)
def test_a_proof_that_was_tampered_with_fails_loudly(event_page: "Page", name: str) -> None:
    """In an alert, and in the step that fails, in words; no step after that is told."""
    change, words = TAMPERED[name]
    changed: list[bool] = []

    def altered(content: bytes) -> bytes:
        result = change(content)
        changed.append(result != content)
        return result

    swap(event_page, "**/proof?*", altered)
    try:
        holds, fails, steps = check(event_page)
    finally:
        event_page.unroute("**/proof?*")
    assert changed == [True]
    assert holds == ""
    assert fails.startswith("It does not hold. ")
    assert words in fails
    assert steps[-1].startswith("✗ Fails: ")
    assert all(step.startswith(("✓", "–")) for step in steps[:-1])


def test_our_own_reader_refuses_what_the_browser_refuses(proved: Served) -> None:
    """Strict in the same places; what the page alone can tell is told by the page alone."""
    content = fetch(f"{proved.page}/events/4/proof")
    from timeline.errors import TimelineError

    believed = []
    for name, (change, _) in TAMPERED.items():
        try:
            Proof.parse(change(content)).check()
        except TimelineError:
            continue
        believed.append(name)
    assert set(believed) == {
        "a wrong size", "no words", "another log's name", "a checkpoint with one line more", "a wrong signature of the log",
        "a wrong signature of the witness", "another time of the witness", "a cut signature", "a signature left out",
        "all signatures left out",
    }  # fmt: skip
