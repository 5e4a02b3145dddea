"""From documents to their text: each extractor in a module of its own."""
