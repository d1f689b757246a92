-- People and how they prove who they are. Addresses and numbers are sealed with the city's key (kernel/privacy); their
-- keyed hashes make them unique and let a sign-in find them. The name stays readable: lists are sorted and searched
-- by it.

-- +goose Up
CREATE TABLE account (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    id           uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('resident', 'staff')),
    status       text NOT NULL CHECK (status IN ('invited', 'active', 'deactivated')),
    name         text NOT NULL CHECK (name <> ''),
    locale       text NOT NULL CHECK (locale IN ('id', 'en')),
    email        bytea NOT NULL,
    email_hash   bytea NOT NULL,
    phone        bytea,
    phone_hash   bytea, -- null also when another account of the city signs in with this number
    created_at   timestamptz NOT NULL,
    signed_in_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email_hash),
    UNIQUE (tenant_id, phone_hash)
);
CREATE INDEX account_list ON account (tenant_id, kind, name, id);
SELECT guard_tenant_table('account');

-- What staff are. A resident has no row: being one is the role.
CREATE TABLE account_role (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    role       text NOT NULL CHECK (role <> ''),
    agency     text NOT NULL DEFAULT '',
    granted_at timestamptz NOT NULL,
    granted_by uuid, -- null: made by an operator at the command line
    PRIMARY KEY (tenant_id, account_id, role),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX account_role_holders ON account_role (tenant_id, role, agency);
SELECT guard_tenant_table('account_role');

-- One row for each way an account can prove itself. handle is what a sign-in presents to be found (a recovery code's
-- hash; later a passkey's id, an OIDC issuer and subject); secret is what is compared with.
CREATE TABLE credential (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    account_id uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('password', 'totp', 'totp_new', 'recovery', 'passkey', 'oidc')),
    handle     bytea,
    secret     bytea,
    last_step  bigint NOT NULL DEFAULT 0, -- of totp: no code of this step or an earlier one is taken again
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, kind, handle),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX credential_account ON credential (tenant_id, account_id);
CREATE UNIQUE INDEX credential_single ON credential (tenant_id, account_id, kind)
    WHERE kind IN ('password', 'totp', 'totp_new');
SELECT guard_tenant_table('credential');
