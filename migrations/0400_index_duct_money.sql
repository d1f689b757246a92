-- What staff and companies ask for of waves, repairs that are charged and money that is deferred is read by index, however long a city has
-- had ducts.

-- +goose Up
CREATE INDEX duct_wave_state ON duct_wave (tenant_id, state, id);
CREATE INDEX duct_damage_bill_of ON duct_damage_bill (tenant_id, damage_id, id);
CREATE INDEX invoice_request_invoice ON invoice_request (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;

-- Under row-level security no index serves what is taken out of jsonb, because that may say more in an error than its reader may know.
ALTER TABLE invoice_line ADD COLUMN duct_price text GENERATED ALWAYS AS (CASE WHEN source ->> 'kind' = 'duct' THEN source ->> 'tariff' END) STORED; -- by which a line charges a lease
CREATE INDEX invoice_line_duct_price ON invoice_line (tenant_id, duct_price, invoice_id) WHERE duct_price IS NOT NULL;
