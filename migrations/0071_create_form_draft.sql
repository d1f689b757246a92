-- Forms that a city's administrators write themselves: the draft of the next version, and of a published one whether the
-- city made it. A pack leaves a form alone that the city has made its own.

-- +goose Up
ALTER TABLE form_definition ADD COLUMN own boolean NOT NULL DEFAULT false;

CREATE TABLE form_draft (
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
SELECT guard_tenant_table('form_draft');
