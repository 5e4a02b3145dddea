-- facets: how many current happenings have each kind, place, actor, tag, source, review, and each mark that readers
-- filter by.
-- A version that is replaced is subtracted first, from the other tables, which are brought up to date later than this one.

CREATE TABLE facets (
    facet      TEXT NOT NULL,
    value      TEXT NOT NULL,
    happenings INTEGER NOT NULL,
    PRIMARY KEY (facet, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX facets_none ON facets (happenings) WHERE happenings = 0;

INSERT INTO facets
WITH replaced AS (SELECT * FROM staged_replaced WHERE status = 'current')
SELECT 'kind', kind, -1 FROM replaced WHERE kind IS NOT NULL
UNION ALL SELECT 'place', place, -1 FROM replaced WHERE place IS NOT NULL
UNION ALL SELECT 'actor', actor, -1 FROM replaced JOIN happening_actors ON happening = id
UNION ALL SELECT 'tag', tag, -1 FROM replaced JOIN happening_tags ON happening = id
UNION ALL SELECT 'source', source, -1 FROM (SELECT DISTINCT id, source FROM replaced JOIN citations ON happening = id)
UNION ALL SELECT 'review', coalesce(review, 'none'), -1 FROM replaced
UNION ALL SELECT 'mark', 'claimed', -1 FROM replaced WHERE attributed_to IS NOT NULL
UNION ALL SELECT 'mark', 'corrected', -1 FROM replaced WHERE version > 1
UNION ALL SELECT 'mark', 'single', -1 FROM replaced WHERE sources = 1
UNION ALL SELECT 'mark', 'disputed', -1 FROM replaced
WHERE EXISTS (SELECT 1 FROM citations WHERE happening = id AND stance = 'disputes')
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

INSERT INTO facets
WITH added AS (SELECT * FROM staged_versions WHERE known_until IS NULL AND status = 'current')
SELECT 'kind', kind, count(*) FROM added WHERE kind IS NOT NULL GROUP BY kind
UNION ALL SELECT 'place', place, count(*) FROM added WHERE place IS NOT NULL GROUP BY place
UNION ALL SELECT 'actor', actor, count(*) FROM staged_actors WHERE is_latest AND is_current GROUP BY actor
UNION ALL SELECT 'tag', tag, count(*) FROM staged_tags WHERE is_current GROUP BY tag
UNION ALL SELECT 'source', source, count(*) FROM staged_citations WHERE is_first AND is_current GROUP BY source
UNION ALL SELECT 'review', 'none', count(*) FROM added HAVING count(*) > 0
UNION ALL SELECT 'mark', 'claimed', count(*) FROM added WHERE attributed_to IS NOT NULL HAVING count(*) > 0
UNION ALL SELECT 'mark', 'corrected', count(*) FROM added WHERE version > 1 HAVING count(*) > 0
UNION ALL SELECT 'mark', 'single', count(*) FROM added WHERE sources = 1 HAVING count(*) > 0
UNION ALL SELECT 'mark', 'disputed', count(*) FROM added WHERE disputes HAVING count(*) > 0
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

DELETE FROM facets WHERE happenings = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
