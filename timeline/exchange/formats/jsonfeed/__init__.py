"""JSON Feed: writer."""
