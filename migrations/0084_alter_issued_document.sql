-- A document belongs to a subject of any kind, knows its office and its holder, and can wait for a signature, be revoked
-- and be replaced. The number it has is never given back: a document that was made stays, whatever becomes of it.

-- +goose Up
ALTER TABLE issued_document RENAME COLUMN application_id TO subject_id;
ALTER TABLE issued_document DROP CONSTRAINT issued_document_tenant_id_application_id_fkey;
ALTER TABLE issued_document
    ADD COLUMN subject_kind   text NOT NULL DEFAULT 'application',
    ADD COLUMN subject_number text NOT NULL DEFAULT '', -- as people know the subject
    ADD COLUMN service_code   text NOT NULL DEFAULT '',
    ADD COLUMN agency_code    text NOT NULL DEFAULT '',
    ADD COLUMN holder_id      uuid, -- the account that may be reminded
    ADD COLUMN draft_file_id  uuid, -- what was signed; file_id is then the signed one
    ADD COLUMN signature      jsonb, -- how it was signed, and by whom
    ADD COLUMN signed_at      timestamptz,
    ADD COLUMN replaces       uuid, -- the document whose place this one takes
    ADD COLUMN replaced_by    uuid,
    ADD COLUMN ended_at       timestamptz, -- revoked or replaced
    ADD COLUMN ended_by       uuid,
    ADD COLUMN end_reason     text NOT NULL DEFAULT '',
    ADD FOREIGN KEY (tenant_id, draft_file_id) REFERENCES file (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, replaces) REFERENCES issued_document (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, replaced_by) REFERENCES issued_document (tenant_id, id),
    DROP CONSTRAINT issued_document_status_check,
    ADD CONSTRAINT issued_document_status_check CHECK (status IN ('unsigned', 'valid', 'revoked', 'replaced'));

-- Row-level security hides the rows of every city from the owner, except while it is not forced.
ALTER TABLE issued_document NO FORCE ROW LEVEL SECURITY;
ALTER TABLE application NO FORCE ROW LEVEL SECURITY;
UPDATE issued_document d SET subject_number = coalesce(a.number, ''), service_code = a.service_code, agency_code = a.agency_code, holder_id = a.account_id
FROM application a WHERE a.tenant_id = d.tenant_id AND a.id = d.subject_id;
ALTER TABLE issued_document FORCE ROW LEVEL SECURITY;
ALTER TABLE application FORCE ROW LEVEL SECURITY;

ALTER TABLE issued_document
    ALTER COLUMN subject_kind DROP DEFAULT, ALTER COLUMN subject_number DROP DEFAULT,
    ALTER COLUMN service_code DROP DEFAULT, ALTER COLUMN agency_code DROP DEFAULT;

-- One valid document per subject, and one that waits to take its place.
DROP INDEX issued_document_of, issued_document_application;
CREATE UNIQUE INDEX issued_document_of ON issued_document (tenant_id, subject_kind, subject_id) WHERE status = 'valid';
CREATE UNIQUE INDEX issued_document_waiting ON issued_document (tenant_id, subject_kind, subject_id) WHERE status = 'unsigned';
CREATE INDEX issued_document_subject ON issued_document (tenant_id, subject_kind, subject_id, id);
CREATE INDEX issued_document_holder ON issued_document (tenant_id, holder_id, id);
CREATE INDEX issued_document_draft_file ON issued_document (tenant_id, draft_file_id) WHERE draft_file_id IS NOT NULL;
CREATE INDEX issued_document_replaces ON issued_document (tenant_id, replaces) WHERE replaces IS NOT NULL;
CREATE INDEX issued_document_replaced_by ON issued_document (tenant_id, replaced_by) WHERE replaced_by IS NOT NULL;
-- The register of an office and of the whole city, the newest first.
CREATE INDEX issued_document_agency ON issued_document (tenant_id, agency_code, issued_at, id);
CREATE INDEX issued_document_issued ON issued_document (tenant_id, issued_at, id);
-- What runs out, for the reminders before.
CREATE INDEX issued_document_until ON issued_document (tenant_id, valid_until) WHERE status = 'valid' AND valid_until IS NOT NULL;

GRANT UPDATE (status, file_id, sha256, draft_file_id, signature, signed_at, signer_title, replaced_by, ended_at, ended_by, end_reason) ON issued_document TO bedelau_app;
