-- Filters of the officers' list that somebody gave a name, and what the next case is taken from.

-- +goose Up
CREATE TABLE saved_filter (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    owner_id   uuid NOT NULL,
    agency     text NOT NULL DEFAULT '', -- whose officers see it; empty: the owner alone
    name       text NOT NULL CHECK (name <> ''),
    filter     jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, owner_id, name),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX saved_filter_agency ON saved_filter (tenant_id, agency) WHERE agency <> '';
SELECT guard_tenant_table('saved_filter');

CREATE INDEX application_unassigned ON application (tenant_id, agency_code, queue_rank, queue_at, id)
    INCLUDE (service_code, stage, channel, submitted_at) WHERE submitted_at IS NOT NULL AND closed_at IS NULL AND assignee_id IS NULL;
