-- From when a step of the system's is counted, kept where a calendar moves it, so that it can be counted again when a day
-- off is decreed late; and the two reads of that counting. Steps that were set before keep their time.

-- +goose Up
ALTER TABLE workflow_timer ADD COLUMN from_at timestamptz;
CREATE INDEX workflow_timer_counted ON workflow_timer (tenant_id, subject_kind, id) WHERE what = 'take' AND from_at IS NOT NULL;
CREATE INDEX workflow_task_deadline ON workflow_task (tenant_id, subject_kind, id) WHERE status = 'open' AND due_at IS NOT NULL;
