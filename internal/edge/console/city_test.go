package console_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

// ledger is a site whose platform sells, with Batam and Tanjungpinang on the demonstration's plan.
type ledger struct {
	*pagetest.Site
	t *testing.T
}

func openLedger(t *testing.T) *ledger {
	t.Helper()
	s := &ledger{pagetest.Open(t), t}
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00123", Holder: "BUMD Batam Bedelau"}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "88990"}
	s.tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: "system"}, setup)
		return err
	})
	s.Subscribe(t, pagetest.HostBatam)
	s.Subscribe(t, pagetest.HostOther)
	return s
}

func (s *ledger) tx(host string, fn func(ctx context.Context, tx bun.Tx) error) {
	s.t.Helper()
	if err := tenancy.InTx(s.In(s.t, host), s.World.DB.App, fn); err != nil {
		s.t.Fatal(err)
	}
}

// use records so many applications on a day.
func (s *ledger) use(host string, day time.Time, many int) {
	s.t.Helper()
	s.tx(host, func(ctx context.Context, tx bun.Tx) error {
		var all []metering.Event
		for n := range many {
			all = append(all, metering.Event{Source: "/casework", ID: fmt.Sprintf("%s-%d", day.Format(time.DateOnly), n), Type: "application_submitted",
				Subject: uuid.NewString(), Time: day.Add(time.Duration(n) * time.Minute), Agency: "disdukcapil", Service: "ktp-el-hilang", Channel: "web", Quantity: 1})
		}
		_, err := metering.Record(ctx, tx, all)
		return err
	})
}

// closeMonth closes every month of a city up to this one, and returns the draft of the last.
func (s *ledger) closeMonth(host string, until time.Month) uuid.UUID {
	s.t.Helper()
	ctx := s.In(s.t, host)
	city, _ := tenancy.CityFrom(ctx)
	for m := time.January; m <= until; m++ {
		if _, err := s.Billing.Close(ctx, city, time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			s.t.Fatal(err)
		}
	}
	var id uuid.UUID
	source := fmt.Sprintf("subscription/%s/2026-%02d", city.ID, until)
	err := s.World.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND source = ?", s.World.Platform.ID, source).Scan(s.In(s.t, pagetest.HostPlatform), &id)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// clerk is somebody of the BUMD's finance without a browser.
func (s *ledger) clerk() identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: s.World.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd_finance"}, TOTP: true}
}

func (s *ledger) issue(draft uuid.UUID) invoice.Invoice {
	s.t.Helper()
	i, err := s.Finance.Issue(s.In(s.t, pagetest.HostPlatform), s.clerk(), draft)
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

func (s *ledger) pay(i invoice.Invoice, amount money.Rupiah) invoice.Payment {
	s.t.Helper()
	y, err := s.Finance.Receive(s.In(s.t, pagetest.HostPlatform), s.clerk(), invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: uuid.NewString(), Amount: amount, On: i.IssuedOn})
	if err != nil {
		s.t.Fatal(err)
	}
	return y
}

// atStripe has an invoice be open there.
func (s *ledger) atStripe(i invoice.Invoice, failed bool) {
	s.t.Helper()
	s.tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO stripe_invoice (tenant_id, id, city, invoice_id, status, url, failed)
			SELECT p.tenant_id, 'in_1', p.city, ?, 'open', 'https://invoice.stripe.example/1', ? FROM party p WHERE p.tenant_id = ? AND p.id = ?
			ON CONFLICT (tenant_id, id) DO UPDATE SET failed = EXCLUDED.failed`, i.ID, failed, s.World.Platform.ID, i.PartyID).Exec(ctx)
		return err
	})
}

// hrefs are the addresses on a page that begin so.
func hrefs(page, prefix string) []string {
	var out []string
	for _, part := range strings.Split(page, `href="`)[1:] {
		if to, _, _ := strings.Cut(part, `"`); strings.HasPrefix(to, prefix) {
			out = append(out, strings.ReplaceAll(to, "&amp;", "&"))
		}
	}
	return out
}

