-- Messages to persons: what was asked for, whether it left, and the inbox of each account.

-- +goose Up
CREATE TABLE message (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    account_id uuid NOT NULL, -- or a registration that is not an account yet, therefore no foreign key
    template   text NOT NULL CHECK (template <> ''),
    locale     text NOT NULL DEFAULT '' CHECK (locale IN ('', 'id', 'en')), -- '' is the person's own
    data       jsonb NOT NULL DEFAULT '{}',
    key        text NOT NULL CHECK (key <> ''),
    inbox      boolean NOT NULL,
    status     text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed')),
    reason     text NOT NULL DEFAULT '', -- a code
    attempts   integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    read_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
CREATE INDEX message_inbox ON message (tenant_id, account_id, id DESC) WHERE inbox;
CREATE INDEX message_created ON message (tenant_id, created_at);
SELECT guard_tenant_table('message');
