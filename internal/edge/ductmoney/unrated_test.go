package ductmoney_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// TestOneLeaseDoesNotStopTheMonth: what cannot be rated waits on a list while the others are charged, and is charged for its month
// once it can be, and once only.
func TestOneLeaseDoesNotStopTheMonth(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	ctx, tenant := s.In(t, pagetest.HostBatam), s.World.Batam.ID
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	manager := identity.Actor{ID: uuid.New(), TenantID: tenant, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	o, err := s.Leases.Apply(ctx, manager, lease.Operator{Name: "PT Kabel Kedua", NIB: "1234567890124", Licence: "Jartaplok 2/2026", Email: "noc@kedua.id"})
	must(err)
	must(s.Leases.Decide(ctx, manager, o.ID, lease.Decision{State: lease.OperatorApproved}))
	since := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	ways, err := s.Leases.Plan(ctx, manager, lease.PlanInput{From: "MH-1", To: "MH-2", Kind: duct.Subduct, Quantity: 1, Since: since})
	must(err)
	l, err := s.Leases.Reserve(ctx, manager, lease.ReserveInput{Operator: o.ID, Segments: []uuid.UUID{ways[0].Steps[0].ID}, Kind: duct.Subduct, Quantity: 1, Since: since, Days: 30, Key: "kedua"})
	must(err)
	must(s.Leases.Order(ctx, manager, l.ID))
	must(s.Leases.AcceptOn(ctx, manager, l.ID, since))
	raw, err := pgx.Connect(t.Context(), s.World.SuperURL)
	must(err)
	t.Cleanup(func() { _ = raw.Close(context.Background()) })
	// The first lease was accepted when no lengths were kept yet, and the network of its second segment begins later than it.
	_, err = raw.Exec(t.Context(), "DELETE FROM duct_lease_segment WHERE tenant_id = $1 AND lease_id = (SELECT id FROM duct_lease WHERE tenant_id = $1 AND number = 'SWD-2026-0001')", tenant)
	must(err)
	lies := func(on string) {
		t.Helper()
		_, err := raw.Exec(t.Context(), "UPDATE duct_segment_state SET since = $2 WHERE tenant_id = $1 AND road = 'Jalan Raja Haji'", tenant, on)
		must(err)
	}
	lies("2026-10-05")

	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	// 220 m 263.083, two manholes 10.250, a survey 2.500.000.
	page := bima.Page(book, "Sewa yang belum dapat ditagih", "SWD-2026-0001", "Ada ruas yang tidak terdapat dalam jaringan", "PT Kabel Kedua", "Rp2.773.333", "dari 1 sewa")
	if n := strings.Count(page, `href="/petugas/ducting/tagihan/konsep/`); n != 1 {
		t.Errorf("%d drafts, want that of the lease that can be rated", n)
	}
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	bima.Page(book, "Sewa yang belum dapat ditagih")

	lies("2026-01-01")
	for range 2 {
		bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	}
	page = bima.Page(book, "PT Serat Uji", "Rp3.053.500", "Rp2.773.333", "dari 2 sewa", "Rp5.826.833")
	if n := strings.Count(page, `href="/petugas/ducting/tagihan/konsep/`); n != 2 || strings.Contains(page, "Sewa yang belum dapat ditagih") {
		t.Errorf("%d drafts, want one of each operator and nobody left", n)
	}
	var by []string
	must(raw.QueryRow(t.Context(), "SELECT array_agg(DISTINCT actor_kind) FROM audit_entry WHERE tenant_id = $1 AND action = 'ductbill.charge' AND actor_id <> $2", tenant, uuid.Nil).Scan(&by))
	if len(by) != 1 || by[0] != string(identity.Staff) {
		t.Errorf("what a person charged is recorded of %v", by)
	}
}
