-- What the step of a batch is called, how often an application could not be tried for reasons of ours, and since when a
-- batch stands still.

-- +goose Up
ALTER TABLE case_batch ADD COLUMN label jsonb NOT NULL DEFAULT '{}'; -- the step in words, as it was called then
ALTER TABLE case_batch_item ADD COLUMN attempts integer NOT NULL DEFAULT 0;
GRANT UPDATE (attempts) ON case_batch_item TO bedelau_app;
