{#
What has landed of one table of a source, whoever landed it: record_id, version_at, known_at, payload,
payload_hash, loaded_at.

By default it is our own raw table. When var `landed_elsewhere` names a relation for
`<source>.<table>`, it is that one: the columns that hold the vendor's fields become a payload under
the vendor's own names, so that the staging models are the same. A column belongs to a field when
they are equal without capitals and underscores (AnnualRevenue and annual_revenue, Domain__c and
domain_c), or when `columns` says so; a field without a column is null.

    landed_elsewhere:
      salesforce.accounts: fivetran.salesforce.account
      salesforce.contacts:
        relation: fivetran.salesforce.contact
        columns: {LinkedIn_URL__c: profile_link_c}

    fields         the fields that the staging model reads
    key            the field with the record's id
    version_from   the field with the time from which a version holds
    known_from     the field with the time from which the first version there is counts
#}
{% macro landed(source_name, table_name, fields, key='Id', version_from='SystemModstamp', known_from=none) -%}
    {%- for named in var('landed_elsewhere') if named not in tables_that_others_may_land() -%}
        {%- do exceptions.raise_compiler_error(
            "var landed_elsewhere: no model reads " ~ named ~ " from elsewhere; there are "
            ~ tables_that_others_may_land() | join(', ')) -%}
    {%- endfor -%}
    {%- set elsewhere = var('landed_elsewhere').get(source_name ~ '.' ~ table_name) -%}
    {%- if not elsewhere %}
select
    record_id,
    version_at,
    known_at,
    payload,
    payload_hash,
    loaded_at
from {{ source(source_name, table_name) }}
    {%- elif execute -%}
        {%- set given = elsewhere if elsewhere is mapping else {'relation': elsewhere} -%}
        {{ landed_by_others(given, source_name ~ '.' ~ table_name, fields, key, version_from, known_from) }}
    {%- endif -%}
{%- endmacro %}

{% macro tables_that_others_may_land() -%}
    {#- The tables that models read through landed(). -#}
    {{- return([
        'salesforce.accounts', 'salesforce.contacts', 'salesforce.leads', 'salesforce.opportunities',
        'salesforce.opportunity_history', 'salesforce.tasks', 'salesforce.users',
    ]) -}}
{%- endmacro %}

{% macro landed_by_others(given, named, fields, key, version_from, known_from) -%}
    {%- set parts = given['relation'].split('.') -%}
    {%- set relation = adapter.get_relation(
        database=parts[0] if parts | length == 3 else target.database, schema=parts[-2], identifier=parts[-1]
    ) if parts | length > 1 -%}
    {%- if not relation -%}
        {%- do exceptions.raise_compiler_error(
            "var landed_elsewhere: " ~ named ~ " is to be in " ~ given['relation']
            ~ ", which is not there: write database.schema.table as it is, or take the line out") -%}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.update({bare_name(column.name): column}) -%}
    {%- endfor -%}
    {%- set renamed = given.get('columns', {}) -%}
    {%- set pairs = {} -%}
    {%- for field in [key, version_from, 'IsDeleted'] + ([known_from] if known_from else []) + fields -%}
        {%- set column = columns.get(bare_name(renamed.get(field, field))) -%}
        {%- if column -%}
            {%- do pairs.update({field: landed_value(column)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for needed in [key, version_from] if needed not in pairs -%}
        {%- do exceptions.raise_compiler_error(
            "var landed_elsewhere: " ~ given['relation'] ~ " has no column for " ~ needed
            ~ ": name it under columns of " ~ named) -%}
    {%- endfor -%}
    {%- if 'fivetrandeleted' in columns -%}
        {%- do pairs.update({'IsDeleted': 'coalesce(' ~ pairs.get('IsDeleted', 'false') ~ ', false) or coalesce('
            ~ landed_value(columns['fivetrandeleted']) ~ ', false)'}) -%}
    {%- endif %}
select
    record_id,
    version_at,
    {% if known_from and known_from in pairs -%}
    case
        when row_number() over (partition by record_id order by version_at) = 1
            then {{ json_utc('payload', known_from) }}
    end
    {%- else -%}
    cast(null as {{ dbt.type_timestamp() }})
    {%- endif %} as known_at,
    payload,
    payload_hash,
    loaded_at
from (
    select
        record_id,
        {{ json_utc('payload', version_from) }} as version_at,
        payload,
        md5({{ json_to_text('payload') }}) as payload_hash,
        coalesce({{ utc_from_iso('synced') }}, {{ json_utc('payload', version_from) }}) as loaded_at
    from (
        select
            cast({{ pairs[key] }} as varchar) as record_id,
            {{ json_build(pairs) }} as payload,
            {{ landed_value(columns['fivetransynced']) if 'fivetransynced' in columns else 'cast(null as varchar)' }} as synced
        from {{ relation }}
    ) as foreign_records
) as foreign_versions
qualify row_number() over (partition by record_id, version_at order by loaded_at desc, payload_hash) = 1
{%- endmacro %}

{% macro bare_name(name) -%}
    {#- A name without what loaders do to it: capitals and underscores. -#}
    {{- return(name | lower | replace('_', '')) -}}
{%- endmacro %}

{% macro landed_value(column) -%}
    {#- A column as JSON holds it: times as text with their offset, UTC where they have none. -#}
    {%- set name = adapter.quote(column.name) -%}
    {%- set type = column.dtype | lower -%}
    {%- if 'timestamp' in type or type == 'datetime' -%}
        {%- set has_zone = 'timestamptz' in type or 'timestamp_tz' in type or 'timestamp_ltz' in type or 'with time zone' in type -%}
        {{- return('cast(' ~ name ~ ' as varchar)' if has_zone else "cast(" ~ name ~ " as varchar) || ' +0000'") -}}
    {%- elif type == 'date' -%}
        {{- return('cast(' ~ name ~ ' as varchar)') -}}
    {%- endif -%}
    {{- return(name) -}}
{%- endmacro %}
