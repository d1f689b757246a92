package console_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/invoice"
)

// TestATreasurerFollowsARupiahToItsEvents: from the month's total to the line, to the price, to each event; pays, and downloads
// invoice and kuitansi. Another city sees nothing of it.
func TestATreasurerFollowsARupiahToItsEvents(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	s.Use(pagetest.HostBatam, time.Date(2026, 10, 5, 2, 0, 0, 0, time.UTC), 63)
	s.Use(pagetest.HostBatam, time.Date(2026, 11, 5, 2, 0, 0, 0, time.UTC), 23)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	other := s.Issue(s.CloseMonth(pagetest.HostOther, time.October))
	y := s.Pay(i, 1_000_000)
	rina := s.Staff(t, pagetest.HostBatam, "Rina Bendahara", "treasurer", "")
	s.Work(t)
	page := rina.Page("/kelola/tagihan", "Langganan dan tagihan", "Warga tidak pernah ditolak", "Demo Kota (contoh), versi 1", "Perkiraan akhir bulan",
		i.Number, "Dibayar sebagian", "Rp2.532.500" /* this month: 13 above the included */, "23 permohonan, 10 sudah termasuk")
	if strings.Contains(page, other.Number+"</a>") && other.Number != i.Number {
		t.Error("a city sees another's invoice")
	}
	ways := slices.DeleteFunc(pagetest.Hrefs(page, "/kelola/tagihan/peristiwa?"), func(to string) bool { return !strings.Contains(to, "applications_submitted") })
	if len(ways) != 1 {
		t.Fatalf("the month's applications lead to %v", ways)
	}
	if n := strings.Count(rina.Page(ways[0], "Setiap peristiwa dihitung satu"), "2026-11-05-"); n != 23 {
		t.Errorf("%d events, want 23", n)
	}

	one := "/kelola/tagihan/" + i.ID.String()
	rina.Page(one, i.Number, "Kota Batam", "Cara membayar", "820-21-00123", "8899026", "Rp1.000.000", "bukti potong", "PPN dibebaskan di KPBPB", "Kuitansi")
	atStripe(t, s, i, false)
	if page := rina.Page(one, "Bayar lewat Stripe"); len(pagetest.Hrefs(page, "https://invoice.stripe.example/")) != 1 || strings.Contains(page, "gagal") {
		t.Error("it cannot be paid at Stripe, or is said to have failed")
	}
	atStripe(t, s, i, true)
	rina.Page(one, "Bayar lewat Stripe", "Penagihan otomatis terakhir gagal")
	var lines []string
	for _, to := range pagetest.Hrefs(rina.Page(one), one+"/baris/") {
		if text := rina.Page(to, "Asal jumlah ini", "Demo Kota (contoh), versi 1"); strings.Contains(text, "casework") {
			lines = append(lines, to)
		}
	}
	if len(lines) != 1 {
		t.Fatalf("%d lines have applications behind them", len(lines))
	}
	first := rina.Page(lines[0], "63 permohonan, 10 sudah termasuk", "Rp2.500 per permohonan", "Berikutnya")
	next := pagetest.Hrefs(first, lines[0]+"?")
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

	// Who sent it, to whom and when, on both sides.
	s.Soon(t, "the letter about the invoice", func() bool {
		return strings.Contains(pagetest.Text(rina.Get(one).Body), "Rina Bendahara 24 November 2026")
	})
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	boss.Page("/bumd/tagihan/"+i.ID.String(), "Pengiriman", "Dikirim kepada", "Rina Bendahara")

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

// atStripe has an invoice be open there.
func atStripe(t *testing.T, s *pagetest.Ledger, i invoice.Invoice, failed bool) {
	t.Helper()
	s.Tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO stripe_invoice (tenant_id, id, city, invoice_id, status, url, failed)
			SELECT p.tenant_id, 'in_1', p.city, ?, 'open', 'https://invoice.stripe.example/1', ? FROM party p WHERE p.tenant_id = ? AND p.id = ?
			ON CONFLICT (tenant_id, id) DO UPDATE SET failed = EXCLUDED.failed`, i.ID, failed, s.World.Platform.ID, i.PartyID).Exec(ctx)
		return err
	})
}
