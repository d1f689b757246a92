-- What an officer has of the questions of other offices, when they leave and in their own list.

-- +goose Up
CREATE INDEX workflow_task_holder ON workflow_task (tenant_id, assignee_id, id) WHERE status = 'open' AND assignee_id IS NOT NULL;
