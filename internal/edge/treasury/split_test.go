package treasury_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestATransferOfTwoPartiesIsSplit: the parties that a line names stand there with their invoices, others are added, more than came in is
// refused with what was typed, and what was booked of one is taken back with the other's.
func TestATransferOfTwoPartiesIsSplit(t *testing.T) {
	t.Parallel()
	s := open(t)
	batam, other := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October)), s.Issue(s.CloseMonth(pagetest.HostOther, time.October)) // 2.500.000 and 2.775.000
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	one := upload(rina, head+"24/11/2026;KAS DAERAH "+batam.Number+" "+other.Number+";;5275000\n24/11/2026;SETORAN GABUNGAN;;3000000\n").To()
	rina.Goes(rina.Post(one+"/bukukan"), one)
	at := map[string]string{}
	for _, to := range pagetest.Hrefs(rina.Page(one), "/bumd/rekening/mutasi/") {
		for _, word := range []string{"KAS DAERAH", "GABUNGAN"} {
			if strings.Contains(pagetest.Text(rina.Page(to)), word) {
				at[word] = to
			}
		}
	}
	partOf := map[string]string{"batam": "part-" + batam.ID.String(), "other": "part-" + other.ID.String()}
	named := at["KAS DAERAH"]
	page := rina.Page(named, "menyebut tagihan beberapa pihak", "Bagi ke beberapa pihak", batam.Number, other.Number)
	for name, amount := range map[string]string{partOf["batam"]: "2.500.000", partOf["other"]: "2.775.000"} {
		if _, rest, _ := strings.Cut(page, `name="`+name+`"`); !strings.Contains(strings.SplitN(rest, ">", 2)[0], `value="`+amount+`"`) {
			t.Errorf("%s is not %s already", name, amount)
		}
	}
	both := []string{"parties", batam.PartyID.String(), "parties", other.PartyID.String()}
	rina.Goes(rina.Post(named+"/bagi", append(both, partOf["batam"], "2.500.000", partOf["other"], "2.775.000")...), named)
	rina.Page(named, "Cocok", "dibagi petugas", "Rp2.500.000", "Rp2.775.000", "Rina Keuangan", "Batalkan kecocokan ini")
	rina.Page("/bumd/tagihan/"+batam.ID.String(), "Lunas")
	rina.Page("/bumd/tagihan/"+other.ID.String(), "Lunas")
	rina.Page("/bumd/rekening/mutasi?keadaan=matched", batam.Number+", "+other.Number, "dibagi petugas")
	rina.Goes(rina.Post(named+"/batalkan", "reason", "Salah bagi"), named)
	rina.Page("/bumd/tagihan/"+batam.ID.String(), "Belum dibayar")
	rina.Page("/bumd/tagihan/"+other.ID.String(), "Belum dibayar")

	cash := at["GABUNGAN"]
	if page := rina.Page(cash, "Bagi ke beberapa pihak", "Tambahkan pihak ini"); strings.Contains(page, partOf["batam"]) {
		t.Error("a party stands there that nobody chose")
	}
	to := cash + "?bagi=" + batam.PartyID.String()
	if page := rina.Page(to, batam.Number); strings.Contains(page, partOf["other"]) || !strings.Contains(page, `name="bagi" value="`+batam.PartyID.String()+`"`) {
		t.Error("the other party is there, or the first is forgotten when one is added")
	}
	rina.Page(to+"&bagi="+other.PartyID.String(), batam.Number, other.Number, "Rp3.000.000", "Terbuka Rp2.775.000")
	a := rina.Post(cash+"/bagi", append(both, partOf["batam"], "2.500.000", partOf["other"], "500.001")...)
	rina.Sees(a, http.StatusConflict, "melebihi Rp3.000.000", other.Number)
	if !strings.Contains(a.Body, `value="500.001"`) {
		t.Error("what was typed is gone")
	}
	rina.Sees(rina.Post(cash+"/bagi", append(both, partOf["batam"], "2.500.001")...), http.StatusUnprocessableEntity, "Masih tersisa Rp499.999")
	rina.Sees(rina.Post(cash+"/bagi", append(both, partOf["batam"], "2.500.001", "rest", other.PartyID.String())...), http.StatusConflict, batam.Number, "melebihi Rp2.500.000")
	rina.Sees(rina.Post(cash+"/bagi", append(both, partOf["batam"], "dua juta")...), http.StatusUnprocessableEntity, batam.Number+", Pemerintah Kota Batam")
	rina.Sees(rina.Post(cash+"/bagi", append(both, partOf["batam"], "-5")...), http.StatusUnprocessableEntity, batam.Number)
	rina.Sees(rina.Post(cash+"/bagi", both...), http.StatusUnprocessableEntity, batam.Number+", Pemerintah Kota Batam: Isian ini wajib")
	rina.Goes(rina.Post(cash+"/bagi", append(both, partOf["batam"], "2.500.000", partOf["other"], "400.000", "rest", other.PartyID.String())...), cash)
	rina.Page("/bumd/tagihan/"+other.ID.String(), "Dibayar sebagian", "Rp400.000")
	rina.Page("/bumd/saldo", "Pemerintah Kota Tanjungpinang", "Rp100.000")
	rina.Sees(rina.Post(cash+"/bagi", append(both, partOf["batam"], "1")...), http.StatusConflict, "sudah diputus")

	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Post(named+"/bagi", append(both, partOf["batam"], "1", "rest", batam.PartyID.String())...), http.StatusForbidden)
}

// TestByHandTheOldestDueComesFirst: the open invoices of a party stand in the order in which the money closes them.
func TestByHandTheOldestDueComesFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, second := s.Issue(s.CloseMonth(pagetest.HostOther, time.October)), s.Issue(s.CloseMonth(pagetest.HostOther, time.September))
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	one := upload(rina, head+"24/11/2026;SETORAN TUNAI;;3000000\n").To()
	rina.Goes(rina.Post(one+"/bukukan"), one)
	line := pagetest.Hrefs(rina.Page(one), "/bumd/rekening/mutasi/")[0]
	_, form, _ := strings.Cut(rina.Page(line+"?pihak="+first.PartyID.String()), `id="cocokkan"`)
	form, _, _ = strings.Cut(form, "</form>")
	if a, b := strings.Index(form, first.ID.String()), strings.Index(form, second.ID.String()); a < 0 || b < a {
		t.Errorf("%s at %d, %s at %d", first.Number, a, second.Number, b)
	}
	pairs := []string{"party", first.PartyID.String()}
	for _, part := range strings.Split(form, `name="pilih"`)[1:] { // as a browser sends what is ticked
		_, rest, _ := strings.Cut(part, `value="`)
		id, _, _ := strings.Cut(rest, `"`)
		pairs = append(pairs, "pilih", id)
	}
	rina.Goes(rina.Post(line+"/cocokkan", pairs...), line)
	rina.Page("/bumd/tagihan/"+first.ID.String(), "Lunas")
	rina.Page("/bumd/tagihan/"+second.ID.String(), "Dibayar sebagian")
}
