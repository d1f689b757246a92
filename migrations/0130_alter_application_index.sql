-- No statement finds applications by the version of their form or workflow, and versions are never deleted, so that the
-- foreign keys need no index either. Each act on an application would write to both.

-- +goose Up
DROP INDEX application_form, application_workflow;
