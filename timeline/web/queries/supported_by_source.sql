-- What this source supports
-- Every quotation taken from one source, in the order of its text, and the happening that it supports or disputes.
-- Give the source's id, or some words of its title; leave it empty for all sources.
select citations.source, coalesce('Described, not quoted: ' || citations.description, citations.quote) as quote, citations.stance, happenings.title, happenings.attributed_to, happenings.date,
  citations.supports, citations.grade, citations.happening, citations.number
from sources
cross join citations on citations.source = sources.id
join happenings on happenings.id = citations.happening
where happenings.status = 'current'
  and (sources.id = trim(:source) or instr(lower(sources.title), lower(trim(:source))) > 0 or trim(:source) = '')
order by sources.id, citations.start_char, citations.happening, citations.number
