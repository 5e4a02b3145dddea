"""JSON Lines: reader and writer."""
