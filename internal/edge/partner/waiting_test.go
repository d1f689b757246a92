package partner_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/tenancy"
)

const (
	line      = "/petugas/ducting/antrean"
	staffPlan = "/petugas/ducting/rencana"
)

// asks is what a plan from the first manhole to the second asks for.
func asks(quantity string) url.Values {
	return url.Values{"dari": {"MH-1"}, "ke": {"MH-2"}, "jenis": {"subduct"}, "jumlah": {quantity}, "mulai": {"2026-12-01"}, "sampai": {""}}
}

// offer does what the planned work of the line does.
func offer(t *testing.T, s *pagetest.Site) {
	t.Helper()
	if err := tenancy.InTx(s.In(t, pagetest.HostBatam), s.World.DB.App, func(ctx context.Context, tx bun.Tx) error { return s.Waits.Offer(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// hold lets a company hold some subducts of the first road, and returns the page of its reservation.
func hold(t *testing.T, sari *pagetest.Browser, company, quantity string) string {
	t.Helper()
	page := sari.Page(staffPlan+"?"+asks(quantity).Encode(), "Cadangkan rute")
	_, form, _ := strings.Cut(page, `id="cadangkan"`)
	send := []string{"rute", "1", "operator", company[strings.LastIndex(company, "/")+1:], "hari", "30"}
	for _, name := range []string{"kunci", "dari", "ke", "jenis", "jumlah", "mulai", "sampai", "ruas_1"} {
		send = append(send, name, pagetest.Hidden(t, form, name))
	}
	return sari.Post(staffPlan, send...).To()
}

// joins sends the form by which a company that finds no way joins the line.
func joins(t *testing.T, b *pagetest.Browser, quantity string) string {
	t.Helper()
	page := b.Page(home+"/rencana?"+asks(quantity).Encode(), "Gabung daftar tunggu")
	_, form, _ := strings.Cut(page, `id="tunggu"`)
	var send []string
	for _, name := range []string{"kunci", "dari", "ke", "jenis", "jumlah", "mulai", "sampai"} {
		send = append(send, name, pagetest.Hidden(t, form, name))
	}
	to := b.Post(home+"/antrean", send...).To()
	b.Goes(b.Post(home+"/antrean", send...), to) // however often it is sent
	return to
}

// TestSinceWhenOneWaitsIsADayOfTheCity: past midnight in Batam, when it is still the day before in UTC.
func TestSinceWhenOneWaitsIsADayOfTheCity(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Wait(15 * time.Hour) // 25 November, 01:00
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	holder, _ := company(t, s, sari, "PT Penyewa", "2234567890123", "noc@penyewa.id")
	first, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	show(t, sari, first)
	hold(t, sari, holder, "2")
	joins(t, rani, "1")
	if page := sari.Page(line, "ANT-2026-0001"); strings.Count(page, "25 November 2026") != 3 || strings.Contains(page, "24 November 2026") {
		t.Error("the figures, the demand and the line do not tell the same day")
	}
}

// TestACompanyWaitsForAWay: who finds none joins the line on the page of the plan, sees how many stand before it, is offered what
// becomes free with its price, takes it or gives it back to the next; staff see what is waited for and close only for a published
// reason; nobody sees another's place.
func TestACompanyWaitsForAWay(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	holder, _ := company(t, s, sari, "PT Penyewa", "2234567890123", "noc@penyewa.id")
	first, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	second, tono := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	show(t, sari, first)
	show(t, sari, second)
	rani.Page(home+"/antrean", "Belum ada yang menunggu", "Rencanakan rute", "Tawaran disimpan 14 hari", "Belum dicocokkan")
	sari.Page(line, "Belum ada yang menunggu", "Tidak ada ruas yang ditunggu")
	free := append([]string{"kunci", "x"}, flat(asks("1"))...)
	rani.Sees(rani.Post(home+"/antrean", free...), http.StatusConflict, "sekarang bebas", "Cari rute")
	rani.Sees(rani.Post(home+"/antrean", "kunci", "x", "dari", "", "ke", "MH-2", "jenis", "subduct", "jumlah", "0", "mulai", "2026-12-01", "sampai", ""), http.StatusUnprocessableEntity, "Dari titik: Isian ini wajib", "angka 1 sampai 100")

	held := hold(t, sari, holder, "2")
	one := joins(t, rani, "1")
	two := joins(t, tono, "1")
	rani.Page(one, "ANT-2026-0001", "Menunggu di urutan ke-1", "R-1", "Penuh, ditunggu", "Mundur dari daftar tunggu")
	tono.Page(two, "Menunggu di urutan ke-2")
	tono.Sees(tono.Get(one), http.StatusNotFound)
	tono.Sees(tono.Post(one+"/mundur"), http.StatusNotFound)
	sari.Page(line, "ANT-2026-0001", "PT Serat", "PT Lain", "Permintaan yang belum terlayani", "2 subduct", "dari 2 perusahaan")
	sari.Page(line+"?status=offered", "Tidak ada yang cocok")

	sari.Goes(sari.Post(held+"/batalkan", "why", "Batal"), held)
	offer(t, s)
	rani.Page(home, "Rute yang ditawarkan", "ANT-2026-0001")
	rani.Page(one, "disimpan sampai 8 Desember 2026", "Ambil rute ini", "Satu bulan penuh", "Dasar harga", "UU 36/1999 Pasal 34A", "Cadangan")
	rani.Sees(rani.Post(one+"/ambil"), http.StatusConflict, "belum punya perjanjian kerja sama", "Ambil rute ini")
	sari.Goes(sari.Upload(first+"/berkas", "file", "pks.png", pagetest.Photo(t), "form", "berkas", "kind", "agreement", "number", "PKS 1/2026", "day", "2026-11-01", "until", "2031-10-31"), first)
	order := rani.Post(one + "/ambil").To()
	rani.Page(order, "PSN-2026-0001", "Survei lapangan", "Dari daftar tunggu ANT-2026-0001", "MH-1 ke MH-2")
	rani.Page(one, "sudah diambil")
	rani.Page(home+"/sewa", "SWD-2026-0002", "Dicadangkan")
	rani.Sees(rani.Post(one+"/ambil"), http.StatusConflict, "sudah berubah")
	offer(t, s)
	tono.Page(two, "disimpan sampai")
	tono.Goes(tono.Post(two+"/lepas"), two)
	tono.Page(two, "Dilepas")
	sari.Page(line, "Tawaran diambil", "50%")

	hold(t, sari, holder, "1")
	three := joins(t, tono, "1")
	page := sari.Page(line+three[strings.LastIndex(three, "/"):], "PT Lain", "Tutup daftar tunggu ini")
	if !strings.Contains(page, "Tidak cukup saluran kosong") {
		t.Error("no published reason is offered")
	}
	sari.Sees(sari.Post(line+three[strings.LastIndex(three, "/"):]+"/tutup", "refusal", "", "note", "Sudah lama"), http.StatusUnprocessableEntity, "Alasan yang diumumkan: Isian ini wajib", "Sudah lama")
	sari.Goes(sari.Post(line+three[strings.LastIndex(three, "/"):]+"/tutup", "refusal", "penuh", "note", "Ruas tidak ditambah"), line+three[strings.LastIndex(three, "/"):])
	tono.Page(three, "Ditutup", "Tidak cukup saluran kosong", "Ruas tidak ditambah")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	auditor.Page(line, "ANT-2026-0003")
	auditor.Sees(auditor.Post(line+three[strings.LastIndex(three, "/"):]+"/tutup", "refusal", "penuh"), http.StatusForbidden)
	rani.Sees(rani.Get(line), http.StatusForbidden)
}

// flat is a form as pairs.
func flat(v url.Values) []string {
	var out []string
	for name := range v {
		out = append(out, name, v.Get(name))
	}
	return out
}
