-- Evidence goes to other systems and to language models: no e-mail address may stand in it.
select signal_id
from {{ ref('fct_signals') }}
where {{ regexp_found(json_to_text('evidence'), "'[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]+'") }}
