//go:build !race

package app

import (
	"context"
	"crypto/md5"

	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// hotOrders are what the staff of the shared ducts and the companies ask for of orders all day.
func (a *App) hotOrders(city uuid.UUID) []hotRead {
	id := func(of string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(of))) }
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	who := identity.Actor{ID: id("account1"), TenantID: city, Kind: identity.Partner}
	all := []hotRead{
		{"an order", func(ctx context.Context) { _, _ = a.Orders.Find(ctx, manager, id("order77")) }},
		{"orders of a company", func(ctx context.Context) { _, _ = a.Orders.MyOrders(ctx, who, uuid.Max, 51) }},
	}
	for name, f := range map[string]ductorder.Filter{"": {}, " that are late": {Late: true}, " of the company's turn": {Turn: workflow.Paused}, " of an operator": {Operator: id("operator1")},
		" in a state": {State: "permits"}, " in a rare state": {State: "removal"}, " that are over": {Closed: true}} {
		all = append(all, hotRead{"orders" + name, func(ctx context.Context) {
			page, _ := a.Orders.Orders(ctx, manager, f, uuid.Nil, 51)
			if len(page) > 0 {
				_, _ = a.Orders.Orders(ctx, manager, f, page[len(page)-1].ID, 51)
			}
		}})
	}
	return all
}

// crowdOrderSQL is an order for each second lease of a city, with all that hangs on it; every third is over.
const crowdOrderSQL = `;
INSERT INTO duct_flow (tenant_id, version, body, created_at) SELECT :city, 7, body, now() FROM duct_flow ORDER BY version LIMIT 1;
INSERT INTO duct_flow (tenant_id, version, body, created_at) SELECT md5(:city || i)::uuid, 1, '{}', now() FROM generate_series(1, 3000) i;
INSERT INTO duct_order (tenant_id, id, number, operator_id, flow_version, state, stage, clock, version, from_node, to_node, kind, quantity, since, key, segments, authorities, lease_id, placed_at, placed_by, entered_at, due_at, queue_at, closed_at, updated_at)
SELECT :city, md5('order' || i)::uuid, 'PSN-' || i, md5('operator' || 1 + i % 50)::uuid, 7, CASE WHEN i % 3 = 0 THEN 'refused' ELSE 'permits' END, CASE WHEN i % 3 = 0 THEN 'rejected' ELSE 'in_review' END, CASE WHEN i % 3 = 0 THEN 'stopped' ELSE 'running' END, 1,
	'A', 'B', 'subduct', 1, '2026-01-01', i::text, ARRAY[md5('segment' || i)::uuid], '{pemko}', md5('lease' || i)::uuid, now(), md5('account1')::uuid, now(), now() + i * interval '1 hour', now() + i * interval '1 hour', CASE WHEN i % 3 = 0 THEN now() END, now()
FROM generate_series(1, 10000) i WHERE EXISTS (SELECT 1 FROM duct_lease l WHERE l.tenant_id = :city AND l.id = md5('lease' || i)::uuid);
INSERT INTO duct_order_event (tenant_id, id, order_id, version, at, action, from_state, to_state, actor_id, actor_kind, actor_name)
SELECT tenant_id, gen_random_uuid(), id, 1, now(), 'placed', '', 'received', placed_by, 'partner', 'x' FROM duct_order, generate_series(1, 3) WHERE tenant_id = :city;
INSERT INTO duct_order_paper (tenant_id, id, order_id, kind, number, day, body, made_at, made_by) SELECT tenant_id, gen_random_uuid(), id, 'quote', 'PNW-' || number, '2026-01-01', '{}', now(), placed_by FROM duct_order WHERE tenant_id = :city;
INSERT INTO duct_order_permit (tenant_id, id, order_id, authority) SELECT tenant_id, gen_random_uuid(), id, 'pemko' FROM duct_order WHERE tenant_id = :city;
INSERT INTO duct_order_window (tenant_id, id, order_id, node_id, since, until, crew, leader, phone, people, safety, state, asked_at, asked_by, erased_at)
SELECT tenant_id, gen_random_uuid(), id, (SELECT n.id FROM duct_node n WHERE n.tenant_id = o.tenant_id LIMIT 1), '2026-01-01', '2026-01-02', 'x', 'x', 'x', 1, 'x', 'asked', now(), placed_by, now() FROM duct_order o WHERE tenant_id = :city AND EXISTS (SELECT 1 FROM duct_node n WHERE n.tenant_id = o.tenant_id);
INSERT INTO duct_order_evidence (tenant_id, id, order_id, purpose, kind, place, file_id, state, sent_at, sent_by)
SELECT o.tenant_id, gen_random_uuid(), o.id, 'install', 'after', 'A', (SELECT f.id FROM file f WHERE f.tenant_id = o.tenant_id LIMIT 1), 'waiting', now(), o.placed_by FROM duct_order o WHERE o.tenant_id = :city AND EXISTS (SELECT 1 FROM file f WHERE f.tenant_id = o.tenant_id)`
