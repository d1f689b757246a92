-- Words that an agency's officers give as a reason again and again.

-- +goose Up
CREATE TABLE reason_template (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    agency_code text NOT NULL,
    action      text NOT NULL DEFAULT '', -- of a workflow; empty for every action that asks for a reason
    title       text NOT NULL,
    body        text NOT NULL,
    changed_by  uuid NOT NULL,
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, agency_code, action, title)
);
SELECT guard_tenant_table('reason_template');
