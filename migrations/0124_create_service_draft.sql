-- Services that a city's administrators write themselves: the draft of the next version of a standard, whether the city has
-- made the service its own, so that its pack leaves it alone, and what residents do instead of one that is retired.

-- +goose Up
ALTER TABLE service
    ADD COLUMN own     boolean NOT NULL DEFAULT false,
    ADD COLUMN instead jsonb;

CREATE TABLE service_draft (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL CHECK (code <> ''),
    service    jsonb NOT NULL,
    form       text NOT NULL,
    workflow   text NOT NULL,
    document   text NOT NULL,
    standard   jsonb NOT NULL,
    base       integer NOT NULL,
    revision   integer NOT NULL CHECK (revision > 0),
    by_id      uuid NOT NULL,
    by_name    text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('service_draft');
