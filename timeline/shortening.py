"""Cut a text to a length. Must not know its use."""


def shortened(text: str, length: int) -> str:
    """Cut a text to at most `length` characters; the last one is an ellipsis if the text was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
