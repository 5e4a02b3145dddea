-- happenings_fts: full-text search over happenings with their people and quotations; rowid is happenings.position.
-- folded holds the same words without diacritics, for scripts in which the tokenizer keeps them (Arabic, Hebrew), and with
-- ligatures (ﬁ) spelt out.

CREATE VIRTUAL TABLE happenings_fts USING fts5(
    title, summary, place, people, quotations, folded,
    tokenize = "unicode61 remove_diacritics 2",
    columnsize = 0
);

DELETE FROM happenings_fts WHERE rowid IN (SELECT position FROM staged_replaced);

INSERT INTO happenings_fts (rowid, title, summary, place, people, quotations, folded)
SELECT position, title, summary, place, people, quotations, folded
FROM staged_versions
WHERE known_until IS NULL
ORDER BY position;
