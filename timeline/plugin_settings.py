"""The plugin's settings in metadata.json: their names, and the check of their values.

Must not act on them. A misspelt setting would silently do nothing, so Datasette does not start with one, and nothing can be
appended.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

NUMBERS: Final = ("max_length", "max_result", "max_heap")
LISTS: Final = ("frame_ancestors", "origins")
TEXTS: Final = ("by",)  # the project's author: see timeline.authors
CITED_PASSAGES: Final = "cited-passages"
CHOICES: Final = {"direction": ("ltr", "rtl"), "documents": ("all", CITED_PASSAGES)}
PERMISSIONS: Final = ("timeline-append", "timeline-review")  # with allow blocks: see timeline.desk.permissions
NAMES: Final = (*LISTS, *CHOICES, *NUMBERS, *TEXTS, *PERMISSIONS)


def fault(settings: Mapping[str, Any]) -> str | None:
    """Return the first fault of the settings in one line; None if there is none. Objects are not checked here."""
    for name, value in settings.items():
        if name not in NAMES:
            near = get_close_matches(str(name)[:60], NAMES, n=1)
            return f"{name}: is not a setting. " + (f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(NAMES)}")
        if value is None or isinstance(value, dict):
            continue
        if name in CHOICES and value not in CHOICES[name]:
            return f"{name}: is {value!r}, expected " + " or ".join(f'"{one}"' for one in CHOICES[name])
        if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdecimal()):
            return f"{name}: is {value!r}, expected a number of bytes, such as 50000000"
        if name in TEXTS and not isinstance(value, str):
            return f'{name}: is {value!r}, expected a text, such as "The editors"'
        if name in LISTS and not isinstance(value, str | list):
            return f'{name}: is {value!r}, expected a list of addresses, such as ["https://news.example"]'
    return None
