-- The faktur pajak of an invoice: one for each rule of PPN on it. It is made in Coretax; here is what was handed over and what
-- came back.

-- +goose Up
CREATE TABLE faktur (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,
    code       text NOT NULL,              -- of the rule
    status     text NOT NULL CHECK (status IN ('exported', 'approved', 'rejected', 'cancelled')),
    nsfp       text NOT NULL DEFAULT '' CHECK (nsfp ~ '^([0-9]{16,17})?$'), -- its serial number
    note       text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, code),
    FOREIGN KEY (tenant_id, invoice_id, code) REFERENCES invoice_tax (tenant_id, invoice_id, code),
    CHECK (status <> 'approved' OR nsfp <> '')
);
CREATE UNIQUE INDEX faktur_nsfp ON faktur (tenant_id, nsfp) WHERE nsfp <> '';
SELECT guard_tenant_table('faktur', 'SELECT,INSERT,UPDATE');
