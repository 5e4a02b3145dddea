"""A followed file that is served: it shows what comes, and what is written on its pages goes to the shared log."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from followers import events, fill, is_followed, size, tamper, until
from ready import is_ready

from timeline import Timeline
from timeline.errors import DatabaseRefused
from timeline.log import followed
from timeline.shared_log import connecting, follow

sys.path.append(str(Path(__file__).parent.parent / "desk"))  # whose client these tests use

from desk_client import ANA, LINES, Desk, happening, lines, metadata

pytestmark = pytest.mark.datasette
TIMELINE = "/timeline/-/timeline"


@pytest.fixture
def desk(url: str, path: Path) -> Desk:
    """Serve a file that follows a shared log."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 3)
    follow(url, path, once=True)
    return Desk(path, metadata())


async def read(desk: Desk, address: str) -> str:
    """Read a page."""
    answer = await desk.datasette.client.get(address)
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.asyncio
async def test_what_is_sent_to_it_is_in_the_shared_log_and_on_its_pages(url: str, path: Path, desk: Desk) -> None:
    """The answer has the event, and the next page shows it. A refusal appends nothing anywhere."""
    answer = await desk.send(lines(happening("fez", "sat for four days", title="They sat in Fez")), LINES)
    assert answer.status_code == 201
    assert answer.json()["events"][0]["position"] == 5
    assert "They sat in Fez" in await read(desk, f"{TIMELINE}/fez")
    assert [event.recorded_by for event in events(url)][-1] == ANA["name"]
    assert (await desk.send(happening("fez", "sat for four days", title="They sat in Fez"))).status_code == 200
    assert (await desk.send(happening("fez", "sat for four days", title="Another"))).status_code == 409
    assert (await desk.send(happening("x", "is not there"))).status_code == 422
    with Timeline(url, by="Bo") as shared:
        shared.correct("fez", title="They sat in Meknes", reason="r")
    conflict = await desk.send({"correct": "fez", "title": "T", "reason": "s", "expected_version": 1})
    assert conflict.status_code == 409
    assert len(events(url)) == 6
    is_followed(url, path)


@pytest.mark.asyncio
async def test_a_desk_that_was_open_before_goes_on_in_the_shared_log(url: str, path: Path) -> None:
    """The file begins to follow while it is served."""
    with Timeline(path, by="The editors") as timeline:
        timeline.log.make()
    desk = Desk(path, metadata())
    with Timeline(url, by="Ann") as shared:
        fill(shared, 1)
    answer = await desk.send({"source": {"id": "bad", "title": ""}})
    assert answer.status_code == 422
    follow(url, path, once=True)
    assert (await desk.send(happening("fez", "sat for four days"))).status_code == 201
    assert len(events(url)) == 3
    is_followed(url, path)


@pytest.mark.asyncio
async def test_a_server_that_is_away_is_no_reason_to_append_here(path: Path, desk: Desk) -> None:
    """The request is refused, and the pages go on."""
    followed.write(path, followed.Followed("postgresql://nobody@127.0.0.1:1/none"))
    answer = await desk.send(happening("fez", "sat for four days"))
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("The shared log: cannot be reached now. Nothing was appended.")
    assert "127.0.0.1" not in answer.text
    assert size(path) == 4
    assert "Happening 1" in await read(desk, TIMELINE)


@pytest.mark.asyncio
async def test_a_user_who_may_only_read_cannot_append(url: str, path: Path, desk: Desk) -> None:
    """The answer says what to do, and names no host."""
    with psycopg.connect(url) as server:
        server.execute("DROP ROLE IF EXISTS a_reader")
        server.execute(f"CREATE ROLE a_reader LOGIN PASSWORD '{os.environ['PGPASSWORD']}' IN ROLE timeline_follower")
    followed.write(path, followed.Followed(connecting.without_password(url).replace("owner@", "a_reader@")))
    answer = await desk.send(happening("fez", "sat for four days"))
    assert answer.status_code == 500
    assert "Have the log's owner grant the role: timeline_appender" in answer.text
    assert "127.0.0.1" not in answer.text
    assert size(path) == 4


@pytest.mark.asyncio
async def test_the_page_of_checkpoints_says_how_far_it_is(url: str, path: Path, desk: Desk) -> None:
    """In words that name neither the log nor its host; an ordinary file says nothing of it."""
    address = f"{TIMELINE}/log/checkpoints"
    assert "It follows a shared log, and is up to date at position 4." in await read(desk, address)
    status = followed.status(path) or followed.Status()
    then = (datetime.now(UTC) - timedelta(minutes=3)).isoformat()
    followed.write_status(path, followed.Status(position=status.position, there=9, up_to_date_at=then))
    page = await read(desk, address)
    assert "It follows a shared log. It is at position 4, and was last up to date 3 minutes ago." in page
    tamper(url, "UPDATE timeline.events SET recorded_by = 'Eve' WHERE position = 2")
    with pytest.raises(DatabaseRefused):
        follow(url, path, once=True)
    page = await read(desk, address)
    assert "It no longer follows its shared log: the shared log does not hold the same events as this timeline" in page
    host = connecting.without_password(url).rpartition("@")[2]
    assert host not in page
    assert "owner" not in page.lower().replace("download", "")
    path.with_suffix(followed.STATUS).write_text("[")
    assert "It follows a shared log." in await read(desk, address)
    followed.note(path).unlink()
    assert "follows a shared log" not in await read(desk, address)


def test_serve_follows_meanwhile(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is made, served while it catches up, and followed until the server ends, with all that it started."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 3)
        monkeypatch.delenv("PGPASSWORD")
        script = "from timeline.cli import main; main()"
        words = ["serve", "--follow", url, "--db", str(path), "--port", "0"]
        with subprocess.Popen(
            [sys.executable, "-c", script, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout is not None
            assert is_ready(process.stdout, 60)
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None

            def shows(words: str) -> bool:
                with suppress(OSError), urllib.request.urlopen(found[0], timeout=10) as page:
                    return words in page.read().decode()
                return False

            until(lambda: shows("Happening 2"))
            fill(shared, 1, start=70)
            until(lambda: shows("Happening 70"))
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0

    def is_free() -> bool:
        with followed.lock(path) as free:
            return free

    until(is_free)
    is_followed(url, path)


def test_serve_refuses_another_log_before_it_listens(url: str, path: Path) -> None:
    """In one line."""
    with Timeline(path, by="Bo") as timeline:
        fill(timeline, 2)
    words = [sys.executable, "-c", "from timeline.cli import main; main()", "serve", "--follow", url, "--db", str(path)]
    done = subprocess.run([*words, "--port", "0"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds 3 events, but the shared log" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with pytest.raises(DatabaseRefused):
        follow(None, path)
