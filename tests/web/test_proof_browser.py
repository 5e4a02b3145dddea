"""Proofs checked in Chromium, on the reader's machine, and against checkpoints and keys of the reader's own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import Served, Visitor, build_proved
from proof_page import ZEROS, check, fetch, flip, line, signature, swap
from weak_keys import weak

from timeline import Timeline
from timeline.merkle import EMPTY, Checkpoint, Note, Signature
from timeline.merkle.note import COSIGNATURE
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


@pytest.mark.parametrize("position", [1, 4, 9, 10, 12])
def test_a_signed_proof_holds_and_each_step_is_told(visitor: Visitor, proved: Served, position: int) -> None:
    """Words, leaf, path, root, and the signatures of the log and of the witness."""
    page = visitor.open(f"{proved.page}/events/{position}", settle=False)
    holds, fails, steps = check(page)
    assert fails == ""
    assert holds.startswith(f"All of it holds. Event {position} stands in the log of 12 events, word for word.")
    assert "compare them with ones that you have from elsewhere" in holds
    reported = " ".join(steps)
    for one in (
        f"of event {position}.", "hashed after their salt", "to the letter", "the leaf of the tree", "root of 12 events",
        "That is the root that the checkpoint of 12 events names", "The signature of example.org/proved holds",
        "The signature of witness.example.net holds, given on 2 November 2026 at 10:00:00 UTC",
    ):  # fmt: skip
        assert one in reported, one
    assert all(step.startswith("✓ Holds: ") for step in steps)


@pytest.mark.parametrize("position", [2, 6, 7])
def test_a_redacted_event_still_proves_its_place(visitor: Visitor, proved: Served, position: int) -> None:
    """And says that its words cannot be checked any more."""
    holds, fails, steps = check(visitor.open(f"{proved.page}/events/{position}", settle=False))
    assert fails == ""
    assert holds.startswith("All that was checked holds.")
    assert "word for word" not in holds
    assert steps[1].startswith("– Not checked: What the event said has been redacted")


def test_an_unsigned_proof_says_that_nobody_signed(visitor: Visitor, proved: Served) -> None:
    """The root is then worth what it is compared with."""
    holds, fails, steps = check(visitor.open(f"{proved.page}/events/15", settle=False))
    assert fails == ""
    assert holds.startswith("All that was checked holds.")
    assert steps[-1].startswith("– Not checked: Nobody has signed the checkpoint")


def test_a_proof_of_another_log_fails_though_it_holds_in_itself(visitor: Visitor, proved: Served, tmp_path: Path) -> None:
    """A checkpoint that was swapped, with a proof that leads to it: the page shows another root."""
    path = tmp_path / "proved.db"
    build_proved(path)
    with Timeline(path) as timeline:
        event = next(one for one in timeline.events() if one.position == 4)
        kept = fetch(f"{proved.page}/events/4/proof").partition(b"\n\n")[2]
        other = checkpoints.prove(timeline.log, event, Note(checkpoints.head(timeline.log, "example.org/proved", 12).text))
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    swap(page, "**/proof?*", lambda _: str(other).encode())
    _, fails, _ = check(page)
    assert fails.startswith("It does not hold. ")
    page.unroute("**/proof?*")
    swap(page, "**/proof?*", lambda content: content.partition(b"\n\n")[0] + b"\n\n" + str(other.note).encode())
    _, fails, _ = check(page)
    assert "names another root" in fails
    assert kept not in str(other).encode()


def test_keys_of_the_readers_own_are_used_in_place_of_the_pages(visitor: Visitor, proved: Served) -> None:
    """A log that somebody else signed in the same name does not hold; keys that are none are told of."""
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    page.get_by_text("Compare with a checkpoint or keys of your own").click()
    keys = page.locator(".vkey").all_text_contents()
    box = page.locator("#check textarea[name=keys]")
    box.fill("\n".join(keys))
    assert check(page)[0].startswith("All of it holds.")
    box.fill(keys[0])
    holds, fails, _ = check(page)
    assert fails == ""
    assert holds.startswith("All that was checked holds.")
    box.fill(str(SigningKey.new("example.org/proved").public))
    assert "no signature by example.org/proved" in check(page)[1]
    box.fill(keys[0].replace("+", "+0", 1))
    assert "was altered" in check(page)[1]
    box.fill("my key")
    assert "is not a public key" in check(page)[1]


def test_a_key_under_which_anyone_can_sign_is_refused(visitor: Visitor, proved: Served) -> None:
    """Each point of small order, and each other form of one, although its signature is there and may hold."""
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    page.get_by_text("Compare with a checkpoint or keys of your own").click()
    head, _, note = fetch(f"{proved.page}/events/4/proof").partition(b"\n\n")
    text = Note.parse(note).text
    for key in weak("example.org/proved"):
        signature = Signature(key.name, key.id, (b"" if key.type == 1 else bytes(8)) + key.public + bytes(32))
        swap(page, "**/proof?*", lambda _, signature=signature: head + b"\n\n" + str(Note(text, (signature,))).encode())  # type: ignore[misc]
        page.locator("#check textarea[name=keys]").fill(str(key))
        holds, fails, _ = check(page)
        page.unroute("**/proof?*")
        assert holds == ""
        assert "The public key example.org/proved proves nothing: anyone can sign under it." in fails, key.public.hex()


def test_a_kept_checkpoint_is_compared_with_todays_log(visitor: Visitor, proved: Served) -> None:
    """By consistency proofs, on the event's page: the event was there then, or came later, and nothing else was changed."""
    kept = {number: fetch(f"{proved.page}/log/checkpoints/{number}").decode() for number in ("1", "2", "now")}
    page = visitor.open(f"{proved.page}/events/10", settle=False)
    page.get_by_text("Compare with a checkpoint or keys of your own").click()
    box = page.locator("#check textarea[name=checkpoint]")
    for number, words in (("1", "added after your checkpoint of 9"), ("2", "stood there already"), ("now", "stood there already")):
        box.fill(kept[number])
        holds, fails, steps = check(page)
        assert fails == "", number
        assert words in holds
        assert any("which was added later" in step or "which both have" in step for step in steps)
    box.fill(kept["1"].partition("\n\n")[0].replace("\n", "\r\n"))
    assert "added after" in check(page)[0]


