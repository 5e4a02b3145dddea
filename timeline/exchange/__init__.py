"""Formats in and out: `reading` understands files of others, `writing` writes what is chosen of a timeline for them."""
