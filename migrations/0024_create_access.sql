-- What a city changed about its roles. The built-in roles are in the program (kernel/access/policy.csv), the same in
-- every city; here are a city's own roles, and what it gave to or took from any role.

-- +goose Up
CREATE TABLE access_role (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    code       text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    name       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('access_role');

CREATE TABLE access_rule (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    role       text NOT NULL,
    permission text NOT NULL,
    granted    boolean NOT NULL, -- false takes away what the built-in role has
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, role, permission)
);
SELECT guard_tenant_table('access_rule');

-- Raised in the transaction of every change, so that each process can see that what it holds is old.
CREATE TABLE access_version (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    version   bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);
SELECT guard_tenant_table('access_version');
SELECT allow_platform('access_version', 'SELECT'); -- one query a second asks for all cities that a process holds
