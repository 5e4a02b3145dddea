"""Bundles in YAML and JSON Lines are appended as a whole."""

import json
from pathlib import Path

import pytest
import yaml
from bundle_files import HAPPENING, LINES, SOURCE, faults, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import share

from timeline import Timeline, bundles
from timeline.bundles import yaml_file
from timeline.errors import BundleInvalid

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
SLOW = settings(deadline=None, max_examples=share(150), suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_yaml_bundle_is_appended_whole(timeline: Timeline, tmp_path: Path) -> None:
    """Sources, happenings, corrections and retractions, in the order of the file."""
    path = put(
        tmp_path,
        SOURCE
        + "  - {correct: s, publisher: TNA, reason: the byline}\n"
        + HAPPENING
        + "    place: Marrakech\n"
        + "  - {correct: a, place: , date: 2025-11, reason: nearer}\n"
        + "  - {id: b, title: B, date: 2025, part_of: a, citations: [{source: s, quote: four days}]}\n"
        + "  - {retract: b, reason: a part of a, superseded_by: a}\n",
    )
    assert bundles.append(timeline, path) == bundles.Appended(path, 6, 6)
    assert [event.id for event in timeline.events()] == [
        "source/s@1",
        "source/s@2",
        "happening/a@1",
        "happening/a@2",
        "happening/b@1",
        "happening/b@2",
    ]
    corrected = timeline.happening("a")
    assert (corrected.date, corrected.place) == ("2025-11", None)
    assert timeline.happening("b").superseded_by == "a"


def test_a_json_lines_bundle_is_appended_whole(timeline: Timeline, tmp_path: Path) -> None:
    """The same entries, one to a line; null empties a field, and a coordinate may be a number, which keeps its digits."""
    lines = [
        *LINES,
        {"correct_source": "s", "publisher": "TNA", "reason": "the byline"},
        {"correct": "a", "latitude": "31.620", "longitude": "-7.98", "reason": "where"},
        {"correct": "a", "latitude": None, "longitude": None, "reason": "not so"},
        {"retract": "a", "reason": "not so"},
    ]
    text = "\n".join(map(json.dumps, lines)).replace('"31.620"', "31.620").replace('"-7.98"', "-7.98")
    path = put(tmp_path, f"\ufeff{text}\n\n", "b.jsonl")
    assert bundles.append(timeline, path) == bundles.Appended(path, 6, 6)
    assert timeline.happening("a", as_of=4).latitude == "31.620"
    assert timeline.happening("a").latitude is None


def test_a_line_names_the_author_of_the_entries_after_it(timeline: Timeline, tmp_path: Path) -> None:
    """As `by` does in YAML; a name that is none is refused with its line."""
    source, happening = LINES
    lines = [source, {"by": " Ben "}, happening, {"by": "Cleo"}, {"retract": "a", "reason": "not so"}]
    bundles.append(timeline, put(tmp_path, "\n".join(map(json.dumps, lines)), "b.jsonl"))
    assert [event.recorded_by for event in timeline.events()] == ["tester", "Ben", "Cleo"]
    assert faults(timeline, put(tmp_path, '{"by": ["Ben"]}\n', "c.jsonl"))[0].startswith("c.jsonl:1: by is a list, ")


def test_appending_again_appends_nothing(timeline: Timeline, tmp_path: Path) -> None:
    """A bundle counts its entries, and the new ones among them."""
    path = put(tmp_path, SOURCE + HAPPENING)
    assert bundles.append(timeline, path).events == 2
    assert bundles.append(timeline, path) == bundles.Appended(path, 2, 0)
    assert timeline.log.size() == 2


def test_sources_are_appended_first(timeline: Timeline, tmp_path: Path) -> None:
    """The two lists of a YAML bundle may be in either order."""
    assert bundles.append(timeline, put(tmp_path, HAPPENING + SOURCE)).events == 2


def test_every_yaml_scalar_is_text(timeline: Timeline, tmp_path: Path) -> None:
    """Dates, numbers, booleans and sexagesimals are not guessed."""
    text = SOURCE + HAPPENING + "    kind: yes\n    place: 12:30:45\n    tags: [1e3, 0x1F, 2025-11-24, no, .inf, 007]\n"
    bundles.append(timeline, put(tmp_path, text))
    known = timeline.happening("a")
    assert (known.kind, known.place, known.date) == ("yes", "12:30:45", "2025")
    assert known.tags == ("1e3", "0x1F", "2025-11-24", "no", ".inf", "007")


def test_quoted_null_is_a_word(timeline: Timeline, tmp_path: Path) -> None:
    """In quotes, null and ~ are words."""
    bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING + "    actors: ['null', \"~\"]\n"))
    known = timeline.happening("a")
    assert [actor.name for actor in known.actors] == ["null", "~"]
    assert (known.place, known.tags) == (None, ())


