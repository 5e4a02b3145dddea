-- happenings_fts: full-text search over happenings with their people and quotations; rowid is happenings.position.
-- happening_versions_fts: the same for the versions that others replaced, which a search as of the past finds.
-- folded holds the same words without diacritics, for scripts in which the tokenizer keeps them (Arabic, Hebrew), and with
-- ligatures (ﬁ) spelt out.

CREATE VIRTUAL TABLE happenings_fts USING fts5(
    title, summary, place, people, quotations, folded,
    tokenize = "unicode61 remove_diacritics 2",
    columnsize = 0
);

CREATE VIRTUAL TABLE happening_versions_fts USING fts5(
    title, summary, place, people, quotations, folded,
    tokenize = "unicode61 remove_diacritics 2",
    columnsize = 0
);

INSERT INTO happening_versions_fts (rowid, title, summary, place, people, quotations, folded)
SELECT rowid, * FROM happenings_fts WHERE rowid IN (SELECT position FROM staged_replaced)
ORDER BY rowid;

DELETE FROM happenings_fts WHERE rowid IN (SELECT position FROM staged_replaced);

INSERT INTO happening_versions_fts (rowid, title, summary, place, people, quotations, folded)
SELECT position, title, summary, place, people, quotations, folded
FROM staged_versions
WHERE known_until IS NOT NULL
ORDER BY position;

INSERT INTO happenings_fts (rowid, title, summary, place, people, quotations, folded)
SELECT position, title, summary, place, people, quotations, folded
FROM staged_versions
WHERE known_until IS NULL
ORDER BY position;
