-- Who besides this program may report usage: programs of others, such as a gateway for messages. They are the platform's,
-- and not a city's, because what they report ends on a city's bill.

-- +goose Up
CREATE TABLE usage_producer (
    tenant_id  uuid NOT NULL REFERENCES tenant (id), -- the platform
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    contact    text NOT NULL CHECK (contact <> ''),
    source     text COLLATE "C" NOT NULL CHECK (source <> '' AND source NOT LIKE '/%'), -- of its events; the program's own begin with a slash
    meters     text[] NOT NULL CHECK (meters <> '{}'), -- codes of the meters that its events may move
    cities     text[] NOT NULL DEFAULT '{}',           -- slugs of the cities whose usage it may report; empty: of every one
    created_at timestamptz NOT NULL,
    closed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, source)
);
SELECT guard_tenant_table('usage_producer', 'SELECT,INSERT,UPDATE');
