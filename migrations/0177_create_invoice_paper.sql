-- The papers of an invoice: itself, and a receipt (kuitansi) for each payment. Each is printed once and never again, so that
-- everybody has the same. And to whom it was sent.

-- +goose Up
CREATE TABLE invoice_paper (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,
    payment_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- of a receipt
    file_id    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, payment_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
SELECT guard_tenant_table('invoice_paper', 'SELECT,INSERT');

CREATE TABLE invoice_sending (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,
    account_id uuid NOT NULL, -- of the party's city
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, account_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
SELECT guard_tenant_table('invoice_sending', 'SELECT,INSERT');
