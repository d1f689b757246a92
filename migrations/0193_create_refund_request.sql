-- A balance that is to be paid back: who asked and why, to which account, and who else decided. The money moves in the books when
-- it is approved.

-- +goose Up
CREATE TABLE refund_request (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    party_id   uuid NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    account    text NOT NULL CHECK (account <> ''), -- to which it is paid
    reason     text NOT NULL CHECK (reason <> ''),
    made_by    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> made_by), -- two people
    decided_at timestamptz,
    approved   boolean,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
CREATE INDEX refund_request_party ON refund_request (tenant_id, party_id);
SELECT guard_tenant_table('refund_request', 'SELECT,INSERT');
GRANT UPDATE (decided_by, decided_at, approved) ON refund_request TO bedelau_app;
