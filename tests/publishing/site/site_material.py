"""A timeline with a bit of everything for a site, and what the tests of sites share. Must not test anything."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from examples import PNG
from lxml import html

from timeline import Timeline

sys.path.insert(0, str(Path(__file__).parents[2] / "capture"))
import material  # PDFs

SECRET = "Unmistakeablesecret"  # noqa: S105 - a word of a document
FILLER = " ".join(f"filler{number}" for number in range(60))
REPORT = (
    "The council met in Paris on 3 May 1969, in the café. Ann Lee spoke first, and Côte d'Ivoire joined. السَّلام "
    "Bo Berg signed the treaty in 1970. The treaty was never signed, says the ministry. Carl d'Or left at 10:30. "
)
HOSTILE = '<script>alert("page")</script><img src=x onerror=alert(1)>'
# More happenings of many kinds of dates: id, date, kind.
DATED = [
    ("ides", "-0043-03-15", "attack"),
    ("about", "1969~", "vague"),
    ("decade", "196X", "vague"),
    ("perhaps", "1969-08?", "vague"),
    ("lasted", "1969-02/1969-11", "plain"),
    ("open-end", "1969-06/..", "open"),
    ("unknown-end", "1969-07/", "open"),
    ("one-of", "[1969-05-01..1969-05-09]", "vague"),
    ("several", "{1969-05-01,1969-06-01}", "plain"),
    ("morning", "1969-05-03T09:15", "plain"),
    ("hour", "1969-05-03T10", "plain"),
    ("meeting-hours", "1969-05-03T10:30/1969-05-03T12:00", "plain"),
    ("never-dated", "XXXX", "open"),
]


@dataclass(frozen=True)
class Published:
    """A timeline's file, and its site."""

    db: Path
    site: Path


def build(path: Path) -> Path:
    """Make a timeline with corrections, a retraction, a dispute, reviews, parts, a redaction, a PDF and a picture."""
    with Timeline(path, by="Ann") as timeline:
        report = timeline.archive(
            id="report", text=REPORT + FILLER, title=f"Report {HOSTILE}", publisher="The Press", published="1971"
        )
        note = timeline.archive(
            id="note.1", text=f"Ann Lee and Bo Berg met in private. {FILLER} {SECRET} stands here.", title="Note"
        )
        minutes, hall_file = path.with_name("minutes.pdf"), path.with_name("hall.png")
        minutes.write_bytes(material.pdf(["The first page.", "The council met again."]))
        hall_file.write_bytes(PNG)
        page = timeline.archive(minutes, id="minutes", title="Minutes")
        hall = timeline.archive(hall_file, id="hall", title="The hall")
        timeline.record(
            "opening", title="The council opens", date="1969-05", place="Paris", kind="assembly", tags=["assemblies"],
            actors=["Ann Lee", {"name": "Bo Berg", "role": "chair"}], summary="In the café.",
            citations=[report.quote("The council met in Paris on 3 May 1969")], media=[{"source": hall.id, "alt": "The hall"}],
        )  # fmt: skip
        timeline.record(
            "treaty", title="The treaty is signed", date="1970", actors=["Bo Berg"], part_of="opening", kind="treaty",
            citations=[report.quote("Bo Berg signed the treaty in 1970"),
                       {**report.quote("The treaty was never signed").model_dump(), "stance": "disputes"}],
        )  # fmt: skip
        timeline.record("private", title=HOSTILE, date="1969/1972", attributed_to="a note", actors=["Ann Lee", "Bo Berg"],
                        citations=[note.quote("Ann Lee and Bo Berg met in private")])  # fmt: skip
        timeline.record("again", title="It meets again", date="1969-05-04", kind="assembly",
                        citations=[page.quote("The council met again")])  # fmt: skip
        timeline.record("export", title="The name of a page", date="1971", citations=[note.quote("met in private")])
        timeline.record("part.2", title="The second part", date="1971-02", citations=[report.quote("Ann Lee spoke first")])
        timeline.record("mistake", title="Never happened", date="1980~", citations=[note.quote("met in private")])
        for id_, date, kind in DATED:
            timeline.record(id_, title=f"On {id_}, Ann Lee", date=date, kind=kind, citations=[report.quote("Ann Lee spoke first")])
        for number in range(40):
            date = f"19{70 + number % 20}-0{1 + number % 9}-1{number % 9}"
            timeline.record(f"sitting-{number}", title=f"Sitting {number}", date=date,
                            kind="sitting", citations=[report.quote("Ann Lee spoke first")])  # fmt: skip
        timeline.correct("opening", date="1969-05-03", title="The assembly opens", reason="The report names the day")
        timeline.correct("part.2", title="The second part, corrected", reason="A slip")
        timeline.retract("mistake", reason="Misread")
    with Timeline(path, by="Bea") as timeline:
        timeline.review("again", verdict="confirmed", comment="Read the minutes")
        timeline.review("treaty", verdict="doubted", comment="The ministry says otherwise")
    return path


def pages(folder: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    """Read each page of a site."""
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), html.document_fromstring(path.read_text(encoding="utf-8"))


def broken_links(folder: Path) -> list[str]:
    """List the links of a site that lead nowhere: to no file, or to no place on a page."""
    read = dict(pages(folder))
    named = {name: {one.get("id") for one in tree.iter() if one.get("id")} for name, tree in read.items()}
    broken = []
    for name, tree in read.items():
        for element in tree.iter():
            for attribute in ("href", "src", "action", "cite", "poster", "data-scripted"):
                link = element.get(attribute) if isinstance(element.tag, str) else None
                if link is None or re.match(r"(?:https?|webcal|mailto|data):", link):
                    continue
                parts = urlsplit(link)
                target = (folder / name).parent.joinpath(unquote(parts.path)).resolve() if parts.path else (folder / name).resolve()
                if not target.is_file() or not target.is_relative_to(folder.resolve()):
                    broken.append(f"{name}: {attribute}={link}")
                elif parts.fragment and not parts.query:
                    there = named.get(target.relative_to(folder.resolve()).as_posix(), set())
                    if parts.fragment not in there and not parts.fragment.startswith("t="):
                        broken.append(f"{name}: {link}: no such place")
    return broken
