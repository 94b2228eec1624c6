"""The jobs behind the ``gtm`` command: they move rows and talk to services; SQL decides."""
