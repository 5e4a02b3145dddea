"""Markdown: writer."""
