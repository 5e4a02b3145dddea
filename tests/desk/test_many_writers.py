"""Many write at once, over HTTP and from scripts: every append that was acknowledged is there, once, and none met a lock."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from desk_client import SOURCE, happening

from timeline import Timeline

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from desk_server import Client, serving

pytestmark = pytest.mark.datasette

WRITERS, SCRIPTS, EACH = 8, 2, 25
SCRIPT = """
import sys
from timeline import Timeline
with Timeline(sys.argv[1], by="a script") as timeline:
    cited = [timeline.source("report").quote("sat for four days")]
    for number in range(int(sys.argv[3])):
        event = timeline.record(f"script-{sys.argv[2]}-{number}", title="A vote", date="2025", citations=cited)
        print(event.position, event.stream, flush=True)
"""


def test_nothing_is_lost_and_nobody_meets_a_lock(tmp_path: Path) -> None:
    """Positions have no gap, each acknowledged event is at its position, and the audit is clean."""
    path = tmp_path / "served.db"
    with Timeline(path, by="The editors") as timeline:
        timeline.append(SOURCE)
    acknowledged: list[tuple[int, str]] = []
    failed: list[str] = []

    def write(port: int, writer: int) -> None:
        client = Client(port)
        try:
            for number in range(EACH):
                body = json.dumps(happening(f"http-{writer}-{number}", "sat for four days"))
                answer = json.loads(client.append(body, "application/json", "/served/-/timeline/append"))
                acknowledged.extend((one["position"], one["stream"]) for one in answer["events"])
        except SystemExit as error:
            failed.append(str(error))

    with serving(path) as port:
        threads = [threading.Thread(target=write, args=(port, number)) for number in range(WRITERS)]
        words = [sys.executable, "-c", SCRIPT, str(path)]
        scripts = [
            subprocess.Popen([*words, str(number), str(EACH)], stdout=subprocess.PIPE, text=True) for number in range(SCRIPTS)
        ]
        for thread in threads:
            thread.start()
        for script in scripts:
            output, _ = script.communicate()
            assert script.returncode == 0
            acknowledged += [(int(position), stream) for position, stream in map(str.split, output.splitlines())]
        for thread in threads:
            thread.join()
        assert failed == []
        listed = Client(port).get("/served/-/timeline/log.jsonl?after=1").decode().splitlines()
    assert len(acknowledged) == (WRITERS + SCRIPTS) * EACH
    assert sorted(acknowledged) == [(one["position"], one["stream"]) for one in map(json.loads, listed)]
    with Timeline(path, read_only=True) as timeline:
        assert [event.position for event in timeline.events()] == list(range(1, len(acknowledged) + 2))
        assert timeline.verify().ok
