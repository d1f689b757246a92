-- A branch that goes by an address asks another office from case to case: a replay takes the one that was really asked.

-- +goose Up
-- As v_case_step: moments, steps and offices, nothing of an applicant. security_invoker: the reader's own row-level
-- security applies.
CREATE VIEW v_case_task WITH (security_invoker = true) AS
    SELECT tenant_id, subject_id AS application_id, id, branch, agency_code, opened_at
      FROM workflow_task WHERE subject_kind = 'application';
GRANT SELECT ON v_case_task TO bedelau_app;
