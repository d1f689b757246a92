-- Which reminders an invoice has had: each rung of the ladder once, however often the job runs. A rung may announce from which day
-- its city's plan holds back what staff add.

-- +goose Up
CREATE TABLE invoice_reminder (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    invoice_id  uuid NOT NULL,
    days        integer NOT NULL,       -- of the rung: after the day on which it is due
    say         text NOT NULL,          -- empty for a rung that was passed over, because a later one was due already
    on_day      date NOT NULL,
    limits_from date,                   -- what was announced
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, days),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
CREATE INDEX invoice_reminder_limits ON invoice_reminder (tenant_id, invoice_id) WHERE limits_from IS NOT NULL;
SELECT guard_tenant_table('invoice_reminder', 'SELECT,INSERT');
