-- Who had an invoice sent: whoever issued it, or whoever pressed for it to be sent to those who had not got it.

-- +goose Up
ALTER TABLE invoice_sending ADD COLUMN sent_by uuid;
