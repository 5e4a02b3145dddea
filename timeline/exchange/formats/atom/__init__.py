"""Atom feeds: its writer."""
