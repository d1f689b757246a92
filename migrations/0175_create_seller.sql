-- Who sells, under which day's particulars, and how each party is taxed. What was in force on a day is never changed: a new
-- bank account or rate is a new row from a later day, because invoices of that day stand on it.

-- +goose Up
CREATE TABLE seller (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    effective_from date NOT NULL,
    profile        jsonb NOT NULL CHECK (jsonb_typeof(profile) = 'object'),
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, effective_from)
);
SELECT guard_tenant_table('seller', 'SELECT,INSERT');

-- A treasurer collects PPN only of payments above an amount, tax included; up to it the rule below holds instead.
ALTER TABLE tax_rule
    ADD COLUMN above bigint NOT NULL DEFAULT 0 CHECK (above >= 0),
    ADD COLUMN below text NOT NULL DEFAULT '',
    ADD CONSTRAINT tax_rule_threshold CHECK ((above > 0) = (below <> ''));

ALTER TABLE party
    ADD COLUMN ppn text NOT NULL DEFAULT '',   -- code of the rule under which it is charged
    ADD COLUMN pph text NOT NULL DEFAULT '',   -- and of what it withholds, or empty
    ADD COLUMN basis text NOT NULL DEFAULT '', -- why
    ADD COLUMN verified boolean NOT NULL DEFAULT false; -- a tax adviser has confirmed it
