-- The audit record: entries that can only be added, and the chain that shows if one was changed all the same.

-- +goose Up
CREATE TABLE audit_entry (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    at         timestamptz NOT NULL,
    actor_id   uuid NOT NULL,  -- the nil UUID for the system itself
    actor_kind text NOT NULL CHECK (actor_kind <> ''),
    action     text NOT NULL CHECK (action <> ''),
    object     text NOT NULL CHECK (object <> ''),
    object_id  uuid NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entry_trail ON audit_entry (tenant_id, object, object_id, at, id);
CREATE INDEX audit_entry_at ON audit_entry (tenant_id, at, id);
CREATE INDEX audit_entry_actor ON audit_entry (tenant_id, actor_id, at, id);
SELECT guard_tenant_table('audit_entry', 'SELECT,INSERT');

CREATE TABLE audit_link (
    tenant_id uuid NOT NULL,
    seq       bigint NOT NULL CHECK (seq > 0),
    entry_id  uuid NOT NULL,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (tenant_id, seq),
    UNIQUE (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES audit_entry (tenant_id, id)
);
SELECT guard_tenant_table('audit_link', 'SELECT,INSERT');
