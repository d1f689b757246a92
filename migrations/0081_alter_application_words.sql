-- The words by which an officer finds open work: number, applicant and office as they are written, the service by the
-- stems of Indonesian. Only open work is in the index, so it stays small; what was closed is found by number, by a
-- person's number, and by the beginning of the applicant's name.
--
-- PostgreSQL uses the index under row-level security because the bootstrap SQL marks ts_match_vq, which is @@, as
-- LEAKPROOF: it compares two values and raises no error in which either could stand. Only a superuser may set the mark,
-- so it is not set here; `bedelau doctor` calls its absence a fault.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gin; -- a trusted one: the database's owner may

ALTER TABLE application ADD COLUMN words tsvector GENERATED ALWAYS AS (
    CASE WHEN submitted_at IS NOT NULL THEN
        to_tsvector('simple', applicant_name || ' ' || replace(coalesce(number, ''), '-', ' ') || ' ' || agency_short)
        || to_tsvector('indonesian', coalesce(service_name->>'id', ''))
        || to_tsvector('simple', coalesce(service_name->>'id', '') || ' ' || coalesce(service_name->>'en', ''))
    END) STORED;
CREATE INDEX application_words ON application USING gin (tenant_id, agency_code, words) WITH (gin_pending_list_limit = 256)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL;

CREATE OR REPLACE VIEW inbox_case WITH (security_invoker = true) AS
SELECT tenant_id, id, number, account_id, agency_code, service_code, stage, channel, assignee_id, name_key, submitted_at, closed_at,
       queue_rank, queue_at, words
  FROM application;
