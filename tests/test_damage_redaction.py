"""After a redaction no word of what was said is left in any byte of the file."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from timeline import Timeline
from timeline.errors import TimelineError

# Nothing is left of what was redacted


def traces(path: Path, *words: str) -> list[tuple[str, str]]:
    """Look for words in the bytes of a file and of all that lies beside it, in each way in which SQLite could keep them."""
    left = []
    for file in sorted(path.parent.glob(f"{path.name}*")):
        content = file.read_bytes()
        for word in words:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                if word.encode(encoding) in content or word.lower().encode(encoding) in content:
                    left.append((file.name, word))
    return left


LIFE = {
    "title": "Zephyrine kauft Quittenmus",
    "summary": "Ein Kilogramm, sagt Wilhelmine",
    "place": "Oberammergau",
    "date": "2025-03-04",
    "date_note": "Fastnachtsdienstag nachmittags",
    "kind": "einkaufen",
    "actors": ["Zephyrine Lindwurm", {"name": "Balthasar Knopf", "role": "Marktschreier"}],
    "tags": ["quittenmus", "wochenmarkt"],
    "attributed_to": "Nachbarin Kunigunde",
}
TEXT = "Zephyrine Lindwurm kaufte Quittenmus bei Balthasar Knopf. Der Preis betrug siebzehn Gulden. Niemand zeugte dafür."
ARABIC = "اجتمعت اللجنة السرية في مرّاكش وقرّرت إخفاء الوثائق."
WORDS = (
    "Zephyrine", "Quittenmus", "Wilhelmine", "Oberammergau", "Fastnachtsdienstag", "einkaufen", "Balthasar", "Marktschreier",
    "wochenmarkt", "Kunigunde", "Gulden", "Niemand zeugte",
)  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Timeline]:
    """Make a timeline in which something stood that must go: with corrections, a retraction, and free pages that held it."""
    with Timeline(tmp_path / "secret.db", by="tester") as timeline:
        open_source = timeline.archive(text="What may be known is known. It is short.", id="open", title="Open")
        own = timeline.archive(text=TEXT, id="own", title="Quittenmus-Quittung", publisher="Wilhelmine", author="Kunigunde")
        timeline.record("market", **LIFE, citations=[own.quote("kaufte Quittenmus bei Balthasar Knopf")])
        timeline.correct("market", summary="Zwei Kilogramm, sagt Wilhelmine", reason="Kunigunde erinnert sich")
        for number in range(30):
            cited = {"citations": [own.quote("siebzehn Gulden")], "tags": ["quittenmus"]}
            timeline.record(f"more-{number}", title=f"Quittenmus {number}", date="2025", summary="Wilhelmine " * 60, **cited)
        timeline.rebuild()
        timeline.record("known", title="Known", date="2025", citations=[open_source.quote("may be known")])
        yield timeline


def redact_all(timeline: Timeline, *streams: str) -> None:
    """Redact every event of streams."""
    for stream in streams:
        for event in timeline.log.stream(stream):
            if event.type != "EventRedacted":
                timeline.redact(event.position, reason="By law")


def test_of_all_that_was_said_no_word_is_left_in_any_byte(secret: Timeline) -> None:
    """A happening in two versions, thirty that cite the same document, and the document: neither file nor journals hold a word."""
    path = secret.log.path
    assert {word for _, word in traces(path, *WORDS)} == set(WORDS)
    redact_all(secret, "happening/market", *(f"happening/more-{number}" for number in range(30)), "source/own")
    assert traces(path, *WORDS) == []
    assert secret.verify().ok
    assert secret.happening("known").title == "Known"
    secret.close()
    assert traces(path, *WORDS) == []


def test_one_version_of_two_goes_and_the_other_stays(secret: Timeline) -> None:
    """What only the first version said is gone; what the second says as well stands there."""
    (first, second, *_) = secret.log.stream("happening/market")
    secret.redact(first.position, reason="By law")
    assert traces(secret.log.path, "Ein Kilogramm") == []
    assert secret.happening("market").summary == "Zwei Kilogramm, sagt Wilhelmine"
    assert secret.log.event(second.position) == second
    assert secret.verify().ok


def test_a_correction_goes_with_its_changes_and_its_reason(secret: Timeline) -> None:
    """What a correction gave as its reason is part of what it said."""
    (_, second, *_) = secret.log.stream("happening/market")
    secret.redact(second.position, reason="By law")
    assert traces(secret.log.path, "Zwei Kilogramm", "erinnert sich") == []
    assert secret.verify().ok


def test_a_retraction_goes_with_its_reason(secret: Timeline) -> None:
    """So is a retraction's."""
    event = secret.retract("market", reason="Kunigunde war Beate")
    secret.redact(event.position, reason="By law")
    assert traces(secret.log.path, "war Beate") == []
    assert secret.verify().ok


def test_a_source_goes_and_its_document_stays_while_others_cite_it(secret: Timeline) -> None:
    """What was said about a source is gone; the document stands, and every quotation of it is found again."""
    event = secret.log.first("source/own")
    assert event is not None
    secret.redact(event.position, reason="By law")
    assert traces(secret.log.path, "Quittenmus-Quittung") == []
    assert secret.verify().ok


def test_arabic_goes_too(secret: Timeline) -> None:
    """In every writing: also the words that search folds."""
    source = secret.archive(text=ARABIC, id="arabic", title="محضر الاجتماع")
    secret.record(
        "session", title="اجتماع اللجنة", date="2025", actors=["اللجنة السرية"], citations=[source.quote("قرّرت إخفاء الوثائق")]
    )
    words = ("اجتمع", "اللجنة", "السرية", "مرّاكش", "مراكش", "إخفاء", "الوثائق", "محضر", "قررت")
    assert traces(secret.log.path, *words)
    redact_all(secret, "happening/session", "source/arabic")
    assert traces(secret.log.path, *words) == []
    assert secret.verify().ok


def test_while_another_reads_the_journal_is_said_to_hold_it(secret: Timeline) -> None:
    """The redaction stands, the line says what to do, and repeated afterwards it leaves no word."""
    secret.log.connection.execute("PRAGMA busy_timeout = 100")
    reader = sqlite3.connect(secret.log.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchall()
    (first, *_) = secret.log.stream("happening/market")
    with pytest.raises(TimelineError, match=r"reads it|writing to it") as caught:
        secret.redact(first.position, reason="By law")
    assert "\n" not in str(caught.value)
    assert secret.log.redaction(first.position) is not None
    reader.close()
    secret.redact(first.position, reason="By law")
    assert traces(secret.log.path, "Ein Kilogramm") == []
    assert secret.verify().ok
