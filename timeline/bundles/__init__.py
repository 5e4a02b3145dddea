"""Read and append bundles: files of sources and happenings, in YAML or JSON Lines.

Owns the format of those files. Must not decide what a statement may say: `Timeline.append` does, and its faults are passed on
with their lines. `entry` defines one entry, `yaml_file` and `json_lines` parse, `appending` appends, `comparing` finds changes.
"""

from timeline.bundles.appending import Appended, append, append_bundle
from timeline.bundles.comparing import difference, overridden
from timeline.bundles.entry import Entry, Placed
from timeline.bundles.reading import SUFFIXES, project, read, refusal

__all__ = [
    "SUFFIXES",
    "Appended",
    "Entry",
    "Placed",
    "append",
    "append_bundle",
    "difference",
    "overridden",
    "project",
    "read",
    "refusal",
]
