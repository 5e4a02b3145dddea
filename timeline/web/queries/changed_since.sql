-- What changed since a position
-- Every event that was appended to the log after a position, the newest first: what was recorded, corrected, retracted or reviewed,
-- by whom, and why. Leave it empty for all of them.
select position, recorded_at, recorded_by, type,
  case when stream like 'happening/%' then substr(stream, 11) end as happening,
  case when stream like 'source/%' then substr(stream, 8) end as source,
  version,
  case when data is null then '(redacted)' else json_extract(data, '$.statement.title') end as title,
  json_extract(data, '$.statement.attributed_to') as attributed_to,
  (select group_concat(key, ', ') from json_each(data, '$.changes')) as changed,
  coalesce(json_extract(data, '$.reason'), json_extract(data, '$.verdict') || coalesce(': ' || json_extract(data, '$.comment'), ''), (
    select json_extract(redaction.data, '$.reason') from events as redaction
    where redaction.type = 'EventRedacted' and json_extract(redaction.data, '$.position') = events.position
      and events.data is null
  )) as reason
from events
where position > cast(trim(:position) as integer)
  -- Anything but a position gives an error with an explanation.
  and json_extract('{}', position_fault(:position)) is null
order by position desc
