"""A snapshot at a position says what the timeline said when its log ended there, by the same queries."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from examples import picture

from timeline import Timeline
from timeline.errors import TookTooLong
from timeline.selection import conditions, matches, plan, sources, sql, values
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot

TEXT = " ".join(f"Word{n} stands here." for n in range(40))
QUERIES = {
    "happenings": "select id, title, summary, date, kind, place, part_of, attributed_to, status, sources, citations, version,"
    " position from happenings order by began, day_second, lasted, date, id",
    "citations": "select * from citations order by happening, number",
    "actors": "select happening, actor, role, number from happening_actors order by happening, actor",
    "tags": "select * from happening_tags order by happening, tag",
    "related": "select * from related order by happening, other, relation",
    "media": "select * from happening_media order by happening, number",
    "sources": "select id, title, publisher, author, published, position from sources order by id",
}
STATES: list[dict[str, str]] = [
    {}, {"kind": "meeting"}, {"actor": "ann-lee"}, {"actor": "ANN LEE"}, {"tag": "x"}, {"source": "s-1"}, {"mark": "disputed"},
    {"mark": "corrected"}, {"mark": "claimed"}, {"mark": "single"}, {"from": "2001", "to": "2002"}, {"status": "all"},
    {"status": "retracted"}, {"place": "Rabat", "kind": "strike"}, {"q": "title seven"}, {"q": "Word3", "tag": "x"},
]  # fmt: skip


def numbered(rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give rows as they can be compared: the places of people in a table are theirs among all, and here among one happening's."""
    said = [dict(row) for row in rows]
    for one in said:
        one.pop("number", None) if "actor" in one else None
    return said


def known(snapshot: Snapshot) -> dict[str, Any]:
    """Read everything by the same text of each query."""
    read: dict[str, Any] = {name: numbered(snapshot.rows(query)) for name, query in QUERIES.items()}
    for given in STATES:
        state = states.read({name: [value] for name, value in given.items()})
        name = str(given)
        _, found = matches.find(snapshot, state if snapshot.as_of is None else _at(state, snapshot.as_of))
        read[name] = [row["id"] for row in matches.page(snapshot, found).rows], found.counted
        chosen = conditions.chosen(state, found.actor)
        for facet in states.FACETS:
            rows = snapshot.rows(values.sql_of_matches(facet, chosen), {**chosen.params, "most": 50})
            read[f"{name} {facet}"] = sorted(map(tuple, rows))
    for order in sources.ORDERS:
        read[f"sources by {order}"] = [row["id"] for row in sources.page(snapshot, sources.SourceQuery(order=order))]
    read["weights"] = sources.weigh(snapshot, ["s-1", "s-2"])
    return read


def _at(state: states.State, position: int) -> states.State:
    return states.read({**{name: [value] for name, value in state.given.items()}, "as_of": [str(position)]})


@pytest.mark.parametrize(("seed", "rare"), [(0, plan.LOOK_TO), (1, plan.LOOK_TO), (2, 0), (3, 0)])
def test_a_position_shows_what_was_shown_when_the_log_ended_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, rare: int
) -> None:
    """Happenings, their lists, sources, matches of every filter, counts: whatever was recorded, corrected and retracted since.

    The words of a search are rare, or so common that their matches are read only once.
    """
    monkeypatch.setattr(plan, "LOOK_TO", rare)
    chance = random.Random(seed)  # noqa: S311 - no secret
    with Timeline(tmp_path / "t.db", by="x") as timeline:
        sql.register(timeline.log.connection)
        cited = [timeline.archive(id=f"s-{n}", text=TEXT, title=f"Source {n}").quote for n in (1, 2)]
        pictures = [timeline.archive(**picture(f"p-{n}")).id for n in (1, 2)]
        then: dict[int, Any] = {}

        def statement() -> dict[str, Any]:
            words = chance.sample(range(40), 2)
            return {
                "title": f"Title {chance.choice(['seven', 'eight'])}",
                "date": chance.choice(["2001", "2001-05-06", "2002~", "[2001..2003]", "../2002", "2001/.."]),
                "kind": chance.choice(["meeting", "strike"]),
                "place": chance.choice(["Rabat", "Fès"]),
                "attributed_to": chance.choice([None, "Ann"]),
                "actors": chance.sample(["Ann Lee", "ann lee", "Bo Berg", "José"], 1) + chance.sample(["Cy", "Di"], 1),
                "tags": chance.sample(["x", "y", "z"], chance.randint(0, 2)),
                "media": [{"source": one, "alt": "?"} for one in chance.sample(pictures, chance.randint(0, 2))],
                "citations": [
                    cited[0](f"Word{words[0]} stands here", stance=chance.choice(["supports", "disputes"])),
                    chance.choice(cited)(f"Word{words[1]} stands here"),
                ],
            }

        for step in range(30):
            id = f"h-{chance.randrange(8)}"
            there = {row[0]: row[1] for row in timeline.log.connection.execute("select id, status from happenings")}
            if id not in there:
                others = [{"relation": "precedes", "other": other} for other in chance.sample(sorted(there), min(1, len(there)))]
                timeline.record(id, related=others, part_of=chance.choice([None, *sorted(there)[:1]]), **statement())
            elif there[id] == "current" and chance.random() < 0.2:
                timeline.retract(id, reason="wrong")
            elif there[id] == "current":
                timeline.correct(id, reason="r", **statement())
            if step % 7 == 3:
                timeline.correct_source("s-1", title=f"Source {step}", reason="r")
            end = timeline.log.size()
            then[end] = known(Snapshot(timeline.log.connection))
        for position, expected in then.items():
            shown = known(Snapshot(timeline.log.connection, position))
            for name, value in expected.items():
                assert shown[name] == value, (position, name)


