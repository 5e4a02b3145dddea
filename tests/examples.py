"""What many tests are made of: the project's folder, a document to quote from, and a clock that stands still."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

PROJECT = Path(__file__).parent.parent
REPORT = """The council met in Marrakech on 24 November 2025.
It sat for four days. Some say three hundred came; others say three hundred and fifty.
"""


PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def picture(id: str, content: bytes = PNG, **fields: str) -> dict[str, str]:
    """Give the fields of a picture to archive, as an export has them; its bytes end with its id, so that no two are the same."""
    encoded = b64encode(content + id.encode()).decode()
    exported = {"text": "", "base64": encoded, "extractor": "a picture, without text", "media_type": "image/png"}
    return {"id": id, "title": f"Picture {id}", **exported, **fields}


class Clock:
    """A clock that is one second later at each look."""

    def __init__(self) -> None:
        """Begin with the year 2026."""
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        self.time += timedelta(seconds=1)
        return self.time
