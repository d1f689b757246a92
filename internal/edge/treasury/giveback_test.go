package treasury_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/money"
)

// TestWhatAnEndLeavesTakesTwoPeople: what a closing left to a city is found among the findings, asked for as a credit note against the
// invoice that was paid, approved by somebody else, and is the city's balance then.
func TestWhatAnEndLeavesTakesTwoPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	s.Pay(i, i.Total)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	rina.Page("/bumd/saldo", "Sisa langganan yang berakhir", "Tidak ada sisa langganan")

	ctx := s.In(t, pagetest.HostBatam)
	_, err := s.World.DB.App.NewRaw(`INSERT INTO billing_month (tenant_id, month, closed_at, total, billed_at, lines)
		SELECT ?, '2026-11-01', now(), 0, now(), jsonb_build_array(jsonb_build_object('kind', 'credit', 'component', 'langganan', 'subscription', id, 'amount', -1000000), jsonb_build_object('kind', 'returned', 'amount', 1000000))
		  FROM subscription WHERE tenant_id = ?`, s.World.Batam.ID, s.World.Batam.ID).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rina.Page("/bumd/kejadian", "Langganan berakhir, Rp1.000.000 belum dikembalikan kepada kota")
	page := rina.Page("/bumd/saldo", "Kota Batam", "November 2026", "Ajukan nota kredit Rp1.000.000 untuk Kota Batam")
	_, rest, _ := strings.Cut(page, `name="closing" value="`)
	closing, _, _ := strings.Cut(rest, `"`)
	rina.Sees(rina.Post("/bumd/langganan-berakhir", "closing", "x"), http.StatusNotFound)
	rina.Goes(rina.Post("/bumd/langganan-berakhir", "closing", closing), "/bumd/permintaan")
	rina.Sees(rina.Post("/bumd/langganan-berakhir", "closing", closing), http.StatusConflict, "Tidak ada tagihan kota ini yang masih dapat dikreditkan")
	if page := rina.Page("/bumd/kejadian"); strings.Contains(page, "belum dikembalikan") {
		t.Error("what is asked for is still found")
	}

	asked, err := s.Finance.Requests(s.In(t, pagetest.HostPlatform), s.Clerk(), i.ID, true)
	if err != nil || len(asked) != 1 || asked[0].Charges[0].Amount != 1_000_000 || asked[0].Charges[0].Source["closing"] != closing {
		t.Fatalf("%+v, %v", asked, err)
	}
	decide := "/bumd/permintaan/" + asked[0].Request.ID.String() + "/putus"
	rina.Sees(rina.Post(decide, "jawaban", "setuju"), http.StatusConflict)
	boss.Goes(boss.Post(decide, "jawaban", "setuju"), "/bumd/permintaan")
	_, books, _, err := s.Finance.Party(s.In(t, pagetest.HostPlatform), s.Clerk(), s.World.Batam.ID)
	if err != nil || books.Balance != money.Rupiah(1_000_000) || books.Open != 0 { // Batam is free of PPN
		t.Errorf("the books: %+v, %v", books, err)
	}
}
