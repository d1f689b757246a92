-- What Coretax asks of a faktur whose VAT is not collected (07) or exempt (08): the legal basis by its own codes, and of a buyer in the
-- free-trade area the number of a customs document (PPBJ). The codes are of a rule and can be filled in once where they are missing.

-- +goose Up
ALTER TABLE tax_rule ADD COLUMN add_info text NOT NULL DEFAULT '' CHECK (add_info ~ '^(TD\.[0-9]{5})?$');             -- keterangan tambahan
ALTER TABLE tax_rule ADD COLUMN facility_stamp text NOT NULL DEFAULT '' CHECK (facility_stamp ~ '^(TD\.[0-9]{5})?$'); -- cap fasilitas
ALTER TABLE tax_rule ADD COLUMN custom_doc boolean NOT NULL DEFAULT false;                                           -- each faktur names one
ALTER TABLE tax_rule ADD COLUMN facility_source text NOT NULL DEFAULT '';                                            -- where the codes are from
GRANT UPDATE (add_info, facility_stamp, custom_doc, facility_source) ON tax_rule TO bedelau_app;

CREATE TABLE faktur_document ( -- of an invoice that was issued without it
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    invoice_id uuid NOT NULL,
    number     text NOT NULL CHECK (number <> ''),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
SELECT guard_tenant_table('faktur_document', 'SELECT,INSERT,UPDATE');
