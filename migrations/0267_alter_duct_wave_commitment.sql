-- A commitment that is sent twice by one form is one: it binds, and only staff can release it.

-- +goose Up
ALTER TABLE duct_wave_commitment ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE duct_wave_commitment ALTER COLUMN key DROP DEFAULT;
CREATE UNIQUE INDEX duct_wave_commitment_key ON duct_wave_commitment (tenant_id, operator_id, key);
