"""merge: another person's entries are appended under their names; what contradicts is listed, and nothing redacted comes back."""

import shutil
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from two_files import WORDS, begin, names, record, writing

from timeline import Timeline, authors, merge
from timeline.comparing import Merged
from timeline.errors import DatabaseRefused, GuardsMissing, StatementInvalid

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db000000000"
    "49454e44ae426082"
)


def merged(into: Path, file: Path, *, dry_run: bool = False) -> Merged:
    """Merge a file as the person whose the other is; the result is sound."""
    with writing(into) as timeline:
        outcome = merge(timeline, file, dry_run=dry_run)
        assert timeline.verify().faults == ()
        return outcome


def left(outcome: Merged) -> list[tuple[str, str]]:
    """Name the entries that were left, and why."""
    return [(one.event.id, one.why) for one in outcome.left]


def test_entries_are_appended_in_their_order_and_under_their_authors(tmp_path: Path) -> None:
    """With documents, pictures, corrections and retractions, and references in both directions; once."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        timeline.archive(text="It opened in 1962.", id="page", title="A page", custody=["copied"])
        picture = tmp_path / "hall.png"
        picture.write_bytes(PIXEL)
        timeline.archive(picture, id="hall", title="The hall")
        with timeline.transaction():
            record(timeline, "opened", "opened in 1962", "page", part_of="port")
            record(timeline, "port", "in 1962", "page")
        timeline.correct("opened", media=[{"source": "hall", "alt": "A hall"}], reason="A picture.")
        timeline.correct("met", citations=[{"source": "minutes", "quote": "The council met"}], reason="The whole sentence.")
        timeline.correct_source("page", author="A guide", reason="The imprint.")
        timeline.retract("opened", reason="Another port.", superseded_by="port")
    with Timeline(ben, by="Cleo") as timeline:
        record(timeline, "left", "left on Friday")
    with writing(ann) as timeline:
        record(timeline, "own")
    before = names(ann)
    dry = merged(ann, ben, dry_run=True)
    assert names(ann) == before
    outcome = merged(ann, ben)
    assert [event.id for event in dry.appended] == [event.id for event in outcome.appended]
    theirs = [(id, authors.merged(by, "Ann")) for id, by in names(ben)[2:]]
    assert names(ann) == [*before, *theirs]
    assert theirs[-1] == ("happening/left@1", "Cleo, merged by Ann")
    with Timeline(ann, read_only=True) as one, Timeline(ben, read_only=True) as other:
        assert one.source("hall").document == PIXEL
        for id in ("met", "opened", "port", "left"):
            data = [[event.data for event in timeline.log.stream(f"happening/{id}")] for timeline in (one, other)]
            assert data[0] == data[1]
    again = merged(ann, ben)
    assert (again.appended, again.left, again.unchanged) == ([], [], len(theirs))
    assert names(ann) == [*before, *theirs]


def test_two_can_merge_from_each_other(tmp_path: Path) -> None:
    """Back and forth nothing is doubled, and each name stays: one's own entry is not merged from oneself."""
    ann, ben = begin(tmp_path)
    for path, id in ((ann, "sat"), (ben, "left")):
        with writing(path) as timeline:
            record(timeline, id)
    merged(ann, ben)
    merged(ben, ann)
    for path, other in ((ann, ben), (ben, ann)):
        assert merged(path, other).appended == []
    assert names(ann)[2:] == [("happening/sat@1", "Ann"), ("happening/left@1", "Ben, merged by Ann")]
    assert names(ben)[2:] == [("happening/left@1", "Ben"), ("happening/sat@1", "Ann, merged by Ben")]
    alone = tmp_path / "cleo.db"
    with writing(alone) as timeline:
        timeline.archive(text="Other words.", id="other", title="Other")
    assert left(merged(alone, ben)) == []
    assert names(alone)[-1] == ("happening/sat@1", "Ann, merged by Ben, merged by Cleo")


def test_a_contradiction_is_left_with_both_sides(tmp_path: Path) -> None:
    """The same id with another statement; a correction of a version that differs here, or was retracted here."""
    ann, ben = begin(tmp_path)
    for path in (ann, ben):
        with writing(path) as timeline:
            record(timeline, "sat", title=f"It sat, says {path.stem}")
            record(timeline, "left", "left on Friday")
            timeline.correct("met", place=f"The hall of {path.stem}", reason="I was there.")
            timeline.archive(text=f"A page of {path.stem}.", id="page", title="A page")
    with writing(ann) as timeline:
        timeline.retract("left", reason="It stayed.")
    with writing(ben) as timeline:
        timeline.correct("left", place="Marrakech", reason="It says so.")
        timeline.correct("sat", place="Marrakech", reason="It says so.")
        record(timeline, "cites", "A page of ben", "page")
        record(timeline, "within", part_of="sat")
        record(timeline, "goes-on", "sat for four days")
    before = names(ann)
    outcome = merged(ann, ben)
    assert names(ann)[len(before) :] == [("happening/goes-on@1", "Ben, merged by Ann")]
    assert left(outcome) == [
        (f"{stream}", "contradicts")
        for stream in ("happening/sat@1", "happening/met@2", "source/page@1", "happening/left@2", "happening/cites@1")
    ] + [("happening/within@1", "contradicts")]
    sat, met, page, gone, cites, within = outcome.left
    assert sat.here is not None
    assert [(field.field, field.texts("removed"), field.texts("added")) for field in sat.fields] == [
        ("title", ["It sat, says ann"], ["It sat, says ben"])
    ]
    assert [field.texts("added") for field in met.fields] == [["The hall of ben"]]
    assert "another document" in page.reason
    assert "is retracted here (It stayed.)" in gone.reason
    assert "source/page, which is another document here" in cites.reason
    assert "happening/sat, which is another happening here" in within.reason
    assert left(merged(ann, ben)) == left(outcome)


