-- Leases that a month could not charge, because their price or their network was not there: the others are charged all the same,
-- and these once they can be.

-- +goose Up
CREATE TABLE duct_unrated (
    tenant_id uuid NOT NULL,
    lease_id  uuid NOT NULL,
    month     date NOT NULL,
    why       text NOT NULL, -- the code of the refusal
    found_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, lease_id, month),
    FOREIGN KEY (tenant_id, month) REFERENCES duct_bill_month (tenant_id, month),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id)
);
SELECT guard_tenant_table('duct_unrated', 'SELECT,INSERT,DELETE');
GRANT UPDATE (leases, amount) ON duct_bill_month TO bedelau_app;