FOREIGN: dict[str, tuple[Callable[[Checkpoint], Checkpoint], str]] = {
    "another root": (lambda c: Checkpoint(c.origin, c.size, bytes(32)), "names another root"),
    "another log": (lambda c: Checkpoint("example.org/other", c.size, c.root), "of different logs"),
    "a later size": (lambda c: Checkpoint(c.origin, 99, c.root), "events were dropped"),
    "a size that is a number no more": (lambda c: Checkpoint(c.origin, 10**18 - 1, c.root), "events were dropped"),
    "no events": (lambda c: Checkpoint(c.origin, 0, EMPTY), "covers no event, so it proves nothing"),
    "a smaller size": (lambda c: Checkpoint(c.origin, c.size - 1, c.root), "names another root"),
}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_kept_checkpoint_that_does_not_fit_fails_loudly(visitor: Visitor, proved: Served, name: str, number: int) -> None:
    """On the page of an event, and on that of the checkpoints: the past was changed, or this is another log."""
    change, words = FOREIGN[name]
    typed = change(Checkpoint.of(Note.parse(fetch(f"{proved.page}/log/checkpoints/{number}").decode()))).text
    for address, place in (("events/4", "check"), ("log/checkpoints", "mine")):
        page = visitor.open(f"{proved.page}/{address}", settle=False)
        if place == "check":
            page.get_by_text("Compare with a checkpoint or keys of your own").click()
        page.locator(f"#{place} textarea[name=checkpoint]").fill(typed)
        holds, fails, _ = check(page, place)
        assert holds == ""
        assert words in fails, address


def test_what_is_no_checkpoint_is_told_of(visitor: Visitor, proved: Served) -> None:
    """Whatever is pasted."""
    page = visitor.open(f"{proved.page}/log/checkpoints", settle=False)
    for typed in ("nonsense", "a\nb\nc", "a\n12\nzzzz", "a\n012\n" + ZEROS.decode(), "a\n1\n" + ZEROS.decode() + "\n\n— x y"):
        page.locator("#mine textarea").fill(typed)
        _, fails, _ = check(page, "mine")
        assert "What you pasted" in fails, typed


def test_what_was_added_between_two_checkpoints_is_checked(visitor: Visitor, proved: Served) -> None:
    """For signed ones and for any sizes; and a proof that was tampered with fails."""
    for first, second in ((9, 12), (9, 15), (12, 12), (1, 15), (7, 8), (8, 9)):
        page = visitor.open(f"{proved.page}/log/checkpoints?from={first}&to={second}", settle=False)
        holds, fails, _ = check(page, "between")
        assert fails == ""
        assert f"The log of {second} events only adds to what it was with {first}" in holds
    page = visitor.open(f"{proved.page}/log/checkpoints?from=9&to=12", settle=False)
    for change, words in (
        (lambda c: line(c, 1, ZEROS), "names another root"),
        (lambda c: line(c, 1, None), "it takes"),
        (lambda c: line(c, 1, ZEROS + b"\n" + ZEROS), "it takes"),
        (lambda c: line(c, 0, b"old 8"), "they do not fit"),
        (lambda c: line(c, 0, b"new 9"), "not in its form"),
        (lambda c: c[:30], "not in its form"),
        (lambda c: c.replace(b"\n12\n", b"\n11\n"), "own checkpoint is the later one"),
        (lambda c: signature(c, 0, flip), "does not hold"),
        (lambda _: b"\xff", ""),
    ):
        swap(page, "**/consistency?*", change)
        holds, fails, _ = check(page, "between")
        assert holds == ""
        assert words in fails
        page.unroute("**/consistency?*")