@pytest.mark.parametrize(
    ("sql", "step"),
    [
        ("select happening from happening_actors where actor = 'ann'", "SEARCH named USING PRIMARY KEY (value=? AND list=?"),
        ("select happening from happening_tags where tag = 'x'", "SEARCH named USING PRIMARY KEY (value=? AND list=?"),
        ("select happening from citations where source = 's'", "SEARCH named USING PRIMARY KEY (value=? AND list=?"),
        ("select happening from related where other = 'b'", "SEARCH named USING PRIMARY KEY (value=? AND list=?"),
        ("select quote from citations where happening = 'a'", "SEARCH replaced USING INDEX happening_versions_id (id=?"),
        ("select id from happenings where part_of = 'a'", "SEARCH replaced USING INDEX happening_versions_part_of (part_of=?"),
        (sources._REPLACED, "SEARCH replaced USING INDEX happening_versions_known_until (known_until>?"),
    ],
)
def test_replaced_versions_are_found_by_what_they_name(timeline: Timeline, sql: str, step: str) -> None:
    """A query as of a position reads the versions that it is about, however many were replaced since."""
    steps = Snapshot(timeline.log.connection, 1).explained(sql)
    assert any(one.startswith(step) for one in steps), steps
    assert not [one for one in steps if one.startswith(("SCAN named", "SCAN replaced", "SCAN events"))]


@pytest.mark.parametrize("as_of", [None, 1])
def test_a_common_word_is_looked_for_in_its_index_once(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch, as_of: int | None
) -> None:
    """All queries of a page about its matches read happenings in time order, or until there are enough, now and as of the past."""
    source = timeline.archive(id="s", text=TEXT, title="Source")
    timeline.record("h", title="Common", date="2001", citations=[source.quote("Word1 stands here")])
    monkeypatch.setattr(plan, "LOOK_TO", 0)
    state = states.read({"q": ["common"], **({"as_of": [str(as_of)]} if as_of else {})})
    snapshot, found = matches.find(Snapshot(timeline.log.connection), state)
    chosen = conditions.chosen(state, None, plan.plan(snapshot, state, None, found.end))
    params = {**chosen.params, "as_of": as_of}
    for along in (True, False):
        query, index = matches.page_sql(state, chosen, along=along), matches.index(chosen, along=along)
        steps = snapshot.explained(query, params, index=index)
        assert not [one for one in steps if "_fts" in one], steps
        assert not along or any("USING INDEX happenings_time" in one for one in steps), steps


def test_a_query_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    """And the connection can be used as before."""
    with Timeline(tmp_path / "t.db") as timeline:
        timeline.log.make()
        snapshot = Snapshot(timeline.log.connection, longest_ms=5)
        endless = "select count(*) from (with recursive n(n) as (select 1 union all select n + 1 from n) select n from n)"
        with pytest.raises(TookTooLong):
            snapshot.rows(endless)
        assert snapshot.value("select count(*) from happenings") == 0


def test_a_query_that_waits_for_its_turn_is_not_interrupted() -> None:
    """The limit is on its work, for a busy machine may let it wait; but not many times as long."""
    waiting = (
        "select count(*) from (with recursive n(n) as"
        " (select 1 union all select n + 1 from n where n < 3000 and (n > 1 or waits())) select n from n)"
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function("waits", 0, lambda: time.sleep(0.4) or 1)
        assert Snapshot(connection, longest_ms=300).plain(waiting)[0][0] == 3000
        with pytest.raises(TookTooLong):
            Snapshot(connection, longest_ms=10).plain(waiting)
