"""JSON-LD of schema.org: its reader and its writer."""
