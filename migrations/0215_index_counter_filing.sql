-- What an officer has begun at a counter and not sent, for the list from which they go on with it.

-- +goose Up
CREATE INDEX counter_filing_unsent ON counter_filing (tenant_id, officer_id, application_id) WHERE submitted_at IS NULL;
