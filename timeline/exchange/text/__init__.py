"""Texts in imports and exports: encodings, HTML, JSON with places, and JSON in pieces. Must not know any format."""
