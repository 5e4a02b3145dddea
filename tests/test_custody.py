"""How a source was obtained, and what was done with it since: recorded, corrected, shown, exported, redacted."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from timeline import ArchivedSource, Timeline
from timeline.capture import extracting
from timeline.errors import StatementInvalid
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.reading.happenings import at_positions

OBTAINED = {
    "collected_by": "Ann Lee",
    "collected_at": "2025-11-29T10:15+01:00",
    "collected_from": "the harbour office, file 12",
    "collected_with": "a scanner",
    "collection_note": "The third page is missing.",
}
CUSTODY = [{"when": "2025-11-30", "who": "Ann Lee", "what": "handed to the archive"}, {"what": "sealed"}]


@pytest.fixture
def letter(timeline: Timeline) -> ArchivedSource:
    """Archive a letter, at position 1, and cite it, at position 2."""
    source = timeline.archive(text="The port opened.", id="letter", title="A letter", custody=CUSTODY, **OBTAINED)
    timeline.record("port", title="The port opens", date="1998", citations=[source.quote("The port opened")])
    return source


def row(timeline: Timeline) -> dict[str, object]:
    """Read the letter from the read tables."""
    (found,) = timeline.log.connection.execute("SELECT json_object('by', collected_by, 'custody', json(custody)) FROM sources")
    return dict(json.loads(found[0]))


def test_all_of_it_is_recorded(timeline: Timeline, letter: ArchivedSource) -> None:
    """As it was given, in the event, the object and the table; the same again appends nothing."""
    assert {name: getattr(letter, name) for name in OBTAINED} == OBTAINED
    assert letter.custody == CUSTODY
    assert letter.event.payload["statement"]["custody"] == CUSTODY
    assert row(timeline) == {"by": "Ann Lee", "custody": CUSTODY}
    assert timeline.archive(text="The port opened.", id="letter", title="A letter", custody=CUSTODY, **OBTAINED).position == 1


def test_a_source_without_it_has_no_such_fields(report: ArchivedSource) -> None:
    """Its statement is the one that it had before there were such fields."""
    assert {*report.event.payload["statement"]} == {
        "title", "published", "media_type", "extractor", "sha256", "text_sha256",
    }  # fmt: skip


def test_a_correction_changes_it_and_the_past_stays(timeline: Timeline, letter: ArchivedSource) -> None:
    """A step is added; a field is emptied; as of the position before, nothing of that is known."""
    timeline.correct_source("letter", custody=[*CUSTODY, "opened"], collected_by=None, reason="The log of the archive")
    assert row(timeline) == {"by": None, "custody": [*CUSTODY, {"what": "opened"}]}
    (then,) = at_positions(timeline.log.connection, [2], as_of=2)
    assert (then.quotations[0].source.collected_by, len(then.quotations[0].source.custody)) == ("Ann Lee", 2)
    timeline.correct_source("letter", custody=None, reason="All of it was wrong")
    assert row(timeline)["custody"] is None


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"collected_at": "yesterday"}, "collected_at"),
        ({"custody": [{"when": "2025-11-30"}]}, "custody.1.what"),
        ({"custody": [{"what": "sealed", "when": "2025-13"}]}, "custody.1.when"),
        ({"custody": [{"what": "sealed", "whom": "Ann"}]}, "custody.1.whom"),
        ({"custody": "sealed"}, "custody"),
    ],
)
def test_a_fault_names_its_field(timeline: Timeline, fields: dict[str, object], why: str) -> None:
    """And nothing is archived."""
    with pytest.raises(StatementInvalid) as error:
        timeline.archive(text="Words.", id="words", title="Words", **fields)  # type: ignore[arg-type]
    assert [fault.field for fault in error.value.faults] == [why]
    assert timeline.log.size() == 0


def test_moments_of_python_keep_their_offset(timeline: Timeline) -> None:
    """A source has no zone beside its dates, so a named zone becomes the offset that it had."""
    source = timeline.archive(
        text="Words.",
        id="words",
        title="Words",
        collected_at=datetime(2025, 7, 1, 10, 15, tzinfo=ZoneInfo("Europe/Paris")),
        custody=[{"when": date(2025, 7, 2), "what": "copied"}, {"when": datetime(2025, 7, 3, 4, 5, tzinfo=UTC), "what": "sealed"}],
    )
    assert source.collected_at == "2025-07-01T10:15+02:00"
    assert [step["when"] for step in source.custody] == ["2025-07-02", "2025-07-03T04:05Z"]


@pytest.mark.parametrize("format", ["markdown", "html", "csl-json", "ris", "jsonld"])
def test_exports_say_it(timeline: Timeline, letter: ArchivedSource, format: str) -> None:
    """In a sentence, and a sentence for each step."""
    happenings = at_positions(timeline.log.connection, [2])
    written = "".join(format_named(format).write(happenings, About("A timeline", page="https://a.example/t/-/timeline")))
    assert "Collected by Ann Lee, 29 November 2025, 10:15 (UTC+01:00), from the harbour office, file 12, with a scanner" in written
    assert "The third page is missing" in written
    assert "Custody: 30 November 2025, Ann Lee, handed to the archive" in written


def test_a_redaction_takes_it(timeline: Timeline, letter: ArchivedSource, path: Path) -> None:
    """From the table and the file."""
    timeline.redact(1, reason="The law demands it.")
    assert row(timeline) == {"by": None, "custody": None}
    assert b"harbour office" not in path.read_bytes()


def test_a_page_saved_by_a_browser_says_when_and_from_where() -> None:
    """MHTML has it in its head."""
    content = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/p\r\nDate: Sat, 29 Nov 2025 10:15:30 +0100\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Words."
    )
    facts = extracting.read(content, "multipart/related", "page.mhtml").facts
    assert facts["collected_at"] == "2025-11-29T10:15:30+01:00"
    assert (facts["url"], facts["collected_with"]) == ("https://a.example/p", "Saved by Blink")


def test_an_email_says_when_it_was_delivered_and_to_whom() -> None:
    """By the first of its servers' headers, which the reader's own server wrote."""
    content = (
        b"Delivered-To: ann@a.example\r\nReceived: from b by a; Sat, 29 Nov 2025 10:15:30 +0000\r\n"
        b"Received: from c by b; Fri, 28 Nov 2025 10:15:30 +0000\r\nFrom: bo@b.example\r\nSubject: News\r\n\r\nWords."
    )
    facts = extracting.read(content, "message/rfc822", "mail.eml").facts
    assert (facts["collected_at"], facts["collected_from"]) == ("2025-11-29T10:15:30Z", "ann@a.example")
