-- Letters about an invoice that are held back for a while, with the reason and until when: while one holds, no rung of the ladder
-- is climbed, and a city is held back for the invoice no earlier than the day after.

-- +goose Up
CREATE TABLE invoice_hold (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    invoice_id uuid NOT NULL,
    until      date NOT NULL,          -- the last day
    reason     text NOT NULL CHECK (reason <> ''),
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL,
    ended_on   date,                   -- the first day it no longer holds, when somebody ended it before
    ended_by   uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id),
    CHECK ((ended_on IS NULL) = (ended_by IS NULL))
);
CREATE INDEX invoice_hold_invoice ON invoice_hold (tenant_id, invoice_id);
SELECT guard_tenant_table('invoice_hold', 'SELECT,INSERT');
GRANT UPDATE (ended_on, ended_by) ON invoice_hold TO bedelau_app;
