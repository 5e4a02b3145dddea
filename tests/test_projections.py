"""The read tables: what they hold, and that an append and a rebuild give the same rows."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import picture
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share

from timeline import ArchivedSource, Timeline, TimelineError, projections
from timeline.projections import staging

FOUND = {"source": "report", "quote": "It sat for four days"}
DESCRIBED = {"source": "p", "description": "A gathering", "fragment": "xywh=percent:0,0,50,50"}


def rows(timeline: Timeline) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every read table, full-text index included, in a fixed order."""
    connection = timeline.log.connection
    found = {}
    for _, name in projections.objects():
        rowid = "rowid, " if name.endswith("_fts") else ""
        found[name] = sorted(connection.execute(f"SELECT {rowid}* FROM {name}"), key=repr)
        if rowid:
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name}_terms USING fts5vocab('main', '{name}', 'instance')"
            )
            found[f"{name} terms"] = sorted(connection.execute(f"SELECT * FROM temp.{name}_terms"))
            connection.execute(f"INSERT INTO {name}({name}) VALUES ('integrity-check')")
            connection.execute(f"DROP TABLE temp.{name}_terms")
    found["projected"] = connection.execute("SELECT * FROM projected").fetchall()
    return found


ids = st.sampled_from(["a", "b", "c"])
TIMES = ["2017-11-11T04:10~", "2017-11-11T04", "[2017-11-11T04:10+01:00..2017-11-11T04:30+01:00]", "2017-11-11T04:10Z/.."]
fields = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["One", "Côte", "مُحَمَّد", "مجلس"]),
        "date": st.sampled_from(["2003", "2025-11-24/2025-11-27", "-0044-03-15", "[..2025-11-26]", "1985/..", "156X~", *TIMES]),
        "place": st.sampled_from(["Marrakech", "Casablanca"]) | st.none(),
        "part_of": ids | st.none(),
        "actors": st.lists(st.sampled_from(["Ann", "Bo", "bo.", "A.B.", "AB"]), max_size=2),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
        "related": st.lists(ids, max_size=2, unique=True),
        "media": st.lists(st.sampled_from(["p", "q"]), max_size=2, unique=True),
        "citations": st.lists(
            st.sampled_from([FOUND, {"source": "report", "quote": "met in Marrakech", "stance": "disputes"}, DESCRIBED]),
            min_size=1,
            max_size=2,
        ),
    },
)
steps = st.one_of(
    st.builds(
        lambda id, f: {
            "id": id,
            **f,
            "title": f.get("title", "T"),
            "date": f.get("date", "2003"),
            "citations": [FOUND],
        },
        ids,
        fields,
    ),
    st.builds(lambda id, f, reason: {"correct": id, "reason": reason, **f}, ids, fields, st.sampled_from(["p", "q"])),
    st.builds(lambda id, reason: {"retract": id, "reason": reason}, ids, st.sampled_from(["p", "q"])),
    st.builds(
        lambda id, version, verdict, comment: {"review": id, "version": version, "verdict": verdict, **comment},
        ids,
        st.integers(1, 5),
        st.sampled_from(["confirmed", "doubted"]),
        st.sampled_from([{}, {"comment": "c"}]),
    ),
    st.builds(lambda title: {"correct_source": "report", "title": title, "reason": "r"}, st.sampled_from(["R", "S", "Ŧ"])),
)


authors = st.sampled_from(["Ann", "tester", "ann "])


