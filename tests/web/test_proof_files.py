"""The files of the proof: an event's proof, a checkpoint, and the proof that the log only added to an earlier one."""

import base64
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from timeline import Timeline, merkle
from timeline.merkle import Checkpoint, Note, Proof
from timeline.proof import signing

Serve = Callable[..., Datasette]
AT = "/proved/-/timeline"


@pytest.mark.asyncio
@pytest.mark.parametrize("position", range(1, 16))
async def test_every_event_has_a_proof_that_holds(serve: Serve, proved_db: Path, position: int) -> None:
    """Also one that was redacted, and one that came after the last checkpoint; signed wherever that covers it."""
    response = await serve(proved_db).client.get(f"{AT}/events/{position}/proof")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    proof = Proof.parse(response.content)
    proof.check()
    event = proof.proven.event
    name = f"{event['stream'].replace('/', '-')}@{event['version']}.tlog-proof"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert proof.index == position - 1
    assert (proof.proven.data is None) is (position in (2, 6, 7))
    assert proof.checkpoint.size == (12 if position <= 12 else 15)
    assert proof.checkpoint.origin == "example.org/proved"
    assert len(proof.note.signatures) == (2 if position <= 12 else 0)


@pytest.mark.asyncio
async def test_a_checkpoint_can_be_chosen(serve: Serve, proved_db: Path) -> None:
    """By its number; one that does not reach so far, or does not exist, is refused with one line."""
    client = serve(proved_db).client
    assert Proof.parse((await client.get(f"{AT}/events/3/proof?checkpoint=1")).content).checkpoint.size == 9
    for query, status, words in (
        ("10/proof?checkpoint=1", 404, "Checkpoint 1 holds 9 events, and the event at position 10 came later"),
        ("3/proof?checkpoint=99", 404, "There is no checkpoint 99"),
        ("3/proof?checkpoint=one", 400, "Checkpoint is “one”, which is not a number"),
        ("16/proof", 404, "There is no event at position 16: the log ends at 15"),
        ("0/proof", 404, "There is no event at position 0"),
    ):
        response = await client.get(f"{AT}/events/{query}")
        assert response.status_code == status
        assert response.text.startswith(words)
        assert response.text.count("\n") == 1


@pytest.mark.asyncio
async def test_a_stored_checkpoint_is_returned_as_signed(serve: Serve, proved_db: Path) -> None:
    """With both signatures, which hold; and the log now is named as those are."""
    client = serve(proved_db).client
    with sqlite3.connect(proved_db) as connection:
        keys = [key for kept in merkle.checkpoints(connection, 2) for key, _ in kept.signatures]
    note = Note.parse((await client.get(f"{AT}/log/checkpoints/2")).text)
    assert len(signing.check(note, keys)) == 2
    now = Checkpoint.of(Note.parse((await client.get(f"{AT}/log/checkpoints/now")).text))
    assert (now.origin, now.size) == ("example.org/proved", 15)
    missing = await client.get(f"{AT}/log/checkpoints/3")
    assert (missing.status_code, missing.text.count("\n")) == (404, 1)


@pytest.mark.asyncio
async def test_what_was_added_is_proved_in_the_form_for_witnesses(serve: Serve, proved_db: Path) -> None:
    """An `old` line, hashes, an empty line, the later checkpoint: for every two sizes."""
    client = serve(proved_db).client

    async def root(size: int) -> bytes:
        body = (await client.get(f"{AT}/log/consistency?from={size}&to={size}")).text
        return Checkpoint.of(Note.parse(body.partition("\n\n")[2])).root

    for first in range(1, 16):
        for second in range(first, 16):
            body = (await client.get(f"{AT}/log/consistency?from={first}&to={second}")).text
            head, _, note = body.partition("\n\n")
            old, *hashes = head.split("\n")
            later = Checkpoint.of(Note.parse(note))
            assert (old, later.size) == (f"old {first}", second)
            proof = [base64.b64decode(one) for one in hashes]
            merkle.verify_consistency(first, await root(first), second, later.root, proof)
            assert len(Note.parse(note).signatures) == (2 if second in (9, 12) else 0)
    body = (await client.get(f"{AT}/log/consistency?from=0")).text
    assert body.startswith("old 0\n\nexample.org/proved\n15\n")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "From is missing"),
        ("from=x", "From is “x”, which is not a number"),
        ("from=-1", "From is “-1”"),
        ("from=1e3", "From is “1e3”"),
        ("from=%D9%A3", "From is “٣”"),
        ("from=3&to=%07", "To is “?”"),
        ("from=0&to=0", "To is 0, and a log without events has no root to prove"),
        ("from=16", "From is 16, and the log holds 15 events"),
        ("from=3&to=16", "To is 16, and the log holds 15 events"),
        ("from=9&to=3", "From is 9, which is more than to, 3"),
        (f"from={'9' * 30}", "From is “999"),
    ],
)
async def test_sizes_that_make_no_sense_are_refused_with_one_line(serve: Serve, proved_db: Path, query: str, words: str) -> None:
    """The file says so as text, the page as a page; both are 400."""
    client = serve(proved_db).client
    response = await client.get(f"{AT}/log/consistency?{query}")
    assert response.status_code == 400
    assert response.text.startswith(words)
    assert response.text.count("\n") == 1
    if query and query != "from=0&to=0":
        page = await client.get(f"{AT}/log/checkpoints?{query}")
        assert page.status_code == 400
        assert words in page.text


