-- withheld: the documents that the publisher of this file withholds. It has their hashes, and the passages that are cited.
-- characters is the length of a text, and pages are those of a PDF on which it is cited: [[start_char, page], ...].
-- Only `publish` fills it, in its copy. A rebuild keeps it: it does not follow from the log.

CREATE TABLE withheld (
    sha256     TEXT PRIMARY KEY,
    characters INTEGER,
    pages      TEXT
) STRICT, WITHOUT ROWID;
