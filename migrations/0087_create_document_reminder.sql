-- The register of issued documents is searched by number, and a holder is told once for each of a template's days that a
-- document runs out.

-- +goose Up
CREATE INDEX issued_document_number ON issued_document (tenant_id, number COLLATE "C");
CREATE INDEX issued_document_subject_number ON issued_document (tenant_id, subject_number);

CREATE TABLE document_reminder (
    tenant_id   uuid NOT NULL,
    document_id uuid NOT NULL,
    days        integer NOT NULL, -- before the last day
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, document_id, days),
    FOREIGN KEY (tenant_id, document_id) REFERENCES issued_document (tenant_id, id)
);
SELECT guard_tenant_table('document_reminder', 'SELECT,INSERT');
