-- The directory of tenants, and the two functions with which every later migration guards its tables.

-- +goose Up
CREATE TABLE tenant (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL DEFAULT 'city' CHECK (kind IN ('city', 'platform')),
    slug          text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name          text NOT NULL CHECK (name <> ''),
    short_name    text NOT NULL DEFAULT '',
    code          text NOT NULL DEFAULT '',
    province      text NOT NULL DEFAULT '',
    timezone      text NOT NULL DEFAULT 'Asia/Jakarta' CHECK (now() AT TIME ZONE timezone IS NOT NULL),
    number_prefix text NOT NULL DEFAULT '' CHECK (number_prefix ~ '^[A-Z]{0,5}$'),
    hosts         text[] NOT NULL DEFAULT '{}',
    brand_color   text NOT NULL DEFAULT '#0b5cad' CHECK (brand_color ~ '^#[0-9a-f]{6}$'),
    logo          text NOT NULL DEFAULT '',
    contact       jsonb NOT NULL DEFAULT '{}',
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'closed')),
    modules       text[] NOT NULL DEFAULT '{}',
    demo          boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX tenant_one_platform ON tenant (kind) WHERE kind = 'platform';

GRANT SELECT ON tenant TO bedelau_app;
GRANT SELECT, INSERT, UPDATE ON tenant TO bedelau_platform;

-- guard_tenant_table puts a table behind row-level security: forced on its owner too, open to the application role
-- for the rows of the transaction's tenant alone. The sub-select makes the setting an InitPlan, read once a query
-- and not once a row; nullif covers the empty string that SET LOCAL leaves behind on a pooled connection.
-- +goose StatementBegin
CREATE FUNCTION guard_tenant_table(name text, privileges text DEFAULT 'SELECT,INSERT,UPDATE,DELETE') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format($p$CREATE POLICY tenant ON %I TO bedelau_app
        USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))
        WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid))$p$, name);
    EXECUTE format('GRANT %s ON %I TO bedelau_app', privileges, name);
END $$;
-- +goose StatementEnd

-- allow_platform opens a guarded table to the platform role for a named cross-city purpose (outbox relay, usage).
-- +goose StatementBegin
CREATE FUNCTION allow_platform(name text, privileges text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY platform ON %I TO bedelau_platform USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT %s ON %I TO bedelau_platform', privileges, name);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION guard_tenant_table(text, text), allow_platform(text, text) FROM PUBLIC;
