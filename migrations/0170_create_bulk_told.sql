-- What became of each application, or request of another office, that an officer took, gave back or handed over with
-- others at once. The page that says so is read again with the browser's Back; the rows of a day ago go with the next.

-- +goose Up
CREATE TABLE bulk_told (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    created_by uuid NOT NULL, -- who did it, and alone may read it
    created_at timestamptz NOT NULL,
    results    jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX bulk_told_of ON bulk_told (tenant_id, created_by, created_at);
SELECT guard_tenant_table('bulk_told', 'SELECT,INSERT,DELETE');
