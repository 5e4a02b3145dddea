"""JSON Feed: its writer."""
