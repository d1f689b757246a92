-- The list of what has stood longer in its state than the office gives itself, read from an index of paced open work alone.

-- +goose Up
CREATE INDEX application_step_due ON application (tenant_id, agency_code, queue_rank, queue_at, id)
    INCLUDE (assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code, step_due_at)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL AND step_due_at IS NOT NULL;
CREATE INDEX application_step_due_all ON application (tenant_id, queue_rank, queue_at, id)
    INCLUDE (agency_code, assignee_id, service_code, stage, channel, submitted_at, district_code, subdistrict_code, step_due_at)
    WHERE submitted_at IS NOT NULL AND closed_at IS NULL AND step_due_at IS NOT NULL;

CREATE OR REPLACE VIEW inbox_case WITH (security_invoker = true) AS
SELECT tenant_id, id, number, account_id, agency_code, service_code, stage, channel, assignee_id, name_key, submitted_at, closed_at,
       queue_rank, queue_at, words, district_code, subdistrict_code, step_due_at
  FROM application;
