-- Why an operator or an order was refused: one of the reasons that the city has published, so that nobody is refused for
-- another. What the published list no longer has stays for what was refused by it.

-- +goose Up
CREATE TABLE duct_refusal (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    code      text NOT NULL,
    name      jsonb NOT NULL,
    operator  boolean NOT NULL,              -- an operator can be refused for it
    lease     boolean NOT NULL,              -- an order can
    position  integer NOT NULL,              -- in the list
    source    text NOT NULL,
    verified  boolean NOT NULL DEFAULT false,
    offered   boolean NOT NULL DEFAULT true, -- the list has it now
    PRIMARY KEY (tenant_id, code)
);
SELECT guard_tenant_table('duct_refusal', 'SELECT,INSERT,UPDATE');

ALTER TABLE duct_operator ADD COLUMN refusal text, ADD COLUMN why text NOT NULL DEFAULT '',
    ADD FOREIGN KEY (tenant_id, refusal) REFERENCES duct_refusal (tenant_id, code);
CREATE INDEX duct_operator_name ON duct_operator (tenant_id, name, id);

ALTER TABLE duct_lease ADD COLUMN refusal text,
    ADD FOREIGN KEY (tenant_id, refusal) REFERENCES duct_refusal (tenant_id, code);
DROP INDEX duct_lease_latest; -- ids are in the order of time
CREATE INDEX duct_lease_state ON duct_lease (tenant_id, state, id);
CREATE INDEX duct_lease_operator ON duct_lease (tenant_id, operator_id, id);
CREATE INDEX duct_lease_operator_state ON duct_lease (tenant_id, operator_id, state, id);
