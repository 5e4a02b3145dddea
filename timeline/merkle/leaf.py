"""What a leaf of the tree is: everything that an event's row holds but what it says, which is there by its hash alone.

So what an event says can be taken away by law, and the log still proves.
"""

from json.encoder import encode_basestring as quoted

COLUMNS = "position, stream, version, type, recorded_at, recorded_by, data_hash"
"""The columns of an event that make its leaf, in the order in which `leaf` takes them."""


def leaf(position: int, stream: str, version: int, type: str, recorded_at: str, recorded_by: str, data_hash: bytes) -> bytes:
    """Write an event's leaf: canonical JSON (RFC 8785) in UTF-8, the hash of its data in hex."""
    return (
        f'{{"data_hash":"{data_hash.hex()}","position":{position},"recorded_at":{quoted(recorded_at)},'
        f'"recorded_by":{quoted(recorded_by)},"stream":{quoted(stream)},"type":{quoted(type)},"version":{version}}}'
    ).encode()
