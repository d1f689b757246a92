-- The fees whose last day a calendar moves, in the order in which they are counted again.

-- +goose Up
CREATE INDEX fee_dated ON fee (tenant_id, subject_kind, id) WHERE status = 'due' AND due_at IS NOT NULL;