def test_words_of_the_page_that_are_not_those_of_the_proof_fail(visitor: Visitor, proved: Served) -> None:
    """A page that shows something else than is proved is found out."""
    for change, words in (
        ("document.getElementById('data').append('x')", "as its words"),
        ("document.querySelector('[data-said=recorded_by]').textContent = 'eve'", "as its author"),
        ("document.querySelector('[data-said=recorded_at]').textContent = '2020-01-01'", "as its time"),
    ):
        page = visitor.open(f"{proved.page}/events/4", settle=False)
        page.evaluate(change)
        assert words in check(page)[1]


def test_a_browser_without_ed25519_says_so_and_points_elsewhere(visitor: Visitor, proved: Served) -> None:
    """What can be checked is; the signatures are not, and that is said."""
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    page.evaluate("(() => { crypto.subtle.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError')); })()")
    holds, fails, steps = check(page)
    assert fails == ""
    assert "2 steps were not checked" in holds
    assert "this browser has no Ed25519. Check the file offline" in steps[-1]


def test_a_browser_without_webcrypto_says_so_and_has_no_button(visitor: Visitor, proved: Served) -> None:
    """As on a page that did not come over HTTPS."""
    context = visitor.browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page = context.new_page()
    page.goto(f"{proved.page}/events/4")
    page.wait_for_function("document.querySelector('#check .verdict')")
    assert "only on pages that come over HTTPS" in (page.locator("#check .verdict").first.text_content() or "")
    assert page.locator("#check button").count() == 0
    assert page.get_by_role("link", name="Download the proof").count() == 1
    context.close()


def test_without_javascript_there_is_no_button_and_all_else(visitor: Visitor, proved: Served) -> None:
    """The proof can be downloaded, and what was added can be chosen and seen."""
    page = visitor.open(f"{proved.page}/events/4", settle=False, java_script_enabled=False)
    assert page.get_by_role("button", name="Check it here").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    assert download.value.suggested_filename == "happening-whole@1.tlog-proof"
    page.get_by_role("link", name="Checkpoints of the log").click()
    page.get_by_label("from the checkpoint of 9 events").check()
    page.get_by_label("to the checkpoint of 12 events").check()
    page.get_by_role("button", name="Show the added events").click()
    page.get_by_role("heading", name="Added from 9 events to 12").wait_for()
    assert page.locator(".added > li").count() == 3


def test_it_all_works_by_keyboard(visitor: Visitor, proved: Served) -> None:
    """The button is reached by Tab and keeps the focus; the outcome is in a live region that was there before."""
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    assert page.locator("#check [role=status]").count() == 1
    page.get_by_role("link", name="Download the proof").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("A checkpoint of your own").wait_for()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check it here"
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="All of it holds").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Check it here"


def test_a_log_key_does_not_sign_for_another_log(visitor: Visitor, proved: Served, tmp_path: Path) -> None:
    """A signature of type 1 that is good, by a key of another name than the log's."""
    key = SigningKey.new("example.org/other")
    content = fetch(f"{proved.page}/events/4/proof")
    head, _, note = content.partition(b"\n\n")
    parsed = Note.parse(note)
    other = Note(parsed.text, (key.sign(parsed.text),))
    page = visitor.open(f"{proved.page}/events/4", settle=False)
    page.get_by_text("Compare with a checkpoint or keys of your own").click()
    page.locator("#check textarea[name=keys]").fill(str(key.public))
    swap(page, "**/proof?*", lambda _: head + b"\n\n" + str(other).encode())
    assert "it is not the log’s own signature" in check(page)[1]
    public, signed = key.cosign(parsed.text, datetime(2026, 1, 1, tzinfo=UTC))
    assert public.type == COSIGNATURE
    page.unroute("**/proof?*")
    page.locator("#check textarea[name=keys]").fill(str(public))
    swap(page, "**/proof?*", lambda _: head + b"\n\n" + str(Note(parsed.text, (signed,))).encode())
    assert check(page)[0].startswith("All of it holds.")
    assert isinstance(signed, Signature)
