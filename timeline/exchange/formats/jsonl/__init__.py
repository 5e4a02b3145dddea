"""JSON Lines: its reader and its writer."""
