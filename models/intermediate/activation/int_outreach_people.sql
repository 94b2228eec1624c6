{{ config(materialized='table') }}

with prospects as (

    select * from {{ ref('int_outreach_prospect_emails') }}

),

mailings as (

    select
        outreach_prospect_id,
        max(delivered_at) as delivered_at,
        max(bounced_at) as bounced_at,
        max(unsubscribed_at) as unsubscribed_at,
        max(marked_as_spam_at) as marked_as_spam_at
    from {{ ref('stg_outreach__mailings') }}
    group by 1

),

enrolments as (

    select
        person_id,
        max(enrolled_on) as enrolled_on,
        max(case when state = 'opted_out' then 1 else 0 end) as opted_out_states
    from {{ ref('int_outreach_enrolments') }}
    group by 1

),

people as (

    select
        prospects.person_id,
        min(case when not prospects.is_trashed then prospects.outreach_prospect_id end) as outreach_prospect_id,
        max(case when prospects.is_opted_out then 1 else 0 end) as opted_out_prospects,
        max(mailings.unsubscribed_at) as unsubscribed_at,
        max(mailings.marked_as_spam_at) as marked_as_spam_at,
        max(mailings.delivered_at) as delivered_at,
        max(mailings.bounced_at) as bounced_at,
        max(prospects.touched_at) as touched_at
    from prospects
    left join mailings on prospects.outreach_prospect_id = mailings.outreach_prospect_id
    group by 1

),

person_ids as (

    select person_id from people
    union
    select person_id from enrolments

),

final as (

    select
        person_ids.person_id,
        people.outreach_prospect_id,
        case
            when people.opted_out_prospects = 1 then 'Outreach says so'
            when enrolments.opted_out_states = 1 then 'she left a sequence'
            when people.unsubscribed_at is not null then 'she left a mailing'
            when people.marked_as_spam_at is not null then 'she marked a mailing as spam'
        end as opted_out_by,
        case
            when people.bounced_at > coalesce(people.delivered_at, cast('1900-01-01' as {{ dbt.type_timestamp() }}))
                then cast(people.bounced_at as date)
        end as bounced_on,
        -- nulls aside: greatest() differs between the engines
        nullif(
            greatest(
                coalesce(cast(people.touched_at as date), cast('1900-01-01' as date)),
                coalesce(cast(people.delivered_at as date), cast('1900-01-01' as date)),
                coalesce(enrolments.enrolled_on, cast('1900-01-01' as date))
            ),
            cast('1900-01-01' as date)
        ) as last_touched_on
    from person_ids
    left join people on person_ids.person_id = people.person_id
    left join enrolments on person_ids.person_id = enrolments.person_id

)

select * from final
