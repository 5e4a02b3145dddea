-- sources: who said so, as now known: one row for each archived document.
-- What was redacted is empty, and so are the hashes of a document that a redaction took out of the archive.
-- The hashes are those of the first event of its stream that names them, as in redaction.py.

CREATE TABLE sources (
    id          TEXT PRIMARY KEY,
    title       TEXT,
    publisher   TEXT,
    author      TEXT,
    published   TEXT,
    url         TEXT,
    language    TEXT,
    media_type  TEXT,
    sha256      TEXT REFERENCES documents(sha256),
    text_sha256 TEXT REFERENCES documents(sha256),
    extractor   TEXT,
    characters  INTEGER,
    archived_at TEXT,
    position    INTEGER NOT NULL UNIQUE REFERENCES events(position)
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
    substr(said.stream, 8),
    json_extract(said.data, '$.statement.title'),
    json_extract(said.data, '$.statement.publisher'),
    json_extract(said.data, '$.statement.author'),
    json_extract(said.data, '$.statement.published'),
    json_extract(said.data, '$.statement.url'),
    json_extract(said.data, '$.statement.language'),
    json_extract(said.data, '$.statement.media_type'),
    (SELECT sha256 FROM documents WHERE sha256 = named.sha256),
    (SELECT sha256 FROM documents WHERE sha256 = named.text_sha256),
    json_extract(said.data, '$.statement.extractor'),
    (SELECT length(CAST(bytes AS TEXT)) FROM documents WHERE sha256 = named.text_sha256),
    (SELECT recorded_at FROM events AS first WHERE first.stream = said.stream AND first.version = 1),
    said.position
FROM staged_sources
JOIN events AS said ON said.position = staged_sources.position
LEFT JOIN named ON named.stream = said.stream
WHERE staged_sources.stands
ORDER BY said.position;
