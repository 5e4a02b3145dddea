"""Finds a quotation in a text and says how well it matched.

Owns what counts as verbatim: the three grades, and what makes a quotation ambiguous or not found. Must
not know where texts come from or what quotations are for: no database, no model, no files.

`folding` says which spellings are the same, `finding` finds and grades, `missing` explains a miss.
"""

from timeline.quotes.finding import Passage, at, find
from timeline.quotes.folding import GRADES, Text
from timeline.quotes.missing import briefly

__all__ = ["GRADES", "Passage", "Text", "at", "briefly", "find"]
