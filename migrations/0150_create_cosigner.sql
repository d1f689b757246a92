-- Other people who must agree to an application before it is sent. The link and the code that prove one are kept as
-- hashes; the address is sealed, and so is what there was to see when somebody agreed, as a keyed hash.

-- +goose Up
CREATE TABLE cosigner (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    id             uuid NOT NULL,
    application_id uuid NOT NULL,
    role           text NOT NULL, -- the code of the form's cosign
    place          integer NOT NULL CHECK (place > 0),
    name           text NOT NULL CHECK (name <> ''),
    email          bytea NOT NULL,
    locale         text NOT NULL CHECK (locale IN ('id', 'en')),
    state          text NOT NULL CHECK (state IN ('asked', 'agreed', 'declined', 'void')),
    reason         text NOT NULL DEFAULT '', -- why they declined
    token_hash     bytea NOT NULL,
    expires_at     timestamptz NOT NULL,
    asks           integer NOT NULL, -- how often the link was sent
    codes          integer NOT NULL DEFAULT 0, -- how many were sent with this link
    code_hash      bytea,
    code_until     timestamptz,
    code_tries     integer NOT NULL DEFAULT 0,
    seen           bytea, -- what was agreed to
    story          jsonb NOT NULL DEFAULT '[]', -- what happened before the application had a story of its own
    answered_at    timestamptz,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, application_id, role, place),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
SELECT guard_tenant_table('cosigner');

-- How many people an account has had written to on a day of the city.
CREATE TABLE cosign_day (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    account_id uuid NOT NULL,
    day        date NOT NULL,
    asked      integer NOT NULL,
    PRIMARY KEY (tenant_id, account_id, day)
);
SELECT guard_tenant_table('cosign_day');
