"""Who recorded an event: a name that a person chose, never the name of a login. Must not import anything of the program.

A project says it in its metadata.json: {"plugins": {"cited-timeline": {"by": "The editors"}}}.
"""

import json
from pathlib import Path
from typing import Any, Final

UNNAMED: Final = "unnamed"  # recorded where nobody gave a name; pages and exports leave it out
PLUGIN: Final = "cited-timeline"  # as Datasette calls the settings of our pages


def given(recorded_by: str) -> str | None:
    """Give the name that was given; None where none was."""
    return None if recorded_by == UNNAMED else recorded_by


def by(recorded_by: str) -> str:
    """Write " by NAME"; nothing where no name was given."""
    return "" if recorded_by == UNNAMED else f" by {recorded_by}"


def of_project(metadata: Path) -> str | None:
    """Read who writes a project, as its metadata.json says; None where that does not say.

    Raises ValueError where the file is not JSON, or says it otherwise than as a text.
    """
    try:
        content: Any = json.loads(metadata.read_bytes())
    except OSError:
        return None
    for key in ("plugins", PLUGIN, "by"):
        content = content.get(key) if isinstance(content, dict) else None
    if content is None or isinstance(content, str):
        return content or None
    raise ValueError(f"plugins.{PLUGIN}.by: is not a text")
