"""Pictures of a file for TimelineJS: fetched when a person asks for it, archived once, shown by their happenings."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from examples import PNG

from timeline import Timeline
from timeline.capture import fetching
from timeline.cli import importing, main
from timeline.errors import FetchRefused
from timeline.exchange.importing import pictures, run

asked: list[str] = []


class Site(BaseHTTPRequestHandler):
    """A site with pictures, a page, and nothing else."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        asked.append(self.path)
        body = {"/hall.png": PNG, "/copy.png": PNG, "/door.png": PNG + b"door", "/page": b"<p>A page.</p>"}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")


@pytest.fixture
def site() -> Iterator[str]:
    """Serve it on this machine."""
    asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def slide(year: int, **media: str) -> dict[str, Any]:
    """Make a slide."""
    return {"start_date": {"year": year}, "text": {"headline": f"In {year}"}, "media": media}


def load(timeline: Timeline, folder: Path, *slides: dict[str, Any], fetch: pictures.Fetch | None = None) -> run.Plan:
    """Import slides."""
    (folder / "sheet.json").write_text(json.dumps({"events": slides}), encoding="utf-8")
    return run.append(run.understand(folder / "sheet.json", "timelinejs"), timeline, fetch=fetch)


def loopback(address: str) -> bytes:
    """Fetch from this machine, which only tests may."""
    return fetching.fetch(address, allow_loopback=True).body


def shown(timeline: Timeline) -> dict[str, list[dict[str, Any]]]:
    """Give the pictures of each happening."""
    return {one.title: [each.model_dump(exclude_none=True) for each in one.media] for one in timeline.happenings()}


def test_nothing_is_fetched_unless_asked(timeline: Timeline, tmp_path: Path, site: str) -> None:
    """The address stays in the row, as before, and the report says how to fetch it."""
    plan = load(timeline, tmp_path, slide(1901, url=f"{site}/hall.png"))
    assert (asked, shown(timeline)) == ([], {"In 1901": []})
    assert "import the file with --fetch-media" in plan.outcomes[0].row.dropped[0][2]


def test_pictures_are_fetched_and_archived_with_their_words(timeline: Timeline, tmp_path: Path, site: str) -> None:
    """Each address once, the same bytes once; from the caption the text, and what a picture lacks is said."""
    hall = {"caption": "The <b>hall</b> &amp; more", "credit": "<a href='http://x'>Ann</a>", "alt": "Rows < 3"}
    slides = (slide(1901, url=f"{site}/hall.png", **hall), slide(1902, url=f"{site}/hall.png"), slide(1903, url=f"{site}/copy.png"))
    plan = load(timeline, tmp_path, *slides, fetch=loopback)
    assert asked == ["/hall.png", "/copy.png"]
    assert shown(timeline) == {
        "In 1901": [{"source": "hall", "caption": "The hall & more", "credit": "Ann", "alt": "Rows < 3"}],
        "In 1902": [{"source": "hall"}],
        "In 1903": [{"source": "hall"}],
    }
    source = timeline.source("hall")
    assert (source.document, source.url, source.title) == (PNG, f"{site}/hall.png", "The hall & more")
    assert [one.remarks for one in plan.outcomes] == [[], [("media", pictures.NO_ALT)], [("media", pictures.NO_ALT)]]
    assert [field for field, _, _ in plan.outcomes[0].row.dropped] == ["media.caption", "media.credit"], "their markup is dropped"
    assert timeline.verify().faults == ()


@pytest.mark.parametrize(
    ("address", "why"),
    [("/page", "is not a PNG, JPEG, WebP or GIF"), ("/none", "answered 404"), ("/to private", "no address")],
)
def test_a_picture_that_cannot_be_had_is_left_out(timeline: Timeline, tmp_path: Path, site: str, address: str, why: str) -> None:
    """The happening is imported; the report says why it shows none."""
    plan = load(timeline, tmp_path, slide(1901, url=f"{site}{address}"), fetch=loopback)
    ((field, remark),) = plan.outcomes[0].remarks
    assert field == "media"
    assert remark.startswith("was not fetched: ")
    assert why in remark
    assert shown(timeline) == {"In 1901": []}
    assert plan.outcomes[0].row.dropped


def test_this_machine_is_out_of_reach(timeline: Timeline, tmp_path: Path, site: str) -> None:
    """As for every other fetch: a file from a stranger cannot look around in a network."""
    plan = load(timeline, tmp_path, slide(1901, url=f"{site}/hall.png"), fetch=importing._fetch)
    assert "was not fetched: " in plan.outcomes[0].remarks[0][1]
    assert asked == []


@pytest.mark.parametrize("url", ["<iframe src='https://e.org'></iframe>", "data:image/png;base64,AAAA", "spotify:track:1", "a.png"])
def test_only_addresses_of_the_web_are_fetched(timeline: Timeline, tmp_path: Path, url: str) -> None:
    """Embedded pages, pictures within the address and paths stay in the row."""
    load(timeline, tmp_path, slide(1901, url=url), fetch=partial(pytest.fail))
    assert shown(timeline) == {"In 1901": []}


