"""Find a quotation in a text and grade the match.

Owns the meaning of "verbatim": the three grades, and when a quotation is ambiguous or missing. Must not know the origin of texts
or the use of quotations: no database, no model, no files.

`folding` has the equivalent spellings, `finding` finds and grades, `missing` explains a miss.
"""

from timeline.quotes.finding import Passage, at, find, places
from timeline.quotes.folding import GRADES, Text
from timeline.quotes.missing import briefly

__all__ = ["GRADES", "Passage", "Text", "at", "briefly", "find", "places"]
