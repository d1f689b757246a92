-- What is known of each stored file. The bytes lie under the data folder, at a random key that no address contains.

-- +goose Up
CREATE TABLE file (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    owner_id   uuid NOT NULL, -- who brought it; the nil UUID for what the system made
    purpose    text NOT NULL CHECK (purpose <> ''),
    name       text NOT NULL CHECK (name <> ''),
    mime       text NOT NULL CHECK (mime <> ''),
    size       bigint NOT NULL CHECK (size > 0),
    sha256     bytea NOT NULL CHECK (length(sha256) = 32),
    key        text NOT NULL CHECK (key ~ '^[0-9a-z]{2}/[0-9a-z]{26}$'),
    width      integer NOT NULL DEFAULT 0, -- pixels of an image
    height     integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
SELECT guard_tenant_table('file', 'SELECT,INSERT,DELETE');
