with segments as (

    select * from {{ ref('call_segments') }}

),

final as (

    select
        call_id,
        {{ json_array_agg(
            json_build({
                'id': "'segment:' || segment_id",
                'text': 'text',
                'by': "case when is_internal then 'us' else 'them' end",
            }),
            'segment_number',
        ) }} as evidence
    from segments
    group by 1

)

select * from final
