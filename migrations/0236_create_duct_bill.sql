-- What operators are charged for the ducts that they hold, month by month, before it is invoiced in the company's own book. Each
-- lease is charged once for a month, and each invoice once a late fee for it.

-- +goose Up
ALTER TABLE duct_lease ADD COLUMN accepted_on date; -- of the acceptance record: it is charged for from then on, or its first day

CREATE TABLE duct_payer ( -- whom the book charges for an operator
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    operator_id uuid NOT NULL,
    party_id    uuid NOT NULL,
    PRIMARY KEY (tenant_id, operator_id),
    UNIQUE (tenant_id, party_id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
SELECT guard_tenant_table('duct_payer', 'SELECT,INSERT');

CREATE TABLE duct_bill_month ( -- that has been charged
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    month      date NOT NULL CHECK (extract(day FROM month) = 1),
    charged_at timestamptz NOT NULL,
    leases     integer NOT NULL,
    amount     bigint NOT NULL, -- before tax
    PRIMARY KEY (tenant_id, month)
);
SELECT guard_tenant_table('duct_bill_month', 'SELECT,INSERT');

CREATE TABLE duct_charge ( -- of a lease for a month
    tenant_id   uuid NOT NULL,
    lease_id    uuid NOT NULL,
    month       date NOT NULL,
    operator_id uuid NOT NULL,
    draft_id    uuid NOT NULL,
    amount      bigint NOT NULL,
    PRIMARY KEY (tenant_id, lease_id, month),
    FOREIGN KEY (tenant_id, month) REFERENCES duct_bill_month (tenant_id, month),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id),
    FOREIGN KEY (tenant_id, draft_id) REFERENCES invoice_draft (tenant_id, id)
);
CREATE INDEX duct_charge_month ON duct_charge (tenant_id, month);
SELECT guard_tenant_table('duct_charge', 'SELECT,INSERT');

CREATE TABLE duct_late_fee ( -- of an invoice for a month in which some of it was overdue
    tenant_id  uuid NOT NULL,
    invoice_id uuid NOT NULL,
    month      date NOT NULL,
    draft_id   uuid NOT NULL,
    base       bigint NOT NULL, -- that was overdue
    days       integer NOT NULL,
    amount     bigint NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, month),
    FOREIGN KEY (tenant_id, month) REFERENCES duct_bill_month (tenant_id, month),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id),
    FOREIGN KEY (tenant_id, draft_id) REFERENCES invoice_draft (tenant_id, id)
);
SELECT guard_tenant_table('duct_late_fee', 'SELECT,INSERT');
