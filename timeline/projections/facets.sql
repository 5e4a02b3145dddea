-- facets: how many current happenings have each value: of kind, place, actor, tag, source; and each mark that readers look for.
-- What a correction or retraction replaces is taken off again, as its event has it.

CREATE TABLE facets (
    facet      TEXT NOT NULL,
    value      TEXT NOT NULL,
    happenings INTEGER NOT NULL,
    PRIMARY KEY (facet, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX facets_none ON facets (happenings) WHERE happenings = 0;

INSERT INTO facets
WITH
added AS MATERIALIZED (
    SELECT id, kind, place, attributed_to, sources, version FROM happening_versions
    WHERE position > :after AND known_until IS NULL AND status = 'current'
),
replaced AS MATERIALIZED (
    SELECT old.kind, old.place, old.attributed_to, old.sources, old.version, old.position, events.data
    FROM happening_versions AS old JOIN events ON events.position = old.position
    WHERE old.known_until > :after AND old.position <= :after AND old.status = 'current'
),
counted (facet, value, difference) AS (
    SELECT 'kind', kind, 1 FROM added WHERE kind IS NOT NULL
    UNION ALL SELECT 'place', place, 1 FROM added WHERE place IS NOT NULL
    UNION ALL SELECT 'actor', actor, 1 FROM added JOIN happening_actors ON happening = id
    UNION ALL SELECT 'tag', tag, 1 FROM added JOIN happening_tags ON happening = id
    UNION ALL SELECT 'source', source, 1 FROM (SELECT DISTINCT id, source FROM added JOIN citations ON happening = id)
    UNION ALL SELECT 'mark', 'claimed', 1 FROM added WHERE attributed_to IS NOT NULL
    UNION ALL SELECT 'mark', 'corrected', 1 FROM added WHERE version > 1
    UNION ALL SELECT 'mark', 'single', 1 FROM added WHERE sources = 1
    UNION ALL SELECT 'mark', 'disputed', 1 FROM added WHERE EXISTS (
        SELECT 1 FROM citations WHERE happening = id AND stance = 'disputes'
    )
    UNION ALL SELECT 'kind', kind, -1 FROM replaced WHERE kind IS NOT NULL
    UNION ALL SELECT 'place', place, -1 FROM replaced WHERE place IS NOT NULL
    UNION ALL SELECT 'actor', actor, -1 FROM (
        SELECT DISTINCT position, actor_id(json_extract(named.value, '$.name')) AS actor
        FROM replaced JOIN json_each(data, '$.statement.actors') AS named
    )
    UNION ALL SELECT 'tag', tag, -1 FROM (
        SELECT DISTINCT position, filed.value AS tag FROM replaced JOIN json_each(data, '$.statement.tags') AS filed
    )
    UNION ALL SELECT 'source', source, -1 FROM (
        SELECT DISTINCT position, json_extract(said.value, '$.source') AS source
        FROM replaced JOIN json_each(data, '$.statement.citations') AS said
    )
    UNION ALL SELECT 'mark', 'claimed', -1 FROM replaced WHERE attributed_to IS NOT NULL
    UNION ALL SELECT 'mark', 'corrected', -1 FROM replaced WHERE version > 1
    UNION ALL SELECT 'mark', 'single', -1 FROM replaced WHERE sources = 1
    UNION ALL SELECT 'mark', 'disputed', -1 FROM replaced WHERE EXISTS (
        SELECT 1 FROM json_each(data, '$.statement.citations') AS said WHERE json_extract(said.value, '$.stance') = 'disputes'
    )
)
SELECT facet, value, sum(difference) FROM counted GROUP BY facet, value
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

DELETE FROM facets WHERE happenings = 0;
