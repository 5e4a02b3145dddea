"""How a refused date is reported: one line, whatever the text was.

Owns the wording of the line's frame and the quoting of what people typed. Must not decide what is refused.
"""

from timeline.errors import DateInvalid

SHOWN = 60
"""Characters of the refused text that a message shows."""


class Refusal(Exception):
    """A fault found while reading, on its way to becoming a `DateInvalid`. Never leaves the package."""

    def __init__(self, wrong: str, instead: str, *, joint: str = ": ") -> None:
        """Take what is wrong, what to write instead, and what joins them to the quoted date."""
        super().__init__(wrong)
        self.wrong = wrong
        self.instead = instead
        self.joint = joint

    def about(self, text: str) -> DateInvalid:
        """Make the error that people read: subject, what is wrong, what to write instead."""
        wrong = f"{self.wrong} {self.instead}"
        return DateInvalid("date", f"{quoted(text)}{self.joint}{wrong}", wrong=wrong)


def quoted(text: str) -> str:
    """Show text within double quotes on one line: cut short, control characters and quotes escaped."""
    shown = text[:SHOWN]
    escaped = "".join(
        "\\" + char if char in '"\\' else char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in shown
    )
    return f'"{escaped}"' if len(text) <= SHOWN else f'"{escaped}…" ({len(text):,} characters)'
