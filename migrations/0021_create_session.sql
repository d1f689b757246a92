-- Sessions, links sent by e-mail, registrations that wait for their link, and the count of failed sign-ins. Tokens are
-- stored as SHA-256 alone: whoever reads these tables cannot sign in with them.

-- +goose Up
CREATE TABLE session (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    account_id uuid NOT NULL,
    hash       bytea NOT NULL,
    totp_at    timestamptz, -- when the second factor was given in this session
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    idle_at    timestamptz NOT NULL, -- over if not used before; never after expires_at
    expires_at timestamptz NOT NULL, -- over in any case
    ip         text NOT NULL,
    agent      text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    CHECK (idle_at <= expires_at),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX session_account ON session (tenant_id, account_id);
CREATE INDEX session_expiry ON session (tenant_id, idle_at);
SELECT guard_tenant_table('session');

CREATE TABLE account_link (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    account_id uuid NOT NULL,
    purpose    text NOT NULL CHECK (purpose IN ('reset', 'invite')),
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    UNIQUE (tenant_id, account_id, purpose), -- the newest link is the only one that works
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX account_link_expiry ON account_link (tenant_id, expires_at);
SELECT guard_tenant_table('account_link');

-- A registration becomes an account when its link is followed with its password. Until then it holds no address:
-- two people may wait with the same one, and only the owner of the mailbox can finish.
CREATE TABLE registration (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    hash       bytea NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    locale     text NOT NULL CHECK (locale IN ('id', 'en')),
    email      bytea NOT NULL,
    email_hash bytea NOT NULL,
    phone      bytea,
    phone_hash bytea,
    password   bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash)
);
CREATE INDEX registration_expiry ON registration (tenant_id, expires_at);
SELECT guard_tenant_table('registration');

-- Failed proofs by what was presented (a keyed hash), whether or not such an account exists, so that a lock tells
-- nobody which accounts do.
CREATE TABLE sign_in_failure (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    handle       bytea NOT NULL,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz, -- null while attempts are free
    PRIMARY KEY (tenant_id, handle)
);
CREATE INDEX sign_in_failure_age ON sign_in_failure (tenant_id, last_at);
SELECT guard_tenant_table('sign_in_failure');
