-- Who signs for an office and since when, the certificates they sign with, and what a template's version came from.

-- +goose Up
CREATE TABLE document_signer (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    id             uuid NOT NULL,
    agency_code    text NOT NULL,
    title          jsonb NOT NULL, -- "Kepala Dinas …"
    name           text NOT NULL CHECK (name <> ''),
    nip            text NOT NULL DEFAULT '',
    effective_from date NOT NULL,
    effective_to   date, -- the first day that is somebody else's
    created_by     uuid NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (effective_to IS NULL OR effective_to > effective_from),
    EXCLUDE USING gist (tenant_id WITH =, agency_code WITH =, daterange(effective_from, effective_to) WITH &&)
);
SELECT guard_tenant_table('document_signer', 'SELECT,INSERT');
GRANT UPDATE (effective_to) ON document_signer TO bedelau_app;

CREATE TABLE document_key (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    signer_id   uuid NOT NULL,
    certificate bytea NOT NULL, -- DER
    chain       bytea[] NOT NULL, -- of its issuers, DER, the nearest first
    sealed      bytea, -- the private key under the city's key; destroyed when another takes its place
    not_before  timestamptz NOT NULL,
    not_after   timestamptz NOT NULL,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    removed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, signer_id) REFERENCES document_signer (tenant_id, id),
    CHECK ((sealed IS NULL) = (removed_at IS NOT NULL))
);
CREATE UNIQUE INDEX document_key_of ON document_key (tenant_id, signer_id) WHERE removed_at IS NULL;
SELECT guard_tenant_table('document_key', 'SELECT,INSERT');
GRANT UPDATE (sealed, removed_at) ON document_key TO bedelau_app;

ALTER TABLE issued_document
    ADD COLUMN signer_id  uuid, -- the official who is printed
    ADD COLUMN sign_error text NOT NULL DEFAULT '', -- why it still waits: the code of a refusal
    ADD FOREIGN KEY (tenant_id, signer_id) REFERENCES document_signer (tenant_id, id);
CREATE INDEX issued_document_signer ON issued_document (tenant_id, signer_id) WHERE signer_id IS NOT NULL;
CREATE INDEX issued_document_unsigned ON issued_document (tenant_id, agency_code, issued_at, id) WHERE status = 'unsigned';
GRANT UPDATE (signer_id, sign_error) ON issued_document TO bedelau_app;

-- A pack that says what it said before leaves alone what an administrator has published since.
ALTER TABLE document_definition
    ADD COLUMN origin     text NOT NULL DEFAULT 'pack' CHECK (origin IN ('pack', 'admin')),
    ADD COLUMN created_by uuid;
