{% macro forget_signals_of_run_days() -%}
    {#- Pre-hook of fct_signals: a run writes its days whole, also those on which nothing fires. -#}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where detected_at in (select run_date from {{ ref('int_run_days') }})
    {%- endif -%}
{%- endmacro %}
