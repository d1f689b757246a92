-- Registers of the state that a city may ask about a person or a business, and what they answered to whom.

-- +goose Up
CREATE TABLE registry (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    kind       text NOT NULL CHECK (kind IN ('population', 'business')),
    name       text NOT NULL CHECK (name <> ''), -- as residents are told
    url        text NOT NULL CHECK (url ~ '^https?://'),
    key        bytea NOT NULL,                   -- sealed
    timeout_ms integer NOT NULL CHECK (timeout_ms BETWEEN 100 AND 10000),
    active     boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);
SELECT guard_tenant_table('registry');

-- The identifier that was found for an account, as a keyed hash: nobody looks up a second person. asked counts the day's
-- questions.
CREATE TABLE registry_subject (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    account_id uuid NOT NULL,
    kind       text NOT NULL,
    hash       bytea,
    day        date NOT NULL,
    asked      integer NOT NULL,
    PRIMARY KEY (tenant_id, account_id, kind)
);
SELECT guard_tenant_table('registry_subject');

-- What a register answered for a draft, by field, sealed; with the consent under which it was asked.
CREATE TABLE registry_answer (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    application_id uuid NOT NULL,
    kind           text NOT NULL,
    notice         integer NOT NULL, -- the version of the notice that was consented to
    consented_at   timestamptz NOT NULL,
    fields         bytea NOT NULL,
    PRIMARY KEY (tenant_id, application_id, kind),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
SELECT guard_tenant_table('registry_answer');
