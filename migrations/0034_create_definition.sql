-- Forms, workflows and documents as data. A version is never changed: applications point at the one they were made with.

-- +goose Up
CREATE TABLE form_definition (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, code, version)
);
SELECT guard_tenant_table('form_definition', 'SELECT,INSERT');

CREATE TABLE workflow_definition (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, code, version)
);
SELECT guard_tenant_table('workflow_definition', 'SELECT,INSERT');

CREATE TABLE document_definition (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, code, version)
);
SELECT guard_tenant_table('document_definition', 'SELECT,INSERT');