def test_a_file_that_was_imported_gets_its_pictures_later(timeline: Timeline, tmp_path: Path, site: str) -> None:
    """By a correction, once; nothing is fetched twice, and a picture that somebody took away stays away."""
    slides = (slide(1901, url=f"{site}/hall.png", alt="A hall."), slide(1902, url=f"{site}/door.png", alt="A door."), slide(1903))
    load(timeline, tmp_path, *slides)
    plan = load(timeline, tmp_path, *slides, fetch=loopback)
    assert [one.fields for one in plan.outcomes] == [("media",), ("media",), ()]
    assert shown(timeline)["In 1902"] == [{"source": "door", "alt": "A door."}]
    timeline.correct("sheet-in-1902", media=None, reason="It shows another door.")
    asked.clear()
    size = timeline.log.size()
    assert not load(timeline, tmp_path, *slides, fetch=loopback).counts()["corrected"]
    assert not load(timeline, tmp_path, *slides).counts()["corrected"], "without the option, none is taken away"
    changed = ({**slides[0], "text": {"headline": "In 1901 again"}}, *slides[1:])
    assert load(timeline, tmp_path, *changed).outcomes[0].fields == ("title",)
    assert shown(timeline)["In 1901 again"] == [{"source": "hall", "alt": "A hall."}]
    assert shown(timeline)["In 1902"] == []
    assert (asked, timeline.log.size() - size) == ([], 2)
    assert timeline.verify().faults == ()


def test_a_redacted_picture_is_not_archived_again(timeline: Timeline, tmp_path: Path, site: str) -> None:
    """Nor does it stop the import."""
    load(timeline, tmp_path, slide(1901, url=f"{site}/hall.png"), fetch=loopback)
    timeline.redact(timeline.source("hall").position, reason="Shows a witness.")
    plan = load(timeline, tmp_path, slide(1901, url=f"{site}/hall.png"), slide(1902, url=f"{site}/hall.png"), fetch=loopback)
    assert plan.outcomes[1].remarks == [("media", "was redacted, and is not archived again")]
    assert shown(timeline)["In 1902"] == []
    assert timeline.verify().faults == ()


def test_there_is_a_limit_to_what_is_fetched(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes and in time: the others are fetched by the next import."""
    monkeypatch.setattr(pictures, "MOST_BYTES", 1)
    slides = [slide(1901 + number, url=f"https://e.org/{number}.png", alt="?") for number in range(2)]
    plan = load(timeline, tmp_path, *slides, fetch=lambda address: PNG + address.encode())
    assert [one.remarks for one in plan.outcomes] == [
        [],
        [("media", "was not fetched: the pictures before it took 0 MB. Import the file again for the others")],
    ]
    load(timeline, tmp_path, *slides, fetch=lambda address: PNG + address.encode())
    assert [len(one) for one in shown(timeline).values()] == [1, 1]
    fetched = pictures.Pictures(timeline)
    (row,) = run.understand(tmp_path / "sheet.json", "timelinejs").understood.rows[:1]
    fetched.fetch([row], partial(pytest.fail), seconds=0)
    assert fetched.has(row)


def test_the_command_fetches_with_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And for TimelineJS alone, in both of its forms."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.csv").write_text("Year,Headline,Media,Alt Text\n1901,One,//e.org/hall.png,A hall.\n")

    def call(*words: str) -> Any:  # noqa: ANN401 - click's result
        return CliRunner().invoke(main, ["import", *words, "--by", "t"])

    for wrong in (("timelinejs-csv", "sheet.csv", "--fetch-media"), ("csv", "sheet.csv", "--append", "--fetch-media")):
        refused = call(*wrong)
        assert refused.exit_code == 2
        assert "together with --append" in refused.stderr

    def fetch(address: str) -> fetching.Fetched:
        if address != "https://e.org/hall.png":
            raise FetchRefused(address, "is another")
        return fetching.Fetched(b"", address, 200, "image/png", 1, PNG)

    monkeypatch.setattr(fetching, "fetch", fetch)
    result = call("timelinejs-csv", "sheet.csv", "--append", "--fetch-media")
    assert result.exit_code == 0, result.output
    assert "Dropped" not in result.output
    with Timeline("timeline.db", read_only=True) as timeline:
        assert shown(timeline) == {"One": [{"source": "hall", "alt": "A hall."}]}
    monkeypatch.setattr(fetching, "fetch", lambda address: fetching.Fetched(b"", address, 200, "image/png", 1, PNG + b"2"))
    archived = CliRunner().invoke(main, ["archive", "--fetch", "https://e.org/door.png", "--title", "A door", "--by", "t"])
    assert archived.exit_code == 0, archived.output
    with Timeline("timeline.db", read_only=True) as timeline:
        assert (timeline.source("door").media_type, timeline.source("door").url) == ("image/png", "https://e.org/door.png")
