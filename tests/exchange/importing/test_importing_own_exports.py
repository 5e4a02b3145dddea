"""Our own exports are imported again: into another timeline with their ids, and into the same one without any change."""

from pathlib import Path

import pytest

from timeline import Timeline
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.exchange.importing import run
from timeline.exchange.importing.outcome import Plan
from timeline.reading.happenings import at_positions

FORMATS = ("timelinejs", "timelinejs-csv", "csv", "ics", "vis", "jsonld")
PAGE = "https://example.org/db/-/timeline"


@pytest.fixture
def exporter(timeline: Timeline) -> Timeline:
    """Return a timeline with happenings that refer to earlier and later ones."""
    report = timeline.archive(text="They met; then they voted, and a third time.", id="report", title="A report")
    with timeline.transaction():
        timeline.record("session", title="Session", date="2025-11", citations=[report.quote("They met")])
        timeline.record(
            "vote",
            title="A vote; “no”",
            date="2025-11-24T10:30:00",
            zone="Africa/Casablanca",
            kind="vote",
            summary="One.\n\nTwo.",
            place="Marrakech",
            latitude="31.620",
            longitude="-7.98",
            part_of="session",
            actors=["Ann (the elder)", {"name": "Bob", "role": "chair"}],
            tags=["a;b", "c"],
            related=[{"other": "third", "relation": "led to"}],
            attributed_to="Ann",
            citations=[report.quote("voted")],
        )
        timeline.record("third", title="Third", date="2026~", citations=[report.quote("a third time")])
        timeline.record("wrong", title="Wrong", date="2020", citations=[report.quote("then")])
    timeline.retract("wrong", reason="never happened")
    return timeline


def exported(timeline: Timeline, name: str, folder: Path, *, ids: tuple[str, ...] = ("session", "vote", "third")) -> Path:
    """Export happenings to a file."""
    positions = [timeline.happening(id).position for id in ids]
    format = format_named(name)
    about = About.read(timeline.log.connection, title="T", page=PAGE)
    path = folder / f"x{format.suffix}"
    path.write_text("".join(map(str, format.write(at_positions(timeline.log.connection, positions), about))), encoding="utf-8")
    return path


def into(timeline: Timeline, path: Path, name: str) -> tuple[Plan, tuple[int, ...]]:
    """Import a file, and count the outcomes of its rows."""
    plan = run.append(run.understand(path, name), timeline)
    counts = plan.counts()
    return plan, tuple(counts[verb] for verb in ("new", "corrected", "unchanged", "refused"))


@pytest.mark.parametrize("name", FORMATS)
def test_into_the_same_timeline_nothing_is_added(exporter: Timeline, tmp_path: Path, name: str) -> None:
    """A remark says that each happening is already recorded, and lists differences without correcting them."""
    size = exporter.log.size()
    plan, counts = into(exporter, exported(exporter, name, tmp_path), name)
    assert (counts[:3], exporter.log.size()) == ((0, 0, 3), size)
    assert all("is already recorded" in outcome.remarks[0][1] for outcome in plan.outcomes if outcome.verb == "unchanged")
    assert not [words for outcome in plan.outcomes for _, words in outcome.remarks if "in the file: not changed" in words]


@pytest.mark.parametrize("name", FORMATS)
def test_happenings_keep_their_ids_in_another_timeline(exporter: Timeline, tmp_path: Path, name: str) -> None:
    """Each cites its row. A second import adds nothing, and another export gives the same file except for the id of the log."""
    path = exported(exporter, name, tmp_path)
    with Timeline(tmp_path / "other.db") as other:
        assert into(other, path, name)[1][:3] == (3, 0, 0)
        assert into(other, path, name)[1][:3] == (0, 0, 3)
        assert other.verify().ok
        for id in ("session", "vote", "third"):
            before, after = exporter.happening(id), other.happening(id)
            assert (after.title, after.date, after.kind, after.summary) == (before.title, before.date, before.kind, before.summary)
        assert len(other.happening("vote").citations) == 1
        again = tmp_path / "again"
        again.mkdir()
        size = other.log.size()
        assert into(other, exported(other, name, again), name)[1][:2] == (0, 0)
        assert other.log.size() == size


