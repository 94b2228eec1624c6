{{ registrable_domains(ref('int_domain_references')) }}
