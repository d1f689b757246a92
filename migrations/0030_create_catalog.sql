-- The catalogue: offices, services, and the versions of each service's standard.

-- +goose Up
CREATE TABLE catalog_version (
    tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
    version   bigint NOT NULL
);
SELECT guard_tenant_table('catalog_version', 'SELECT,INSERT,UPDATE');

CREATE TABLE agency (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    code      text NOT NULL,
    position  integer NOT NULL DEFAULT 0,
    name      jsonb NOT NULL,
    short     text NOT NULL,
    kind      text NOT NULL,
    website   text NOT NULL DEFAULT '',
    phone     text NOT NULL DEFAULT '',
    verified  boolean NOT NULL DEFAULT false,
    source    text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('agency');

-- search, words and detail are kept by the code that applies a pack. They have no index of their own: a city has some
-- 35 to 500 services, and a search reads them all through the key.
CREATE TABLE service (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    code           text NOT NULL,
    position       integer NOT NULL DEFAULT 0,
    name           jsonb NOT NULL,
    summary        jsonb NOT NULL,
    agency         text NOT NULL,
    joint_agencies text[] NOT NULL DEFAULT '{}',
    category       text NOT NULL,
    keywords       text[] NOT NULL DEFAULT '{}',
    integration    text NOT NULL CHECK (integration IN ('info', 'link', 'status', 'sso', 'native')),
    link           jsonb,
    rules          jsonb NOT NULL DEFAULT '{}',
    form           text NOT NULL DEFAULT '',
    workflow       text NOT NULL DEFAULT '',
    document       text NOT NULL DEFAULT '',
    verified       boolean NOT NULL DEFAULT false,
    source         text NOT NULL DEFAULT '',
    retired_at     timestamptz,
    search         tsvector NOT NULL DEFAULT '',
    words          text NOT NULL DEFAULT '',
    detail         jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, code),
    FOREIGN KEY (tenant_id, agency) REFERENCES agency (tenant_id, code)
);
CREATE INDEX service_agency ON service (tenant_id, agency);
SELECT guard_tenant_table('service', 'SELECT,INSERT,UPDATE');

-- Two versions of one standard are never in force on the same day. The check waits for the end of the transaction,
-- because moving a boundary touches both of its sides.
CREATE TABLE service_standard (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    service        text NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    effective_from date NOT NULL,
    effective_to   date CHECK (effective_to >= effective_from),
    decree         text NOT NULL DEFAULT '',
    verified       boolean NOT NULL DEFAULT false,
    source         text NOT NULL DEFAULT '',
    parts          jsonb NOT NULL,
    PRIMARY KEY (tenant_id, service, version),
    FOREIGN KEY (tenant_id, service) REFERENCES service (tenant_id, code),
    EXCLUDE USING gist (tenant_id WITH =, service WITH =, daterange(effective_from, effective_to) WITH &&)
        DEFERRABLE INITIALLY DEFERRED
);
SELECT guard_tenant_table('service_standard', 'SELECT,INSERT,UPDATE');

-- What the dashboard may know of the catalogue. security_invoker: the reader's own row-level security applies.
CREATE VIEW v_service WITH (security_invoker = true) AS
    SELECT tenant_id, code, position, name, agency, category, integration FROM service WHERE retired_at IS NULL;
CREATE VIEW v_agency WITH (security_invoker = true) AS
    SELECT tenant_id, code, position, name, short, kind FROM agency;
GRANT SELECT ON v_service, v_agency TO bedelau_app;