def test_every_field_of_a_table_comes_back(exporter: Timeline, tmp_path: Path) -> None:
    """Actors, parents and related happenings, also later ones. A retracted happening is refused with its reason."""
    path = exported(exporter, "csv", tmp_path, ids=("session", "vote", "third", "wrong"))
    with Timeline(tmp_path / "other.db") as other:
        plan, counts = into(other, path, "csv")
        assert counts == (3, 0, 0, 1)
        assert "never happened" in plan.outcomes[3].reason
        before, after = exporter.happening("vote"), other.happening("vote")
        assert after.model_dump(exclude={"citations", "position", "recorded_at", "recorded_by"}) == before.model_dump(
            exclude={"citations", "position", "recorded_at", "recorded_by"}
        )


def test_a_changed_table_is_compared_and_new_rows_are_recorded(exporter: Timeline, tmp_path: Path) -> None:
    """A person decides whether the file is right. Another happening under a taken id is refused."""
    path = exported(exporter, "csv", tmp_path)
    header, session, vote, third = path.read_bytes().decode().removesuffix("\r\n").split("\r\n")
    rows = (header, session.replace("Session,", "Sitting,"), vote, third.replace("Third,,2026~", "Else,,1999"))
    more = (third.replace("third,Third", "fourth,Fourth"), third.replace("third,Third", "fourth,Fifth"))
    path.write_bytes("\r\n".join((*rows, *more)).encode())
    plan, counts = into(exporter, path, "csv")
    assert counts == (1, 0, 2, 2)
    assert [outcome.reason.partition(" (")[0] for outcome in plan.outcomes if outcome.verb == "refused"] == [
        "another happening has its id",
        'its id, "fourth", is that of a row before it. Give it another',
    ]
    assert plan.outcomes[0].remarks[1] == (
        "title",
        'is "Session" in the timeline and "Sitting" in the file: not changed. Correct it if the file is right',
    )
    assert exporter.happening("fourth").citations[0].source == "x"
    assert exporter.happening("session").title == "Session"


def test_a_reference_to_a_refused_row_is_dropped(timeline: Timeline, tmp_path: Path) -> None:
    """The import goes on, with a remark, also for rows that refer to such a row."""
    header = "id,title,date,date_in_words,latitude,longitude,part_of,attributed_to,related"
    rows = ("a,Child,2025-01-02,,,,b,,c (follows)", "b,Parent,2025,,999,1,,,", "c,Other,2025,,,,,,b; a")
    (tmp_path / "t.csv").write_text("\n".join((header, *rows)), encoding="utf-8")
    plan, counts = into(timeline, tmp_path / "t.csv", "csv")
    assert counts == (2, 0, 0, 1)
    assert plan.outcomes[0].remarks == [("part_of", 'dropped: there is no happening "b"')]
    assert [tie.other for tie in timeline.happening("c").related] == ["a"]


@pytest.mark.parametrize("name", ["timelinejs", "timelinejs-csv"])
def test_exported_rows_are_matched_by_their_ids(timeline: Timeline, tmp_path: Path, name: str) -> None:
    """A later version of an exported file corrects the right one of two happenings with the same title."""
    path = tmp_path / "sheet.csv"
    path.write_text("Year,Headline,Text\n2003,A vote,one\n2003,A vote,two\n", encoding="utf-8")
    into(timeline, path, "timelinejs-csv")
    path = exported(timeline, name, tmp_path, ids=("sheet-a-vote", "sheet-a-vote-2"))
    with Timeline(tmp_path / "other.db") as other:
        into(other, path, name)
        path.write_text(path.read_text(encoding="utf-8").replace(">two<", ">three<"), encoding="utf-8")
        _, counts = into(other, path, name)
        assert counts == (0, 1, 1, 1)
        assert [other.happening(id).summary for id in ("sheet-a-vote", "sheet-a-vote-2")] == ["one", "three"]
