"""Compare two timelines, and append to one the entries that only the other has.

Owns which events of two logs are the same. `difference` lists what one has that the other has not, `difference_text` words that,
and `merging` appends it. Must not verify a file: the audit does, and every call that appends.
"""

from timeline.comparing.difference import Change, Difference, diff
from timeline.comparing.merging import Left, Merged, merge

__all__ = ["Change", "Difference", "Left", "Merged", "diff", "merge"]
