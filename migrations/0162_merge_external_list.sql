-- The officers' list holds what the agencies' own apps tell of beside what is worked on here. Both are read by the same
-- names and in the same order; everything that a list may be narrowed down or put in order by is in the indexes, as it
-- is of native applications.

-- +goose Up
ALTER TABLE external_application ADD COLUMN service_name jsonb NOT NULL DEFAULT '{}'; -- as it was when its last event came, in every language
-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE external_application NO FORCE ROW LEVEL SECURITY;
ALTER TABLE service NO FORCE ROW LEVEL SECURITY;
UPDATE external_application x SET service_name = s.name FROM service s WHERE s.tenant_id = x.tenant_id AND s.code = x.service;
ALTER TABLE service FORCE ROW LEVEL SECURITY;
ALTER TABLE external_application FORCE ROW LEVEL SECURITY;

-- The words by which an officer finds one: the app's own number, its words for the stage, and the service. Of the
-- applicant's name the city keeps first letters alone.
ALTER TABLE external_application ADD COLUMN words tsvector GENERATED ALWAYS AS (
    to_tsvector('simple', translate(reference, '/-_.:#', '      ') || ' ' || label || ' ' || coalesce(service_name->>'id', '') || ' ' || coalesce(service_name->>'en', ''))
    || to_tsvector('indonesian', label || ' ' || coalesce(service_name->>'id', ''))) STORED;
CREATE INDEX external_application_words ON external_application USING gin (tenant_id, agency, words) WITH (gin_pending_list_limit = 256)
    WHERE closed_at IS NULL;
CREATE INDEX external_application_words_closed ON external_application USING gin (tenant_id, agency, words) WITH (gin_pending_list_limit = 256)
    WHERE closed_at IS NOT NULL;

DROP INDEX external_application_queue, external_application_queue_all, external_application_closed, external_application_closed_all;
CREATE INDEX external_application_queue ON external_application (tenant_id, agency, queue_rank, queue_at, id)
    INCLUDE (app_id, service, stage, first_at) WHERE closed_at IS NULL;
CREATE INDEX external_application_queue_all ON external_application (tenant_id, queue_rank, queue_at, id)
    INCLUDE (agency, app_id, service, stage, first_at) WHERE closed_at IS NULL;
CREATE INDEX external_application_closed ON external_application (tenant_id, agency, closed_at, id)
    INCLUDE (app_id, service, stage, first_at) WHERE closed_at IS NOT NULL;
CREATE INDEX external_application_closed_all ON external_application (tenant_id, closed_at, id)
    INCLUDE (agency, app_id, service, stage, first_at) WHERE closed_at IS NOT NULL;

-- As of native applications: an index is read alone only where the visibility map knows that a page holds nothing unseen.
ALTER TABLE external_application SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_insert_scale_factor = 0.005,
                                      autovacuum_analyze_scale_factor = 0.01);

-- The names are those of inbox_case. No resident finds their own by it (account_id): that takes both keyed hashes.
CREATE VIEW inbox_external WITH (security_invoker = true) AS
SELECT tenant_id, id, app_id, NULL::uuid AS account_id, agency AS agency_code, service AS service_code, stage, first_at AS submitted_at, closed_at,
       queue_rank, queue_at, words
  FROM external_application;
GRANT SELECT ON inbox_external TO bedelau_app;
