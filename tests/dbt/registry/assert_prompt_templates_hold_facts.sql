-- A template without its placeholder would have the model write about an account it knows nothing of.
select template_id
from {{ ref('stg_registry__prompt_templates') }}
where coalesce(user_prompt, '') not like '%{% raw %}{{JSON_HERE}}{% endraw %}%'
