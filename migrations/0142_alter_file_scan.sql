-- Files that came in while no scanner was configured are scanned later: they stay open to whoever may read them until the
-- scanner has found something. The mark is how far the files of a city have been looked through.

-- +goose Up
ALTER TABLE file_scan DROP CONSTRAINT file_scan_state_check,
    ADD CONSTRAINT file_scan_state_check CHECK (state IN ('waiting', 'earlier', 'clean', 'infected'));
CREATE INDEX file_scan_earlier ON file_scan (tenant_id, next_at) WHERE state = 'earlier';

CREATE TABLE file_scan_mark (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    after     uuid NOT NULL, -- the last file that was looked at
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('file_scan_mark', 'SELECT,INSERT,UPDATE');
