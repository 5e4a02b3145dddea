"""A new draft repeats the redactions of the old one, and loses nothing without naming it."""

from pathlib import Path

import pytest
from clones import done, refused, size, write

from timeline import Timeline


def test_a_draft_is_built_again(mine: Path) -> None:
    """Unpublished events follow the bundles as they are now."""
    write("03", "sat", "sat for four days", title="Wrong")
    done("build")
    write("03", "sat", "sat for four days", title="Right")
    assert refused("build").endswith(
        "As long as none of it was published or signed, build the draft again: timeline build --fresh\n"
    )
    done("build", "--fresh")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert timeline.happening("sat").title == "Right"
    assert b"Wrong" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))


@pytest.mark.parametrize("words", [("checkpoint",), ("publish", "../elsewhere")])
def test_a_published_or_signed_timeline_is_not_built_again(mine: Path, words: tuple[str, ...]) -> None:
    """Others hold its events."""
    write("03", "sat", "sat for four days")
    done("build")
    done(*words)
    before = Path("timeline.db").read_bytes()
    assert refused("build", "--fresh") == (
        "Error: timeline.db: was published or signed (1 checkpoint), so its events cannot change. Correct them in a further entry."
        " If nobody received it: timeline build --fresh --onto public\n"
    )
    assert Path("timeline.db").read_bytes() == before


def test_a_draft_that_holds_more_than_the_bundles_is_not_lost_unasked(mine: Path) -> None:
    """An entry that was removed from its bundle, or a document archived by a command."""
    write("03", "sat", "sat for four days")
    done("build")
    Path("events/03.yaml").unlink()
    assert refused("build", "--fresh").startswith(
        "Error: timeline.db: holds happening/sat. No bundle has that, so it would be lost"
    )
    assert size() == 3
    done("build", "--fresh", "--yes")
    assert size() == 2


def test_a_draft_stays_where_a_bundle_has_a_fault(mine: Path) -> None:
    """All bundles are appended, or the draft stays; nothing is left beside it."""
    write("03", "sat", "sat for four days")
    done("build")
    write("04", "left", "left on Monday")
    assert "04.yaml" in refused("build", "--fresh")
    assert size() == 3
    assert {path.name.partition("-")[0] for path in mine.iterdir()} == {"events", "seeds", "public", "timeline.db"}


def test_redacted_events_stay_redacted_in_a_new_draft(mine: Path) -> None:
    """Published and unpublished ones; their words do not come back from a bundle, anywhere in the file."""
    write("03", "sat", "sat for four days", title="An accusation")
    done("build")
    done("redact", "2", "--reason", "A judge")
    done("redact", "3", "--reason", "A court ordered it")
    told = done("build", "--fresh", "--by", "Bob")
    assert "happening/met@1: stays redacted (A judge)\n" in told
    assert "happening/sat@1: stays redacted (A court ordered it)\n" in told
    assert "An accusation" not in done("list")
    assert b"An accusation" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))
    with Timeline("timeline.db", read_only=True) as timeline:
        redactions = [event for event in timeline.log.events() if event.type == "EventRedacted"]
        assert [(event.payload["position"], event.recorded_by) for event in redactions] == [(2, "Ann"), (3, "Ann")]
    done("verify", "--against", "public/checkpoint")


def test_a_redacted_correction_does_not_come_back(mine: Path) -> None:
    """It cannot be told from another correction, so a bundle may not have one that the draft did not."""
    bundle = Path("events/03.yaml")
    bundle.write_text("happenings:\n- {correct: met, title: An accusation, reason: R}\n", encoding="utf-8")
    done("build")
    done("redact", "3", "--reason", "A court ordered it")
    for words in (("build", "--fresh"), ("build", "--fresh", "--yes")):
        told = (
            "happening/met@2 was redacted (A court ordered it), and a bundle corrects happening/met perhaps in the redacted words"
        )
        assert told in refused(*words)
    assert "An accusation" not in done("list")
    bundle.unlink()
    named = "happening/met@3, a redaction (A court ordered it)"
    assert f"holds {named}. No bundle has that" in refused("build", "--fresh")
    assert f"Lost: {named}\n" in done("build", "--fresh", "--yes")
    assert "An accusation" not in done("list")


