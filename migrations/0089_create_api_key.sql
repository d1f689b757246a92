-- Keys with which programs call the API. A key is shown once, when it is made; here is its hash alone, and the prefix by
-- which it is found and by which people speak of it.

-- +goose Up
CREATE TABLE api_key (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    owner_kind   text NOT NULL CHECK (owner_kind <> ''),
    owner_id     uuid NOT NULL, -- for what it speaks, such as an agency's app
    prefix       text COLLATE "C" NOT NULL,
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    scopes       text[] NOT NULL CHECK (scopes <> '{}'),
    per_minute   integer NOT NULL CHECK (per_minute BETWEEN 1 AND 10000),
    created_at   timestamptz NOT NULL,
    created_by   uuid NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, prefix)
);
CREATE INDEX api_key_owner ON api_key (tenant_id, owner_id, id);
SELECT guard_tenant_table('api_key', 'SELECT,INSERT,UPDATE');
