-- Whether the bytes of a file lie sealed on the disk. Those from before are sealed one after another; seal_at is when one is
-- tried again. A file that is said to be sealed is never read in the clear.

-- +goose Up
ALTER TABLE file ADD COLUMN sealed boolean NOT NULL DEFAULT false, ADD COLUMN seal_at timestamptz;
CREATE INDEX file_open ON file (tenant_id, seal_at NULLS FIRST, id) WHERE NOT sealed;
GRANT UPDATE (sealed, seal_at) ON file TO bedelau_app;
