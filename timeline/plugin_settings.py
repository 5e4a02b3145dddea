"""The plugin's settings in metadata.json, and in the environment: their names, and the check of their values.

Must not act on them. A misspelt setting would silently do nothing, so Datasette does not start with one, and nothing can be
appended.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

NUMBERS: Final = ("max_length", "max_result", "max_heap")
LISTS: Final = ("frame_ancestors", "origins")
TEXTS: Final = ("by",)  # the project's author: see timeline.authors
PUBLISH: Final = "publish"  # an object with one setting: whether each happening must be reviewed before it is published
REVIEWED: Final = "reviewed"
CITED_PASSAGES: Final = "cited-passages"
CHOICES: Final = {"direction": ("ltr", "rtl"), "documents": ("all", CITED_PASSAGES)}
PERMISSIONS: Final = ("timeline-append", "timeline-review")  # with allow blocks: see timeline.desk.permissions
FETCH: Final = "fetch"  # whether those who may append may fetch pages from the web

# Variables of the environment, set by `timeline desk` for the desk that it serves.
DESK_TOKEN: Final = "TIMELINE_DESK_TOKEN"  # noqa: S105 - the token of the one-time link
DESK_FETCH: Final = "TIMELINE_DESK_FETCH"  # as the setting `fetch`

NAMES: Final = (*LISTS, *CHOICES, *NUMBERS, *TEXTS, *PERMISSIONS, FETCH, PUBLISH)


def are_reviews_required(settings: Mapping[str, Any]) -> bool:
    """Whether each happening must be reviewed before it is published."""
    publish = settings.get(PUBLISH)
    return isinstance(publish, dict) and publish.get(REVIEWED) is True


def fault(settings: Mapping[str, Any]) -> str | None:
    """Return the first fault of the settings in one line; None if there is none. Objects are not checked here."""
    for name, value in settings.items():
        if name not in NAMES:
            near = get_close_matches(str(name)[:60], NAMES, n=1)
            return f"{name}: is not a setting. " + (f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(NAMES)}")
        if value is not None and (expected := _expected(name, value)):
            return f"{name}: is {value!r}, expected {expected}"
    return None


def _expected(name: str, value: object) -> str | None:
    """Return the values that a setting takes, if this is none of them. Any object may stand for a value that is read elsewhere."""
    if name == PUBLISH:
        known = isinstance(value, dict) and value.keys() <= {REVIEWED} and isinstance(value.get(REVIEWED, False), bool)
        return None if known else f'{{"{REVIEWED}": true}} or {{"{REVIEWED}": false}}'
    if isinstance(value, dict):
        return None
    checks = {
        **{one: (value in choices, " or ".join(f'"{choice}"' for choice in choices)) for one, choices in CHOICES.items()},
        **dict.fromkeys(NUMBERS, (_is_number(value), "a number of bytes, such as 50000000")),
        **dict.fromkeys(TEXTS, (isinstance(value, str), 'a text, such as "The editors"')),
        FETCH: (isinstance(value, bool), "true or false"),
        **dict.fromkeys(PERMISSIONS, (isinstance(value, bool), 'an allow block, such as {"id": ["ana"]}')),
        **dict.fromkeys(LISTS, (isinstance(value, str | list), 'a list of addresses, such as ["https://news.example"]')),
    }
    holds, expected = checks[name]
    return None if holds else expected


def _is_number(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and str(value).isdecimal()