@settings(max_examples=share(60), deadline=None)
@given(
    st.lists(
        st.lists(steps, min_size=1, max_size=4) | st.integers(1, 12) | st.sampled_from(["Ann", "tester", "ann "]), max_size=16
    ),
    st.sampled_from([1, 2, 3, 5_000]),
)
def test_increment_equals_rebuild(batches: list[list[dict[str, Any]] | int | str], step: int) -> None:
    """However the log grew, by one, in batches, with redactions, a rebuild gives the same rows and terms, and all is sound.

    So it does whatever number of events it takes in one step. A name is the author from there on. The reviews are those that the
    events give, now and as of each position, and the filter finds each.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory() as folder,
        Timeline(Path(folder) / "t.db", by="tester") as timeline,
    ):
        timeline.archive(text="The council met in Marrakech. It sat for four days.", id="report", title="A report")
        for id in ("p", "q"):
            timeline.archive(**picture(id))
        for batch in batches:
            with suppress(TimelineError):
                if isinstance(batch, int):
                    timeline.redact(batch, reason="r")
                elif isinstance(batch, str):
                    timeline._streams.by = batch.strip()
                else:
                    timeline.append_many(batch)
        before = rows(timeline)
        patch.setattr(projections, "REBUILD_STEP", step)
        timeline.rebuild()
        assert rows(timeline) == before
        assert timeline.verify().faults == ()
        for as_of in (None, *range(timeline.log.size() + 1)):
            reviews = reviewed(timeline, as_of)
            assert {one.id: one.review for one in timeline.happenings(status="all", as_of=as_of)} == reviews
            for filtered in ("confirmed", "doubted", "none"):
                found = timeline.happenings(status="all", as_of=as_of, review=filtered)
                assert {one.id for one in found} == {id for id, review in reviews.items() if (review or "none") == filtered}


def reviewed(timeline: Timeline, as_of: int | None) -> dict[str, str | None]:
    """Work out the review of each happening from its events alone."""
    reviews = {}
    for id in ("a", "b", "c"):
        events = timeline.log.stream(f"happening/{id}", as_of)
        stating = [one for one in events if one.makes_statement]
        if not stating or stating[-1].data is None:
            continue
        author, verdicts = stating[-1].recorded_by, dict[str, str]()
        for one in events:
            person = one.recorded_by.lower()
            if one.type == "HappeningReviewed" and one.data is None:
                verdicts.pop(person, None)
            elif one.type == "HappeningReviewed" and one.payload["version"] == stating[-1].version and person != author.lower():
                verdicts[person] = one.payload["verdict"]
        reviews[id] = "doubted" if "doubted" in verdicts.values() else "confirmed" if verdicts else None
    return reviews


def test_happenings_tell_bounds_precision_and_counts(timeline: Timeline, report: ArchivedSource) -> None:
    """A row of happenings gives the date to the letter, its bounds, and how many citations and sources it has."""
    timeline.record("x", title="X", date="2025-11-24/2025-11-27", citations=[FOUND, report.quote("met in Marrakech")])
    row = timeline.db["happenings"].get("x")
    assert (row["date"], row["earliest"], row["latest"], row["precision"]) == (
        "2025-11-24/2025-11-27",
        "2025-11-24",
        "2025-11-27",
        "interval",
    )
    assert (row["earliest_day"], row["latest_day"], row["year"], row["month"]) == (739579, 739582, 2025, 11)
    assert (row["sources"], row["citations"], row["version"], row["position"], row["status"]) == (1, 2, 1, 2, "current")


@pytest.mark.parametrize(
    ("date", "earliest", "latest"),
    [("2003/..", "2003-01-01", None), ("/1985", None, "1985-12-31"), ("[..2025-11-26]", None, "2025-11-26")],
)
def test_an_open_or_unknown_side_is_null(
    timeline: Timeline, report: ArchivedSource, date: str, earliest: str | None, latest: str | None
) -> None:
    """No day is made up for a side that the date leaves open."""
    timeline.record("x", title="X", date=date, citations=[FOUND])
    row = timeline.db["happenings"].get("x")
    assert (row["earliest"], row["latest"]) == (earliest, latest)


def test_versions_answer_as_of(timeline: Timeline, meeting: str) -> None:
    """known_from and known_until say between which positions a version stood."""
    timeline.correct(meeting, title="The council sits", reason="wording")
    timeline.retract(meeting, reason="it did not")
    as_of = "SELECT title, status FROM happening_versions WHERE known_from <= ? AND (known_until IS NULL OR known_until > ?)"
    found = [timeline.db.execute(as_of, [n, n]).fetchall() for n in (1, 2, 3, 4)]
    assert found == [
        [],
        [("The council meets", "current")],
        [("The council sits", "current")],
        [("The council sits", "retracted")],
    ]


def test_corrections_retractions_and_disputes_show(timeline: Timeline, meeting: str, report: ArchivedSource) -> None:
    """The tables tell what was corrected, retracted and disputed, and keep nothing of what was replaced."""
    timeline.correct(
        meeting,
        actors=["Another"],
        citations=[FOUND, report.quote("others say three hundred and fifty", stance="disputes")],
        reason="r",
    )
    db = timeline.db
    assert [row["stance"] for row in db["citations"].rows] == ["supports", "disputes"]
    assert [row["actor"] for row in db["happening_actors"].rows] == ["another"]
    timeline.retract(meeting, reason="it did not")
    assert db["happenings"].get(meeting)["status"] == "retracted"
    assert db["timeline"].count == 0


def test_every_stored_quotation_is_at_its_place(timeline: Timeline, meeting: str) -> None:
    """The slice of the source's text between start_char and end_char is the quotation."""
    sql = "SELECT quote, substr(text, start_char + 1, end_char - start_char) FROM citations JOIN source_texts USING (source)"
    for quote, passage in timeline.db.execute(sql).fetchall():
        assert quote == passage


