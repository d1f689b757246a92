package console_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/collection"
)

// A treasurer of a city that pays by Stripe asks for Stripe's page, sees it being prepared, and follows it. Elsewhere the page
// says how one pays, and an auditor has none.
func TestATreasurerIsLedToStripe(t *testing.T) {
	t.Parallel()
	var collect *collection.Service
	s := pagetest.LedgerOf(t, pagetest.OpenWith(t, func(d *site.Deps) {
		d.Collection = collection.New(collection.Deps{DB: d.DB, Guard: d.Guard, Billing: d.Billing, Receipts: d.Finance, Key: "sk_test_1", Log: slog.New(slog.DiscardHandler), Now: d.Now})
		collect = d.Collection
	}))
	rina := s.Staff(t, pagetest.HostBatam, "Rina Bendahara", "treasurer", "")
	const path = "/kelola/tagihan/stripe"
	if page := rina.Page(path, "transfer bank", "hubungi bagian keuangan BUMD"); strings.Contains(page, "Siapkan") {
		t.Error("it offers Stripe to a city that pays by transfer")
	}
	rina.Sees(rina.Post(path, "kind", "checkout"), http.StatusConflict, "transfer")

	city, _ := tenancy.CityFrom(s.In(t, pagetest.HostBatam))
	if _, err := collect.Choose(s.In(t, pagetest.HostPlatform), s.Clerk(), collection.ChooseInput{City: city, By: collection.ByStripe, Charging: collection.Automatic}); err != nil {
		t.Fatal(err)
	}
	rina.Page("/kelola/tagihan", "Bayar lewat Stripe")
	rina.Page(path, "Stripe, ditagih otomatis", "Belum ada", "Simpan alat pembayaran", "Kelola alat pembayaran")
	rina.Sees(rina.Post(path, "kind", "cash"), http.StatusUnprocessableEntity)
	asked := rina.Post(path, "kind", "checkout")
	if asked.Status != http.StatusSeeOther || asked.To() != path {
		t.Fatalf("%d to %s", asked.Status, asked.To())
	}
	rina.Page(path, "sedang disiapkan", "Periksa lagi")
	s.Tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE stripe_link SET url = 'https://checkout.stripe.example/1', ready_at = now() WHERE tenant_id = ? AND back LIKE 'http%/kelola/tagihan/stripe'", tenancy.Must(ctx)).Exec(ctx)
		return err
	})
	if to := pagetest.Hrefs(rina.Page(path, "sudah siap", "Simpan alat pembayaran di Stripe"), "https://checkout.stripe.example/"); len(to) != 1 {
		t.Errorf("it leads to %v", to)
	}

	auditor := s.Staff(t, pagetest.HostBatam, "Tono Auditor", "auditor", "")
	auditor.Sees(auditor.Get(path), http.StatusForbidden)
	if page := auditor.Page("/kelola/tagihan"); strings.Contains(page, path) {
		t.Error("an auditor is led to a page that is not theirs")
	}
}
