-- Everybody who is tied to another by a link that counts is the same person as the other, and nobody
-- is merged into somebody who is herself merged: the rounds have come to their end.
with links as (

    select * from {{ ref('int_identity_links_merged') }}

),

merges as (

    select * from {{ ref('int_person_merges') }}

)

select
    links.person_id,
    links.other_person_id
from links
left join merges on links.person_id = merges.person_id
left join merges as other_merges on links.other_person_id = other_merges.person_id
where coalesce(merges.merged_person_id, links.person_id)
    <> coalesce(other_merges.merged_person_id, links.other_person_id)
union all
select
    merges.person_id,
    merges.merged_person_id
from merges
inner join merges as further on merges.merged_person_id = further.person_id
