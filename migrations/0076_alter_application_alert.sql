-- When the next reminder or level of lateness is told, so that a workflow may have several of both.

-- +goose Up
ALTER TABLE application
    ADD COLUMN reminded      smallint NOT NULL DEFAULT 0, -- how many reminders were told
    ADD COLUMN next_alert_at timestamptz;                 -- null: nothing left, or a job is on its way, or the clock stands

-- The owner is held to the policy too, and has none: for the move alone it is let in.
ALTER TABLE application NO FORCE ROW LEVEL SECURITY;
UPDATE application SET next_alert_at = due_at WHERE clock = 'running' AND escalation_sent = 0 AND due_at IS NOT NULL;
ALTER TABLE application FORCE ROW LEVEL SECURITY;

DROP INDEX application_late;
ALTER TABLE application DROP COLUMN escalation_sent;
CREATE INDEX application_alert ON application (tenant_id, next_alert_at) WHERE next_alert_at IS NOT NULL;
