-- What a line of the bank brought that pays no invoice and is kept for something that the seller holds, such as the security of a lease: one
-- transfer may pay several of them, and invoices beside. One is taken back with its line and never changed.

-- +goose Up
CREATE TABLE bank_hold (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    line_id     uuid NOT NULL,
    held_for    uuid NOT NULL, -- of what the seller holds
    amount      bigint NOT NULL CHECK (amount > 0),
    reference   text NOT NULL CHECK (reference <> ''),
    at          timestamptz NOT NULL,
    by          uuid NOT NULL,
    undone_on   date,          -- the day of the books
    undone_at   timestamptz,
    undone_by   uuid,
    undo_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, line_id) REFERENCES bank_line (tenant_id, id),
    CHECK ((undone_on IS NULL) = (undone_at IS NULL) AND (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undo_reason = ''))
);
CREATE INDEX bank_hold_line ON bank_hold (tenant_id, line_id, id);
SELECT guard_tenant_table('bank_hold', 'SELECT,INSERT');
GRANT UPDATE (undone_on, undone_at, undone_by, undo_reason) ON bank_hold TO bedelau_app;

-- A reference of the bank counts once for a deposit, and for as many deposits of one company as its transfer pays.
ALTER TABLE duct_deposit_entry ADD COLUMN hold_id uuid CHECK (hold_id IS NULL OR kind = 'received'); -- of the line of the bank that brought it
ALTER TABLE duct_deposit_entry ADD FOREIGN KEY (tenant_id, hold_id) REFERENCES bank_hold (tenant_id, id);
DROP INDEX duct_deposit_entry_once;
CREATE UNIQUE INDEX duct_deposit_entry_once ON duct_deposit_entry (tenant_id, reference, lease_id) WHERE kind = 'received';
