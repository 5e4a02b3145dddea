-- tree: the Merkle tree over the log (RFC 6962): the SHA-256 of every complete subtree of at least two events, numbered in the
-- order of completion. timeline.merkle fills it: each event completes one subtree on average. Leaves are not stored here.

CREATE TABLE tree (
    number INTEGER PRIMARY KEY,
    hash   BLOB NOT NULL
) STRICT;
