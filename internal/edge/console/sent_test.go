package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestWhatWasSentAndHow: the list tells what somebody was written to about from what nobody was, and a credit note says when, to whom and
// how it went out, as an invoice does; whoever came later gets it by a press.
func TestWhatWasSentAndHow(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	rina, boss := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", ""), s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	dina := s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "")
	one := "/bumd/tagihan/" + i.ID.String()
	rina.Page("/bumd/tagihan?kirim=belum", i.Number, "belum terkirim kepada siapa pun")
	rina.Page("/bumd/tagihan?kirim=sudah", "Tidak ada tagihan yang cocok")
	rina.Sees(rina.Get("/bumd/tagihan?kirim=x"), http.StatusUnprocessableEntity)
	if !strings.Contains(rina.Page("/bumd/tagihan?kirim=belum"), `<option value="belum" selected>`) {
		t.Error("the filter forgets what was chosen")
	}

	rina.Goes(rina.Post(one+"/nota-kredit", "line-1", "500.000", "reason", "Layanan terputus dua hari"), one)
	_, rest, _ := strings.Cut(boss.Page("/bumd/permintaan"), `action="/bumd/permintaan/`)
	id, _, _ := strings.Cut(rest, "/")
	boss.Goes(boss.Post("/bumd/permintaan/"+id+"/putus", "jawaban", "setuju"), "/bumd/permintaan")
	note := pagetest.Hrefs(rina.Page("/bumd/tagihan?keadaan=credit_note", "CN/2026/000001", "belum terkirim kepada siapa pun"), "/bumd/tagihan/")[0]
	rina.Page(note, "Pengiriman", "Diterbitkan Ratna Dewi", "Belum terkirim kepada siapa pun")

	s.Work(t)
	s.Soon(t, "the letter about the note", func() bool { return strings.Contains(pagetest.Text(rina.Get(note).Body), "Dina Bendahara") })
	rina.Page(note, "Dikirim kepada", "Cara", "Dina Bendahara 24 November 2026", "Email", "Ratna Dewi")
	own := strings.Replace(note, "/bumd/", "/kelola/", 1)
	dina.Page(own, "Pengiriman", "Dina Bendahara", "Email", "BUMD")
	s.Soon(t, "both are sent", func() bool {
		return strings.Contains(pagetest.Text(rina.Get("/bumd/tagihan?kirim=belum").Body), "Tidak ada tagihan yang cocok")
	})
	rina.Page("/bumd/tagihan?kirim=sudah", i.Number, "CN/2026/000001")

	// What became of the mail is the city's to know and the platform's to see, and no other city's.
	ctx := s.In(t, pagetest.HostBatam)
	for status, words := range map[string]string{"sent": "diterima server email", "failed": "akunnya tidak punya alamat email"} {
		_, err := s.World.DB.App.NewRaw("UPDATE message SET status = ?, reason = CASE WHEN ? = 'failed' THEN 'no_address' ELSE '' END, ended_at = ? WHERE tenant_id = ? AND template = 'invoice_credited'",
			status, status, s.ClockNow(), s.World.Batam.ID).Exec(ctx)
		if err != nil {
			t.Fatal(err)
		}
		rina.Page(note, words)
		dina.Page(own, words)
	}
	stranger := s.Staff(t, pagetest.HostOther, "Lina Bendahara", "treasurer", "")
	stranger.Sees(stranger.Get(own), http.StatusNotFound)

	s.Staff(t, pagetest.HostBatam, "Rahma Bendahara", "treasurer", "")
	rina.Goes(rina.Post(note+"/kirim"), note)
	s.Soon(t, "who came later has it too", func() bool { return strings.Contains(pagetest.Text(rina.Get(note).Body), "Rahma Bendahara") })
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	if page := yusuf.Get(note); page.Status == http.StatusOK && strings.Contains(page.Body, note+"/kirim") {
		t.Error("who does not issue can send it")
	}
}
