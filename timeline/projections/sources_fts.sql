-- sources_fts: full-text search over the sources and their texts; rowid is sources.position.
-- folded holds the same words without diacritics, for scripts in which the tokenizer keeps them (Arabic, Hebrew), and with
-- ligatures (ﬁ) spelt out.

CREATE VIRTUAL TABLE sources_fts USING fts5(
    title, publisher, author, text, folded,
    tokenize = "unicode61 remove_diacritics 2",
    columnsize = 0
);

DELETE FROM sources_fts WHERE rowid IN (
    SELECT (
        SELECT position FROM events AS former
        WHERE former.stream = corrected.stream AND former.version < corrected.version AND former.type <> 'EventRedacted'
        ORDER BY former.version DESC LIMIT 1
    )
    FROM staged_sources AS corrected WHERE corrected.type = 'SourceCorrected'
);

-- SQLite holds a large text several times at once: fewer times if this is a statement of its own, and without the view source_texts,
-- which it would copy.
UPDATE staged_sources SET folded = (
    SELECT plain_letters(title, publisher, author, CAST(documents.bytes AS TEXT))
    FROM sources LEFT JOIN documents ON documents.sha256 = sources.text_sha256
    WHERE sources.position = staged_sources.position
);

INSERT INTO sources_fts (rowid, title, publisher, author, text, folded)
SELECT sources.position, title, publisher, author, CAST(documents.bytes AS TEXT), folded
FROM staged_sources
JOIN sources ON sources.position = staged_sources.position
LEFT JOIN documents ON documents.sha256 = sources.text_sha256
ORDER BY staged_sources.position;
