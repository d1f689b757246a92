-- What was charged for a year is looked up among the drafts of its city when the year is cut short.

-- +goose Up
CREATE INDEX invoice_draft_party ON invoice_draft (tenant_id, party_id);
