{#
  Before a run: the tables that jobs write and models read, made empty where they are missing, so
  that a warehouse builds with only some sources loaded, or none. The columns are those that the
  jobs make (python_jobs/runs.py); tests/python/test_build.py holds the two against each other.
#}
{% macro ensure_sources() %}
    {%- if not execute -%}{{- return('') -}}{%- endif -%}
    {%- set wanted = source_columns() -%}
    {%- set existing = [] -%}
    {%- for row in run_query(
        "select lower(table_schema) || '.' || lower(table_name) as name from information_schema.tables"
        ~ " where lower(table_schema) in ('raw', 'ops')"
    ).rows -%}
        {%- do existing.append(row[0]) -%}
    {%- endfor -%}
    {%- set missing = wanted.keys() | reject('in', existing) | list -%}
    {%- if missing -%}
        {%- set types = source_column_types() -%}
        {%- for schema in ['raw', 'ops'] -%}
            {#- Snowflake asks for the right to make schemas, even of one that is there -#}
            {%- if not adapter.check_schema_exists(target.database, schema) -%}
                {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=schema)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for table in missing -%}
            {%- set columns = [] -%}
            {%- for column in wanted[table].split() -%}
                {%- set name, kind = column.split(':') -%}
                {%- do columns.append(name ~ ' ' ~ types[kind]) -%}
            {%- endfor -%}
            {%- for name in loader_columns() if table.startswith('raw.') -%}
                {%- do columns.append(name ~ ' ' ~ types['text']) -%}
            {%- endfor -%}
            {%- do run_query('create table if not exists ' ~ table ~ ' (' ~ columns | join(', ') ~ ')') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# Table to its columns, each as name:kind. #}
{% macro source_columns() %}
    {%- set state = 'record_id:text version_at:timestamp known_at:timestamp payload:json payload_hash:text loaded_at:timestamp' -%}
    {%- set tables = {
        'raw.web_events':
            'event_id:text occurred_at:timestamp event_name:text known_at:timestamp url:text path:text'
            ~ ' referrer:text distinct_id:text email:text account_domain:text account_key:text'
            ~ ' content_type:text lane:text cta_id:text user_agent:text properties:json loaded_at:timestamp',
        'raw.posthog__events':
            'event_id:text occurred_at:timestamp event_name:text known_at:timestamp url:text path:text'
            ~ ' referrer:text distinct_id:text email:text account_domain:text account_key:text'
            ~ ' content_type:text lane:text cta_id:text user_agent:text properties:json loaded_at:timestamp',
        'raw.product_events':
            'event_id:text user_id:text event_name:text occurred_at:timestamp known_at:timestamp'
            ~ ' team_id:text properties:json loaded_at:timestamp',
        'raw.product_db__events':
            'event_id:text user_id:text event_name:text occurred_at:timestamp known_at:timestamp'
            ~ ' team_id:text properties:json loaded_at:timestamp',
        'raw.transcripts':
            'call_id:text position:integer occurred_at:timestamp text:text speaker:text speaker_name:text'
            ~ ' speaker_email:text speaker_title:text is_internal:boolean topic:text starts_ms:integer'
            ~ ' ends_ms:integer known_at:timestamp loaded_at:timestamp',
        'ops.job_runs':
            'run_id:text job:text source:text entity:text mode:text status:text rows_read:integer'
            ~ ' rows_written:integer rows_unchanged:integer rows_set_aside:integer api_calls:integer'
            ~ ' started_at:timestamp finished_at:timestamp message:text',
        'ops.dead_letters':
            'dead_letter_id:text source:text entity:text source_record_id:text payload:json reason:text'
            ~ ' first_seen_at:timestamp retried_at:timestamp resolved_at:timestamp',
        'ops.ingest_state': 'source:text entity:text stream:text state:text updated_at:timestamp',
        'ops.source_fields': 'source:text entity:text field:text json_type:text first_seen_at:timestamp',
        'ops.credit_ledger':
            'source:text subject_key:text run_id:text requested_at:timestamp outcome:text credits:integer'
            ~ ' expires_at:timestamp',
        'ops.llm_results':
            'result_id:text run_id:text task:text subject_key:text engine:text model:text cache_key:text'
            ~ ' input_hash:text prompt_version:text status:text output:json reason:text claims_made:integer'
            ~ ' claims_removed:integer input_tokens:integer output_tokens:integer cost:number'
            ~ ' created_at:timestamp',
        'ops.llm_batches':
            'submission_id:text batch_id:text task:text cache_key:text status:text submitted_at:timestamp',
        'ops.proposals':
            'proposal_id:text kind:text reason:text payload:json evidence:json created_at:timestamp status:text'
            ~ ' decided_by:text decided_at:timestamp note:text change_id:text',
        'ops.registry_changes':
            'change_id:text registry:text record_key:text action:text before:json after:json'
            ~ ' changed_by:text changed_at:timestamp note:text',
        'ops.sync_plans':
            'plan_id:text destination:text kind:text undoes_run_id:text status:text hash:text'
            ~ ' records:integer counts:json guards:json calls:integer quota_share:number seconds:number'
            ~ ' created_by:text created_at:timestamp applied_at:timestamp',
        'ops.sync_plan_records':
            'plan_id:text position:integer destination:text object:text record_key:text action:text'
            ~ ' external_id:text key_field:text key_value:text before:json after:json links:json'
            ~ ' reason:text source_rows:json payload_hash:text',
        'ops.sync_intents':
            'run_id:text plan_id:text destination:text object:text record_key:text attempt:integer'
            ~ ' intended_at:timestamp',
        'ops.sync_results':
            'run_id:text plan_id:text destination:text object:text record_key:text action:text'
            ~ ' outcome:text reason:text external_id:text before:json after:json attempted_at:timestamp',
    } -%}
    {%- for entity in [
        'accounts', 'contacts', 'opportunities', 'lead_requests', 'intent_accounts', 'product_users', 'job_postings',
        'firmographics', 'technographics', 'calls',
        'clay__enrichments', 'sixsense__account_scores', 'sixsense__segment_export', 'sixsense__segments',
        'sixsense__people', 'sixsense__people_enrichment',
        'gong__calls', 'gong__transcripts', 'gong__users',
        'hubspot__companies', 'hubspot__contacts', 'hubspot__deals', 'hubspot__owners', 'hubspot__pipelines',
        'job_boards__postings', 'posthog__persons', 'product_db__users',
        'outreach__users', 'outreach__mailboxes', 'outreach__accounts', 'outreach__prospects',
        'outreach__templates', 'outreach__sequences', 'outreach__sequence_steps',
        'outreach__sequence_states', 'outreach__mailings', 'outreach__calls', 'outreach__tasks',
        'salesforce__users', 'salesforce__accounts', 'salesforce__contacts', 'salesforce__leads',
        'salesforce__opportunities', 'salesforce__opportunity_history', 'salesforce__tasks',
    ] -%}
        {%- do tables.update({'raw.' ~ entity: state}) -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}

{# The engine's type of each kind of column. #}
{% macro source_column_types() %}{{ return(adapter.dispatch('source_column_types')()) }}{% endmacro %}

{% macro duckdb__source_column_types() %}
    {{- return({
        'text': 'varchar', 'timestamp': 'timestamp', 'integer': 'bigint', 'number': 'double', 'boolean': 'boolean',
        'json': 'json',
    }) -}}
{% endmacro %}

{% macro snowflake__source_column_types() %}
    {{- return({
        'text': 'varchar', 'timestamp': 'timestamp_ntz', 'integer': 'bigint', 'number': 'double', 'boolean': 'boolean',
        'json': 'variant',
    }) -}}
{% endmacro %}

{# Columns the loader adds of its own, as text. #}
{% macro loader_columns() %}{{ return(adapter.dispatch('loader_columns')()) }}{% endmacro %}

{% macro duckdb__loader_columns() %}{{ return([]) }}{% endmacro %}

{% macro snowflake__loader_columns() %}{{ return(['_dlt_load_id', '_dlt_id']) }}{% endmacro %}
