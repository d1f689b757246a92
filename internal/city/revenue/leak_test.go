package revenue

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// TestManyLeaksOfOneKindHideNoOther: each kind has its own bound, and one of which there is more says so.
func TestManyLeaksOfOneKindHideNoOther(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	ctx, city, at := w.Ctx(w.Batam), w.Batam.ID, time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	who := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	s := New(Deps{DB: w.DB, Guard: guard, Now: func() time.Time { return at }})
	change, operator, segment, a, b := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	authority := duct.Authority{TenantID: city, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, Source: "x"}
	_, err = w.DB.App.NewInsert().Model(&authority).Exec(ctx)
	must(err)
	run := func(sql string) {
		t.Helper()
		_, err := w.DB.App.NewRaw(sql, city, change, operator, segment, a, b).Exec(ctx)
		must(err)
	}
	run("INSERT INTO duct_change (tenant_id, id, kind, on_day, why, at, by_id) VALUES (?0, ?1, 'import', '2026-01-01', 'x', now(), ?2)")
	run("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES (?0, ?2, 'PT Serat', '1234567890123', 'x', 'a@contoh.id', 'approved', now())")
	run("INSERT INTO duct_node (tenant_id, id, code) VALUES (?0, ?4, 'A'), (?0, ?5, 'B')")
	run("INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) VALUES (?0, ?3, 'AB', ?4, ?5)")
	run("INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, line, road, class, authority, free_trade, condition, change_id) VALUES (?0, ?1, ?3, '2026-01-01', ST_GeomFromText('LINESTRING(104.05 1.12, 104.06 1.12)', 4326), 'x', 'as_built', 'pemko', true, 'good', ?1)")
	run("INSERT INTO duct_unit (tenant_id, id, segment_id, kind, position, since, change_id) SELECT ?0, gen_random_uuid(), ?3, 'duct', n, '2026-01-01', ?1 FROM generate_series(1, 1300) n")
	run("INSERT INTO duct_unit_state (tenant_id, id, unit_id, since, condition, change_id) SELECT ?0, gen_random_uuid(), u.id, '2026-02-01', 'unknown', ?1 FROM duct_unit u WHERE u.tenant_id = ?0 AND u.position > 1000")
	var all []lease.Lease
	for n := range 903 {
		state := lease.Cancelled
		if n >= 900 {
			state = lease.Ordered
		}
		all = append(all, lease.Lease{TenantID: city, ID: uuid.New(), Number: fmt.Sprintf("SWD-%d", n+1), OperatorID: operator, State: state, Kind: duct.Duct, Quantity: 1, Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), LengthMM: 1000, Segments: 1, Key: fmt.Sprint(n), CreatedAt: at, UpdatedAt: at})
	}
	_, err = w.DB.App.NewInsert().Model(&all).Exec(ctx)
	must(err)
	run("INSERT INTO duct_hold (tenant_id, lease_id, unit_id, own, during) SELECT ?0, l.id, u.id, true, daterange('2026-03-01', NULL) FROM duct_lease l JOIN duct_unit u ON u.tenant_id = l.tenant_id AND l.number = 'SWD-' || u.position WHERE l.tenant_id = ?0")
	got, err := s.Leakage(ctx, who)
	must(err)
	n := map[string]int{}
	for _, x := range got.Leaks {
		n[x.Kind]++
	}
	for kind, want := range map[string]int{KeptPast: LeakMost, Waiting: 3, Unknown: LeakMost} {
		if n[kind] != want || got.Cut[kind] != (want == LeakMost) {
			t.Errorf("%d %s, cut: %v", n[kind], kind, got.Cut[kind])
		}
	}
}
