"""A timeline with every kind of event but a redaction, to be altered and audited."""

import pytest

from timeline import ArchivedSource, Timeline


@pytest.fixture
def told(timeline: Timeline, report: ArchivedSource, meeting: str) -> Timeline:
    """Tell a timeline with every kind of event but a redaction; positions 1 to 8."""
    timeline.correct(meeting, date="2025-11", reason="Vaguer", citations=[report.quote("It sat", stance="disputes")])
    timeline.record("vote", title="A vote", date="2025", part_of=meeting, related=[meeting], citations=[report.quote("four days")])
    timeline.record("other", title="Another", date="2024", citations=[report.quote("three hundred", suffix=" came")])
    timeline.retract("vote", reason="It was put off", superseded_by="other")
    timeline.correct_source("report", publisher="TNA", reason="The byline")
    timeline.correct(meeting, kind="session", reason="It was one of several")
    return timeline
