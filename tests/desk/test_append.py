"""Append over HTTP: one entry or many, all of them or none, as often as one likes."""

import json
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from desk_client import ANA, APPEND, LINES, SOURCE, Desk, happening, lines, metadata

from timeline import Timeline
from timeline.desk import append, refusals, writing

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]


async def test_an_entry_is_appended_under_the_name_of_who_sends_it(desk: Desk) -> None:
    """The answer has the event, with the address of its page."""
    answer = await desk.send(SOURCE)
    assert answer.status_code == 201
    event = answer.json()["events"][0]
    assert {name: event[name] for name in ("entry", "position", "stream", "version", "type", "recorded_by", "new")} == {
        "entry": 1,
        "position": 1,
        "stream": "source/report",
        "version": 1,
        "type": "SourceArchived",
        "recorded_by": "Ana Torres",
        "new": True,
    }
    assert (await desk.datasette.client.get(event["address"].removeprefix("http://localhost"))).status_code == 200
    with Timeline(desk.path, read_only=True) as timeline:
        (stored,) = timeline.events()
    assert (stored.recorded_at, stored.recorded_by) == (event["recorded_at"], "Ana Torres")


async def test_the_same_entry_again_appends_nothing(desk: Desk) -> None:
    """It answers 200 with the event that is there, also among new ones."""
    assert (await desk.send(lines(SOURCE, happening()), LINES)).status_code == 201
    again = await desk.send(happening())
    assert (again.status_code, again.json()["new"], again.json()["events"][0]["position"]) == (200, 0, 2)
    assert again.json()["events"][0]["new"] is False
    mixed = await desk.send([happening(), happening("sits", "sat for four days")])
    assert (mixed.status_code, [one["new"] for one in mixed.json()["events"]]) == (201, [False, True])
    assert desk.size == 3


@pytest.mark.parametrize("content_type", [LINES, "application/jsonl", "application/json", "application/octet-stream", ""])
async def test_lines_are_recognised_by_their_content(desk: Desk, content_type: str) -> None:
    """Whatever the Content-Type; and a list is as good as lines."""
    answer = await desk.send("\n" + lines(SOURCE, happening()) + "\n", content_type)
    assert [one["entry"] for one in answer.json()["events"]] == [1, 2]
    answer = await desk.send(
        json.dumps([SOURCE, happening()], indent=2),
        content_type if content_type not in (LINES, "application/jsonl") else "application/json",
    )
    assert (answer.status_code, answer.json()["new"]) == (200, 0)


async def test_a_line_ends_only_at_a_line_end(desk: Desk) -> None:
    """Not at what some programs take for one: a line separator within a text."""
    title = "One\u2028two\x85three"
    body = json.dumps({"source": {**SOURCE["source"], "title": title}}, ensure_ascii=False) + "\n" + lines(happening())
    assert (await desk.send(body)).json()["new"] == 2
    with Timeline(desk.path, read_only=True) as timeline:
        assert timeline.source("report").title == title


async def test_every_verb_of_a_bundle_can_be_sent(desk: Desk) -> None:
    """In the order in which they come."""
    entries = [
        SOURCE,
        happening(),
        {"correct": "meets", "place": "Marrakech", "reason": "The report says so", "expected_version": 1},
        {"correct_source": "report", "publisher": "TNA", "reason": "The byline"},
        {"retract": "meets", "reason": "Another council", "expected_version": "2"},
    ]
    answer = await desk.send(lines(*entries), LINES)
    assert [one["type"] for one in answer.json()["events"]] == [
        "SourceArchived",
        "HappeningRecorded",
        "HappeningCorrected",
        "SourceCorrected",
        "HappeningRetracted",
    ]
    desk.verify()


async def test_all_faults_of_all_entries_are_data_and_nothing_is_appended(desk: Desk) -> None:
    """Each with its entry, stream, field and message; a wrong quotation with the nearest passage, as it is in the text."""
    wrong = happening("first", "met in Marrakesh on", date="2025-13-24")
    answer = await desk.send([SOURCE, wrong, {"retract": "absent", "reason": "None"}, {"happening": {"titel": "A"}}])
    assert (answer.status_code, answer.json()["ok"], desk.size) == (422, False, 0)
    faults = answer.json()["faults"]
    assert [(one["entry"], one["stream"], one["field"]) for one in faults] == [
        (2, "happening/first", "date"),
        (2, "happening/first", "citations.1.quote"),
        (3, "happening/absent", "retract"),
        (4, "happening", "titel"),
        (4, "happening", "id"),
        (4, "happening", "date"),
        (4, "happening", "citations"),
    ]
    assert "no month 13" in faults[0]["message"]
    assert faults[1]["nearest"] == "met in Marrakech on"
    assert "nearest" not in faults[0]
    assert answer.json()["error"] == "Nothing was appended: 7 faults. Correct the request, and send all of it again"


