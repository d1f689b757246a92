-- What a month charged of a lease whose company had no master agreement in force on the last day that it was charged for: whatever lies in the
-- ducts is charged, and that it rests on no agreement is a finding.

-- +goose Up
-- security_invoker: the reader's own row-level security applies.
CREATE VIEW v_duct_unagreed WITH (security_invoker = true) AS
    SELECT c.tenant_id, c.lease_id, c.operator_id, c.month, c.amount, d.day
      FROM duct_charge c JOIN duct_lease l ON l.tenant_id = c.tenant_id AND l.id = c.lease_id
     CROSS JOIN LATERAL (SELECT greatest(least((c.month + interval '1 month')::date, l.until) - 1, l.since) AS day) d
     WHERE NOT EXISTS (SELECT FROM duct_operator_paper p WHERE p.tenant_id = c.tenant_id AND p.operator_id = c.operator_id AND p.kind = 'agreement' AND p.number <> ''
                         AND p.day <= d.day AND (p.until IS NULL OR p.until >= d.day));
GRANT SELECT ON v_duct_unagreed TO bedelau_app;
