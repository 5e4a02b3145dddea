"""Pictures in exports: by their address where the page is known, within the file where they are small, and else in words."""

import csv
import json
from base64 import b64encode
from io import StringIO

import pytest
from examples import PNG, picture

from timeline import ArchivedSource, Timeline
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import WITHIN, About
from timeline.exchange.exporting.losses import Losses
from timeline.reading.happenings import at_positions

PAGE = "https://example.org/t/-/timeline"
HALL = {"source": "hall", "alt": "Rows <b>", "caption": "The <hall>.", "credit": "Ann & Bo"}


@pytest.fixture
def shown(timeline: Timeline, report: ArchivedSource) -> Timeline:
    """Make a happening with two pictures."""
    timeline.archive(**picture("hall"))
    timeline.archive(**picture("large", PNG + b"x" * WITHIN))
    media = [HALL, {"source": "large", "alt": "A large one."}]
    timeline.record("sitting", title="It sits", date="2025-11-24", citations=[report.quote("It sat")], media=media)
    return timeline


def written(timeline: Timeline, name: str, page: str | None = PAGE, *, pictures: bool = True) -> str:
    """Write the happening in a format."""
    connection = timeline.log.connection
    about = About.read(connection, title="T", page=page, pictures=pictures)
    happenings = at_positions(connection, [timeline.happening("sitting").position])
    return "".join(map(str, format_named(name).write(happenings, about)))


def address(timeline: Timeline, id: str = "hall") -> str:
    """Give the address of a picture, which ends as TimelineJS needs it to know a picture."""
    return f"{PAGE}/sources/{id}/image?sha256={str(timeline.source(id).sha256)[:16]}.png"


def test_timelinejs_shows_the_first_picture(shown: Timeline) -> None:
    """With its words, escaped where TimelineJS reads HTML; without a page there is no address, and so no picture."""
    media = json.loads(written(shown, "timelinejs"))["events"][0]["media"]
    assert media == {"url": address(shown), "caption": "The &lt;hall&gt;.", "credit": "Ann &amp; Bo", "alt": "Rows <b>"}
    (_, row) = csv.DictReader(StringIO(written(shown, "timelinejs-csv").removeprefix("\ufeff")))
    assert [row[f"Media{name}"] for name in ("", " Caption", " Credit")] == [media["url"], media["caption"], media["credit"]]
    assert row["Alt Text"] == "Rows <b>"
    assert "media" not in json.loads(written(shown, "timelinejs", None))["events"][0]


def test_a_redacted_picture_gives_way_to_the_next(shown: Timeline) -> None:
    """No export has its address or its bytes."""
    shown.redact(2, reason="Shows a witness.")
    assert json.loads(written(shown, "timelinejs"))["events"][0]["media"]["url"] == address(shown, "large")
    html = written(shown, "html")
    assert "this picture was redacted" in html
    assert "data:image" not in html
    assert "hall/image" not in "".join(written(shown, name) for name in ("jsonld", "markdown", "html", "timelinejs-csv"))


def test_a_chronology_holds_small_pictures(shown: Timeline) -> None:
    """Of a large one, and of any where the archive is closed, it has the words, with a link."""
    html = written(shown, "html")
    encoded = b64encode(PNG + b"hall").decode()
    assert f'<img alt="Rows &lt;b&gt;" src="data:image/png;base64,{encoded}">' in html
    assert html.count("<img") == 1
    assert "The &lt;hall&gt;." in html
    assert "Ann &amp; Bo" in html
    assert f'<a href="{PAGE}/sources/large"><cite><bdi>Picture large</bdi></cite></a>' in html
    closed = written(shown, "html", pictures=False)
    assert "<img" not in closed
    assert "The &lt;hall&gt;." in closed
    assert f"Picture: The \\<hall\\>., Ann \\& Bo, Picture hall <{address(shown)}>" in written(shown, "markdown")


def test_linked_data_names_the_pictures(shown: Timeline) -> None:
    """Each with its address."""
    images = json.loads(written(shown, "jsonld"))["itemListElement"][0]["image"]
    assert [image["contentUrl"] for image in images] == [address(shown), address(shown, "large")]
    assert (images[0]["caption"], images[0]["creditText"], images[0]["description"]) == ("The <hall>.", "Ann & Bo", "Rows <b>")


def test_a_bundle_of_the_present_lists_them(shown: Timeline) -> None:
    """With all their words."""
    assert json.loads(written(shown, "jsonl"))["happening"]["media"] == [HALL, {"source": "large", "alt": "A large one."}]


@pytest.mark.parametrize("name", ["csv", "ics", "atom", "jsonfeed", "svg", "annotations", "timemap", "vis"])
def test_formats_that_lose_pictures_say_so(shown: Timeline, name: str) -> None:
    """In the list of losses that every export gives."""
    losses = Losses(format_named(name))
    list(losses.watch(at_positions(shown.log.connection, [shown.happening("sitting").position])))
    assert any(line.startswith("pictures (in 1 of 1 happenings): left out") for line in losses.lines())
