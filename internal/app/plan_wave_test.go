//go:build !race

package app

import (
	"context"
	"crypto/md5"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/kernel/identity"
)

// hotWaves are what staff and the companies ask for of the roads that move from the air into the ducts, and of the money that hangs on
// leases and damages. All deposits at once are a report.
func (a *App) hotWaves(city uuid.UUID) []hotRead {
	id := func(of string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(of))) }
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	director := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_director"}, TOTP: true}
	who := identity.Actor{ID: id("account1"), TenantID: city, Kind: identity.Partner}
	signed := []uuid.UUID{id("commitment77"), id("commitment78"), id("commitment79")}
	return []hotRead{
		{"waves", func(ctx context.Context) {
			page, _ := a.Waves.List(ctx, manager, "", uuid.Max, 51)
			if len(page) > 0 {
				_, _ = a.Waves.List(ctx, manager, "", page[len(page)-1].ID, 51)
			}
		}},
		{"waves in a state", func(ctx context.Context) { _, _ = a.Waves.List(ctx, manager, ductwave.Building, uuid.Max, 51) }},
		{"waves in no state of any", func(ctx context.Context) { _, _ = a.Waves.List(ctx, manager, ductwave.Dropped, uuid.Max, 51) }},
		{"a wave", func(ctx context.Context) { _, _ = a.Waves.Get(ctx, manager, id("wave77")) }},
		{"waves of a company", func(ctx context.Context) { _, _ = a.Waves.ListMine(ctx, who, uuid.Max, 51) }},
		{"a wave of a company", func(ctx context.Context) { _, _ = a.Waves.Mine(ctx, who, id("wave77")) }},
		{"waves that everybody sees", func(ctx context.Context) { _, _ = a.Waves.Shown(ctx) }},
		{"what became of commitments", func(ctx context.Context) {
			_, _ = a.Orders.PromisesOf(ctx, manager, signed)
			_, _ = a.Orders.PromisesOf(ctx, who, signed)
		}},
		{"deposits of an operator", func(ctx context.Context) {
			_, _ = a.DuctBills.Deposits(ctx, manager, id("operator1"))
			_, _ = a.DuctBills.DepositsOf(ctx, who)
		}},
		{"a deposit", func(ctx context.Context) { _, _, _, _ = a.DuctBills.Deposit(ctx, manager, id("lease77")) }},
		{"deposits that a payer owes", func(ctx context.Context) { _, _ = a.DuctBills.Pledged(ctx, manager, id("p1")) }},
		{"what a damage charges", func(ctx context.Context) { _, _ = a.Damages.Bills(ctx, manager, id("damage77")) }},
		{"what is deferred", func(ctx context.Context) { _, _ = a.Revenue.Deferred(ctx, director, time.Now()) }},
	}
}