def found(timeline: Timeline, table: str, words: str) -> int:
    """How many rows a search finds."""
    (count,) = timeline.db.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", [words]).fetchone()
    return int(count)


def test_search_folds_diacritics(timeline: Timeline) -> None:
    """Cote finds Côte however it is written, and Arabic is found with and without its vowel signs and hamzas."""
    source = timeline.archive(text="Une visite en Côte d'Ivoire. وصل مُحَمَّد إلى أكادير", id="report", title="Rapport")
    timeline.record("a", title="Visit", date="2003", citations=[source.quote("Côte d'Ivoire")])
    timeline.record("b", title="Co\u0302te", date="2003", citations=[source.quote("مُحَمَّد إلى أكادير")])
    assert [found(timeline, "happenings_fts", word) for word in ("Cote", "Côte", "cote", "محمد", "اكادير", "أكادير")] == [
        2,
        2,
        2,
        1,
        1,
        1,
    ]
    assert [found(timeline, "sources_fts", word) for word in ("cote", "محمد", "أكادير")] == [1, 1, 1]


def test_search_reads_letters_for_ligatures(timeline: Timeline) -> None:
    """Words are found however a typesetter wrote them, in documents and in happenings; and the words as they were set too."""
    source = timeline.archive(text="The ﬁnal report of the oﬃce", id="report", title="Rapport")
    timeline.record("a", title="Conﬂict", date="2003", citations=[source.quote("final report")])
    assert [found(timeline, "sources_fts", word) for word in ("final", "office", "ﬁnal", "nal")] == [1, 1, 1, 0]
    assert [found(timeline, "happenings_fts", word) for word in ("final", "conflict", "conﬂict")] == [1, 1, 1]


def test_people_have_their_places_in_the_list(timeline: Timeline, report: ArchivedSource) -> None:
    """Their order is the statement's, whatever their names."""
    timeline.record("a", title="T", date="2003", actors=["Zoe", "Ann", "Mia"], citations=[FOUND])
    rows = timeline.db.query("SELECT actor, number FROM happening_actors ORDER BY number")
    assert [(row["actor"], row["number"]) for row in rows] == [("zoe", 1), ("ann", 2), ("mia", 3)]


def test_a_correction_moves_the_old_words_to_the_index_of_replaced_versions(timeline: Timeline, meeting: str) -> None:
    """Search finds what is now known; as of the past, it finds what was known then."""
    timeline.correct(meeting, title="A sitting", reason="wording")
    words = ("meets", "sitting")
    assert [found(timeline, "happenings_fts", word) for word in words] == [0, 1]
    assert [found(timeline, "happening_versions_fts", word) for word in words] == [1, 0]


