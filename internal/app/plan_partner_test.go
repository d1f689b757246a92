//go:build !race

package app

import (
	"context"
	"crypto/md5"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/kernel/identity"
)

// hotPartners are what the companies that lease ducts ask for all day. The map's network is read once after each change, here before
// the rest.
func (a *App) hotPartners(ctx context.Context, city uuid.UUID) []hotRead {
	id := func(of string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(of))) }
	who, today := identity.Actor{ID: id("account1"), TenantID: city, Kind: identity.Partner}, time.Now()
	_, _ = a.DuctMap.GrantedSegments(ctx, who, today, ductmap.Filter{}, "", 51)
	manager := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	return []hotRead{
		{"the line of a company", func(ctx context.Context) { _, _ = a.DuctWaits.Mine(ctx, who, 0, 51) }},
		{"offers to a company", func(ctx context.Context) { _, _ = a.DuctWaits.Offers(ctx, who) }},
		{"the line", func(ctx context.Context) { _, _ = a.DuctWaits.Waits(ctx, manager, ductwait.Filter{}, 0, 51) }},
		{"a place in the line", func(ctx context.Context) { _, _, _ = a.DuctWaits.Find(ctx, who, id("wait77")) }},
		{"what is waited for", func(ctx context.Context) { _, _ = a.DuctWaits.Demands(ctx, manager, 100) }},
		{"how the line does", func(ctx context.Context) { _, _ = a.DuctWaits.Figures(ctx, manager) }},
		{"whose company", func(ctx context.Context) { _, _ = a.Operators.Self(ctx, who) }},
		{"segments of what was granted", func(ctx context.Context) { _, _ = a.DuctMap.GrantedSegments(ctx, who, today, ductmap.Filter{}, "", 51) }},
		{"people of a company", func(ctx context.Context) { _, _ = a.Operators.People(ctx, who, id("operator1")) }},
		{"papers of a company", func(ctx context.Context) { _, _ = a.Operators.Papers(ctx, who, id("operator1")) }},
		{"leases of a company", func(ctx context.Context) { _, _ = a.Operators.Leases(ctx, who, "", uuid.Max, 51) }},
	}
}

// crowdPartnerSQL gives every account of a city to one of its operators, each with an area and a paper.
const crowdPartnerSQL = `;
INSERT INTO duct_person (tenant_id, account_id, operator_id, admin, added_at)
SELECT tenant_id, id, md5('operator' || 1 + row_number() OVER (ORDER BY id <> md5('account1')::uuid) / 200)::uuid, true, now() FROM account WHERE tenant_id = :city LIMIT 9000;
INSERT INTO duct_grant (tenant_id, id, operator_id, name, purpose, area, since, until, created_at, created_by)
SELECT :city, md5('grant' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 'x', 'x', ST_Multi(ST_SetSRID(ST_MakeEnvelope(104, 1 + i * 0.0001, 104.001, 1.0001 + i * 0.0001), 4326)), '2026-01-01', '2036-01-01', now(), md5('account1')::uuid
FROM generate_series(1, 1000) i;
INSERT INTO duct_operator_paper (tenant_id, id, operator_id, kind, file_id, added_at, added_by)
SELECT :city, md5('paper' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 'nib', md5('file' || i)::uuid, now(), md5('account1')::uuid FROM generate_series(1, 5000) i;
INSERT INTO duct_wait (tenant_id, id, place, number, operator_id, from_code, to_code, kind, quantity, since, state, key, length_mm, joined_at, joined_by, offered_at)
SELECT :city, md5('wait' || i)::uuid, i, 'ANT-' || i, md5('operator' || 1 + i % 50)::uuid, 'A', 'B', 'subduct', 1, '2026-01-01', CASE WHEN i > 4900 THEN 'waiting' ELSE 'lapsed' END, i::text, 1, now(), md5('account1')::uuid,
	CASE WHEN i <= 4900 THEN now() - i * interval '1 day' END FROM generate_series(1, 5000) i;
INSERT INTO duct_wait_segment (tenant_id, wait_id, segment_id, seq, short) SELECT :city, md5('wait' || i)::uuid, md5('segment' || j * 100 + i % 100)::uuid, j, true FROM generate_series(1, 5000) i, generate_series(1, 5) j;
INSERT INTO duct_wait_rule (tenant_id, offer_days, most, keep_most, source, verified) SELECT md5(:city || i)::uuid, 14, 20, 4, 'x', false FROM generate_series(1, 3000) i`
