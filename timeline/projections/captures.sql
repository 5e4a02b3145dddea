-- captures: which sources were taken from the same as an earlier one: from the same bytes, of which another extractor made
-- another text, or from the same address, where other bytes then stood.

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
