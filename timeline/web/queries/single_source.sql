-- What rests on a single source
-- The happenings with only one cited document, however often it is cited: check these first before you rely on them.
select date, title, attributed_to,
  (select min(citations.source) from citations where citations.happening = happenings.id) as source,
  citations, id as happening
from happenings
where status = 'current' and sources = 1
order by coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id
