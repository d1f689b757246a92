-- What the company owes beyond the months of a lease. A draft by which nothing is to be paid is closed without an invoice. What is left of
-- a credit once no month charges its lease any more is taken back of the invoices of that lease by credit notes, which two people decide;
-- a lease that renews another takes its credits over.

-- +goose Up
ALTER TABLE invoice_draft ADD COLUMN closed_at timestamptz; -- without an invoice, because nothing was to be paid
ALTER TABLE invoice_draft ADD COLUMN closed_by uuid;
ALTER TABLE invoice_draft ADD CONSTRAINT invoice_draft_closed CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL OR invoice_id IS NULL));

CREATE TABLE duct_credit_note ( -- so much of a credit is asked to be taken back of an invoice; it counts unless that was refused
    tenant_id  uuid NOT NULL,
    credit_id  uuid NOT NULL,
    request_id uuid NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0), -- before tax
    PRIMARY KEY (tenant_id, credit_id, request_id),
    FOREIGN KEY (tenant_id, credit_id) REFERENCES duct_credit (tenant_id, id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES invoice_request (tenant_id, id)
);
SELECT guard_tenant_table('duct_credit_note', 'SELECT,INSERT');

ALTER TABLE duct_lease ADD COLUMN renews_id uuid; -- the lease whose units it holds for longer
ALTER TABLE duct_lease ADD FOREIGN KEY (tenant_id, renews_id) REFERENCES duct_lease (tenant_id, id);
CREATE INDEX duct_lease_renews ON duct_lease (tenant_id, renews_id) WHERE renews_id IS NOT NULL;
ALTER TABLE duct_lease NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_order NO FORCE ROW LEVEL SECURITY;
UPDATE duct_lease l SET renews_id = w.lease_id FROM duct_order o JOIN duct_order w ON w.tenant_id = o.tenant_id AND w.id = o.renews WHERE o.tenant_id = l.tenant_id AND o.lease_id = l.id AND w.lease_id IS NOT NULL;
ALTER TABLE duct_order FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_lease FORCE ROW LEVEL SECURITY;