// TestATreasurerFollowsARupiahToItsEvents: from the month's total to the line, to the price, to each event; pays, and downloads
// invoice and kuitansi. Another city sees nothing of it.
func TestATreasurerFollowsARupiahToItsEvents(t *testing.T) {
	t.Parallel()
	s := openLedger(t)
	s.use(pagetest.HostBatam, time.Date(2026, 10, 5, 2, 0, 0, 0, time.UTC), 63)
	s.use(pagetest.HostBatam, time.Date(2026, 11, 5, 2, 0, 0, 0, time.UTC), 23)
	i := s.issue(s.closeMonth(pagetest.HostBatam, time.October))
	other := s.issue(s.closeMonth(pagetest.HostOther, time.October))
	y := s.pay(i, 1_000_000)
	s.Work(t)

	rina := s.Staff(t, pagetest.HostBatam, "Rina Bendahara", "treasurer", "")
	page := rina.Page("/kelola/tagihan", "Langganan dan tagihan", "Warga tidak pernah ditolak", "Demo Kota (contoh), versi 1", "Perkiraan akhir bulan",
		i.Number, "Dibayar sebagian", "Rp2.532.500" /* this month: 13 above the included */, "23 permohonan, 10 sudah termasuk")
	if strings.Contains(page, other.Number+"</a>") && other.Number != i.Number {
		t.Error("a city sees another's invoice")
	}
	ways := slices.DeleteFunc(hrefs(page, "/kelola/tagihan/peristiwa?"), func(to string) bool { return !strings.Contains(to, "applications_submitted") })
	if len(ways) != 1 {
		t.Fatalf("the month's applications lead to %v", ways)
	}
	if n := strings.Count(rina.Page(ways[0], "Setiap peristiwa dihitung satu"), "2026-11-05-"); n != 23 {
		t.Errorf("%d events, want 23", n)
	}

	one := "/kelola/tagihan/" + i.ID.String()
	rina.Page(one, i.Number, "Kota Batam", "Cara membayar", "820-21-00123", "8899026", "Rp1.000.000", "bukti potong", "PPN dibebaskan di KPBPB", "Kuitansi")
	s.atStripe(i, false)
	if page := rina.Page(one, "Bayar lewat Stripe"); len(hrefs(page, "https://invoice.stripe.example/")) != 1 || strings.Contains(page, "gagal") {
		t.Error("it cannot be paid at Stripe, or is said to have failed")
	}
	s.atStripe(i, true)
	rina.Page(one, "Bayar lewat Stripe", "Penagihan otomatis terakhir gagal")
	var lines []string
	for _, to := range hrefs(rina.Page(one), one+"/baris/") {
		if text := rina.Page(to, "Asal jumlah ini", "Demo Kota (contoh), versi 1"); strings.Contains(text, "casework") {
			lines = append(lines, to)
		}
	}
	if len(lines) != 1 {
		t.Fatalf("%d lines have applications behind them", len(lines))
	}
	first := rina.Page(lines[0], "63 permohonan, 10 sudah termasuk", "Rp2.500 per permohonan", "Berikutnya")
	next := hrefs(first, lines[0]+"?")
	if len(next) != 1 {
		t.Fatalf("ways on: %v", next)
	}
	if got := strings.Count(pagetest.Text(first), "2026-10-05-") + strings.Count(pagetest.Text(rina.Page(next[0])), "2026-10-05-"); got != 63 {
		t.Errorf("both pages list %d events, want 63", got)
	}

	for _, path := range []string{one + "/berkas", one + "/kuitansi/" + y.ID.String()} {
		s.Soon(t, "printing "+path, func() bool {
			a := rina.Get(path)
			return a.Status == http.StatusOK && strings.HasPrefix(a.Body, "%PDF")
		})
	}

	stranger := s.Staff(t, pagetest.HostOther, "Lina Bendahara", "treasurer", "")
	for _, path := range []string{one, one + "/baris/1", one + "/berkas", one + "/kuitansi/" + y.ID.String()} {
		stranger.Sees(stranger.Get(path), http.StatusNotFound)
	}
	officer := s.Staff(t, pagetest.HostBatam, "Dewi Petugas", "officer", "disdukcapil")
	officer.Sees(officer.Get("/kelola/tagihan"), http.StatusForbidden)
	rina.Sees(rina.Get(one+"/baris/99"), http.StatusNotFound)
	rina.Sees(rina.Get("/kelola/tagihan/peristiwa?meter=none&dari=2026-10-01T00:00:00Z&sampai=2026-11-01T00:00:00Z"), http.StatusUnprocessableEntity)
	rina.Sees(rina.Get("/kelola/tagihan/peristiwa?meter=storage&dari=x&sampai=y"), http.StatusUnprocessableEntity)
	rina.Sees(rina.Get("/kelola/tagihan?sebelum=x"), http.StatusUnprocessableEntity)
}

// TestACityWithoutAPlanOrABill is told so.
func TestACityWithoutAPlanOrABill(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina Bendahara", "treasurer", "")
	rina.Page("/kelola/tagihan", "tidak sedang berlangganan", "Belum ada tagihan", "Warga tidak pernah ditolak")
}
