"""The leaves of the tree: an event's columns, with the hash of its data in place of the data.

So an event's data can be redacted by law, and the log can still be proved.
"""

from json.encoder import encode_basestring as quoted

COLUMNS = "position, stream, version, type, recorded_at, recorded_by, data_hash"
"""The columns of an event that make up its leaf, in the order of the parameters of `leaf`."""


def leaf(position: int, stream: str, version: int, type: str, recorded_at: str, recorded_by: str, data_hash: bytes) -> bytes:
    """Return an event's leaf: canonical JSON (RFC 8785) in UTF-8, with the hash of its data in hex."""
    return (
        f'{{"data_hash":"{data_hash.hex()}","position":{position},"recorded_at":{quoted(recorded_at)},'
        f'"recorded_by":{quoted(recorded_by)},"stream":{quoted(stream)},"type":{quoted(type)},"version":{version}}}'
    ).encode()