def test_events_in_no_bundle_are_named_before_they_are_lost(mine: Path) -> None:
    """A correction and a retraction by a script; an entry is named by its stream."""
    write("03", "sat", "sat for four days")
    done("build")
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.correct("met", title="They met", reason="Clearer")
        timeline.archive(text="By itself.", id="other", title="Another")
        timeline.retract("sat", reason="It did not")
    named = "happening/met@2, a correction (Clearer); source/other; happening/sat@2, a retraction (It did not)"
    assert f"Error: timeline.db: holds {named}. No bundle has that, so it would be lost" in refused("build", "--fresh")
    assert size() == 6
    assert f"Lost: {named}\n" in done("build", "--fresh", "--yes")
    assert size() == 3


def test_a_redaction_without_an_author_is_repeated_too(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It still has no author; and a document that was removed with it does not come back."""
    monkeypatch.delenv("TIMELINE_BY")
    Path("seeds/other.txt").write_text("A secret.", encoding="utf-8")
    Path("events/03.yaml").write_text("sources:\n  - {id: o, file: ../seeds/other.txt, title: T}\n", encoding="utf-8")
    done("build")
    done("redact", "3", "--reason", "A judge")
    done("build", "--fresh", "--by", "Bob")
    with Timeline("timeline.db", read_only=True) as timeline:
        assert [event.recorded_by for event in timeline.log.events(after=3)] == ["unnamed"]
    assert b"A secret" not in b"".join(path.read_bytes() for path in mine.glob("timeline.db*"))


def test_a_new_draft_has_the_author_of_the_project(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the old one had, if no other author is given."""
    monkeypatch.delenv("TIMELINE_BY")
    Path("metadata.json").write_text('{"plugins": {"cited-timeline": {"by": "The editors"}}}', encoding="utf-8")
    write("03", "sat", "sat for four days")
    for words in (("build",), ("build", "--fresh")):
        assert "events/03.yaml: 1 new event by The editors\n" in done(*words)
    Path("metadata.json").write_text("{", encoding="utf-8")
    assert "metadata.json: does not name the author of this project" in refused("build", "--fresh")


def test_a_redacted_entry_without_a_bundle_is_no_loss(mine: Path) -> None:
    """Its words and its id are gone: the new draft continues without it."""
    write("03", "oops", "sat for four days")
    done("build")
    done("redact", "3", "--reason", "At risk")
    Path("events/03.yaml").unlink(missing_ok=True)
    for bundle in Path("events").glob("03.*"):
        bundle.unlink()
    told = done("build", "--fresh")
    assert "Lost" not in told
    assert "oops" not in done("list")


def test_a_review_in_no_bundle_is_named_before_it_is_lost(mine: Path) -> None:
    """With whose it is: a bundle's same verdict by another person is another review. A redacted one is not restored."""
    with Timeline("timeline.db", by="Ben") as ben:
        ben.review("met", verdict="doubted", comment="Look again")
        ben.review("met", verdict="confirmed")
    named = "happening/met@2, a review (doubted version 1 by Ben); happening/met@3, a review (confirmed version 1 by Ben)"
    assert f"Error: timeline.db: holds {named}. No bundle has that, so it would be lost" in refused("build", "--fresh")
    bundle = Path("events/03.yaml")
    bundle.write_text("happenings: [{review: met, version: 1, verdict: confirmed}]\n", encoding="utf-8")
    assert named in refused("build", "--fresh", "--by", "Ann")
    with Timeline("timeline.db", by="Ann") as timeline:
        timeline.redact(3, reason="A court ordered it")
    told = "happening/met@2 was redacted (A court ordered it), and a bundle reviews happening/met perhaps in the redacted words"
    assert told in refused("build", "--fresh", "--by", "Ann")
