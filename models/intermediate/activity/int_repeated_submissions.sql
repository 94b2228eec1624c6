{{ config(materialized='table') }}

with requests as (

    select * from {{ ref('int_lead_request_events') }}

),

forms as (

    select * from {{ ref('int_human_web_events') }}
    where event_name = 'form_submitted'

),

-- a request may be the form that it names, or one of the same address or visitor on its day
pairs as (

    select
        requests.event_id as request_id,
        forms.event_id as form_id
    from forms
    inner join requests on forms.event_id = requests.web_event_id
    union
    select
        requests.event_id,
        forms.event_id
    from forms
    inner join requests
        on forms.email = requests.email
        and cast(forms.occurred_at as date) = cast(requests.occurred_at as date)
    union
    select
        requests.event_id,
        forms.event_id
    from forms
    inner join requests
        on forms.distinct_id = requests.distinct_id
        and cast(forms.occurred_at as date) = cast(requests.occurred_at as date)

),

paired_requests as (

    select * from requests
    where event_id in (select request_id from pairs)

),

paired_forms as (

    select * from forms
    where event_id in (select form_id from pairs)

),

counted_requests as (
{{ attributed('paired_requests') }}
),

counted_forms as (
{{ attributed('paired_forms') }}
),

-- of a request's forms, the one that counts first
first_forms as (

    select
        pairs.request_id,
        pairs.form_id,
        counted_requests.counted_on as request_counted_on,
        counted_forms.counted_on as form_counted_on
    from pairs
    inner join counted_requests on pairs.request_id = counted_requests.event_id
    inner join counted_forms on pairs.form_id = counted_forms.event_id
    where counted_requests.counted_on is not null
        and counted_forms.counted_on is not null
    qualify row_number() over (
        partition by pairs.request_id
        order by counted_forms.counted_on, counted_forms.occurred_at, pairs.form_id
    ) = 1

),

-- whichever counted first goes on counting: no later snapshot takes back what an earlier one counted
final as (

    select distinct
        case when form_counted_on <= request_counted_on then 'lead_request' else 'web' end as source_name,
        case when form_counted_on <= request_counted_on then request_id else form_id end as event_id
    from first_forms

)

select * from final
