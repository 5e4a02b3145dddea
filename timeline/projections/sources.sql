-- sources: the archived documents, as now known: one row for each.
-- custody is a JSON list of the steps since the document was collected, each with when, who and what.
-- Redacted fields are empty, and so are the hashes of a document that a redaction removed from the archive.
-- A picture has the empty text, which stays in the archive: without its document, it has none.
-- The hashes come from the first event of the stream that names them, as in redaction.py.

CREATE TABLE sources (
    id          TEXT PRIMARY KEY,
    title       TEXT,
    publisher   TEXT,
    author      TEXT,
    published   TEXT,
    url         TEXT,
    language    TEXT,
    media_type  TEXT,
    sha256      TEXT,
    text_sha256 TEXT,
    extractor   TEXT,
    characters  INTEGER,
    archived_at TEXT,
    position    INTEGER NOT NULL UNIQUE REFERENCES events(position),
    collected_by    TEXT,
    collected_at    TEXT,
    collected_from  TEXT,
    collected_with  TEXT,
    collection_note TEXT,
    custody         TEXT
) STRICT;

CREATE INDEX sources_sha256 ON sources (sha256);
CREATE INDEX sources_url ON sources (url) WHERE url IS NOT NULL;

CREATE VIEW source_texts AS
SELECT sources.id AS source, CAST(documents.bytes AS TEXT) AS text
FROM sources JOIN documents ON documents.sha256 = sources.text_sha256;

DELETE FROM sources WHERE id IN (
    SELECT substr(stream, 8) FROM staged_sources WHERE type = 'SourceCorrected'
);

INSERT INTO sources
WITH naming (stream, version, sha256, text_sha256) AS (
    SELECT
        stream,
        version,
        coalesce(json_extract(data, '$.statement.sha256'), json_extract(data, '$.kept.sha256')),
        coalesce(json_extract(data, '$.statement.text_sha256'), json_extract(data, '$.kept.text_sha256'))
    FROM events
    WHERE stream IN (SELECT stream FROM staged_sources)
),
named AS (
    SELECT stream, min(version), sha256, text_sha256 FROM naming WHERE sha256 IS NOT NULL GROUP BY stream
)
SELECT
    substr(latest.stream, 8),
    json_extract(latest.data, '$.statement.title'),
    json_extract(latest.data, '$.statement.publisher'),
    json_extract(latest.data, '$.statement.author'),
    json_extract(latest.data, '$.statement.published'),
    json_extract(latest.data, '$.statement.url'),
    json_extract(latest.data, '$.statement.language'),
    json_extract(latest.data, '$.statement.media_type'),
    coalesce(
        (SELECT sha256 FROM documents WHERE sha256 = named.sha256), (SELECT sha256 FROM withheld WHERE sha256 = named.sha256)
    ),
    coalesce(
        (
            SELECT sha256 FROM documents
            WHERE sha256 = named.text_sha256 AND (
                bytes <> x'' OR named.sha256 IN (SELECT sha256 FROM documents UNION ALL SELECT sha256 FROM withheld)
            )
        ),
        (SELECT sha256 FROM withheld WHERE sha256 = named.text_sha256)
    ),
    json_extract(latest.data, '$.statement.extractor'),
    coalesce(
        (SELECT length(CAST(bytes AS TEXT)) FROM documents WHERE sha256 = named.text_sha256),
        (SELECT characters FROM withheld WHERE sha256 = named.text_sha256)
    ),
    (SELECT recorded_at FROM events AS first WHERE first.stream = latest.stream AND first.version = 1),
    latest.position,
    json_extract(latest.data, '$.statement.collected_by'),
    json_extract(latest.data, '$.statement.collected_at'),
    json_extract(latest.data, '$.statement.collected_from'),
    json_extract(latest.data, '$.statement.collected_with'),
    json_extract(latest.data, '$.statement.collection_note'),
    json_extract(latest.data, '$.statement.custody')
FROM staged_sources
JOIN events AS latest ON latest.position = staged_sources.position
LEFT JOIN named ON named.stream = latest.stream
WHERE staged_sources.is_latest
ORDER BY latest.position;
