"""JSON-LD of schema.org: reader and writer."""