def test_a_contradiction_ends_once_both_say_the_same(tmp_path: Path) -> None:
    """However each came to it; then the other's later corrections follow."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        timeline.correct("met", place="Fes", reason="A guess.")
        timeline.correct("met", place="Marrakech", reason="It says so.")
    with writing(ann) as timeline:
        timeline.correct("met", place="Marrakech", reason="I was there.")
    assert left(merged(ann, ben)) == [("happening/met@2", "contradicts")]
    with writing(ann) as timeline:
        timeline.correct("met", place="Fes", reason="As Ben has it.")
    assert left(merged(ann, ben)) == []
    with Timeline(ann, read_only=True) as timeline:
        assert timeline.happening("met").place == "Marrakech"


def test_nothing_that_was_redacted_here_comes_back(tmp_path: Path) -> None:
    """An entry, a later version with the same words, a document, or what cites that; no word of it is in the file."""
    ann, ben = begin(tmp_path)
    words = "Xanthippe saw the harbour burn."
    with writing(ann) as timeline:
        record(timeline, "witness", "A witness named Xanthippe", title="Xanthippe sees it")
        timeline.archive(text=words, id="letter", title="A letter")
        record(timeline, "burnt", "saw the harbour burn", "letter")
    shutil.copy(ann, ben)
    with writing(ann) as timeline:
        for position, reason in ((3, "At risk."), (5, "At risk, too."), (4, "At risk, as well.")):
            timeline.redact(position, reason=reason)
        timeline.retract("met", reason="A slip.")
    with writing(ben) as timeline:
        timeline.correct("witness", place="Marrakech", reason="It says so.")
        timeline.archive(text=words, id="copy", title="A copy")
        record(timeline, "again", "saw the harbour burn", "copy")
        record(timeline, "more", "saw the harbour burn", "letter")
    outcome = merged(ann, ben)
    assert outcome.appended == []
    assert {one.event.id for one in outcome.left} == {
        "happening/witness@2",
        "source/copy@1",
        "happening/again@1",
        "happening/more@1",
    }
    assert "version 1 was redacted (At risk.) here, and is not restored" in {one.reason for one in outcome.left}
    assert all(one.here is None and one.fields == () for one in outcome.left)
    content = ann.read_bytes()
    assert b"harbour burn" not in content
    assert b"Xanthippe sees" not in content


def test_a_redaction_there_is_listed_and_nothing_is_redacted_here(tmp_path: Path) -> None:
    """With its reason and the position here; once it is redacted here too, it is no longer listed."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        record(timeline, "sat")
        record(timeline, "left", "left on Friday")
    merged(ann, ben)
    with writing(ben) as timeline:
        timeline.redact(3, reason="At risk.")
        timeline.redact(2, reason="By law.")
        record(timeline, "new", "named Xanthippe")
        timeline.redact(7, reason="Never to be seen.")
    outcome = merged(ann, ben)
    assert [(one.here.id, one.here.position, one.reason) for one in outcome.redacted_there] == [
        ("happening/sat@1", 3, "At risk."),
        ("happening/met@1", 2, "By law."),
    ]
    assert left(outcome) == [("happening/new@1", "redacted")]
    with writing(ann) as timeline:
        assert timeline.happening("sat").title == "Sat"
        timeline.redact(3, reason="At risk.")
    assert [one.here.id for one in merged(ann, ben).redacted_there] == ["happening/met@1"]


def test_reviews_are_left_out_and_counted(tmp_path: Path) -> None:
    """Only the reviewer can record one. An author of a merged entry is no second person, whoever merged it is."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        record(timeline, "sat")
        timeline.review("met", verdict="confirmed")
    outcome = merged(ann, ben)
    assert (outcome.reviews, len(outcome.appended)) == (1, 1)
    for by, counts in (("Ben", None), ("BEN ", None), ("Ann", "confirmed")):
        with Timeline(ann, by=by) as timeline:
            timeline.review("sat", verdict="confirmed")
            assert timeline.happening("sat").review == counts
            assert timeline.verify().faults == ()


def test_a_merge_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the entry would seem to be appended by the one who wrote it; an author without a name stays without."""
    monkeypatch.delenv("TIMELINE_BY", raising=False)
    ann, ben = begin(tmp_path)
    with Timeline(ben) as timeline:
        record(timeline, "sat")
    with Timeline(ann) as timeline, pytest.raises(StatementInvalid, match="a merge needs your name"):
        merge(timeline, ben)
    merged(ann, ben)
    assert names(ann)[-1] == ("happening/sat@1", "unnamed, merged by Ann")
    with Timeline(ann, by="Cleo") as timeline:
        timeline.review("sat", verdict="confirmed")
        assert timeline.happening("sat").review is None  # nobody knows whether Cleo wrote it


