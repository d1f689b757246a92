-- Jobs: the outbox that commits with business data, the mark of each effect that happened, and planned runs.

-- +goose Up
CREATE TABLE outbox (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind <> ''),
    queue       text NOT NULL CHECK (queue <> ''),
    payload     jsonb NOT NULL,
    max_retry   integer NOT NULL CHECK (max_retry >= 0),
    timeout_ms  bigint NOT NULL CHECK (timeout_ms > 0),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'done', 'failed')),
    run_at      timestamptz NOT NULL DEFAULT now(),
    created_at  timestamptz NOT NULL DEFAULT now(),
    sends       integer NOT NULL DEFAULT 0,  -- how often it was handed to Redis
    sent_at     timestamptz,
    attempts    integer NOT NULL DEFAULT 0,  -- how often a worker took it up
    lease_until timestamptz,                 -- a worker holds it until then
    check_at    timestamptz,                 -- no sign of life by then: the sweep looks for it
    ended_at    timestamptz,
    last_error  text NOT NULL DEFAULT '',    -- a code, never a person's data
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_waiting ON outbox (run_at) WHERE state = 'waiting';
CREATE INDEX outbox_check ON outbox (check_at) WHERE state = 'sent';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE state IN ('done', 'failed');

-- The application may add a job and report on it, and change neither what it is nor for whom.
SELECT guard_tenant_table('outbox', 'SELECT,INSERT');
GRANT UPDATE (state, attempts, lease_until, check_at, ended_at, last_error) ON outbox TO bedelau_app;
SELECT allow_platform('outbox', 'SELECT,UPDATE,DELETE');

CREATE TABLE processed (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    task_id   uuid NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, task_id)
);
CREATE INDEX processed_at ON processed (at);
SELECT guard_tenant_table('processed', 'SELECT,INSERT');
SELECT allow_platform('processed', 'SELECT,DELETE');

CREATE TABLE planned_run (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    name       text NOT NULL CHECK (name <> ''),
    planned_at timestamptz NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, name, planned_at)
);
CREATE INDEX planned_run_name ON planned_run (name, planned_at);
SELECT guard_tenant_table('planned_run', 'SELECT,INSERT');
SELECT allow_platform('planned_run', 'SELECT,DELETE');
