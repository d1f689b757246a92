-- Events are kept; the few that wait are found without reading them all.

-- +goose Up
CREATE INDEX stripe_event_waiting ON stripe_event (tenant_id, received_at) WHERE processed_at IS NULL;
