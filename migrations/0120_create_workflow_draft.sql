-- Workflows that a city's administrators write themselves, as forms are: the draft of the next version, and of a published
-- one whether the city made it. A pack leaves a workflow alone that the city has made its own.

-- +goose Up
ALTER TABLE workflow_definition ADD COLUMN own boolean NOT NULL DEFAULT false;

CREATE TABLE workflow_draft (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL CHECK (code <> ''),
    body       jsonb NOT NULL,
    base       integer NOT NULL,
    revision   integer NOT NULL CHECK (revision > 0),
    act        text NOT NULL,
    what       text NOT NULL,
    by_id      uuid NOT NULL,
    by_name    text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('workflow_draft');

-- What a service is put together from, for those who check one definition against another.
CREATE OR REPLACE VIEW v_service WITH (security_invoker = true) AS
    SELECT tenant_id, code, position, name, agency, category, integration, form, workflow FROM service WHERE retired_at IS NULL;
