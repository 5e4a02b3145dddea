"""Bundles that tests write and append, and the faults with which one is refused."""

import os
from pathlib import Path

import pytest

from timeline import Timeline, bundles
from timeline.errors import BundleInvalid

SOURCE = """\
sources:
  - {id: s, text: "The council met in Marrakech. It sat for four days.", title: A report}
"""
HAPPENING = """\
happenings:
  - id: a
    title: The council meets
    date: 2025
    citations: [{source: s, quote: The council met}]
"""
LINES = [
    {"source": {"id": "s", "text": "The council met in Marrakech. It sat for four days.", "title": "A report"}},
    {
        "happening": {
            "id": "a",
            "title": "T",
            "date": "2025",
            "citations": [{"source": "s", "quote": "The council met"}],
        }
    },
]


def put(folder: Path, text: str | bytes, name: str = "b.yaml") -> Path:
    """Write a bundle."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults(timeline: Timeline, path: Path) -> list[str]:
    """Give the lines that a bundle is refused with, the folder left out; nothing of it is appended."""
    before = timeline.log.size()
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    assert timeline.log.size() == before
    assert timeline.log.connection.execute("SELECT count(*) FROM happenings").fetchone()[0] <= before
    return [line.replace(f"{path.parent}{os.sep}", "") for line in str(caught.value).splitlines()]


# What is appended