// crowdWaveSQL are a thousand roads' waves of ten companies each, nearly all of them over; a deposit of each lease; a charge for each damage;
// and invoices whose lines are of the ducts, a tenth of them paid once for the time of a lease.
const crowdWaveSQL = `;
INSERT INTO duct_wave (tenant_id, id, number, title, state, kind, target, cost_per_m, tariff_per_m, survey_until, commit_until, published, created_at, created_by)
SELECT :city, md5('wave' || i)::uuid, 'GLB-' || i, 'x', CASE WHEN i % 50 = 0 THEN 'building' WHEN i % 50 = 1 THEN 'survey' ELSE 'closed' END, 'subduct', 50, 1, 1, '2036-01-01', '2036-02-01', true, now(), md5('account1')::uuid FROM generate_series(1, 1000) i;
INSERT INTO duct_wave_road (tenant_id, wave_id, position, road, length_mm, capacity, planned) SELECT :city, md5('wave' || i)::uuid, j, 'Jalan ' || i || '.' || j, 1000, 4, false FROM generate_series(1, 1000) i, generate_series(1, 10) j;
INSERT INTO duct_wave_company (tenant_id, wave_id, operator_id, asked_at, answered_at, cut_from, cut_until) SELECT :city, md5('wave' || i)::uuid, md5('operator' || 1 + (i + j) % 50)::uuid, now(), now(), '2026-01-01', '2026-02-01' FROM generate_series(1, 1000) i, generate_series(1, 10) j;
INSERT INTO duct_wave_answer (tenant_id, wave_id, operator_id, position, cables, poles, units_now, units_later) SELECT tenant_id, wave_id, operator_id, 1, 1, 1, 1, 1 FROM duct_wave_company WHERE tenant_id = :city;
INSERT INTO duct_wave_check (tenant_id, wave_id, operator_id, item, at) SELECT c.tenant_id, c.wave_id, c.operator_id, 'x' || j, now() FROM duct_wave_company c, generate_series(1, 2) j WHERE c.tenant_id = :city;
INSERT INTO duct_wave_commitment (tenant_id, id, wave_id, operator_id, number, months, file_id, made_at, made_by, key)
SELECT :city, md5('commitment' || i)::uuid, md5('wave' || 1 + i % 1000)::uuid, md5('operator' || 1 + (1 + i % 1000 + 1 + i / 1000) % 50)::uuid, 'KMT-' || i, 12, md5('file' || i)::uuid, now(), md5('account1')::uuid, gen_random_uuid() FROM generate_series(0, 9999) i;
INSERT INTO duct_wave_promise (tenant_id, commitment_id, wave_id, position, units) SELECT tenant_id, id, wave_id, 1, 1 FROM duct_wave_commitment WHERE tenant_id = :city;
INSERT INTO duct_order_promise (tenant_id, commitment_id, position, tried_at, order_id) SELECT tenant_id, id, 1, now() - interval '2 hours', CASE WHEN right(number, 2) <> '01' THEN md5('order' || right(number, -4))::uuid END FROM duct_wave_commitment WHERE tenant_id = :city;
INSERT INTO duct_wave_step (tenant_id, wave_id, position, state, at, by_id) SELECT :city, md5('wave' || i)::uuid, j, 'survey', now(), md5('account1')::uuid FROM generate_series(1, 1000) i, generate_series(1, 10) j;
INSERT INTO duct_wave_photo (tenant_id, id, wave_id, phase, road, file_id, added_at, added_by, published_at) SELECT :city, gen_random_uuid(), md5('wave' || i)::uuid, 'before', j, md5('file' || i)::uuid, now(), md5('account1')::uuid, now() FROM generate_series(1, 1000) i, generate_series(1, 10) j;
INSERT INTO duct_deposit (tenant_id, lease_id, amount, months, basis, asked_at, asked_by) SELECT :city, md5('lease' || i)::uuid, 1, 3, 'x', now() - i * interval '1 hour', md5('account1')::uuid FROM generate_series(1, 10000) i;
INSERT INTO duct_deposit_entry (tenant_id, id, lease_id, kind, amount, on_day, reference, made_at, made_by) SELECT :city, gen_random_uuid(), md5('lease' || i)::uuid, 'received', 1, '2026-01-01', 'B' || i, now(), md5('account1')::uuid FROM generate_series(1, 10000) i WHERE i % 50 > 0;
INSERT INTO duct_deposit_return (tenant_id, id, lease_id, amount, account, reason, made_by, made_at, decided_by, decided_at, approved) SELECT :city, gen_random_uuid(), md5('lease' || i)::uuid, 1, 'x', 'x', md5('account1')::uuid, now(), md5('account2')::uuid, now(), false FROM generate_series(1, 10000) i;
INSERT INTO duct_payer (tenant_id, operator_id, party_id) SELECT :city, md5('operator' || i)::uuid, md5('p' || i)::uuid FROM generate_series(1, 50) i ON CONFLICT DO NOTHING;
INSERT INTO payment_undo (tenant_id, payment_id, on_day, reason, at, by) SELECT :city, gen_random_uuid(), '2026-01-01', 'x', now(), md5('account1')::uuid FROM generate_series(1, 3000) i;
INSERT INTO bank_hold (tenant_id, id, line_id, held_for, amount, reference, at, by) SELECT :city, gen_random_uuid(), gen_random_uuid(), md5('lease' || i)::uuid, 1, 'x', now(), md5('account1')::uuid FROM generate_series(1, 3000) i;
INSERT INTO duct_payer (tenant_id, operator_id, party_id) SELECT md5(:city || i)::uuid, gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 3000) i;
INSERT INTO duct_damage_bill (tenant_id, id, damage_id, operator_id, name, percent, cost, amount, asked_at, asked_by, decided_at, decided_by, approved, draft_id)
SELECT :city, gen_random_uuid(), md5('damage' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 'x', 100, 1, 1, now(), md5('account1')::uuid, now(), md5('account2')::uuid, true, md5('draft' || i)::uuid FROM generate_series(1, 10000) i;
INSERT INTO invoice_line (tenant_id, invoice_id, position, name, working, source, amount, ppn, tax)
SELECT :city, md5('i' || i)::uuid, j, '{}', '{}', jsonb_build_object('kind', 'duct', 'lease', md5('lease' || i)::uuid, 'tariff', CASE WHEN i % 10 = 0 AND j = 1 THEN 'sekali' ELSE 'bulanan' END, 'from', '2026-01-01'), 1, 'x', 0 FROM generate_series(1, 10000) i, generate_series(1, 2) j;
INSERT INTO duct_price (tenant_id, part, code, effective_from, body) SELECT :city, 'tariff', k, '2026-01-01', jsonb_build_object('per', CASE WHEN k = 'sekali' THEN 'once' ELSE 'month' END, 'charge', 'metre') FROM unnest(ARRAY['sekali', 'bulanan']) k ON CONFLICT DO NOTHING;
INSERT INTO duct_price (tenant_id, part, code, effective_from, body) SELECT md5(:city || i)::uuid, 'terms', '', '2026-01-01', '{}' FROM generate_series(1, 3000) i;
INSERT INTO duct_accounting (tenant_id, effective_from, body) SELECT md5(:city || i)::uuid, '2024-01-01', '{}' FROM generate_series(1, 3000) i;
INSERT INTO duct_wave_item (tenant_id, code, name, stage, staff, new_cable, photo, position, offered) SELECT md5(:city || i)::uuid, 'x', '{}', 'cutover', false, false, 'none', 1, true FROM generate_series(1, 3000) i`
