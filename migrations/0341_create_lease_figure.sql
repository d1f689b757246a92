-- What a lease is charged for, as it was when it was accepted: the billed length and the zone of each of its segments, and the nodes on its
-- way. A survey that says otherwise of a day before it changes no running lease; the leakage report shows the difference.

-- +goose Up
CREATE TABLE duct_lease_segment (
    tenant_id  uuid NOT NULL,
    lease_id   uuid NOT NULL,
    segment_id uuid NOT NULL,
    length_mm  bigint NOT NULL,  -- billed
    free_trade boolean NOT NULL, -- inside the free-trade area
    PRIMARY KEY (tenant_id, lease_id, segment_id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id)
);
CREATE TABLE duct_lease_node (
    tenant_id  uuid NOT NULL,
    lease_id   uuid NOT NULL,
    node_id    uuid NOT NULL,
    kind       text NOT NULL,
    free_trade boolean NOT NULL,
    PRIMARY KEY (tenant_id, lease_id, node_id),
    FOREIGN KEY (tenant_id, lease_id) REFERENCES duct_lease (tenant_id, id),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id)
);
ALTER TABLE duct_lease NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_hold NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_unit NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_segment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_segment_state NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_node NO FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_node_state NO FORCE ROW LEVEL SECURITY;
INSERT INTO duct_lease_segment (tenant_id, lease_id, segment_id, length_mm, free_trade)
    SELECT w.tenant_id, w.id, w.segment_id, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm), c.free_trade
      FROM (SELECT DISTINCT l.tenant_id, l.id, l.since, u.segment_id FROM duct_lease l JOIN duct_hold h ON h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own AND h.released_at IS NULL
              JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = coalesce(h.taken_id, h.unit_id) WHERE l.state IN ('active', 'ended')) w
      JOIN duct_segment_state c ON c.tenant_id = w.tenant_id AND c.segment_id = w.segment_id AND c.voided_by IS NULL AND c.since <= w.since AND (c.until IS NULL OR c.until > w.since);
DELETE FROM duct_lease_segment s WHERE (SELECT count(*) FROM duct_lease_segment x WHERE x.tenant_id = s.tenant_id AND x.lease_id = s.lease_id) <
    (SELECT count(DISTINCT u.segment_id) FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = coalesce(h.taken_id, h.unit_id) WHERE h.tenant_id = s.tenant_id AND h.lease_id = s.lease_id AND h.own AND h.released_at IS NULL);
INSERT INTO duct_lease_node (tenant_id, lease_id, node_id, kind, free_trade)
    SELECT n.tenant_id, n.lease_id, n.node, c.kind, c.free_trade
      FROM (SELECT DISTINCT s.tenant_id, s.lease_id, l.since, unnest(ARRAY[k.from_node, k.to_node]) AS node FROM duct_lease_segment s JOIN duct_segment k ON k.tenant_id = s.tenant_id AND k.id = s.segment_id
              JOIN duct_lease l ON l.tenant_id = s.tenant_id AND l.id = s.lease_id) n
      CROSS JOIN LATERAL (SELECT c.kind, c.free_trade FROM duct_node_state c WHERE c.tenant_id = n.tenant_id AND c.node_id = n.node AND c.voided_by IS NULL AND c.since <= n.since AND (c.until IS NULL OR c.until > n.since) ORDER BY c.since DESC LIMIT 1) c;
ALTER TABLE duct_node_state FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_node FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_segment_state FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_segment FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_unit FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_hold FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_lease FORCE ROW LEVEL SECURITY;
SELECT guard_tenant_table('duct_lease_segment', 'SELECT,INSERT');
SELECT guard_tenant_table('duct_lease_node', 'SELECT,INSERT');