def test_a_file_is_found_beside_its_bundle(timeline: Timeline, tmp_path: Path) -> None:
    """`file` is relative to the bundle, not to the current folder."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "events").mkdir()
    (tmp_path / "seeds" / "report.txt").write_bytes("Caf\xe9".encode("cp1252"))
    text = "sources: [{id: s, file: ../seeds/report.txt, encoding: cp1252, title: T}]"
    bundles.append(timeline, put(tmp_path / "events", text))
    assert timeline.log.document(timeline.source("s").event.payload["statement"]["text_sha256"]) == "Café".encode()


def test_a_byte_order_mark_is_accepted(timeline: Timeline, tmp_path: Path) -> None:
    """Editors on some systems write one."""
    assert bundles.append(timeline, put(tmp_path, "\ufeff" + SOURCE)).events == 1


def test_progress_adds_up_to_the_file(timeline: Timeline, tmp_path: Path) -> None:
    """Each entry reports its share of the file's bytes."""
    path = put(tmp_path, "".join(json.dumps(line) + "\n" for line in LINES), "b.jsonl")
    told: list[int] = []
    bundles.append(timeline, path, told.append)
    assert sum(told) == path.stat().st_size


def test_the_parser_without_its_c_part_reads_the_same(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml, bundles are read more slowly, with the same result."""
    text = SOURCE + HAPPENING + "    place: >\n      Marra\n      kech\n"
    fast = list(bundles.read(put(tmp_path, text)))
    monkeypatch.setattr(yaml_file, "_LOADER", yaml.SafeLoader)
    assert list(bundles.read(put(tmp_path, text))) == fast


@SLOW
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), TEXTS.filter(str.strip), st.sampled_from(["2025", "2025-11", "2025/.."])),
        max_size=4,
        unique_by=lambda told: told[0],
    )
)
def test_appending_twice_is_appending_once(tmp_path: Path, told: list[tuple[str, str, str]]) -> None:
    """The second time, the log and the read tables do not change."""
    (tmp_path / "t.db").unlink(missing_ok=True)
    lines = [LINES[0]] + [
        {"happening": {"id": id, "title": title, "date": date, "citations": [{"source": "s", "quote": "four days"}]}}
        for id, title, date in told
    ]
    path = put(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "b.jsonl")
    with Timeline(tmp_path / "t.db", by="tester") as timeline:
        try:
            bundles.append(timeline, path)
        except BundleInvalid:
            return
        before = list(timeline.log.connection.iterdump())
        assert bundles.append(timeline, path).events == 0
        assert list(timeline.log.connection.iterdump()) == before


REVIEW = "happenings: [{review: a, version: 1, verdict: confirmed, comment: I have read it}]"


@pytest.mark.parametrize(
    "review",
    [
        REVIEW,
        "happenings:\n  - review: {happening: a, version: 1, verdict: confirmed, comment: I have read it}",
        json.dumps({"review": "a", "version": 1, "verdict": "confirmed", "comment": "I have read it"}),
        json.dumps({"review": {"happening": "a", "version": "1", "verdict": "confirmed", "comment": "I have read it"}}),
    ],
)
def test_a_review_is_an_entry(timeline: Timeline, tmp_path: Path, review: str) -> None:
    """In YAML and JSON Lines, with the id beside it or inside."""
    bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING))
    path = put(tmp_path, review, "review.yaml" if review.startswith("happenings") else "review.jsonl")
    with Timeline(timeline.log.path, by="Second") as second:
        assert bundles.append(second, path).events == 1
        assert bundles.append(second, path).events == 0
        assert second.happening("a").review == "confirmed"
        assert [one.payload["version"] for one in second.events(after=2)] == [1]


@pytest.mark.parametrize(
    ("review", "fault"),
    [
        ("{review: a, verdict: confirmed}", "version: is missing. Give the number of the version that was read"),
        ("{review: a, version: one, verdict: confirmed}", "version: is not a version number. Write it like this: 2"),
        ("{review: a, version: 1, verdict: fine}", "verdict: is not one of 'confirmed' or 'doubted'"),
        ("{review: b, version: 1, verdict: confirmed}", 'review: there is no happening "b"'),
        ("{review: a, version: 3, verdict: confirmed}", "version: is 3, which makes no statement"),
        ("{review: a, version: 1, verdict: confirmed, reason: r}", "reason: is not a field here"),
        ("{review: a, version: 1, verdct: confirmed}", 'verdct: is not a field here. Did you mean "verdict"?'),
    ],
)
def test_a_review_with_a_fault_is_refused(timeline: Timeline, tmp_path: Path, review: str, fault: str) -> None:
    """With its line, and nothing is appended."""
    bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING))
    lines = faults(timeline, put(tmp_path, f"happenings:\n  - {review}\n", "review.yaml"))
    assert any(line.startswith("review.yaml:2: ") and fault in line for line in lines), lines
    assert faults(timeline, put(tmp_path, f"sources:\n  - {review}\n", "review.yaml")) == [
        "review.yaml:2: a source is not reviewed: happenings are. Remove the entry"
    ]


def test_whoever_builds_a_project_again_has_not_made_its_reviews(timeline: Timeline, tmp_path: Path) -> None:
    """A review in a bundle that nobody named is appended once; a bundle that somebody names is that person's own."""
    (tmp_path / "events").mkdir()
    bundles.append(timeline, put(tmp_path / "events", SOURCE + HAPPENING))
    path = put(tmp_path / "events", REVIEW, "review.yaml")
    for by, expected in (("Second", 1), ("Third", 0), ("tester", 0)):
        with Timeline(timeline.log.path, by=by) as again:
            assert bundles.append(again, path, in_project=True).events == expected
    with Timeline(timeline.log.path, by="Third") as third:
        assert bundles.append(third, path).events == 1
