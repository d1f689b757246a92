-- What the city has issued, and the counters that number it without a gap.

-- +goose Up
CREATE TABLE document_counter (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    series    text NOT NULL, -- the service
    year      integer NOT NULL,
    last      integer NOT NULL,
    PRIMARY KEY (tenant_id, series, year)
);
SELECT guard_tenant_table('document_counter', 'SELECT,INSERT,UPDATE');

CREATE TABLE issued_document (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    application_id   uuid NOT NULL,
    document_code    text NOT NULL,
    document_version integer NOT NULL,
    title            jsonb NOT NULL,
    number           text NOT NULL,
    series           text NOT NULL,
    year             integer NOT NULL,
    seq              integer NOT NULL,
    token            text NOT NULL, -- what the QR points at; unguessable
    file_id          uuid NOT NULL,
    sha256           bytea NOT NULL,
    holder_masked    text NOT NULL, -- as the verification page shows it
    agency_name      jsonb NOT NULL,
    signer_title     jsonb NOT NULL,
    status           text NOT NULL CHECK (status IN ('valid', 'revoked', 'replaced')),
    issued_at        timestamptz NOT NULL,
    valid_until      timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token),
    UNIQUE (tenant_id, series, year, seq),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id),
    FOREIGN KEY (tenant_id, document_code, document_version) REFERENCES document_definition (tenant_id, code, version),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
-- One valid document per application, whatever the job that makes it goes through.
CREATE UNIQUE INDEX issued_document_of ON issued_document (tenant_id, application_id) WHERE status = 'valid';
CREATE INDEX issued_document_definition ON issued_document (tenant_id, document_code, document_version);
CREATE INDEX issued_document_file ON issued_document (tenant_id, file_id);
SELECT guard_tenant_table('issued_document', 'SELECT,INSERT');
