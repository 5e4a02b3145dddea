"""How a text is cut to a length. Must not know what it is a text of."""


def shortened(text: str, length: int) -> str:
    """Cut a text to so many characters, the last of them an ellipsis where it was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
