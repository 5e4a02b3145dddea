"""Who recorded an event: a name that a person chose, never the name of a login.

A project says it in its metadata.json: {"plugins": {"cited-timeline": {"by": "The editors"}}}.
"""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from timeline import settings

UNNAMED: Final = "unnamed"  # recorded where nobody gave a name; pages and exports leave it out
_SHOWN, _ALIKE = 60, 0.7  # characters of a name, and how much of 1 it must be like another
PLUGIN: Final = "cited-timeline"  # as Datasette calls the settings of our pages


def given(recorded_by: str) -> str | None:
    """Give the name that was given; None where none was."""
    return None if recorded_by == UNNAMED else recorded_by


def by(recorded_by: str) -> str:
    """Write " by NAME"; nothing where no name was given."""
    return "" if recorded_by == UNNAMED else f" by {recorded_by}"


def of_project(metadata: Path) -> str | None:
    """Read who writes a project, as its metadata.json says; None where that does not say.

    Raises ValueError where the file is not JSON, says it otherwise than as a text, or may say it where nothing reads it: under a
    name that is misspelt, or in a file of YAML.
    """
    try:
        written = metadata.read_bytes()
    except OSError:
        _refuse_unread(metadata)
        return None
    content: Any = json.loads(written, object_pairs_hook=_once)
    if not isinstance(content, dict):
        return None
    _refuse_misspelt(content, "plugins", "")
    plugins = content.get("plugins")
    if not isinstance(plugins, dict):
        return None
    _refuse_misspelt(plugins, PLUGIN, "plugins.")
    given = plugins.get(PLUGIN)
    if not isinstance(given, dict):
        return None
    if unknown := settings.fault(dict.fromkeys(given)):
        raise ValueError(f"plugins.{PLUGIN}.{unknown}")
    by = given.get("by")
    if by is None or isinstance(by, str):
        return by or None
    raise ValueError(f"plugins.{PLUGIN}.by: is not a text")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'"{twice[:_SHOWN]}" stands twice. Give it once')
    return dict(pairs)


def _refuse_misspelt(content: Mapping[str, Any], name: str, place: str) -> None:
    if near := get_close_matches(name, [one for one in content if one != name], n=1, cutoff=_ALIKE):
        raise ValueError(f'{place}{near[0][:_SHOWN]}: is not read. Did you mean "{name}"?')


def _refuse_unread(metadata: Path) -> None:
    for ending in (".yaml", ".yml"):
        if (other := metadata.with_suffix(ending)).is_file():
            raise ValueError(f"there is {other.name}, and only {metadata.name} is read. Write it as JSON")
