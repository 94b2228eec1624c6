with people as (

    select * from {{ ref('dim_people') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

seen as (

    select * from {{ ref('int_account_people_seen') }}

),

memberships as (

    select
        account_key,
        person_id
    from seen
    union
    select
        account_key,
        person_id
    from people
    where account_key is not null and not is_anonymous

),

final as (

    select
        memberships.account_key,
        memberships.person_id,
        people.crm_contact_id,

        accounts.account_name,
        people.display_name,
        people.email,
        people.title,
        seen.top_category_7d,
        seen.second_category_7d,

        cast(coalesce(seen.event_count_7d, 0) as integer) as event_count_7d,
        cast(coalesce(seen.event_count_30d, 0) as integer) as event_count_30d,

        people.is_anonymous,
        people.crm_contact_id is not null as is_crm_contact,
        people.user_id is not null as is_product_user,
        seen.person_id is not null as is_seen_30d,
        people.is_opted_out,
        people.is_do_not_contact,

        -- what she did here in the last 30 days, else when she was last seen in her own account
        coalesce(
            seen.last_seen_at,
            case when people.account_key = memberships.account_key then people.last_seen_at end
        ) as last_seen_at
    from memberships
    inner join people on memberships.person_id = people.person_id
    inner join accounts on memberships.account_key = accounts.account_key
    left join seen
        on memberships.account_key = seen.account_key
        and memberships.person_id = seen.person_id

)

select * from final
