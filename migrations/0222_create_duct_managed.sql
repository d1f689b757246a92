-- The segments of ducts that a city has, by day, for counting them: what is only planned is not there yet.

-- +goose Up
CREATE VIEW v_duct_segment WITH (security_invoker = true) AS
SELECT tenant_id, segment_id, since, until FROM duct_segment_state WHERE voided_by IS NULL AND class <> 'planned';
GRANT SELECT ON v_duct_segment TO bedelau_app;
