-- From where the service user may connect. Put your runners' addresses in first: the ones here are
-- reserved for documentation, and nothing connects from them.
use role securityadmin;

create network policy if not exists gtm_service_policy
    allowed_ip_list = ('203.0.113.0/24')
    comment = 'Where gtm jobs run';

alter user gtm_service set network_policy = gtm_service_policy;
