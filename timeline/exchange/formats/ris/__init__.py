"""RIS: reader and writer."""

from typing import Final

EDTF: Final = "Date in EDTF: "
"""Before the exact date in a note, because RIS has no field for it."""
