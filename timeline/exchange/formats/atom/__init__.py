"""Atom feeds: writer."""
