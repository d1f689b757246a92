-- What companies have bound themselves to in a wave becomes orders once its plan is fixed. Waves that were being built before have theirs by hand.

-- +goose Up
ALTER TABLE duct_wave ADD COLUMN orders boolean NOT NULL DEFAULT true; -- its commitments become orders
ALTER TABLE duct_wave NO FORCE ROW LEVEL SECURITY;
UPDATE duct_wave SET orders = false WHERE state NOT IN ('draft', 'survey', 'commitment', 'plan');
ALTER TABLE duct_wave FORCE ROW LEVEL SECURITY;

-- security_invoker: the reader's own row-level security applies.
CREATE VIEW v_duct_promise WITH (security_invoker = true) AS -- units along one road that a company takes, of waves whose plan is fixed
    SELECT m.tenant_id, m.id AS commitment_id, p.position, m.operator_id, m.number, m.months, m.made_by, w.number AS wave, w.kind, p.units, x.road, c.cut_from, c.cut_until
      FROM duct_wave_commitment m JOIN duct_wave w ON w.tenant_id = m.tenant_id AND w.id = m.wave_id AND w.orders AND w.state IN ('building', 'cutover', 'aerial')
      JOIN duct_wave_promise p ON p.tenant_id = m.tenant_id AND p.commitment_id = m.id
      JOIN duct_wave_road x ON x.tenant_id = p.tenant_id AND x.wave_id = p.wave_id AND x.position = p.position
      JOIN duct_wave_company c ON c.tenant_id = m.tenant_id AND c.wave_id = m.wave_id AND c.operator_id = m.operator_id
     WHERE m.released_at IS NULL;
GRANT SELECT ON v_duct_promise TO bedelau_app;

CREATE TABLE duct_order_promise ( -- what became of it
    tenant_id     uuid NOT NULL,
    commitment_id uuid NOT NULL,
    position      integer NOT NULL, -- of the road
    tried_at      timestamptz NOT NULL,
    why           jsonb NOT NULL DEFAULT '[]', -- it is no order yet: a code of a refusal and what fills its sentence
    order_id      uuid,
    PRIMARY KEY (tenant_id, commitment_id, position),
    FOREIGN KEY (tenant_id, commitment_id) REFERENCES duct_wave_commitment (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES duct_order (tenant_id, id)
);
SELECT guard_tenant_table('duct_order_promise', 'SELECT,INSERT,UPDATE');