@pytest.mark.asyncio
async def test_an_unsigned_log_is_named_by_its_first_event(serve: Serve, tmp_path: Path) -> None:
    """As the command names it; an empty log has no checkpoint, and says so."""
    path = tmp_path / "plain.db"
    with Timeline(path) as timeline:
        timeline.log.make()
    client = serve(path).client
    for file in ("log/checkpoints/now", "events/1/proof"):
        response = await client.get(f"/plain/-/timeline/{file}")
        assert response.status_code in (400, 404)
        assert response.text.count("\n") == 1
    assert "The log is empty" in (await client.get("/plain/-/timeline/log/checkpoints")).text
    with Timeline(path) as timeline:
        timeline.archive(id="one", text="One.", title="One")
        origin = merkle.origin(timeline.log.connection)
    assert (await client.get("/plain/-/timeline/log/checkpoints/now")).text.startswith(f"{origin}\n1\n")
    assert origin.startswith("timeline/")


def tampered(source: Path, path: Path, *statements: str) -> Path:
    """Copy a timeline and change it as nobody can through the guards."""
    path.write_bytes(source.read_bytes())
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("pragma ignore_check_constraints = on")
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("update events set data = replace(data, 'first', 'frist') where position = 4", "4"),
        ("update events set recorded_by = 'eve' where position = 4", "4"),
        ("update events set salt = x'00' where position = 4", "4"),
        ("update events set data = null where position = 4", "4"),
        ("update events set data_hash = x'00' where position = 4", "4"),
        ("update tree set hash = zeroblob(32) where number = 1", "4"),
        ("update tree set hash = x'' where number = 1", "4"),
        ("delete from tree where number = 1", "4"),
        ("delete from tree", "4"),
        ("delete from events where position > 9", "4"),
        ("update checkpoints set root = zeroblob(32)", "4"),
        ("update checkpoints set root = x'01'", "4"),
        ("update checkpoints set origin = ''", "4"),
        ("update checkpoints set size = 14 where size = 12", "4"),
        ("update signatures set public_key = 'nobody' || number", "4"),
        ("update signatures set signature = x''", "4"),
    ],
)
async def test_a_broken_log_gives_a_message_and_never_a_traceback(
    serve: Serve, proved_db: Path, tmp_path: Path, statement: str, message: str
) -> None:
    """The files answer with one line, the pages with a note; pages that read nothing broken still work."""
    if "set data = replace" in statement:
        statement = statement.replace("'first', 'frist'", "'long', 'short'")
    path = tampered(proved_db, tmp_path / "proved.db", statement)
    client = serve(path).client
    troubled = 0
    for file in (
        f"events/{message}/proof",
        "log/checkpoints/2",
        "log/checkpoints/now",
        "log/consistency?from=9",
        "log/consistency?from=3&to=12",
    ):
        response = await client.get(f"{AT}/{file}")
        assert response.status_code in (200, 400, 404), file
        if response.status_code != 200:
            assert response.text.count("\n") == 1
            assert "Traceback" not in response.text
            troubled += 1
    assert troubled
    for page in (f"events/{message}", "log/checkpoints", "log/checkpoints?from=9", "log/checkpoints?from=9&to=12"):
        html = await client.get(f"{AT}/{page}")
        assert html.status_code in (200, 400), page
        assert "Traceback" not in html.text
    proof = await client.get(f"{AT}/events/{message}/proof")
    if proof.status_code != 200:
        assert "This event is not proved" in (await client.get(f"{AT}/events/{message}")).text


@pytest.mark.asyncio
async def test_the_files_are_closed_where_their_tables_are(serve: Serve, proved_db: Path) -> None:
    """Without the events there is no proof; without the checkpoints, a proof leads to the log now, unsigned."""

    def closed(*tables: str) -> Any:  # noqa: ANN401 - the client is Datasette's own
        blocks = {table: {"allow": False} for table in tables}
        return serve(proved_db, metadata={"databases": {"proved": {"tables": blocks}}}).client

    for client in (closed("events"), closed("citations")):
        for file in ("events/4/proof", "log/checkpoints", "log/checkpoints/2", "log/checkpoints/now", "log/consistency?from=9"):
            assert (await client.get(f"{AT}/{file}")).status_code == 403, file
    for client in (closed("checkpoints"), closed("signatures")):
        for file in ("events/4/proof?checkpoint=1", "log/checkpoints", "log/checkpoints/2"):
            assert (await client.get(f"{AT}/{file}")).status_code == 403, file
        proof = Proof.parse((await client.get(f"{AT}/events/4/proof")).content)
        proof.check()
        assert (proof.checkpoint.size, proof.note.signatures) == (15, ())
        assert proof.checkpoint.origin.startswith("timeline/")
        html = (await client.get(f"{AT}/events/4")).text
        assert "example.org/proved" not in html
        assert "Nobody has signed it" in html
        assert "log/checkpoints" not in (await client.get(AT)).text
