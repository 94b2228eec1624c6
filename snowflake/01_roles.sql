-- Who may do what. Nobody works with an administrator's role after this set-up.
--   GTM_LOADER       writes raw and ops           (gtm load)
--   GTM_TRANSFORMER  reads raw, builds the rest   (gtm build, dbt)
--   GTM_READER       reads marts                  (BI, analysts)
use role useradmin;

create role if not exists gtm_loader comment = 'Writes raw and ops';
create role if not exists gtm_transformer comment = 'Reads raw, builds every other schema';
create role if not exists gtm_reader comment = 'Reads marts';

-- Administrators see what the roles own.
grant role gtm_loader to role sysadmin;
grant role gtm_transformer to role sysadmin;
grant role gtm_reader to role sysadmin;