def test_names_stay_within_their_length() -> None:
    """The first author and the last who merged it are named; only a long name is cut, and says so."""
    assert authors.merged("Ann", "ANN ") == "ANN "
    assert authors.merged("Ben, merged by Ann", "Ann") == "Ben, merged by Ann"
    assert authors.merged(f"Ben, merged by {'C' * 180}", "Ann") == "Ben, merged by Ann"
    cut = authors.merged("B" * 200, "Ann")
    assert (len(cut), cut.endswith("B…, merged by Ann")) == (200, True)


def test_an_entry_that_fails_takes_along_only_what_rests_on_it(tmp_path: Path) -> None:
    """A circle that only the two together make is refused; everything else is appended."""
    ann, ben = begin(tmp_path)
    for path in (ann, ben):
        with writing(path) as timeline:
            record(timeline, "a")
            record(timeline, "b")
    with writing(ann) as timeline:
        timeline.correct("a", part_of="b", reason="It belongs there.")
    with writing(ben) as timeline:
        timeline.correct("b", part_of="a", reason="It belongs there.")
        record(timeline, "last")
    outcome = merged(ann, ben)
    assert left(outcome) == [("happening/b@2", "refused")]
    assert "makes a circle" in outcome.left[0].reason
    assert names(ann)[-1][0] == "happening/last@1"


def test_withheld_documents_cannot_be_merged(tmp_path: Path) -> None:
    """A publication without them is no base for a source; entries that cite what is here already are."""
    from timeline.publishing import withholding

    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        timeline.archive(text="It opened in 1962.", id="page", title="A page")
        record(timeline, "opened", "opened in 1962", "page")
        record(timeline, "sat")
    withholding.withhold(ben)
    outcome = merged(ann, ben)
    assert left(outcome) == [("source/page@1", "redacted"), ("happening/opened@1", "refused")]
    assert names(ann)[-1] == ("happening/sat@1", "Ben, merged by Ann")


def test_a_foreign_file_is_verified_first(tmp_path: Path) -> None:
    """A forged author, changed words, a missing guard, no timeline at all: nothing is merged."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline:
        record(timeline, "sat")
    before = names(ann)
    for change in (
        "UPDATE events SET recorded_by = 'Cleo' WHERE position = 2",
        "UPDATE events SET data = replace(data, 'Sat', 'Rose') WHERE position = 3",
        f"UPDATE documents SET bytes = CAST('{WORDS.replace('four', 'five')}' AS BLOB)",
    ):
        forged = tmp_path / "forged.db"
        shutil.copy(ben, forged)
        with closing(sqlite3.connect(forged, isolation_level=None)) as connection:
            for name in ("events_update", "documents_update"):
                (guard,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
                connection.execute(f"DROP TRIGGER {name}")
                connection.execute(change) if name.split("_")[0] in change else None
                connection.execute(guard)
        with writing(ann) as timeline, pytest.raises(DatabaseRefused, match="found, so nothing of it was merged"):
            merge(timeline, forged)
    with closing(sqlite3.connect(ben, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_delete")
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE events (x)")
    for file, error in ((ben, GuardsMissing), (foreign, DatabaseRefused), (tmp_path / "none.db", DatabaseRefused)):
        with writing(ann) as timeline, pytest.raises(error):
            merge(timeline, file)
    assert names(ann) == before


def test_a_text_that_its_document_does_not_have_is_not_merged(tmp_path: Path) -> None:
    """A consistent file may have a text that no extractor reads from the bytes: they are compared, as in any bundle."""
    pytest.importorskip("trafilatura")
    ann, ben = begin(tmp_path)
    page = tmp_path / "page.html"
    page.write_text("<html><body><article><p>The pier opened in 1962, and nobody came to see it.</p></article></body></html>")
    with writing(ben) as timeline:
        good = timeline.archive(page, id="good", title="A page")
        fields = {"extractor": good.extractor, "media_type": good.media_type, "base64": b64encode(good.document).decode()}
        timeline._exported_texts._known.clear()
        timeline._exported_texts.marked = lambda document, *_, **__: document  # type: ignore[method-assign] # a forger's program
        timeline.archive(text="The pier never opened.", id="bad", title="A page", **fields)  # type: ignore[arg-type]
        record(timeline, "bad-news", "never opened", "bad")
        record(timeline, "news", "opened in 1962", "good")
    with writing(ann) as timeline:
        try:
            outcome = merge(timeline, ben)
        except DatabaseRefused:
            return
    assert {one.event.id for one in outcome.left} == {"source/bad@1", "happening/bad-news@1"}
    assert names(ann)[-1][0] == "happening/news@1"
