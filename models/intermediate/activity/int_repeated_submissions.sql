{{ config(materialized='table') }}

with requests as (

    select * from {{ ref('int_lead_request_events') }}

),

named_forms as (

    select * from {{ ref('int_lead_requests_first_known') }}
    where event_id is not null

),

forms as (

    select * from {{ ref('int_human_web_events') }}
    where event_name = 'form_submitted'

),

visitor_emails as (

    select * from {{ ref('int_visitor_emails') }}

),

submissions as (

    select * from forms
    union all
    select * from requests

),

-- the address of who sent it: its own, else the visitor's from the day on which she was known by it
addresses as (

    select
        event_id,
        source_name,
        email,
        cast(occurred_at as date) as occurred_on,
        known_on as learnt_on
    from submissions
    where email is not null
    union all
    select
        submissions.event_id,
        submissions.source_name,
        visitor_emails.email,
        cast(submissions.occurred_at as date),
        greatest(submissions.known_on, visitor_emails.linked_from)
    from submissions
    inner join visitor_emails
        on submissions.distinct_id = visitor_emails.distinct_id
        and submissions.known_on >= visitor_emails.applies_from
        and submissions.known_on < visitor_emails.applies_until
    where submissions.email is null

),

-- a request may be the form that it names, or one of the same address or visitor on its day
pairs as (

    select
        named_forms.lead_request_id as request_id,
        forms.event_id as form_id,
        forms.known_on as learnt_on
    from forms
    inner join named_forms on forms.event_id = named_forms.event_id
    union
    select
        requests.event_id,
        forms.event_id,
        greatest(forms.learnt_on, requests.learnt_on)
    from addresses as forms
    inner join addresses as requests
        on forms.email = requests.email
        and forms.occurred_on = requests.occurred_on
    where forms.source_name = 'web' and requests.source_name = 'lead_request'
    union
    select
        requests.event_id,
        forms.event_id,
        forms.known_on
    from forms
    inner join requests
        on forms.distinct_id = requests.distinct_id
        and cast(forms.occurred_at as date) = cast(requests.occurred_at as date)

),

paired as (

    select * from requests
    where event_id in (select request_id from pairs)
    union all
    select * from forms
    where event_id in (select form_id from pairs)

),

attributed as (
{{ attributed('paired') }}
),

-- what nobody knows the company of repeats nothing
counted as (

    select * from attributed
    where counted_on is not null

),

-- of a request's forms, the one that counts first
first_forms as (

    select
        pairs.request_id,
        pairs.form_id,
        requests_counted.counted_on as request_counted_on,
        forms_counted.counted_on as form_counted_on
    from pairs
    inner join counted as requests_counted
        on pairs.request_id = requests_counted.event_id
        and requests_counted.source_name = 'lead_request'
    inner join counted as forms_counted
        on pairs.form_id = forms_counted.event_id
        and forms_counted.source_name = 'web'
    -- where that is learnt after both have counted, both go on counting
    where pairs.learnt_on <= greatest(requests_counted.counted_on, forms_counted.counted_on)
    qualify row_number() over (
        partition by pairs.request_id
        order by forms_counted.counted_on, forms_counted.occurred_at, pairs.form_id
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
