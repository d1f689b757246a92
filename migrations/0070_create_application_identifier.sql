-- Every number of a person, family, business or property that an application names, by a keyed hash, for exact search;
-- and the warnings at which its applicant has looked again.

-- +goose Up
CREATE TABLE application_identifier (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    hash           bytea NOT NULL,
    application_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, hash, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX application_identifier_of ON application_identifier (tenant_id, application_id);
SELECT guard_tenant_table('application_identifier', 'SELECT,INSERT,DELETE');

ALTER TABLE application ADD COLUMN confirmed jsonb NOT NULL DEFAULT '[]';
