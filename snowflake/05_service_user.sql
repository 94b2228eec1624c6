-- The user that the scheduled jobs connect as: a key pair, no password, no interactive sign-in.
-- README.md puts the public key in the place of PUBLIC_KEY.
use role useradmin;

create user if not exists gtm_service
    type = service
    rsa_public_key = 'PUBLIC_KEY'
    default_role = gtm_transformer
    default_warehouse = gtm_wh
    default_namespace = 'GTM.STAGING'
    comment = 'gtm: loads and builds';

use role securityadmin;

grant role gtm_loader to user gtm_service;
grant role gtm_transformer to user gtm_service;

-- Every time is UTC without an offset, and its text the one the models compare, whatever the account's
-- settings say; the tag names the cost. Give a person who builds the same.
use role accountadmin;

alter user gtm_service set
    timezone = 'UTC',
    timestamp_type_mapping = 'TIMESTAMP_NTZ',
    date_input_format = 'AUTO',
    date_output_format = 'YYYY-MM-DD',
    timestamp_input_format = 'AUTO',
    timestamp_ntz_output_format = 'YYYY-MM-DD HH24:MI:SS.FF3',
    timestamp_tz_output_format = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
    query_tag = 'gtm';
