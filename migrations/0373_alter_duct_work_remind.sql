-- Whoever owes the report of an emergency repair is told before it is due, by the city's hours, and once it is overdue: once each.

-- +goose Up
ALTER TABLE duct_work_rule ADD COLUMN remind_hours integer NOT NULL DEFAULT 6 CHECK (remind_hours BETWEEN 1 AND 168);
ALTER TABLE duct_work ADD COLUMN due_told_at timestamptz; -- that the report will be due
ALTER TABLE duct_work ADD COLUMN late_told_at timestamptz; -- that it is overdue
CREATE INDEX duct_work_unreported ON duct_work (tenant_id, report_due) WHERE emergency AND reported_at IS NULL;
