"""Markdown: its writer."""
