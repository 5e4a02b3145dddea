-- tree: the Merkle tree over the log (RFC 6962): the SHA-256 of every complete subtree of two events and more, numbered in the
-- order in which they were completed. timeline.merkle fills it, as each event completes one on average; leaves are not kept here.

CREATE TABLE tree (
    number INTEGER PRIMARY KEY,
    hash   BLOB NOT NULL
) STRICT;
