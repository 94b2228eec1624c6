-- The database, its ten schemas, raw_staging, where dlt puts a load before it merges it, and
-- replay, where `gtm replay` builds.
-- Managed access: only the owner of a schema hands out rights on what is in it.
use role sysadmin;

create database if not exists gtm comment = 'Account intent';

create schema if not exists gtm.raw with managed access;
create schema if not exists gtm.raw_staging with managed access;
create schema if not exists gtm.registry with managed access;
create schema if not exists gtm.staging with managed access;
create schema if not exists gtm.intermediate with managed access;
create schema if not exists gtm.signals with managed access;
create schema if not exists gtm.sync with managed access;
create schema if not exists gtm.enrich with managed access;
create schema if not exists gtm.ai with managed access;
create schema if not exists gtm.marts with managed access;
create schema if not exists gtm.ops with managed access;
create schema if not exists gtm.replay with managed access;
