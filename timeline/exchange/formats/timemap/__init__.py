"""TimeMap (RFC 7089): its writer."""
