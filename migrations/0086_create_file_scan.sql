-- What the scanner for malware said of each uploaded file. A file without a row came in while no scanner was configured.

-- +goose Up
CREATE TABLE file_scan (
    tenant_id  uuid NOT NULL,
    file_id    uuid NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'clean', 'infected')),
    signature  text NOT NULL DEFAULT '', -- what was found
    attempts   integer NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL, -- of a file that waits: when it is tried again
    created_at timestamptz NOT NULL,
    checked_at timestamptz,
    PRIMARY KEY (tenant_id, file_id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX file_scan_waiting ON file_scan (tenant_id, next_at) WHERE state = 'waiting';
SELECT guard_tenant_table('file_scan', 'SELECT,INSERT,UPDATE');
