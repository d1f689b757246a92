-- A form that is sent twice is one row: it carries a key. An order is renewed once. And how long the outline of an emergency repair may
-- be, which shuts what it touches whoever confirms it.

-- +goose Up
ALTER TABLE duct_order_window ADD COLUMN key uuid;
CREATE UNIQUE INDEX duct_order_window_key ON duct_order_window (tenant_id, order_id, key) WHERE key IS NOT NULL;
ALTER TABLE duct_order_evidence ADD COLUMN key uuid;
CREATE UNIQUE INDEX duct_order_evidence_key ON duct_order_evidence (tenant_id, order_id, key) WHERE key IS NOT NULL;
ALTER TABLE duct_work ADD COLUMN key uuid;
CREATE UNIQUE INDEX duct_work_key ON duct_work (tenant_id, key) WHERE key IS NOT NULL;
ALTER TABLE duct_work_rule ADD COLUMN emergency_m integer NOT NULL DEFAULT 500 CHECK (emergency_m BETWEEN 10 AND 50000);
