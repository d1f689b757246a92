-- The platform reads the closed months of all cities at once: which are late, and what the end of a subscription left to a city.

-- +goose Up
SELECT allow_platform('billing_month', 'SELECT');
CREATE INDEX billing_month_returned ON billing_month (tenant_id, month) WHERE lines @> '[{"kind": "returned"}]';
