-- The claim for a repair is no price of a supply: it bears no VAT and needs no tax invoice, so nobody is asked for a tax number because of it. That
-- of a person may be the number of their identity card. What is on an issued invoice stays: it is final.

-- +goose Up
ALTER TABLE duct_damage_bill DROP COLUMN npwp;

ALTER TABLE party NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_payer NO FORCE ROW LEVEL SECURITY;
UPDATE party p SET npwp = '', updated_at = now() FROM duct_payer w
 WHERE w.tenant_id = p.tenant_id AND w.party_id = p.id AND w.operator_id IS NULL AND p.npwp <> ''; -- only such a claim makes a payer who is no operator
ALTER TABLE duct_payer FORCE ROW LEVEL SECURITY;
ALTER TABLE party FORCE ROW LEVEL SECURITY;