async def test_a_conflict_with_the_log_is_409(desk: Desk) -> None:
    """Another statement under a taken id, a stale version, and a retraction that is final; of mixed faults, 422."""
    await desk.send([SOURCE, happening()])
    for entry, message in (
        (happening(title="Another title"), "Taken at version 1"),
        ({"correct": "meets", "place": "Rabat", "reason": "x", "expected_version": 3}, "At version 1, expected 3"),
    ):
        answer = await desk.send(entry)
        assert (answer.status_code, len(answer.json()["faults"])) == (409, 1)
        assert message.lower() in answer.json()["faults"][0]["message"].lower()
    await desk.send({"retract": "meets", "reason": "There was none"})
    assert (await desk.send({"correct": "meets", "place": "Rabat", "reason": "x"})).status_code == 409
    answer = await desk.send([happening(title="Another"), happening("other", "nowhere in it")])
    assert (answer.status_code, [one["entry"] for one in answer.json()["faults"]]) == (422, [1, 2])
    assert desk.size == 3


async def test_an_entry_that_was_redacted_is_passed_over(desk: Desk) -> None:
    """As in a bundle: the rest is appended, and the answer says so."""
    await desk.send([SOURCE, happening()])
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.redact(2, reason="By law", keep_documents=True)
    answer = await desk.send([happening(), happening("sits", "sat for four days")])
    assert (answer.status_code, [one["stream"] for one in answer.json()["events"]]) == (201, ["happening/sits"])
    assert "was redacted at position 3" in answer.json()["redacted"][0]


async def test_a_statement_to_look_at_again_comes_with_a_warning(desk: Desk) -> None:
    """It is appended all the same; and no warning reaches the next request."""
    await desk.send([SOURCE, happening(quote="met in Marrakech on 24 November 2025")])
    answer = await desk.send({"correct": "meets", "date": "2025-11-25", "reason": "A slip"})
    assert (answer.status_code, len(answer.json()["warnings"])) == (201, 1)
    assert "happening/meets: date" in answer.json()["warnings"][0]
    assert (await desk.send(SOURCE)).json()["warnings"] == []


