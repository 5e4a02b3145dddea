"""TimeMap (RFC 7089): writer."""
