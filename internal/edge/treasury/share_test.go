package treasury_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/money"
)

// TestWhatCameInIsShared: an agreement takes two people and holds from its month on; what is shared is the money that came in without
// the state's, to the rupiah, and a month that is over does not change.
func TestWhatCameInIsShared(t *testing.T) {
	t.Parallel()
	s := open(t)
	batam, other := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October)), s.Issue(s.CloseMonth(pagetest.HostOther, time.October))
	s.Pay(batam, 1_000_001)
	s.Pay(other, other.Total) // with the PPN that it should have kept
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	page := "/bumd/bagi-hasil"
	rina.Page(page, "Belum ada kesepakatan", "Bulan ini belum selesai", "Rp1.000.001", "Rp2.775.000", "Rp275.000", "Perusahaan sendiri Rp2.500.000")
	for _, tt := range []struct{ from, parts, reason, word string }{
		{"2026-10", "Mitra = 1", "PKS 1", "Pilih bulan ini atau sesudahnya"},
		{"2026-11", "Mitra 1", "PKS 1", "nama = persen"},
		{"2026-11", "Mitra = 60\nKota = 40,01", "PKS 1", "paling banyak 100%"},
		{"2026-11", "Mitra = 1\nMitra = 2", "PKS 1", "penerima yang berbeda"},
		{"2026-11", "", "PKS 1", "penerima"},
		{"2026-11", "Mitra = 1", " ", "Alasan"},
	} {
		rina.Sees(rina.Post(page, "from", tt.from, "parts", tt.parts, "reason", tt.reason), http.StatusUnprocessableEntity, tt.word)
	}
	rina.Goes(rina.Post(page, "from", "2026-11", "parts", "Pemerintah Kota Batam = 33,33\nPT Mitra Awan = 33.33%", "reason", "PKS 7/2026"), page)
	rina.Goes(rina.Post(page, "from", "2026-11", "city", "tanjungpinang", "parts", "Pemerintah Kota Tanjungpinang = 5", "reason", "PKS 8/2026"), page)
	if text := rina.Page(page, "orang lain yang memutus", "Pemerintah Kota Batam = 33,33%"); strings.Contains(text, "/putus") {
		t.Error("whoever asked is offered to decide")
	}
	asked, err := s.Finance.Agreements(s.In(t, pagetest.HostPlatform), s.Clerk())
	if err != nil || len(asked) != 2 {
		t.Fatal(asked, err)
	}
	for _, a := range asked {
		decide := page + "/" + a.ID.String() + "/putus"
		rina.Sees(rina.Post(decide, "jawaban", "setuju"), http.StatusConflict, "orang lain")
		boss.Sees(boss.Post(decide, "jawaban", "mungkin"), http.StatusUnprocessableEntity)
		boss.Goes(boss.Post(decide, "jawaban", "setuju"), page)
		boss.Sees(boss.Post(decide, "jawaban", "setuju"), http.StatusConflict, "diputus")
	}
	boss.Sees(boss.Post(page+"/"+uuid.NewString()+"/putus", "jawaban", "setuju"), http.StatusNotFound)

	// 1.000.001 by 33,34, 33,33 and 33,33 %: 333.400,33 and twice 333.300,33. 2.500.000 by 95 and 5 %.
	rina.Page(page, "Perusahaan sendiri Rp333.401; Pemerintah Kota Batam Rp333.300; PT Mitra Awan Rp333.300", "Perusahaan sendiri Rp2.375.000; Pemerintah Kota Tanjungpinang Rp125.000", "Rp3.500.001")
	rina.Page(page+"/pihak/"+batam.PartyID.String()+"?bulan=2026-11", batam.Number, "Rp1.000.001")
	rina.Sees(rina.Get(page+"/pihak/"+uuid.NewString()), http.StatusNotFound)

	of := func(month time.Month) (sum money.Rupiah, all string) {
		divided, err := s.Finance.DividedIn(s.In(t, pagetest.HostPlatform), s.Clerk(), time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range divided {
			var parts money.Rupiah
			for _, x := range d.Parts {
				parts, all = parts+x.Amount, all+x.Name+" "+x.Amount.String()+"\n"
			}
			if parts != d.Base() {
				t.Errorf("%s: %v is shared, of %v", d.Name, parts, d.Base())
			}
			sum += d.Collected
		}
		return sum, all
	}
	november, before := of(time.November)
	if november != 1_000_001+other.Total {
		t.Errorf("collected %v", november)
	}
	s.Wait(10 * 24 * time.Hour) // it is December: what is booked for a day of November is of December
	s.Pay(batam, 99)
	if sum, _ := of(time.December); sum != 99 {
		t.Errorf("in December: %v", sum)
	}
	if _, after := of(time.November); after != before {
		t.Errorf("November was\n%s and is\n%s", before, after)
	}
	rina = s.Staff(t, pagetest.HostPlatform, "Rini Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post(page, "from", "2026-12", "parts", "Mitra = 1", "reason", "PKS 9"), page)
	rina.Page(page+"?bulan=2026-09", "Belum ada penerimaan")
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Get(page), http.StatusForbidden)
}
