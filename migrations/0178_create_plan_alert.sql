-- What a version of a plan allows, what a city's plan allows it now, and which alerts it was given. A city without a plan
-- may do everything.

-- +goose Up
ALTER TABLE plan_version ADD COLUMN entitlements jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(entitlements) = 'object');
ALTER TABLE tenant ADD COLUMN plan jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(plan) = 'object');

UPDATE plan_version SET entitlements = '{"modules": ["apps", "duct"], "limits": {
    "staff": {"most": 100, "hard": true, "name": {"id": "Akun petugas", "en": "Staff accounts"}},
    "applications_submitted": {"most": 20000, "grace_days": 14, "name": {"id": "Permohonan sebulan", "en": "Applications in a month"}},
    "storage": {"most": 50000, "grace_days": 30, "name": {"id": "Penyimpanan berkas (MB)", "en": "File storage (MB)"}}}}'
 WHERE plan = 'demo-kota' AND version = 1;

CREATE TABLE plan_alert (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    month     date NOT NULL,
    code      text NOT NULL,    -- of the limit
    level     integer NOT NULL, -- percent of it
    used      bigint NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, month, code, level)
);
SELECT guard_tenant_table('plan_alert', 'SELECT,INSERT');
