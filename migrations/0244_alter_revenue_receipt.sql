-- A receipt that was written down wrongly and taken back is written down again, under the number that the treasury gave it. That a number
-- counts once is held by the writer, who waits for another with the same one.

-- +goose Up
DROP INDEX revenue_receipt_number;
CREATE INDEX revenue_receipt_number ON revenue_receipt (tenant_id, number);
