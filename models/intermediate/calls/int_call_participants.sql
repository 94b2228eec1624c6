with gong_parties as (

    select * from {{ ref('stg_gong__call_parties') }}

),

gong_users as (

    select * from {{ ref('stg_gong__users') }}

),

file_sentences as (

    select * from {{ ref('stg_files__transcripts') }}

),

identities as (

    select * from {{ ref('int_person_identities') }}
    where identity_type in ('email', 'gong_party_id')

),

email_accounts as (

    select * from {{ ref('int_email_accounts') }}

),

parties as (

    select
        gong_parties.call_id,
        gong_parties.party_id,
        coalesce(gong_parties.party_id, 'party ' || cast(gong_parties.party_position as varchar)) as participant_id,
        gong_parties.speaker_id,
        gong_parties.user_id,
        coalesce(gong_parties.email, gong_users.email) as email,
        coalesce(
            gong_parties.party_name,
            nullif({{ trimmed("coalesce(gong_users.first_name, '') || ' ' || coalesce(gong_users.last_name, '')") }}, '')
        ) as participant_name,
        coalesce(gong_parties.title, gong_users.title) as title,
        gong_parties.is_internal
    from gong_parties
    left join gong_users on gong_parties.user_id = gong_users.user_id
    union all
    select
        call_id,
        null,
        speaker_id,
        speaker_id,
        null,
        max(email),
        max(speaker_name),
        max(title),
        coalesce(max(case when is_internal then 1 else 0 end) = 1, false)
    from file_sentences
    group by call_id, speaker_id

),

final as (

    select
        parties.call_id,
        parties.participant_id,
        parties.speaker_id,
        parties.user_id,
        case when not parties.is_internal then coalesce(emails.person_id, guests.person_id) end as person_id,
        case when not parties.is_internal then email_accounts.account_key end as account_key,
        parties.email,
        parties.participant_name,
        parties.title,
        parties.is_internal
    from parties
    left join identities as emails on emails.identity_type = 'email' and parties.email = emails.identity_value
    left join identities as guests on guests.identity_type = 'gong_party_id' and parties.party_id = guests.identity_value
    left join email_accounts on parties.email = email_accounts.email
    qualify row_number() over (partition by parties.call_id, parties.participant_id order by parties.speaker_id) = 1

)

select * from final
