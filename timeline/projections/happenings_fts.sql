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
SELECT
    position, title, summary, place, people, quotations,
    plain_letters(title, summary, place, people, quotations)
FROM (
    SELECT
        position, title, summary, place,
        (
            SELECT group_concat(actors.name, char(10))
            FROM happening_actors JOIN actors ON actors.id = happening_actors.actor
            WHERE happening_actors.happening = staged_versions.id
        ) AS people,
        (SELECT group_concat(quote, char(10)) FROM citations WHERE citations.happening = staged_versions.id) AS quotations
    FROM staged_versions
    WHERE known_until IS NULL
)
ORDER BY position;
