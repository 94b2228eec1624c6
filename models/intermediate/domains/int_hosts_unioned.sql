select distinct host
from {{ ref('int_domain_references') }}
where host is not null
