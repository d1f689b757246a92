-- Who has to answer for a damage, and is charged its repair, without being an operator is often a private person. Who they are lies sealed with the
-- city's key from now on, and is erased once nothing of it is open and the city's days are over. The columns in clear are emptied row by row. An
-- invoice keeps whom it charged, as it was issued: it is a record of tax that is kept for ten years (UU KUP art. 28 (11)).

-- +goose Up
ALTER TABLE duct_damage ADD COLUMN third bytea, ADD COLUMN third_erased_at timestamptz; -- the name in liable_name and those of the shares
CREATE INDEX duct_damage_third_kept ON duct_damage (tenant_id, updated_at, id) WHERE third IS NOT NULL AND state IN ('closed', 'dismissed');
CREATE INDEX duct_damage_third_open ON duct_damage (tenant_id, id) WHERE liable_name <> '';
CREATE INDEX duct_damage_share_open ON duct_damage_share (tenant_id, damage_id) WHERE name <> '';
GRANT UPDATE (name) ON duct_damage_share TO bedelau_app;

ALTER TABLE duct_damage_bill ADD COLUMN sealed bytea, ADD COLUMN erased_at timestamptz; -- name, address, email of somebody who is no operator
ALTER TABLE duct_damage_bill ADD COLUMN mark text NOT NULL DEFAULT ''; -- tells them from others, and says nothing of them
ALTER TABLE duct_damage_bill DROP CONSTRAINT duct_damage_bill_name_check, DROP CONSTRAINT duct_damage_bill_check3;
ALTER TABLE duct_damage_bill ADD CHECK (operator_id IS NOT NULL AND name <> '' OR operator_id IS NULL AND (sealed IS NOT NULL OR erased_at IS NOT NULL OR name <> '' AND address <> ''));
DROP INDEX duct_damage_bill_once;
CREATE UNIQUE INDEX duct_damage_bill_once ON duct_damage_bill (tenant_id, damage_id, coalesce(operator_id::text, nullif(mark, ''), id::text)) WHERE approved IS NOT FALSE AND undone_at IS NULL;
CREATE INDEX duct_damage_bill_open ON duct_damage_bill (tenant_id, id) WHERE operator_id IS NULL AND sealed IS NULL AND erased_at IS NULL;
CREATE INDEX duct_damage_bill_third ON duct_damage_bill (tenant_id, damage_id) WHERE operator_id IS NULL AND erased_at IS NULL;

ALTER TABLE party ADD COLUMN erased_at timestamptz; -- who it was is not known any more, but on what was issued to it
