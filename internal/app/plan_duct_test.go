//go:build !race

package app

import (
	"context"
	"crypto/md5"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/identity"
)

// hotDucts are what the staff of the shared ducts ask for all day. The network as a whole is read once after each change, to plan
// ways in.
func (a *App) hotDucts(city uuid.UUID) []hotRead {
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	id := func(of string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(of))) }
	all := []hotRead{
		{"a lease", func(ctx context.Context) { _, _, _ = a.Leases.Lease(ctx, manager, id("lease77")) }},
		{"what a segment holds", func(ctx context.Context) { _, _, _ = a.Leases.Occupancy(ctx, manager, id("segment77"), time.Now()) }},
		{"operators", func(ctx context.Context) {
			first, _ := a.Leases.Operators(ctx, manager, "", uuid.Nil, 51)
			if len(first) > 0 {
				_, _ = a.Leases.Operators(ctx, manager, lease.OperatorApproved, first[len(first)-1].ID, 51)
				_, _ = a.Leases.Operator(ctx, manager, first[0].ID)
			}
		}},
		{"reasons to refuse", func(ctx context.Context) { _, _ = a.Leases.Refusals(ctx) }},
		{"damages", func(ctx context.Context) {
			_, _ = a.Damages.List(ctx, manager, ductdamage.Filter{}, ductdamage.Place{}, 51)
			_, _ = a.Damages.List(ctx, manager, ductdamage.Filter{State: ductdamage.OnSite}, ductdamage.Place{}, 51)
			page, _ := a.Damages.List(ctx, manager, ductdamage.Filter{State: ductdamage.Unfinished}, ductdamage.Place{}, 51)
			if len(page) > 0 {
				_, _ = a.Damages.List(ctx, manager, ductdamage.Filter{State: ductdamage.Unfinished}, ductdamage.Place{ID: page[len(page)-1].ID, DueAt: page[len(page)-1].DueAt}, 51)
			}
		}},
		{"damages of a node", func(ctx context.Context) {
			_, _ = a.Damages.List(ctx, manager, ductdamage.Filter{Node: id("node77")}, ductdamage.Place{}, 51)
			_, _ = a.Damages.Labels(ctx, manager, []uuid.UUID{id("node77")})
			_, _ = a.Damages.NodePhotos(ctx, manager, id("node77"))
		}},
		{"the label of a node", func(ctx context.Context) { _, _ = a.Damages.Known(ctx, "7K3QXM0077") }},
		{"what a damage lets off", func(ctx context.Context) { _, _ = a.Damages.Credits(ctx, manager, id("damage77")) }},
		{"a damage", func(ctx context.Context) { _, _ = a.Damages.Find(ctx, manager, id("damage77")) }},
		{"a segment's works", func(ctx context.Context) { _, _ = a.DuctWorks.OnSegment(ctx, manager, id("segment77")) }},
		{"works", func(ctx context.Context) {
			_, _ = a.DuctWorks.Work(ctx, manager, uuid.Nil, id("work77"))
			_, _, _ = a.DuctWorks.Clashes(ctx, manager, uuid.Nil, id("work77"))
			_, _ = a.DuctWorks.Guarantees(ctx, manager, uuid.Nil, id("work77"))
			_, _ = a.DuctWorks.Visits(ctx, manager, uuid.Nil, id("work77"))
			_, _ = a.DuctWorks.Papers(ctx, manager, uuid.Nil, id("work77"))
			_, _ = a.DuctWorks.PlacesOf(ctx, []uuid.UUID{id("work77")}, false)
		}},
		{"all works", func(ctx context.Context) {
			for _, f := range []ductwork.Filter{{}, {State: ductwork.Running}, {Operator: id("operator1")}} {
				_, _ = a.DuctWorks.Works(ctx, manager, uuid.Nil, f, uuid.Max, 51)
			}
		}},
		{"the calendar of works", func(ctx context.Context) {
			shown, _ := a.DuctWorks.Calendar(ctx, ductwork.CalendarFilter{})
			_, _ = a.DuctWorks.Calendar(ctx, ductwork.CalendarFilter{Road: "Jalan 1", Month: time.Now()})
			_, _ = a.DuctWorks.CalendarRoads(ctx)
			_, _ = a.DuctWorks.Shapes(ctx, shown)
			_, _ = a.DuctWorks.Joins(ctx, manager, uuid.Nil, id("work77"))
		}},
		{"segments under works", func(ctx context.Context) { _, _ = a.DuctWorks.Under(ctx, time.Now(), time.Now().AddDate(0, 0, 31)) }},
		{"guarantees that end", func(ctx context.Context) { _, _ = a.DuctWorks.Ending(ctx, manager) }},
		{"cables", func(ctx context.Context) {
			_, _ = a.Cables.Cables(ctx, manager, time.Now(), ductcable.Filter{}, "", 51)
			_, _, _ = a.Cables.In(ctx, manager, id("segment77"), time.Now())
			_, _, _, _ = a.Cables.Cable(ctx, manager, id("cable77"), time.Now())
		}},
		{"changes of a segment", func(ctx context.Context) {
			_, _ = a.DuctEdit.History(ctx, manager, id("segment77"))
			_, _, _ = a.DuctEdit.Family(ctx, manager, id("segment77"))
			_, _, _ = a.DuctEdit.Unit(ctx, manager, id("subduct77"), time.Now())
		}},
		{"a segment", func(ctx context.Context) { _, _, _ = a.Ducts.Segment(ctx, manager, "S77", time.Now()) }},
	}
	for name, f := range map[string]lease.Filter{"": {}, " in a state": {State: lease.Reserved}, " of an operator": {Operator: id("operator1")},
		" of an operator in a state": {Operator: id("operator1"), State: lease.Active}} {
		all = append(all, hotRead{"leases" + name, func(ctx context.Context) {
			page, _ := a.Leases.Leases(ctx, manager, f, uuid.Max, 51)
			if len(page) > 0 {
				_, _ = a.Leases.Leases(ctx, manager, f, page[len(page)-1].ID, 51)
			}
		}})
	}
	return all
}

