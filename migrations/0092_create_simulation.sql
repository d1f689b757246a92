-- What would have happened: past cases replayed through a changed workflow, term or calendar.

-- +goose Up
-- The history of cases as the simulation may read it: moments, states and who acted, nothing of an applicant.
-- security_invoker: the reader's own row-level security applies.
CREATE VIEW v_case WITH (security_invoker = true) AS
    SELECT tenant_id, id, number, service_code, agency_code, workflow_code, workflow_version, submitted_at, term_amount, term_unit,
           decided_at, on_time, closed_at
      FROM application WHERE submitted_at IS NOT NULL AND closed_at IS NOT NULL;
CREATE VIEW v_case_step WITH (security_invoker = true) AS
    SELECT tenant_id, application_id, id, at, action, from_state, to_state, CASE WHEN actor_kind = 'staff' THEN actor_id END AS officer_id
      FROM application_event;
CREATE VIEW v_workflow WITH (security_invoker = true) AS
    SELECT tenant_id, code, version, body, created_at FROM workflow_definition;
GRANT SELECT ON v_case, v_case_step, v_workflow TO bedelau_app;

-- One replay and what came of it, kept for a week.
CREATE TABLE simulation_run (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    service     text NOT NULL,
    ask         jsonb NOT NULL, -- what was proposed, and for which window
    state       text NOT NULL CHECK (state IN ('waiting', 'running', 'done')),
    total       integer NOT NULL,
    done        integer NOT NULL DEFAULT 0,
    result      jsonb,
    created_at  timestamptz NOT NULL,
    created_by  uuid NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((state = 'done') = (result IS NOT NULL))
);
CREATE INDEX simulation_run_service ON simulation_run (tenant_id, service, id);
CREATE INDEX simulation_run_age ON simulation_run (tenant_id, created_at);
SELECT guard_tenant_table('simulation_run');
