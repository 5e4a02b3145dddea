"""Text as files of others hold it: encodings, HTML, JSON with places. Must not know any format as a whole."""
