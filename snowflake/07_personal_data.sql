-- Personal data in the marts, masked for everybody but the roles that process it. Needs Snowflake's
-- Enterprise edition; without it, do not grant GTM_READER to people who must not see contacts.
-- A column with the tag is masked by the policy of its type.
use role accountadmin;

create tag if not exists gtm.ops.pii
    allowed_values 'name', 'email', 'phone', 'profile', 'text'
    comment = 'Personal data, by kind';

create masking policy if not exists gtm.ops.mask_personal_text as (value varchar) returns varchar ->
    case
        when is_role_in_session('GTM_TRANSFORMER') or is_role_in_session('GTM_LOADER') then value
        when value is null then null
        when system$get_tag_on_current_column('gtm.ops.pii') = 'email'
            then regexp_replace(value, '^[^@]*', '***')
        else '***'
    end;

create masking policy if not exists gtm.ops.mask_personal_json as (value variant) returns variant ->
    case
        when is_role_in_session('GTM_TRANSFORMER') or is_role_in_session('GTM_LOADER') then value
        when value is null then null
        else to_variant('***')
    end;

alter tag gtm.ops.pii set
    masking policy gtm.ops.mask_personal_text,
    masking policy gtm.ops.mask_personal_json
    force;

-- A replaced table has no tags: dbt sets them, as the owner of the marts, right after it has made one
-- (var `personal_data_tag`), on the columns that have `contains_pii` in their meta.
grant apply on tag gtm.ops.pii to role gtm_transformer;
