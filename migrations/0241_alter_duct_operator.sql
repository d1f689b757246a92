-- Anybody may say that a business number is theirs, so only who was approved under one holds it: whoever comes first with another's
-- number neither keeps that company out nor learns whether it is registered.

-- +goose Up
ALTER TABLE duct_operator DROP CONSTRAINT duct_operator_tenant_id_nib_key;
CREATE UNIQUE INDEX duct_operator_nib ON duct_operator (tenant_id, nib) WHERE state IN ('approved', 'suspended');
