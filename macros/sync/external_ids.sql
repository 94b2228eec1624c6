{#
The records that a destination holds, by our key: a query with one row per record_key that is there,
or was. What is landed counts, and what we made that has not landed yet.

    record_key, external_id (null unless there is exactly one), record_count, deleted_count,
    first_external_id, last_external_id
#}
{% macro external_ids(destination, object, landed=none, made_by='create') %}
    select
        record_key,
        case when sum(case when is_deleted then 0 else 1 end) = 1 then max(case when not is_deleted then external_id end) end
            as external_id,
        sum(case when is_deleted then 0 else 1 end) as record_count,
        sum(case when is_deleted then 1 else 0 end) as deleted_count,
        min(case when not is_deleted then external_id end) as first_external_id,
        max(case when not is_deleted then external_id end) as last_external_id
    from (
        {%- if landed is not none %}
        select
            record_key,
            external_id,
            is_deleted
        from {{ landed }}
        union all
        {%- endif %}
        select
            record_key,
            external_id,
            false as is_deleted
        from {{ source('ops', 'sync_results') }}
        where destination = '{{ destination }}'
            and object = '{{ object }}'
            and action = '{{ made_by }}'
            and outcome in ('written', 'unchanged')
            and external_id is not null
            {%- if landed is not none %}
            and external_id not in (select external_id from {{ landed }})
            {%- endif %}
        group by 1, 2
    ) as records
    where record_key is not null
    group by record_key
{% endmacro %}

{% macro named_by_queue(id_column, records, addresses=none) -%}
    {#-
      email and record_id of those in the queue whose address no record has, while the queue names a
      record of theirs that is there: a person of several addresses, or a record with none. `records`
      are the landed ones (record_id, is_deleted), `addresses` theirs (email, is_deleted), if apart.
    -#}
    select
        queue.email,
        records.record_id
    from {{ ref('activation_queue') }} as queue
    inner join {{ records }} as records on queue.{{ id_column }} = records.record_id
    left join {{ addresses or records }} as known on queue.email = known.email and not known.is_deleted
    where known.email is null
        and not records.is_deleted
    qualify row_number() over (partition by queue.email order by queue.queue_rank) = 1
{%- endmacro %}

{% macro account_obstacle(accounts) -%}
    {#- Why nothing can be tied to its account in Salesforce, from a row of external_ids; null when it can. -#}
    case
        when {{ accounts }}.record_count > 1 then 'several Accounts stand for its company: merge them in Salesforce'
        when {{ accounts }}.record_count = 0 then 'its company was deleted in Salesforce'
    end
{%- endmacro %}

{% macro link_to(object, record_key, external_id) -%}
    {#- The JSON, as text, of a tie to another record. -#}
    '{"object":"{{ object }}","record_key":' || {{ json_text_literal(record_key) }}
        || ',"external_id":' || coalesce({{ json_text_literal(external_id) }}, 'null') || '}'
{%- endmacro %}
