"""Report a refused date in one line, whatever the text.

Owns the form of that line, and the quoting of typed text. Must not decide what is refused.
"""

from timeline.errors import DateInvalid

SHOWN = 60
"""Characters of the refused text in a message."""


class Refusal(Exception):
    """A fault during parsing, which becomes a `DateInvalid`. Never leaves the package."""

    def __init__(self, wrong: str, instead: str, *, joint: str = ": ") -> None:
        """Make a refusal from the fault, the form to write instead, and the text that joins them to the quoted date."""
        super().__init__(wrong)
        self.wrong = wrong
        self.instead = instead
        self.joint = joint

    def about(self, text: str) -> DateInvalid:
        """Return the error for people: the date, the fault, and the form to write instead."""
        wrong = f"{self.wrong} {self.instead}"
        return DateInvalid("date", f"{quoted(text)}{self.joint}{wrong}", wrong=wrong)


def quoted(text: str) -> str:
    """Return text in double quotes on one line: shortened, with control characters and quotes escaped."""
    shown = text[:SHOWN]
    escaped = "".join(
        "\\" + char if char in '"\\' else char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in shown
    )
    return f'"{escaped}"' if len(text) <= SHOWN else f'"{escaped}…" ({len(text):,} characters)'
