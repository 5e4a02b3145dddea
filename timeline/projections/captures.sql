-- captures: which sources are captures of the same thing as an earlier one: the same bytes, read into another text by another
-- extractor, or the same address, which then served other bytes.

CREATE VIEW captures AS
SELECT later.id AS source, earlier.id AS earlier, 'bytes' AS same
FROM sources AS later
JOIN sources AS earlier ON earlier.sha256 = later.sha256 AND earlier.text_sha256 <> later.text_sha256
JOIN events AS first ON first.stream = 'source/' || earlier.id AND first.version = 1
JOIN events AS second ON second.stream = 'source/' || later.id AND second.version = 1
WHERE first.position < second.position
UNION ALL
SELECT later.id, earlier.id, 'address'
FROM sources AS later
JOIN sources AS earlier ON earlier.url = later.url AND earlier.sha256 <> later.sha256
JOIN events AS first ON first.stream = 'source/' || earlier.id AND first.version = 1
JOIN events AS second ON second.stream = 'source/' || later.id AND second.version = 1
WHERE first.position < second.position;
