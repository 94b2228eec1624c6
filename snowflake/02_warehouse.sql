-- Compute, and a limit on what it may cost.
use role sysadmin;

-- The daily run is minutes of work: a small warehouse that goes to sleep after a minute.
create warehouse if not exists gtm_wh
    warehouse_size = 'XSMALL'
    auto_suspend = 60
    auto_resume = true
    initially_suspended = true
    statement_timeout_in_seconds = 3600
    comment = 'gtm: loads, builds and marts';

grant usage on warehouse gtm_wh to role gtm_loader;
grant usage on warehouse gtm_wh to role gtm_transformer;
grant usage on warehouse gtm_wh to role gtm_reader;

-- Credits a month: a warning at 75 %, no new statements at 100 %, running ones ended at 110 %.
use role accountadmin;

create resource monitor if not exists gtm_monthly with
    credit_quota = 50
    frequency = monthly
    start_timestamp = immediately
    triggers
        on 75 percent do notify
        on 100 percent do suspend
        on 110 percent do suspend_immediate;

alter warehouse gtm_wh set resource_monitor = gtm_monthly;
