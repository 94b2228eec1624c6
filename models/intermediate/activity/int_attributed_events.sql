with final as (
{{ attributed(ref('int_countable_events')) }}
)

select * from final
