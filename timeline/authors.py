"""The author of an event: a name that a person chose, never a login name.

Owns which names are one person's, and reads the settings of a project from its metadata.json, where it names its author:
{"plugins": {"cited-timeline": {"by": "The editors"}}}.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from timeline import plugin_settings
from timeline.shortening import shortened

# Letters that are not drawn, beside those of the category Cf.
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
UNNAMED: Final = "unnamed"  # recorded if nobody gave a name; pages and exports leave it out
MERGED: Final = ", merged by "  # between an author and the person who appended an entry from that author's file
LONGEST: Final = 200  # characters of a name
_MAX_SHOWN, _ALIKE = 60, 0.7  # characters of a name, and the similarity, from 0 to 1, that a name must reach
PLUGIN: Final = "cited-timeline"  # the key of our settings in Datasette's metadata


def name(recorded_by: str) -> str | None:
    """Return the author's name; None if nobody gave one."""
    return None if recorded_by == UNNAMED else recorded_by


def by(recorded_by: str) -> str:
    """Return " by NAME"; empty if nobody gave a name."""
    return "" if recorded_by == UNNAMED else f" by {recorded_by}"


def same(name: str) -> str:
    """Return the form of a name in which those of one person are equal, also spaced, cased or composed otherwise.

    Invisible characters make no difference. A letter of another script does, even if it looks alike.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    drawn = "".join(one for one in seen if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(drawn.split()).casefold())


def are_two(reviewer: str, author: str) -> bool:
    """Whether two names are known to be of two people. A missing name may be anybody's.

    The author of a merged entry is the one who wrote it, not the one who merged it.
    """
    names = same(reviewer), same(author.partition(MERGED)[0])
    return names[0] != names[1] and UNNAMED not in names


def merged(author: str, by: str) -> str:
    """Name the author of an entry in another file, and the person who merged it from there: "Ben, merged by Ann".

    One's own entries stay one's own. A name that would be too long loses those who merged it before, then its end.
    """
    if same(author) == same(by):
        return by
    if author.endswith(MERGED + by):
        return author
    ending = MERGED + by
    first = author.partition(MERGED)[0]
    names = (author, first, shortened(first, max(1, LONGEST - len(ending))))
    return next((name for name in names if len(name) + len(ending) <= LONGEST), names[-1]) + ending


def of_project(metadata: Path) -> str | None:
    """Read the author of a project from its metadata.json; None if the file has none.

    Raises ValueError as `settings` does, or if the author is not a text.
    """
    by = settings(metadata).get("by")
    if by is None or isinstance(by, str):
        return by or None
    raise ValueError(f"plugins.{PLUGIN}.by: is not a text")


def settings(metadata: Path) -> Mapping[str, Any]:
    """Read our settings from a project's metadata.json; empty if the file has none.

    Raises ValueError if the file is not JSON, or they may be set where nothing reads them: under a misspelt key, or in a YAML file.
    """
    try:
        content_bytes = metadata.read_bytes()
    except OSError:
        _refuse_unread(metadata)
        return {}
    content: Any = json.loads(content_bytes, object_pairs_hook=_once)
    if not isinstance(content, dict):
        return {}
    _refuse_misspelt(content, "plugins", "")
    plugins = content.get("plugins")
    if not isinstance(plugins, dict):
        return {}
    _refuse_misspelt(plugins, PLUGIN, "plugins.")
    ours = plugins.get(PLUGIN)
    if not isinstance(ours, dict):
        return {}
    if unknown := plugin_settings.fault(dict.fromkeys(ours)):
        raise ValueError(f"plugins.{PLUGIN}.{unknown}")
    return ours


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'"{twice[:_MAX_SHOWN]}" is there twice. Give it once')
    return dict(pairs)


def _refuse_misspelt(content: Mapping[str, Any], name: str, place: str) -> None:
    if near := get_close_matches(name, [one for one in content if one != name], n=1, cutoff=_ALIKE):
        raise ValueError(f'{place}{near[0][:_MAX_SHOWN]}: is not read. Did you mean "{name}"?')


def _refuse_unread(metadata: Path) -> None:
    for ending in (".yaml", ".yml"):
        if (other := metadata.with_suffix(ending)).is_file():
            raise ValueError(f"there is {other.name}, and only {metadata.name} is read. Write it as JSON")