async def test_a_long_answer_is_cut_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is appended."""
    monkeypatch.setattr(append, "LISTED", 3)
    answer = await desk.send(lines(SOURCE, *(happening(f"h{number}") for number in range(9))), LINES)
    assert (answer.json()["new"], len(answer.json()["events"]), answer.json()["events_left_out"]) == (10, 3, 7)


async def test_another_method_is_told_which_to_use(desk: Desk) -> None:
    """405 with Allow; a happening called like this address keeps a page of its own."""
    for method in ("GET", "PUT", "DELETE"):
        answer = await desk.send("", method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    await desk.send([SOURCE, happening("append"), happening("live", "sat for four days")])
    page = await desk.datasette.client.get("/timeline/-/timeline")
    for id in ("~61ppend", "~6Cive"):
        assert f'href="/timeline/-/timeline/{id}"' in page.text
        assert (await desk.datasette.client.get(f"/timeline/-/timeline/{id}")).status_code == 200


async def test_only_a_timeline_that_can_grow_is_written(desk: Desk, tmp_path: Path) -> None:
    """One served as immutable is not; nor is another database, or one that is absent."""
    await desk.send(SOURCE)
    (tmp_path / "still").mkdir()
    with sqlite3.connect(desk.path) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'still' / 'timeline.db'}'")
    still = Desk(desk.path, metadata(), immutables=[str(tmp_path / "still" / "timeline.db")])
    answer = await still.send(happening())
    assert (answer.status_code, "-i" in answer.json()["error"]) == (403, True)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE x (y)")
    beside = Desk(other, metadata())
    for name in ("other", "absent"):
        answer = await beside.send(SOURCE, address=f"/{name}/-/timeline/append")
        assert (answer.status_code, answer.json()["ok"]) == (404, False)


async def test_if_another_program_writes_for_too_long_it_is_503(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Retry-After; then the same request succeeds."""
    monkeypatch.setattr(writing, "BUSY_SECONDS", 0.05)
    with sqlite3.connect(desk.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await desk.send(SOURCE)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "safe to repeat" in answer.json()["error"]
        other.execute("ROLLBACK")
    other.close()
    assert (await desk.send(SOURCE)).status_code == 201


async def test_a_request_that_needs_too_much_memory_appends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one limit for the whole process, the pages that are read included."""

    def starve(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(append.bundles, "append_bundle", starve)
    answer = await desk.send(SOURCE)
    assert (answer.status_code, "max_heap" in answer.json()["error"], desk.size) == (503, True, 0)


async def test_a_file_that_was_replaced_is_opened_again(desk: Desk, tmp_path: Path) -> None:
    """Nothing is acknowledged that went into a file which is gone; and changed guards are noticed."""
    await desk.send(SOURCE)
    with Timeline(tmp_path / "new.db", by="The editors") as timeline:
        timeline.log.make()
    for ending in ("-wal", "-shm"):
        desk.path.with_name(f"timeline.db{ending}").unlink(missing_ok=True)
    (tmp_path / "new.db").replace(desk.path)
    assert (await desk.send(SOURCE)).status_code == 201
    assert desk.size == 1
    with sqlite3.connect(desk.path) as connection:
        connection.execute("DROP TRIGGER events_delete")
    connection.close()
    answer = await desk.send(happening())
    assert (answer.status_code, "guards" in answer.json()["error"], str(desk.path) in answer.text) == (500, True, False)


async def test_each_author_is_recorded_by_name(desk: Desk) -> None:
    """Also when they take turns; root writes as the project's author."""
    desk.path.with_name("metadata.json").write_text('{"plugins": {"cited-timeline": {"by": "The editors"}}}')
    both = Desk(desk.path, metadata(append={"id": ["ana", "ben"]}))
    both.datasette.root_enabled = True  # as with --root, on 1.0
    await both.send(SOURCE)
    for number, actor in enumerate(({"id": "ben"}, ANA, {"id": "ben"}, {"id": "root"})):
        assert (await both.send(happening(f"h{number}"), actor=actor)).status_code == 201
    with Timeline(desk.path, read_only=True) as timeline:
        assert [one.recorded_by for one in timeline.events()] == ["Ana Torres", "ben", "Ana Torres", "ben", "The editors"]


async def test_requests_do_not_wait_for_the_documents_of_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is being read, others are appended."""
    import asyncio

    going, gone = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        going.set()
        assert gone.wait(20)

    monkeypatch.setattr(Timeline, "read_ahead", slow)
    await desk.send(SOURCE)
    waiting = asyncio.create_task(desk.send({"source": {"id": "doc", "title": "D", "file": "a.txt", "base64": "QSB3b3Jk"}}))
    assert await asyncio.to_thread(going.wait, 20)
    assert (await desk.send(happening())).status_code == 201
    gone.set()
    assert (await waiting).status_code == 201
    assert desk.size == 3


async def test_the_address_has_no_parameters(desk: Desk) -> None:
    """One that would do nothing is refused."""
    answer = await desk.send(SOURCE, address=f"{APPEND}?expected_version=1")
    assert (answer.status_code, "expected_version" in answer.json()["error"], desk.size) == (400, True, 0)


async def test_a_review_needs_its_own_permission(desk: Desk) -> None:
    """Who may append may not review, and who may review may not append; the reviewer is the actor."""
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.append_many([SOURCE, happening()])
    review = {"review": {"happening": "meets", "version": 1, "verdict": "confirmed", "comment": "So it says"}}
    writer, reviewer = Desk(desk.path, metadata(review="nobody")), Desk(desk.path, metadata(append="nobody"))
    assert (await writer.send(review)).status_code == 403
    assert (await reviewer.send(happening("other"))).status_code == 403
    assert desk.size == 2
    answer = await reviewer.send(review)
    assert (answer.status_code, answer.json()["events"][0]["recorded_by"]) == (201, "Ana Torres")
    assert (await reviewer.send(review)).status_code == 200
    with Timeline(desk.path, read_only=True) as timeline:
        assert timeline.happening("meets").review == "confirmed"


async def test_an_append_lets_pages_go_first_for_a_moment(desk: Desk) -> None:
    """It waits while one is being made, and no longer than it may; then it appends all the same."""
    began = time.monotonic()
    with refusals.reading():
        assert (await desk.send(SOURCE)).status_code == 201
    assert time.monotonic() - began >= refusals.PATIENCE
    assert refusals._readers == 0
    with pytest.raises(ValueError, match="x"), refusals.reading():
        raise ValueError("x")
    assert refusals._readers == 0, "a page that fails is over, too"
