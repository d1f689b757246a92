package revenue

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// TestWhatIsLongIsWhole: however few rows are read at once, a file has each claim and lease once and in its order, also those of one day and of one
// company, and no rent of land is left out of what is expected, however many there are.
func TestWhatIsLongIsWhole(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	must(err)
	ctx, city := w.Ctx(w.Batam), w.Batam.ID
	run := func(sql string, args ...any) {
		t.Helper()
		must(tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw(sql, args...).Exec(ctx)
			return err
		}))
	}
	officer := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"revenue_officer"}, TOTP: true}
	run("INSERT INTO revenue_account (tenant_id, code, effective_from, channel, name, source) VALUES (?, '4.1.03', '2020-01-01', 'dividend', '{}', 'x')", city)
	run(`INSERT INTO revenue_claim (tenant_id, id, code, payer, basis, decided_on, due_on, amount, made_at, made_by) SELECT ?0, gen_random_uuid(), '4.1.03', 'BUMD ' || n, 'RUPS', '2026-01-01', date '2026-03-01' + n / 3, 1000, now(), ?0 FROM generate_series(1, 7) n`, city)
	run("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) SELECT ?0, gen_random_uuid(), 'PT ' || chr(64 + n), n::text, 'x', 'x@contoh.id', 'approved', now() FROM generate_series(1, 2) n", city)
	run(`INSERT INTO duct_lease (tenant_id, id, number, operator_id, kind, quantity, length_mm, segments, since, state, key, created_at, updated_at, created_by)
		SELECT o.tenant_id, gen_random_uuid(), 'SWD-' || o.name || n, o.id, 'subduct', 1, 1000, 1, '2026-01-01', 'ordered', gen_random_uuid()::text, now(), now(), o.id FROM duct_operator o CROSS JOIN generate_series(1, 3) n WHERE o.tenant_id = ?`, city)
	run("UPDATE duct_lease SET until = '2026-08-01' WHERE tenant_id = ? AND number = 'SWD-PT A1'", city) // the first day that is free
	for table, want := range map[string]int{Dividends: 7, Receivables: 7, Contracts: 6} {
		read := func(page int) (rows []string) {
			t.Helper()
			s := New(Deps{DB: w.DB, Guard: guard, Page: page})
			must(s.Export(ctx, officer, i18n.ID, table, day("2026-06-01"), func(cells []any) error {
				rows = append(rows, fmt.Sprint(cells))
				return nil
			}))
			return rows
		}
		whole := read(1000)
		if text := fmt.Sprint(whole); table == Contracts && (!strings.Contains(text, "2026-07-31") || strings.Contains(text, "2026-08-01")) {
			t.Errorf("the last day of a lease: %s", text)
		}
		if len(whole) != want+1 { // and the heading
			t.Errorf("%s: %d rows", table, len(whole))
		}
		for page := 1; page <= 4; page++ {
			if got := read(page); fmt.Sprint(got) != fmt.Sprint(whole) {
				t.Errorf("%s, %d at once: %v; want %v", table, page, got, whole)
			}
		}
	}
	const many = 5001
	run(`INSERT INTO duct_land_rent (tenant_id, id, operator_id, place, length_mm, tariff, since, ducts, legal_note, asked_at, asked_by, decided_at, decided_by, approved)
		SELECT o.tenant_id, gen_random_uuid(), o.id, 'Jalan ' || n, 1000, 'sewa-lahan', '2026-01-01', 1, '', now(), o.id, now(), gen_random_uuid(), true FROM (SELECT * FROM duct_operator WHERE tenant_id = ?0 LIMIT 1) o CROSS JOIN generate_series(1, ?1) n`, city, many)
	all, err := lands(ctx, w.DB.App, day("2026-06-01"))
	must(err)
	if len(all) != many {
		t.Errorf("%d of %d rents of land are looked at", len(all), many)
	}
}
