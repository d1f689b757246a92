package app

import (
	"context"
	"crypto/md5"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/kernel/identity"
)

// hotPartners are what the companies that lease ducts ask for all day. The map's network is read once after each change, here before
// the rest.
func (a *App) hotPartners(ctx context.Context, city uuid.UUID) []hotRead {
	id := func(of string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(of))) }
	who, today := identity.Actor{ID: id("account1"), TenantID: city, Kind: identity.Partner}, time.Now()
	_, _ = a.DuctMap.GrantedSegments(ctx, who, today, ductmap.Filter{}, "", 51)
	return []hotRead{
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
SELECT :city, md5('paper' || i)::uuid, md5('operator' || 1 + i % 50)::uuid, 'nib', md5('file' || i)::uuid, now(), md5('account1')::uuid FROM generate_series(1, 5000) i`
