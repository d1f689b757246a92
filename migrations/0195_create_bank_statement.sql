-- What the bank says came in: the files as they were given, their lines, and which payment each became. A line is imported once,
-- whatever file it comes with again; a match is taken back with its payment and never changed.

-- +goose Up
CREATE TABLE bank_statement (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    account    text NOT NULL,          -- its digits
    format     text NOT NULL CHECK (format IN ('csv', 'mt940', 'camt053')),
    from_day   date NOT NULL,
    to_day     date NOT NULL,
    name       text NOT NULL,          -- of the file
    raw        bytea NOT NULL,
    sha256     bytea NOT NULL,
    checked_at timestamptz NOT NULL,
    checked_by uuid NOT NULL,
    applied_at timestamptz,
    applied_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account, sha256)
);
SELECT guard_tenant_table('bank_statement', 'SELECT,INSERT');
GRANT UPDATE (applied_at, applied_by) ON bank_statement TO bedelau_app;

CREATE TABLE bank_line (
    tenant_id     uuid NOT NULL REFERENCES tenant (id),
    id            uuid NOT NULL,
    statement_id  uuid NOT NULL,
    account       text NOT NULL,
    identity      text NOT NULL,
    day           date NOT NULL,
    sen           bigint NOT NULL CHECK (sen <> 0), -- hundredths of a rupiah; what went out is negative
    text          text NOT NULL,
    reference     text NOT NULL,
    payer         text NOT NULL,
    payer_account text NOT NULL,
    virtual       text NOT NULL,
    state         text NOT NULL CHECK (state IN ('out', 'open', 'proposed', 'matched', 'aside')),
    proposal      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(proposal) = 'object'),
    reason        text NOT NULL DEFAULT '',       -- why it was set aside
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account, identity),
    FOREIGN KEY (tenant_id, statement_id) REFERENCES bank_statement (tenant_id, id)
);
CREATE INDEX bank_line_state ON bank_line (tenant_id, state, id);
CREATE INDEX bank_line_alike ON bank_line (tenant_id, account, day, sen);
CREATE INDEX bank_line_payer ON bank_line (tenant_id, payer_account) WHERE payer_account <> '';
SELECT guard_tenant_table('bank_line', 'SELECT,INSERT');
GRANT UPDATE (state, proposal, reason) ON bank_line TO bedelau_app;

CREATE TABLE bank_match (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    line_id    uuid NOT NULL,
    payment_id uuid NOT NULL,
    why        text NOT NULL,
    waits      bigint NOT NULL DEFAULT 0 CHECK (waits >= 0), -- for a withholding slip of so much
    at         timestamptz NOT NULL,
    by         uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, line_id) REFERENCES bank_line (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);
CREATE INDEX bank_match_line ON bank_match (tenant_id, line_id);
CREATE INDEX bank_match_payment ON bank_match (tenant_id, payment_id);
CREATE INDEX bank_match_waits ON bank_match (tenant_id, id) WHERE waits > 0;
SELECT guard_tenant_table('bank_match', 'SELECT,INSERT');
CREATE INDEX payment_alike ON payment (tenant_id, party_id, amount, received_on);
