-- The keys of each city, sealed by the master key that only the running program holds. A dump of this table opens
-- nothing; losing a row loses that city's sealed data for good, so the role that serves cannot delete one.

-- +goose Up
CREATE TABLE city_key (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    master_id  text NOT NULL CHECK (master_id <> ''),
    aead       bytea NOT NULL,
    prf        bytea NOT NULL,
    created_at timestamptz NOT NULL,
    sealed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('city_key', 'SELECT,INSERT,UPDATE');
