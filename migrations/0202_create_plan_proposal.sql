-- A new version of a price list before it is one: who wrote it and why, and who else approved it. What is approved becomes a
-- version, which names its proposal; approving again makes no second one.

-- +goose Up
CREATE TABLE plan_proposal (
    tenant_id      uuid NOT NULL REFERENCES tenant (id), -- the platform
    id             uuid NOT NULL,
    plan           text NOT NULL CHECK (plan ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(plan) <= 40),
    name           jsonb NOT NULL,
    summary        jsonb NOT NULL,
    effective_from date NOT NULL,
    components     jsonb NOT NULL CHECK (jsonb_typeof(components) = 'array'),
    entitlements   jsonb NOT NULL CHECK (jsonb_typeof(entitlements) = 'object'),
    reason         text NOT NULL DEFAULT '',
    revision       integer NOT NULL DEFAULT 1,
    made_by        uuid NOT NULL, -- who changed it last
    made_at        timestamptz NOT NULL,
    submitted_at   timestamptz,   -- since when it waits for a second person
    decided_by     uuid CHECK (decided_by <> made_by),
    decided_at     timestamptz,
    approved       boolean,
    version        integer,       -- that it became
    PRIMARY KEY (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)),
    CHECK (submitted_at IS NULL OR reason <> ''),
    CHECK (decided_by IS NULL OR submitted_at IS NOT NULL)
);
SELECT guard_tenant_table('plan_proposal', 'SELECT,INSERT,UPDATE,DELETE');

ALTER TABLE plan_version ADD COLUMN proposal uuid UNIQUE;