def test_events_inserted_by_hand_are_projected_with_the_next_append(timeline: Timeline, meeting: str, path: Path) -> None:
    """The read tables catch up with whatever the guards let into the log."""
    connection = sqlite3.connect(path)
    (data,) = connection.execute("SELECT data FROM events WHERE position = 2").fetchone()
    values = ("happening/by-hand", 1, "HappeningRecorded", "2026-01-01T00:00:00.000Z", "hand", data, bytes(16), bytes(32))
    connection.execute("INSERT INTO events VALUES (3, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.commit()
    timeline.archive(text="more words", id="more", title="More")
    assert timeline.db["happenings"].get("by-hand")["title"] == "The council meets"


def test_density_and_facets_count_what_happenings_say(timeline: Timeline, report: ArchivedSource) -> None:
    """Each current happening is counted as it now stands, whatever stood before, also under '' for all kinds."""
    day = 731_947  # 2005-01-01
    for id, date, kind in (("a", "2005-01-01", "sitting"), ("b", "2005-01-01/2005-01-03", None), ("c", "2005-01-02/..", "sitting")):
        timeline.record(id, title="T", date=date, kind=kind, tags=["x"], citations=[FOUND])
    timeline.correct("a", date="2005-01-02", tags=["y"], reason="r")
    timeline.record("gone", title="T", date="2005-01-01", kind="sitting", citations=[FOUND])
    timeline.retract("gone", reason="r")
    counted = timeline.db.execute("SELECT kind, bucket, starts, ends FROM density WHERE scale = 0 ORDER BY 1, 2").fetchall()
    assert counted == [("", day, 1, 0), ("", day + 1, 2, 1), ("", day + 2, 0, 1), ("sitting", day + 1, 2, 1)]
    for scale in (7, 14, 21, 28, 42):
        sums = timeline.db.execute("SELECT kind, sum(starts), sum(ends) FROM density WHERE scale = ? GROUP BY 1", [scale])
        assert sums.fetchall() == [("", 3, 2), ("sitting", 2, 1)]
    facets = timeline.db.execute("SELECT * FROM facets WHERE facet <> 'source' ORDER BY 1, 2").fetchall()
    assert facets == [
        ("kind", "sitting", 2),
        ("mark", "corrected", 1),
        ("mark", "single", 3),
        ("review", "none", 3),
        ("tag", "x", 2),
        ("tag", "y", 1),
    ]
    assert timeline.db.execute("SELECT first_day, last_day FROM spans ORDER BY 1").fetchall() == [(day, day + 2), (day + 1, None)]


def test_the_timeline_is_in_order_within_a_day(timeline: Timeline, report: ArchivedSource) -> None:
    """By the time of day, however it was written and in whatever order recorded; the day itself comes first."""
    dates = ["2025-11-24", "2025-11-24T04", "2025-11-24T04:10", "[2025-11-24T04:10..2025-11-24T04:30]", "2025-11-24T04:10:30",
             "2025-11-24T04:12/2025-11-25T03", "2025-11-24T04:12/..", "2025-11-24T23:59"]  # fmt: skip
    for number, date in enumerate(reversed(dates)):
        timeline.record(f"h{number}", title="T", date=date, citations=[FOUND])
    assert [row["date"] for row in timeline.db["timeline"].rows] == dates


def test_near_days_stand_beside_the_bounds(timeline: Timeline, report: ArchivedSource) -> None:
    """About widens them by one unit, and moves neither earliest nor latest; each version has its own."""
    timeline.record("x", title="X", date="1989-11~", citations=[FOUND])
    timeline.correct("x", date="1989-11-09", reason="r")
    versions = list(timeline.db["happening_versions"].rows_where(order_by="version"))
    columns = ("earliest", "latest", "near_earliest", "near_latest")
    assert [tuple(row[column] for column in columns) for row in versions] == [
        ("1989-11-01", "1989-11-30", "1989-10-01", "1989-12-31"),
        ("1989-11-09",) * 4,
    ]
    row = timeline.db["happenings"].get("x")
    assert (row["near_earliest_day"], row["near_latest_day"]) == (row["earliest_day"], row["latest_day"])


def test_time_order_is_read_from_an_index(timeline: Timeline, meeting: str) -> None:
    """The timeline view sorts nothing: its order is that of an index."""
    plan = " ".join(row[3] for row in timeline.db.execute("EXPLAIN QUERY PLAN SELECT id FROM timeline LIMIT 50").fetchall())
    assert "happenings_time" in plan
    assert "TEMP B-TREE" not in plan


def statements_of(timeline: Timeline, work: Callable[[], object]) -> list[str]:
    """Which statements SQLite runs meanwhile that change a read table."""
    run: list[str] = []
    timeline.log.connection.set_trace_callback(run.append)
    work()
    timeline.log.connection.set_trace_callback(None)
    tables = "|".join(name for _, name in projections.objects())
    return [one for one in run if re.match(rf"(INSERT INTO|UPDATE|DELETE FROM) ({tables})\b", one)]


def test_statements_that_have_nothing_to_do_are_passed_over(timeline: Timeline, report: ArchivedSource) -> None:
    """One happening without tags and ties touches neither these nor the tables of sources, and takes nothing off again."""
    timeline.record("w", title="W", date="2003", citations=[FOUND])
    run = statements_of(timeline, lambda: timeline.record("x", title="X", date="2003", citations=[FOUND]))
    touched = {one.split()[2] for one in run}
    assert {"happenings", "happening_versions", "citations", "facets", "density", "happenings_fts"} <= touched
    assert not touched & {"sources", "sources_fts", "source_pages", "happening_tags", "related", "actors", "happening_actors"}
    assert not [one for one in run if one.startswith("DELETE")]
    corrected = statements_of(timeline, lambda: timeline.correct("x", title="Y", reason="r"))
    assert [one for one in corrected if one.startswith("DELETE FROM happenings ")]


def test_search_has_the_name_first_recorded(timeline: Timeline, report: ArchivedSource) -> None:
    """People are searched by the name that their page has, also if they were first named in the same append, or in a former one."""
    for batch in (["a.b.", "AB", "A.B."], ["a b"]):
        happening = {"title": "T", "date": "2003", "citations": [FOUND]}
        timeline.append_many({**happening, "id": f"{len(batch)}-{n}", "actors": [name]} for n, name in enumerate(batch))
    searched = timeline.db.execute("SELECT people FROM happenings_fts ORDER BY rowid").fetchall()
    assert searched == [("a.b.",), ("AB",), ("a.b.",), ("a.b.",)]


def test_what_is_staged_does_not_stay(timeline: Timeline, meeting: str) -> None:
    """The temporary tables hold nothing once an append is done."""
    timeline.correct(meeting, title="A sitting", tags=["a"], related=[], reason="wording")
    for table in staging.tables():
        assert timeline.db.execute(f"SELECT count(*) FROM temp.{table}").fetchone() == (0,)


def test_an_event_that_cannot_be_projected_is_named(timeline: Timeline, meeting: str, path: Path) -> None:
    """By its position; nothing is then appended."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        data = '{"statement":{"title":"T","date":"2003-99","citations":[]}}'
        values = ("happening/by-hand", 1, "HappeningRecorded", "2026-01-01T00:00:00.000Z", "hand", data, bytes(16), bytes(32))
        connection.execute("INSERT INTO events VALUES (3, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    with pytest.raises(TimelineError, match="the event at position 3 cannot be projected"):
        timeline.record("x", title="X", date="2003", citations=[FOUND])
    assert timeline.log.size() == 3
