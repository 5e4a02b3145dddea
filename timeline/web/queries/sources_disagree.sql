-- Where sources disagree
-- The happenings that some source disputes, with every quotation for and against, side by side.
select happenings.date, happenings.title, happenings.attributed_to, citations.stance, citations.source, coalesce('Described, not quoted: ' || citations.description, citations.quote) as quote, citations.supports,
  citations.happening, citations.number
from happenings
join citations on citations.happening = happenings.id
where happenings.status = 'current'
  and happenings.id in (select happening from citations where stance = 'disputes')
order by coalesce(happenings.earliest_day, happenings.latest_day, 9e15), happenings.day_second,
  -coalesce(happenings.latest_day, -9e15),
  happenings.date, happenings.id, citations.stance desc, citations.number
