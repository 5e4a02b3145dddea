-- Who took part in what, together
-- The happenings in which two people or organisations both took part. Give one name for everyone who took part with them, two
-- for what they share, none for all pairs. Part of a name is enough.
select happenings.date, happenings.title, happenings.attributed_to, one.name as actor_name, first.role, two.name as with_name,
  second.role as with_role, first.actor, happenings.id as happening
from actors as one
cross join happening_actors as first on first.actor = one.id
cross join happening_actors as second on second.happening = first.happening and second.actor <> first.actor
join actors as two on two.id = second.actor
join happenings on happenings.id = first.happening
where happenings.status = 'current'
  and (one.id = trim(:name) or instr(lower(one.name), lower(trim(:name))) > 0 or trim(:name) = '')
  and (two.id = trim(:with) or instr(lower(two.name), lower(trim(:with))) > 0 or trim(:with) = '')
  -- Without a name on either side, each pair would appear twice.
  and (trim(:name) <> trim(:with) or first.actor < second.actor)
order by one.id, coalesce(happenings.earliest_day, happenings.latest_day, 9e15), happenings.day_second,
  -coalesce(happenings.latest_day, -9e15),
  happenings.date, happenings.id, two.name
