-- The queue of orders by whose turn it is, by state and by what is late, each without reading those of the others.

-- +goose Up
CREATE INDEX duct_order_turn ON duct_order (tenant_id, clock, queue_at, id) WHERE closed_at IS NULL;
CREATE INDEX duct_order_state ON duct_order (tenant_id, state, queue_at, id) WHERE closed_at IS NULL;
CREATE INDEX duct_order_late ON duct_order (tenant_id, due_at) WHERE closed_at IS NULL AND due_at IS NOT NULL;
