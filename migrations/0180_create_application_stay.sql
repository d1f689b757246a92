-- How long applications stand in each state, where their workflow gives the office time by the state, and the ladder of a
-- service that has its own.

-- +goose Up
ALTER TABLE application
    ADD COLUMN stay jsonb,               -- since when it stands in its state, and how its own time is counted
    ADD COLUMN step_due_at timestamptz,  -- when that time ends
    ADD COLUMN ladder jsonb;             -- who is told of its deadline; NULL: as its workflow says
CREATE INDEX application_paced ON application (tenant_id, id) WHERE stay IS NOT NULL;

-- One row for each time that an application has left a state for good. It names no application: it is counted, not read.
CREATE TABLE application_stay (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    agency_code   text NOT NULL,
    service_code  text NOT NULL,
    workflow_code text NOT NULL,
    state         text NOT NULL,
    since         timestamptz NOT NULL,
    left_at       timestamptz NOT NULL,
    stood         bigint NOT NULL CHECK (stood >= 0), -- seconds, without the applicant's turns
    kept          boolean,                            -- NULL: the state has no time of its own
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX application_stay_left ON application_stay (tenant_id, agency_code, left_at DESC);
SELECT guard_tenant_table('application_stay', 'SELECT,INSERT');
