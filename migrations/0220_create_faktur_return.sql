-- What became of the return (nota pembatalan) by which a buyer takes back the VAT of a faktur, one for each rule of PPN on a credit
-- note: the buyer makes it in Coretax, and here is what it was. And a stamp (meterai) stands on one receipt alone.

-- +goose Up
CREATE TABLE faktur_return (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,              -- the credit note
    code       text NOT NULL,              -- of the rule
    status     text NOT NULL CHECK (status IN ('approved', 'rejected')),
    number     text NOT NULL DEFAULT '',   -- of the return, as the buyer numbers it
    made_on    date,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, code),
    FOREIGN KEY (tenant_id, invoice_id, code) REFERENCES invoice_tax (tenant_id, invoice_id, code),
    CHECK (status <> 'approved' OR number <> '' AND made_on IS NOT NULL)
);
SELECT guard_tenant_table('faktur_return', 'SELECT,INSERT,UPDATE');

CREATE UNIQUE INDEX payment_stamp_serial ON payment_stamp (tenant_id, serial);
