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

-- Every time is UTC without an offset, whatever the account's settings say; the tag names the cost.
use role accountadmin;

alter user gtm_service set
    timezone = 'UTC',
    timestamp_type_mapping = 'TIMESTAMP_NTZ',
    query_tag = 'gtm';
