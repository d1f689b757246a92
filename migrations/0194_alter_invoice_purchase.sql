-- What a government buyer needs on an invoice, the virtual account it can be paid to, the stamp of a receipt, and how a payment
-- that was booked by mistake is taken back: by entries that are added, never by changing it.

-- +goose Up
ALTER TABLE invoice_draft ADD COLUMN purchase jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(purchase) = 'object');
ALTER TABLE invoice
    ADD COLUMN purchase jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(purchase) = 'object'),
    ADD COLUMN virtual_account text NOT NULL DEFAULT '';
CREATE INDEX invoice_virtual_account ON invoice (tenant_id, virtual_account) WHERE virtual_account <> '';
ALTER TABLE party ADD COLUMN virtual_account text NOT NULL DEFAULT ''; -- where the seller gives one to each party
CREATE UNIQUE INDEX party_virtual_account ON party (tenant_id, virtual_account) WHERE virtual_account <> '';

CREATE TABLE payment_undo (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    payment_id uuid NOT NULL,
    on_day     date NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    at         timestamptz NOT NULL,
    by         uuid NOT NULL,
    PRIMARY KEY (tenant_id, payment_id), -- once
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);
SELECT guard_tenant_table('payment_undo', 'SELECT,INSERT');
CREATE INDEX invoice_entry_payment ON invoice_entry (tenant_id, payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE payment_stamp (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    payment_id uuid NOT NULL,
    serial     text NOT NULL CHECK (serial <> ''), -- of the stamp (meterai) on its receipt
    at         timestamptz NOT NULL,
    by         uuid NOT NULL,
    PRIMARY KEY (tenant_id, payment_id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);
SELECT guard_tenant_table('payment_stamp', 'SELECT,INSERT');
