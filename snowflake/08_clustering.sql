-- After the first load, and only where it pays: clustering is background work that costs credits, and
-- below some hundred gigabytes Snowflake's own order of arrival prunes as well.
--
-- raw.web_events is read by time (a daily run reads the days it computes), but backfills arrive out
-- of order. Days, not instants: a key with few values is cheap to keep.
-- marts.fct_daily_account_intent and marts.fct_signals are read by day; their models ask for
-- `cluster_by`, so dbt keeps those, and they are not repeated here.
use role gtm_loader;

alter table gtm.raw.web_events cluster by (to_date(occurred_at));
