-- What is said about something
-- Happenings whose title, summary, place, people or quotations have all of these words, with or without their accents,
-- the closest first.
select happenings.date, happenings.title, snippet(happenings_fts, -1, '[', ']', ' … ', 24) as passage,
  happenings.id as happening
from happenings_fts
join happenings on happenings.position = happenings_fts.rowid
where trim(:words) <> ''
  and happenings.status = 'current'
  -- Each word in quotation marks, so that no punctuation is taken for an operator.
  and happenings_fts match '"' || replace(replace(trim(:words), '"', '""'), ' ', '" "') || '"'
order by rank
