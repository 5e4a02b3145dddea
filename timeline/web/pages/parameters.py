"""Which parameters each page and file takes, and what is said of others in an address, which would change nothing.

Owns those names. Must not read values: each page reads its own. Datasette's parameters begin with an underscore, and some sites
add their own to every link: these are no matter.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from datasette.utils.asgi import Request

from timeline.selection import state as states

PAGES: Final = {
    "timeline_page.html": states.NAMES,
    "timeline_exports.html": states.NAMES,
    "timeline_happening.html": ("as_of",),
    "timeline_source.html": ("passage", "cited", "start"),
    "timeline_event.html": (),
    "timeline_checkpoints.html": ("from", "to", "below"),
    "timeline_index.html": (),
}
_NOT_OURS: Final = re.compile(r"_|utm_|(?:fbclid|gclid|msclkid|igshid|mc_cid|mc_eid|ref_src)$").match
_TOLD, _SHOWN = 5, 40


def not_taken(request: Request, names: Sequence[str]) -> list[str]:
    """Say of each parameter that is not among these that it is not known, and which one is probably meant."""
    others = [name for name in request.args if name not in names and not _NOT_OURS(name)]
    told = []
    for name in others[:_TOLD]:
        shown = "".join(one if one.isprintable() else "?" for one in name[:_SHOWN])
        near = get_close_matches(name[:_SHOWN], names, n=1)
        meant = f"Did you mean “{near[0]}”?" if near else f"There are {', '.join(names)}." if names else "Leave it out."
        told.append(f"The address has “{shown}”, which is not known here and changes nothing. {meant}")
    return told
