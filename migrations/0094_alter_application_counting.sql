-- From where a promise in working days or open minutes is counted, kept while it is open, so that it can be counted again
-- when a day off is decreed late.

-- +goose Up
ALTER TABLE application ADD COLUMN counting jsonb;
CREATE INDEX application_counting ON application (tenant_id, id) WHERE counting IS NOT NULL;
