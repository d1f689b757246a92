-- What the clearing of old drafts looks for. By when they were begun and not when they were changed, so that a change of an
-- application touches no index more.

-- +goose Up
CREATE INDEX application_draft_begun ON application (tenant_id, created_at) WHERE stage = 'draft';
