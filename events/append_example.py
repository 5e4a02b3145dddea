"""Append one happening to the timeline: archive a document, quote it, record what it tells of.

Run it after `timeline serve` or `timeline build`, then reload the page. Running it again changes nothing.
"""

from pathlib import Path

from timeline import Timeline

DATABASE = Path(__file__).parent.parent / "timeline.db"

NOTE = """Reading note, 22 November 2026.
Today the three documents kept in seeds/ were read side by side, and what they date was set down in events/.
None of the three gives the year of the 93rd General Assembly in its text; the title of one of them does.
"""

if not DATABASE.exists():
    raise SystemExit("There is no timeline.db yet. Make it first: timeline build")

with Timeline(DATABASE) as timeline:
    note = timeline.archive(text=NOTE, id="reading-note", title="Reading note", published="2026-11-22", language="en")
    event = timeline.record(
        "documents-read",
        title="The three documents are read side by side",
        date="2026-11-22",
        kind="reading",
        related=["ga-93"],
        citations=[note.quote("Today the three documents kept in seeds/ were read side by side")],
    )
    print(f"{event.id} is at position {event.position}.")
