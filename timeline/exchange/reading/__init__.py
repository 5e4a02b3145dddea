"""Understands files of others: each reader turns one into rows, with what it dropped and what it asks."""
