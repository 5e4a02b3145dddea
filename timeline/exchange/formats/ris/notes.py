"""What stands in notes of a record, because RIS has no field for it."""

from typing import Final

EDTF: Final = "Date in EDTF: "
"""What stands before a date to the letter."""
