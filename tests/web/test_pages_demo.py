"""A timeline with something of everything that the pages can show, for their tests; and that it holds what they look for."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from timeline import Timeline

NOTES = (
    "Caesar was killed on the Ides of March.\r\n\r\nThe city was founded about 753 BC; some say otherwise.\r\n\r\n"
    "The  office   opened in 2003. “It was a Tuesday,” she said. The office did not open in 2003, the ledger shows."
    ' It went on.\r\n\r\nThe café on the Côte opened at noon. "><img src=x onerror=alert(1)> said the sign.\r\n\r\n'
    "Alpha beta gamma\r\n\r\ndelta epsilon."
)
DISPATCH = "The assembly met from November 24 to 27. Shahkar and Hammouchi met in Marrakech. Shahkar said he was pleased."
ARABIC = "اِنْعَقَدَتِ الجمعية العامة في مراكش.\nوقال المدير إن الأمن منفعة عامة."
LONG_TITLE = "A very long title " * 110 + "ends."
HOSTILE = '<script>alert("title")</script>'
# In time order, as the page has them.
IN_ORDER = (
    "rome", "caesar", "maybe", "noon", "office", "office-closes", "office-stays", "assembly", "arabic", "opening", "meeting",
    "claim", "hostile", "long", "undated",
)  # fmt: skip


def build(path: Path, synthetic: int = 0) -> Path:
    """Make the timeline: 15 happenings that stand, one retracted, two corrected twice, and `synthetic` more of 1400 to 1500."""
    ticks = count(1)
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    with Timeline(path, by="amina", clock=lambda: start + timedelta(minutes=next(ticks))) as timeline:
        notes = timeline.archive(id="notes", text=NOTES, title="Notes on history", author="A. Historian", published="1998~")
        dispatch = timeline.archive(id="dispatch", text=DISPATCH, title="Dispatch", publisher="TNA", language="en")
        arabic = timeline.archive(id="arabic", text=ARABIC, title="الجمعية العامة", language="ar")
        went_on = [notes.quote("It went on.")]
        timeline.record(
            "assembly",
            title="The assembly meets",
            date="2025-11-24/2025-11-27",
            date_note="the year is that of the dispatch",
            place="Marrakech",
            latitude="31.6258",
            longitude="-7.9891",
            kind="assembly",
            tags=["police", "Côte"],
            actors=[{"name": "Abdellatif Hammouchi", "role": "host"}],
            citations=[dispatch.quote("met from November 24 to 27"), arabic.quote("الجمعية العامة في مراكش")],
        )
        timeline.record("opening", title="The assembly opens", date="2025-11-24", part_of="assembly", kind="session",
                        citations=[dispatch.quote("The assembly met")])  # fmt: skip
        timeline.record("meeting", title="Hammouchi meets Shahkar", date="2025-11-24/2025-11-27", part_of="assembly",
                        place="Marrakech", kind="meeting", actors=["Abdellatif Hammouchi", "Faisal Shahkar"],
                        tags=["bilateral"], related=[{"other": "opening", "relation": "follows"}],
                        citations=[dispatch.quote("Shahkar and Hammouchi met in Marrakech")])  # fmt: skip
        timeline.record("claim", title="Shahkar was pleased", date="2025-11-27~", attributed_to="Faisal Shahkar",
                        actors=["Faisal Shahkar"], kind="statement",
                        citations=[dispatch.quote("Shahkar said he was pleased")])  # fmt: skip
        timeline.record("caesar", title="Caesar is killed", date="-0043-03-15", place="Rome",
                        citations=[notes.quote("Caesar was killed on the Ides of March.")])  # fmt: skip
        timeline.record("rome", title="Rome is founded", date="-0752~", place="Rome", citations=[
            notes.quote("The city was founded about 753 BC"),
            notes.quote("some say otherwise", stance="disputes", supports="the year"),
        ])  # fmt: skip
        timeline.record("office", title="The office opens", date="2003", kind="opening", citations=[
            notes.quote("The office opened in 2003."),
            notes.quote('"It was a Tuesday,"'),
            notes.quote("The office did not open in 2003", stance="disputes"),
        ])  # fmt: skip
        timeline.record("office-stays", title="The office stays", date="2003/..", citations=went_on)
        timeline.record("office-closes", title="The office closes", date="2003/", citations=went_on)
        timeline.record("noon", title="The café opens", date="1998-06-01T12:00:00", zone="Europe/Paris", place="Côte d’Azur",
                        citations=[notes.quote("The café on the Côte opened at noon.")])  # fmt: skip
        timeline.record("maybe", title="It may have happened", date="1985?", citations=went_on)
        timeline.record("undated", title="At no known time", date="XXXX", citations=went_on)
        timeline.record("arabic", title="انعقاد الجمعية", date="2025-11-24", part_of="assembly", tags=["إنتربول"],
                        citations=[arabic.quote("اِنْعَقَدَتِ")])  # fmt: skip
        timeline.record("hostile", title=HOSTILE, date="2026-01-01", summary='"><img src=x onerror=alert(2)>', place="<i>x</i>",
                        kind="k'\"&?#%", actors=[{"name": "<u>Eve</u>", "role": '"><svg onload=alert(3)>'}],
                        tags=["a&b=c", "<t>"], attributed_to="<em>Mallory</em>", date_note='" onmouseover="alert(4)',
                        citations=[notes.quote('"><img src=x onerror=alert(1)>')])  # fmt: skip
        timeline.record("long", title=LONG_TITLE, date="2026-01-02", citations=went_on)
        timeline.record("mistake", title="The meeting is held in Rabat", date="2025-11-25", place="Marrakech",
                        citations=[dispatch.quote("met in Marrakech")])  # fmt: skip
        timeline.correct("meeting", date="2025-11-26", summary="Talks on cooperation.", reason="a second report names the day")
        timeline.correct("meeting", date="2025-11-25/2025-11-26", title="Hammouchi and Shahkar meet",
                         tags=["bilateral", "un"], reason="it can be read either way",
                         citations=[dispatch.quote("Hammouchi met in Marrakech")])  # fmt: skip
        timeline.retract("mistake", reason="The place was misread.", superseded_by="meeting")
        timeline.correct_source("dispatch", title="A dispatch of TNA", reason="the title page names it")
        timeline.append_many({"happening": _synthetic(number)} for number in range(synthetic))
    return path


def _synthetic(number: int) -> dict[str, Any]:
    year = 1400 + number * 7919 % 100
    dates = (f"{year}", f"{year}-05", f"{year}-05-{1 + number % 28:02}", f"{year}/{year + 3}", "1450-01-01")
    return {
        "id": f"x-{number}",
        "title": f"Synthetic {number}",
        "date": dates[number % 5],
        "kind": f"kind {number % 60}",
        "actors": [f"Person {number % 70}"],
        "citations": [{"source": "notes", "quote": "It went on."}],
    }


def serve(*paths: Path, **options: Any) -> Datasette:  # noqa: ANN401 - Datasette's own settings
    """Serve timelines; `settings`, `metadata` and `config` as Datasette takes them."""
    options["settings"] = {"sql_time_limit_ms": 10_000, **options.get("settings", {})}  # a busy machine is not what is tested
    return Datasette([str(path) for path in paths], **options)


def ids(html: str) -> list[str]:
    """Give the ids of the happenings on a timeline page, in order."""
    return re.findall(r'<li class="happening[^"]*" id="h-([^"]+)"', html)


def card(html: str, id_: str) -> str:
    """Give the HTML of one happening on a timeline page."""
    after = html.split(f'id="h-{id_}"', 1)[1].split(">", 1)[1]
    return after.split('<li class="happening', 1)[0].split("timeline-year", 1)[0]


def text(html: str) -> str:
    """Give what is read of a piece of HTML: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def link(html: str, label: str) -> str:
    """Give the address of the first link with these words."""
    result = re.search(rf'<a href="([^"]+)"[^>]*>(?:<span[^>]*>[^<]*</span>)?\s*{label}\s*(?:<span[^>]*>[^<]*</span>)?</a>', html)
    assert result, f"no link {label}"
    return result[1].replace("&amp;", "&")


def test_the_demo_has_what_the_page_tests_look_for(tmp_path: Path) -> None:
    """Fifteen happenings stand, in the order that is written down here, and one is retracted."""
    with sqlite3.connect(build(tmp_path / "demo.db")) as connection:
        order = "coalesce(earliest_day, latest_day, 9e15), -coalesce(latest_day, -9e15), date, id"
        rows = connection.execute(f"select id from happenings where status = 'current' order by {order}")
        assert tuple(id_ for (id_,) in rows) == IN_ORDER
        assert connection.execute("select id from happenings where status = 'retracted'").fetchall() == [("mistake",)]


@pytest.mark.asyncio
async def test_the_demo_is_served(tmp_path: Path) -> None:
    """Datasette shows its timeline."""
    assert (await serve(build(tmp_path / "demo.db")).client.get("/demo/-/timeline")).status_code == 200
