-- What an officer's list of work is made from: which applications there are, whose turn it is, and who has them.
-- Everything that a list may be narrowed down or put in order by is in the indexes of open work, and of closed work by
-- when it was closed, so that counts and pages are read from the index alone, however much was ever closed.

-- +goose Up
CREATE VIEW inbox_case WITH (security_invoker = true) AS
SELECT tenant_id, id, number, account_id, agency_code, service_code, stage, channel, assignee_id, name_key, submitted_at, closed_at,
       queue_rank, queue_at
  FROM application;
GRANT SELECT ON inbox_case TO bedelau_app;

DROP INDEX application_queue, application_queue_all, application_closed, application_closed_all;
CREATE INDEX application_queue ON application (tenant_id, agency_code, queue_rank, queue_at, id)
    INCLUDE (assignee_id, service_code, stage, channel, submitted_at) WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_queue_all ON application (tenant_id, queue_rank, queue_at, id)
    INCLUDE (agency_code, assignee_id, service_code, stage, channel, submitted_at) WHERE submitted_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX application_closed ON application (tenant_id, agency_code, closed_at, id)
    INCLUDE (assignee_id, service_code, stage, channel, submitted_at) WHERE closed_at IS NOT NULL;
CREATE INDEX application_closed_all ON application (tenant_id, closed_at, id)
    INCLUDE (agency_code, assignee_id, service_code, stage, channel, submitted_at) WHERE closed_at IS NOT NULL;

-- An index is read alone only where the visibility map knows that a page holds nothing unseen. A twentieth of a large
-- table, which is when vacuum would come by itself, is more than all open work.
ALTER TABLE application SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_insert_scale_factor = 0.005,
                             autovacuum_analyze_scale_factor = 0.01);
