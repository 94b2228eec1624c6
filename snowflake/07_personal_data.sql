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

alter tag gtm.ops.pii set masking policy gtm.ops.mask_personal_text;

-- dbt replaces tables, and a replaced table has no tags: run `call gtm.ops.tag_personal_data()` as
-- the last step of a scheduled build. It goes by the names columns have everywhere in this project.
create or replace procedure gtm.ops.tag_personal_data()
    returns varchar
    language sql
    execute as owner
as
$$
declare
    tagged integer default 0;
    personal cursor for
        select
            c.table_name,
            c.column_name,
            case
                when c.column_name like '%EMAIL%' then 'email'
                when c.column_name like '%PHONE%' then 'phone'
                when c.column_name like '%LINKEDIN%' then 'profile'
                when c.column_name = 'MESSAGE' then 'text'
                else 'name'
            end as kind,
            iff(t.table_type = 'VIEW', 'view', 'table') as relation
        from gtm.information_schema.columns as c
        inner join gtm.information_schema.tables as t
            on c.table_schema = t.table_schema and c.table_name = t.table_name
        where
            c.table_schema = 'MARTS'
            and c.data_type = 'TEXT'
            and c.column_name in (
                'EMAIL', 'PHONE', 'LINKEDIN_URL', 'FIRST_NAME', 'LAST_NAME', 'DISPLAY_NAME', 'MESSAGE'
            );
begin
    for found in personal do
        execute immediate 'alter ' || found.relation || ' gtm.marts.' || found.table_name
            || ' modify column ' || found.column_name || ' set tag gtm.ops.pii = ''' || found.kind || '''';
        tagged := tagged + 1;
    end for;
    return tagged || ' columns tagged';
end;
$$;

grant usage on procedure gtm.ops.tag_personal_data() to role gtm_transformer;