// crowdDuctSQL is the network of a city and who holds it: a duct with a subduct in each segment, every second one let.
const crowdDuctSQL = `;
INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) SELECT :city, md5('segment' || i)::uuid, 'S' || i, md5('node' || i)::uuid, md5('node' || i + 1)::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, line, road, class, authority, free_trade, condition, change_id)
SELECT :city, gen_random_uuid(), md5('segment' || i)::uuid, '2026-01-01', ST_SetSRID(ST_MakeLine(ST_MakePoint(104, 1 + i * 0.00001), ST_MakePoint(104.001, 1 + i * 0.00001)), 4326), 'Jalan ' || i % 50,
	'as_built', 'pemko', true, 'good', md5('change')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_unit (tenant_id, id, segment_id, kind, position, since, change_id)
SELECT :city, md5('duct' || i)::uuid, md5('segment' || i)::uuid, 'duct', 1, '2026-01-01', md5('change')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_unit (tenant_id, id, segment_id, parent_id, kind, position, since, change_id)
SELECT :city, md5('subduct' || i)::uuid, md5('segment' || i)::uuid, md5('duct' || i)::uuid, 'subduct', 1, '2026-01-01', md5('change')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_unit_state (tenant_id, id, unit_id, since, condition, change_id)
SELECT :city, gen_random_uuid(), md5('duct' || i)::uuid, '2026-01-01', 'damaged', md5('change')::uuid FROM generate_series(1, 9999, 2) i;
INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at)
SELECT :city, md5('operator' || i)::uuid, 'Operator ' || i, i::text, 'x', 'x', 'approved', now() FROM generate_series(1, 50) i;
INSERT INTO duct_lease (tenant_id, id, number, operator_id, state, kind, quantity, since, expires_at, length_mm, segments, key, created_at, created_by, updated_at)
SELECT :city, md5('lease' || i)::uuid, 'SWD-' || i, md5('operator' || 1 + i % 50)::uuid, CASE WHEN i % 10 = 0 THEN 'reserved' ELSE 'active' END, 'subduct', 1, '2026-01-01',
	CASE WHEN i % 10 = 0 THEN now() + interval '10 days' END, 1, 1, i::text, now(), md5('account1')::uuid, now() FROM generate_series(1, 10000) i;
INSERT INTO duct_hold (tenant_id, lease_id, unit_id, own, during)
SELECT :city, md5('lease' || i)::uuid, md5('subduct' || i)::uuid, true, daterange('2026-01-01', NULL) FROM generate_series(2, 10000, 2) i;
INSERT INTO duct_node (tenant_id, id, code) SELECT :city, md5('node' || i)::uuid, 'N' || i FROM generate_series(1, 10001) i;
INSERT INTO duct_damage_photo (tenant_id, file_id, damage_id, stage, at) SELECT :city, md5('photo' || i)::uuid, md5('damage' || i)::uuid, 'report', now() FROM generate_series(1, 10000) i;
INSERT INTO duct_damage (tenant_id, id, number, key, source, state, kind, reported_at, updated_at, erased_at)
SELECT :city, md5('damage' || i)::uuid, 'RSK-26-' || i, gen_random_uuid(), 'staff', CASE WHEN i % 100 = 0 THEN 'on_site' ELSE 'closed' END, 'cable', now() - i * interval '1 hour', now(), now() FROM generate_series(1, 10000) i;
INSERT INTO duct_credit_line (tenant_id, credit_id, month, draft_id, amount) SELECT :city, md5('credit' || i)::uuid, '2026-11-01', md5('draft' || i)::uuid, 1 FROM generate_series(1, 10000) i;
INSERT INTO invoice_draft (tenant_id, id, party_id, series, charges, due_days, created_at, updated_at) SELECT :city, md5('draft' || i)::uuid, md5('p' || i % 100)::uuid, 'INV', '[]', 30, now(), now() FROM generate_series(1, 10000) i;
INSERT INTO invoice_request (tenant_id, id, kind, invoice_id, charges, reason, made_by, made_at) SELECT :city, md5('request' || i)::uuid, 'credit_note', md5('i' || i)::uuid, '[]', 'x', md5('account1')::uuid, now() FROM generate_series(1, 10000) i;
INSERT INTO refund_request (tenant_id, id, party_id, amount, account, reason, made_by, made_at, decided_by, decided_at, approved)
SELECT :city, md5('refund' || i)::uuid, md5('p' || i % 100)::uuid, 1, 'x', 'x', md5('account1')::uuid, now(), md5('account2')::uuid, now(), true FROM generate_series(1, 10000) i;
INSERT INTO duct_credit_note (tenant_id, credit_id, request_id, amount) SELECT :city, md5('credit' || i)::uuid, md5('request' || i)::uuid, 1 FROM generate_series(1, 10000) i;
UPDATE duct_damage SET node_id = md5('node' || right(number, -7))::uuid WHERE tenant_id = :city;
INSERT INTO duct_label (tenant_id, token, node_id, made_at, made_by) SELECT :city, '7K3QXM' || lpad(i::text, 4, '0'), md5('node' || i)::uuid, now(), md5('account1')::uuid FROM generate_series(1, 9999) i;
INSERT INTO duct_node_photo (tenant_id, file_id, node_id, at, by_id) SELECT :city, md5('photo' || i)::uuid, md5('node' || i)::uuid, now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_damage_credit (tenant_id, damage_id, lease_id, id, operator_id, month, fee, hours, share, units, of_units, amount, asked_at, asked_by)
SELECT :city, md5('damage' || i)::uuid, md5('lease' || i)::uuid, md5('credit' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, '2026-11-01', 1, 1, 1, 1, 1, 1, now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_damage_clock (tenant_id, damage_id, clock, due_at, done_at, raised_at)
SELECT :city, md5('damage' || i)::uuid, k, now() - i * interval '1 hour', CASE WHEN i % 100 > 0 THEN now() END, now() FROM generate_series(1, 10000) i, unnest(ARRAY['acknowledge', 'on_site', 'temporary', 'permanent']) k;
INSERT INTO duct_damage_event (tenant_id, damage_id, id, what, shared, at) SELECT :city, md5('damage' || i)::uuid, gen_random_uuid(), 'reported', false, now() FROM generate_series(1, 10000) i, generate_series(1, 3);
INSERT INTO duct_damage_hit (tenant_id, damage_id, unit_id, segment_id, named) SELECT :city, md5('damage' || i)::uuid, md5('duct' || i)::uuid, md5('segment' || i)::uuid, true FROM generate_series(1, 10000) i;
INSERT INTO duct_damage_lease (tenant_id, damage_id, lease_id, operator_id, units, of_units, found_at) SELECT :city, md5('damage' || i)::uuid, md5('lease' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 1, 1, now() FROM generate_series(1, 10000) i;
INSERT INTO duct_damage_notice (tenant_id, damage_id, operator_id, told_at) SELECT :city, md5('damage' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, now() FROM generate_series(1, 10000) i;
INSERT INTO duct_damage_share (tenant_id, damage_id, position, party, percent, amount) SELECT :city, md5('damage' || i)::uuid, 1, 'company', 100, 1 FROM generate_series(1, 10000) i;
INSERT INTO duct_work (tenant_id, id, number, owner, operator_id, owner_name, kind, title, road, place, from_day, to_day, method, contact, phone, colay, emergency, state, checked_on, created_at, created_by, updated_at, erased_at)
SELECT :city, md5('work' || i)::uuid, 'GAL-' || i, 'operator', md5('operator' || 1 + i % 50)::uuid, 'x', 'cable', 'x', 'Jalan ' || i % 50, ST_SetSRID(ST_MakePoint(104, 1 + i * 0.00001), 4326), current_date - i, current_date - i + 20, 'open_cut', 'x', 'x',
	false, false, CASE WHEN i < 20 THEN 'running' WHEN i < 40 THEN 'planned' ELSE 'released' END, current_date, now(), md5('account1')::uuid, now(), now() FROM generate_series(1, 10000) i;
INSERT INTO duct_work_clash (tenant_id, work_id, kind, thing_id, distance_mm, overlap_mm, shuts, gap_days) SELECT :city, md5('work' || i)::uuid, 'segment', md5('segment' || i)::uuid, 1, 1, true, 0 FROM generate_series(1, 10000) i;
INSERT INTO duct_work_guarantee (tenant_id, id, work_id, kind, bank, number, amount, valid_until, added_at, added_by, asked, asked_by, settled, settled_by)
SELECT :city, gen_random_uuid(), md5('work' || i)::uuid, 'execution', 'Bank', i::text, 1, current_date - i, now(), md5('account1')::uuid, CASE WHEN i < 40 THEN '' ELSE 'returned' END, CASE WHEN i < 40 THEN NULL ELSE md5('account1')::uuid END,
	CASE WHEN i < 40 THEN '' ELSE 'returned' END, CASE WHEN i < 40 THEN NULL ELSE md5('account2')::uuid END FROM generate_series(1, 10000) i;
INSERT INTO duct_work_visit (tenant_id, id, work_id, kind, on_day, good, note, made_at, made_by) SELECT :city, gen_random_uuid(), md5('work' || i)::uuid, 'supervision', current_date, true, 'x', now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_work_paper (tenant_id, id, work_id, kind, file_id, added_at, added_by) SELECT :city, gen_random_uuid(), md5('work' || i)::uuid, 'traffic', md5('file' || i)::uuid, now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_work_join (tenant_id, work_id, operator_id, note, made_at, made_by) SELECT :city, md5('work' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 'x', now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_work_rule (tenant_id, effective_from, near_m, together_m, together_months, published_months, report_hours, upkeep_least, upkeep_most, expiry_days, basis, source)
SELECT md5(:city || i)::uuid, '2026-01-01', 5, 30, 6, 6, 24, 6, 12, 30, 'x', 'x' FROM generate_series(1, 3000) i;
INSERT INTO duct_cable (tenant_id, id, code, made_at, made_by) SELECT :city, md5('cable' || i)::uuid, 'KB-' || lpad(i::text, 6, '0'), now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_cable_state (tenant_id, id, cable_id, since, owner, operator_id, use, condition, why, at, by_id)
SELECT :city, gen_random_uuid(), md5('cable' || i)::uuid, '2026-01-01', 'operator', md5('operator' || 1 + i % 50)::uuid, 'live', 'good', 'x', now(), md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_cable_run (tenant_id, id, cable_id, unit_id, alone, since) SELECT :city, gen_random_uuid(), md5('cable' || i)::uuid, md5('subduct' || i)::uuid, false, '2026-01-01' FROM generate_series(1, 10000) i;
INSERT INTO duct_version (tenant_id, holds, leases) SELECT md5(:city || i)::uuid, 1, 1 FROM generate_series(1, 3000) i;
INSERT INTO duct_change (tenant_id, id, kind, on_day, why, at, by_id) SELECT md5(:city || i)::uuid, gen_random_uuid(), 'import', current_date, 'x', now(), gen_random_uuid() FROM generate_series(1, 3000) i, generate_series(1, 3);
INSERT INTO duct_import (tenant_id, id, title, source, on_day, format, file_name, sha256, state, created_at, created_by)
SELECT md5(:city || i)::uuid, gen_random_uuid(), 'x', 'x', current_date, 'geojson', 'x', '', 'applied', now(), gen_random_uuid() FROM generate_series(1, 3000) i;
INSERT INTO duct_refusal (tenant_id, code, name, operator, lease, position, source) SELECT md5(:city || i)::uuid, 'penuh', '{}', true, true, 1, 'x' FROM generate_series(1, 3000) i;
INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) SELECT md5(:city || i)::uuid, gen_random_uuid(), 'O', i::text, 'x', 'x', 'approved', now() FROM generate_series(1, 3000) i`
