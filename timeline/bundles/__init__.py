"""Bundles: files of sources and happenings, in YAML or JSON Lines, and how they are appended.

Owns the form of those files. Must not decide what a statement may say: `Timeline.append` does, and its faults are passed on
with the line they stand on. `entry` knows the form of one entry, `yaml_file` and `json_lines` read, `appending` appends,
`comparing` tells what changed since.
"""

from timeline.bundles.appending import Appended, append
from timeline.bundles.comparing import difference, overridden
from timeline.bundles.entry import Entry
from timeline.bundles.reading import SUFFIXES, project, read, refusal

__all__ = ["SUFFIXES", "Appended", "Entry", "append", "difference", "overridden", "project", "read", "refusal"]
