{{ config(materialized='table') }}

{{ registrable_domains(ref('int_hosts_unioned')) }}
