-- What operators leave with the company that runs the ducts as security for a lease: asked for when it is ordered, held while it runs,
-- and returned or set off against an invoice when it is over. It is owed back, so it is no revenue and stands beside the book; only
-- what is set off becomes a payment there.

-- +goose Up
CREATE TABLE duct_deposit ( -- that was asked for
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    lease_id  uuid NOT NULL,
    amount    bigint NOT NULL CHECK (amount > 0),
    months    integer NOT NULL, -- of the fee
    basis     text NOT NULL,    -- of the terms
    asked_at  timestamptz NOT NULL,
    asked_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, lease_id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
SELECT guard_tenant_table('duct_deposit', 'SELECT,INSERT');

CREATE TABLE duct_deposit_return ( -- asked for by one person and decided by another
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    lease_id   uuid NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    account    text NOT NULL CHECK (account <> ''), -- to which it is paid
    reason     text NOT NULL CHECK (reason <> ''),
    made_by    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    approved   boolean,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_deposit (tenant_id, lease_id),
    CHECK ((decided_by IS NULL) = (approved IS NULL) AND decided_by IS DISTINCT FROM made_by)
);
CREATE INDEX duct_deposit_return_of ON duct_deposit_return (tenant_id, lease_id, id);
SELECT guard_tenant_table('duct_deposit_return', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_deposit_entry (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    lease_id   uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('received', 'returned', 'set_off')),
    amount     bigint NOT NULL CHECK (amount > 0),
    on_day     date NOT NULL,
    reference  text NOT NULL CHECK (reference <> ''), -- of the bank, or the invoice that was paid by it
    payment_id uuid,                                  -- that it became
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_deposit (tenant_id, lease_id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id),
    CHECK ((kind = 'set_off') = (payment_id IS NOT NULL))
);
CREATE INDEX duct_deposit_entry_of ON duct_deposit_entry (tenant_id, lease_id, id);
CREATE UNIQUE INDEX duct_deposit_entry_once ON duct_deposit_entry (tenant_id, reference) WHERE kind = 'received';
SELECT guard_tenant_table('duct_deposit_entry', 'SELECT,INSERT');

ALTER TABLE payment DROP CONSTRAINT payment_method_check, ADD CONSTRAINT payment_method_check CHECK (method IN ('transfer', 'virtual_account', 'stripe', 'cash', 'slip', 'deposit'));
