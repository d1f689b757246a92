-- How what is paid once for the time of a lease is recognised, and by which standard: data of the city pack, each from a day on.

-- +goose Up
CREATE TABLE duct_accounting (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    effective_from date NOT NULL,
    body           jsonb NOT NULL,
    PRIMARY KEY (tenant_id, effective_from)
);
SELECT guard_tenant_table('duct_accounting', 'SELECT,INSERT,UPDATE');
