-- What a city charges by: the versions of each table of amounts, in force from their day on.

-- +goose Up
CREATE TABLE tariff (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    code           text NOT NULL,
    effective_from date NOT NULL,
    name           jsonb NOT NULL,
    unit           jsonb NOT NULL,
    basis          text NOT NULL DEFAULT '',
    source         text NOT NULL,
    verified       boolean NOT NULL DEFAULT false,
    rows           jsonb NOT NULL,
    PRIMARY KEY (tenant_id, code, effective_from)
);
SELECT guard_tenant_table('tariff', 'SELECT,INSERT,UPDATE');
