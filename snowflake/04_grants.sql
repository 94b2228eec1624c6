-- The least each role needs. Future grants cover what loads and builds make later, so that a rebuilt
-- table is readable at once. `all` covers what is there when this file is run again.
use role securityadmin;

grant usage on database gtm to role gtm_loader;
grant usage on database gtm to role gtm_transformer;
grant usage on database gtm to role gtm_reader;

-- Seeing that a schema is there gives no right to what is in it.
grant usage on all schemas in database gtm to role gtm_loader;
grant usage on all schemas in database gtm to role gtm_transformer;

-- A scheduled run pulls and builds as one role, the transformer; the loader alone can only load.
grant role gtm_loader to role gtm_transformer;

-- Raw: the loader writes, the transformer reads. Either makes the tables that are missing; the loader owns
-- them all, as it adds columns to them.
grant ownership on future tables in schema gtm.raw to role gtm_loader;
grant ownership on future tables in schema gtm.raw_staging to role gtm_loader;
grant ownership on all tables in schema gtm.raw to role gtm_loader copy current grants;
grant ownership on all tables in schema gtm.raw_staging to role gtm_loader copy current grants;
grant create table, create stage, create file format on schema gtm.raw to role gtm_loader;
grant create table, create stage, create file format on schema gtm.raw_staging to role gtm_loader;
grant select, insert, update, delete on all tables in schema gtm.raw to role gtm_loader;
grant select, insert, update, delete on future tables in schema gtm.raw to role gtm_loader;
grant create table on schema gtm.raw to role gtm_transformer;
grant select on all tables in schema gtm.raw to role gtm_transformer;
grant select on future tables in schema gtm.raw to role gtm_transformer;

-- Ops: runs, set-aside records and registry edits, written by both.
grant create table on schema gtm.ops to role gtm_loader;
grant create table on schema gtm.ops to role gtm_transformer;
grant select, insert, update, delete on all tables in schema gtm.ops to role gtm_loader;
grant select, insert, update, delete on all tables in schema gtm.ops to role gtm_transformer;
grant select, insert, update, delete on future tables in schema gtm.ops to role gtm_loader;
grant select, insert, update, delete on future tables in schema gtm.ops to role gtm_transformer;

-- Everything else: the transformer owns what it builds.
grant create table, create view on schema gtm.registry to role gtm_transformer;
grant create table, create view on schema gtm.staging to role gtm_transformer;
grant create table, create view on schema gtm.intermediate to role gtm_transformer;
grant create table, create view on schema gtm.signals to role gtm_transformer;
grant create table, create view on schema gtm.sync to role gtm_transformer;
grant create table, create view on schema gtm.enrich to role gtm_transformer;
grant create table, create view on schema gtm.ai to role gtm_transformer;
grant create table, create view on schema gtm.marts to role gtm_transformer;
grant create table, create view on schema gtm.replay to role gtm_transformer;

-- Connectors that ask for what a build found out: which accounts qualify, and who is known there.
grant select on all tables in schema gtm.marts to role gtm_loader;
grant select on future tables in schema gtm.marts to role gtm_loader;
grant select on all views in schema gtm.intermediate to role gtm_loader;
grant select on future views in schema gtm.intermediate to role gtm_loader;

-- Reader: the marts, and nothing else.
grant usage on schema gtm.marts to role gtm_reader;
grant select on all tables in schema gtm.marts to role gtm_reader;
grant select on all views in schema gtm.marts to role gtm_reader;
grant select on future tables in schema gtm.marts to role gtm_reader;
grant select on future views in schema gtm.marts to role gtm_reader;
