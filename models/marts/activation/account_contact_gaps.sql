with signals as (

    select distinct account_key
    from {{ ref('int_activation_signals') }}
    where account_key is not null

),

people as (

    select people.*
    from {{ ref('int_activation_people') }} as people
    inner join signals on people.account_key = signals.account_key

),

personas as (

    select * from {{ ref('stg_registry__personas') }}
    where enabled

),

fitting as (

    select
        people.account_key,
        people.person_id,
        people.has_email_for_credit,
        people.email,
        people.is_contactable,
        job_personas.persona
    from people
    inner join {{ ref('int_activation_personas') }} as job_personas
        on people.title is not distinct from job_personas.title
        and people.job_level is not distinct from job_personas.job_level
        and people.job_function is not distinct from job_personas.job_function

),

counted as (

    select
        account_key,
        persona,
        count(*) as person_count,
        count(email) as email_count,
        count(case when email is null and has_email_for_credit then 1 end) as credit_email_count,
        count(case when is_contactable then 1 end) as contactable_count
    from fitting
    group by 1, 2

),

final as (

    select
        signals.account_key,
        personas.persona,
        personas.label as persona_label,

        case
            when counted.persona is null then 'nobody'
            when counted.email_count = 0 then 'no_email'
            else 'nobody_contactable'
        end as gap,
        case
            when counted.persona is null then 'Nobody known is ' || personas.label || '.'
            when counted.email_count = 0 and counted.credit_email_count > 0
                then personas.label || ': found by People Search, without an e-mail address yet.'
            when counted.email_count = 0 then personas.label || ': known, without an e-mail address.'
            else personas.label || ': known, and none may be written to.'
        end as reason,

        cast(coalesce(counted.person_count, 0) as integer) as person_count,
        cast(coalesce(counted.credit_email_count, 0) as integer) as credit_email_count
    from signals
    cross join personas
    left join counted
        on signals.account_key = counted.account_key
        and personas.persona = counted.persona
    where coalesce(counted.contactable_count, 0) = 0

)

select * from final
