package partner_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// office is the staff's side of an order, of which these tests ask for nothing but that it went on.
type office struct {
	t       *testing.T
	s       *pagetest.Site
	manager identity.Actor
	order   uuid.UUID
}

func newOffice(t *testing.T, s *pagetest.Site, path string) *office {
	t.Helper()
	return &office{t, s, identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}, uuid.MustParse(path[strings.LastIndex(path, "/")+1:])}
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) find() ductorder.Detail {
	o.t.Helper()
	d, err := o.s.Orders.Find(o.s.In(o.t, pagetest.HostBatam), o.manager, o.order)
	o.must(err)
	return d
}

// steps takes steps one after the other.
func (o *office) steps(all ...string) {
	o.t.Helper()
	for _, action := range all {
		o.step(ductorder.ActInput{Action: action, Reason: map[string]string{"rework": "Foto gelap"}[action]})
	}
}

func (o *office) step(in ductorder.ActInput) {
	o.t.Helper()
	in.ID, in.Version = o.order, o.find().Version
	_, err := o.s.Orders.Act(o.s.In(o.t, pagetest.HostBatam), o.manager, in)
	o.must(err)
}

// quotes brings a new order to its quote.
func (o *office) quotes() {
	o.t.Helper()
	o.steps("begin")
	ways, err := o.s.Orders.Choices(o.s.In(o.t, pagetest.HostBatam), o.manager, o.order)
	o.must(err)
	o.step(ductorder.ActInput{Action: "choose_route", Way: ways[0].Key})
	o.step(ductorder.ActInput{Action: "surveyed", Answers: map[string][]string{"surveyed_on": {"2026-11-24"}, "surveyor": {"Sari"}, "finding": {"as_recorded"}}})
	o.steps("quote")
}

// permits writes down what every authority has permitted.
func (o *office) permits() {
	o.t.Helper()
	ctx := o.s.In(o.t, pagetest.HostBatam)
	for i, x := range o.find().Permits {
		f, err := o.s.Orders.Receive(ctx, o.manager, "izin.png", bytes.NewReader(pagetest.Photo(o.t)))
		o.must(err)
		o.must(o.s.Orders.WritePermit(ctx, o.manager, ductorder.PermitInput{Order: o.order, Permit: x.ID, Number: fmt.Sprint("IZIN/", i+1), Day: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), File: &f}))
	}
}

// takes sends the form of a step that the company's page offers.
func takes(t *testing.T, b *pagetest.Browser, one, action string, more ...string) pagetest.Answer {
	t.Helper()
	page := b.Page(one)
	_, form, ok := strings.Cut(page, `name="aksi" value="`+action+`"`)
	if !ok {
		t.Fatalf("the page offers no %s", action)
	}
	return b.Post(one+"/langkah", append([]string{"form", "langkah-" + action, "aksi", action, "versi", pagetest.Hidden(t, form, "versi")}, more...)...)
}

// TestACompanyOrders from its plan: it confirms what it asks for, needs an agreement, accepts the quote, reads the papers, asks for
// the manholes, shows its work and shows it again where it was rejected, renews and gives notice; another company sees nothing of it.
func TestACompanyOrders(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	path, rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	_, tono := company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	show(t, sari, path)
	rani.Page(home+"/pesanan", "Belum ada pesanan", "Rencanakan rute")
	rani.Page(home+"/rencana?"+asks("1").Encode(), "Pesan rute ini", "Belum ada yang mengikat")
	asked := asks("1")
	asked.Set("sampai", "2029-12-01")
	page := rani.Page(home+"/pesan?"+asked.Encode(), "Periksa permintaan di bawah ini", "1 subduct di setiap ruas", "Perkiraan biaya", "Sampai sewa berakhir", "Kirim pesanan")
	_, form, _ := strings.Cut(page, `id="kirim"`)
	send := []string{"note", "Kabel 48 core"}
	for _, name := range []string{"kunci", "dari", "ke", "jenis", "jumlah", "mulai", "sampai"} {
		send = append(send, name, pagetest.Hidden(t, form, name))
	}
	rani.Sees(rani.Post(home+"/pesanan", send...), http.StatusConflict, "belum punya perjanjian kerja sama", "Kabel 48 core")
	sari.Goes(sari.Upload(path+"/berkas", "file", "pks.png", pagetest.Photo(t), "form", "berkas", "kind", "agreement", "number", "PKS 1/2026", "day", "2026-11-01", "until", "2031-10-31"), path)
	one := rani.Post(home+"/pesanan", send...).To()
	rani.Goes(rani.Post(home+"/pesanan", send...), one)
	rani.Page(one, "PSN-2026-0001", "Diterima", "MH-1 ke MH-2", "Kabel 48 core", "Dijanjikan paling lambat", "Tarik pesanan", "Pesanan dikirim")
	rani.Page(home+"/pesanan", "PSN-2026-0001", "Diterima")
	tono.Sees(tono.Get(one), http.StatusNotFound)
	tono.Sees(tono.Post(one+"/langkah", "aksi", "withdraw", "versi", "1", "reason", "x"), http.StatusNotFound)
	rani.Sees(takes(t, rani, one, "withdraw", "reason", ""), http.StatusUnprocessableEntity, "Penjelasan: Isian ini wajib")

	o := newOffice(t, s, one)
	o.quotes()
	page = rani.Page(one, "Menunggu Anda", "Setujui penawaran", "Penawaran PNW-2026-0001", "Satu bulan penuh", "UU 36/1999 Pasal 34A", "Berlaku sampai")
	paper := pagetest.Hrefs(page, one+"/naskah/")[0]
	if pdf := rani.Get(paper); pdf.Status != http.StatusOK || !strings.HasPrefix(pdf.Body, "%PDF") {
		t.Errorf("the quote: %d", pdf.Status)
	}
	tono.Sees(tono.Get(paper), http.StatusNotFound)
	rani.Sees(rani.Post(one+"/langkah", "aksi", "accept_quote", "versi", "1"), http.StatusConflict, "Pesanan sudah berubah", "Setujui penawaran")
	rani.Goes(rani.Post(home+"/orang", "name", "Bima Serat", "email", "bima@serat.id", "admin", "no"), home+"/orang")
	if page := comes(t, s).Page(one, "Hanya administrator perusahaan Anda", "Hubungi Admin PT Serat (noc@serat.id)"); strings.Contains(page, `value="accept_quote"`) {
		t.Error("who is no administrator is offered to accept the quote")
	}
	if page := rani.Page(one); strings.Contains(page, "Hanya administrator perusahaan Anda") {
		t.Error("an administrator is told to ask one")
	}
	rani.Goes(takes(t, rani, one, "accept_quote"), one)
	rani.Page(one, "Penawaran disetujui", "Buka sewanya")
	rani.Page(home+"/sewa", "Dicadangkan")
	o.steps("order")
	rani.Page(one, "Izin lahan", "Sedang diurus", "Surat perintah kerja (SPK)")
	o.permits()
	o.steps("permitted")

	rani.Page(one, "IZIN/1", "Belum ada jadwal", "Ajukan jadwal manhole")
	bad := rani.Post(one+"/jadwal", "form", "jadwal", "node", "", "since", "2026-12-05", "until", "2026-12-01", "crew", "Regu 1", "leader", "", "phone", "081234567890", "people", "99", "safety", "K3 12")
	rani.Sees(bad, http.StatusUnprocessableEntity, "Titik: Isian ini wajib", "Kepala regu: Isian ini wajib", "angka dari 1 sampai 30", "Hari terakhir: ")
	if !strings.Contains(bad.Body, `value="Regu 1"`) {
		t.Error("what was typed is lost")
	}
	rani.Goes(rani.Post(one+"/jadwal", "form", "jadwal", "node", "MH-1", "since", "2026-12-01", "until", "2026-12-02", "crew", "Regu 1", "leader", "Budi", "phone", "081234567890", "people", "4", "safety", "K3 12"), one)
	rani.Page(one, "Diajukan", "Budi, 4 orang", "Tarik jadwal MH-1")
	ctx := s.In(t, pagetest.HostBatam)
	o.must(s.Orders.DecideWindow(ctx, o.manager, ductorder.WindowDecision{Order: o.order, Window: o.find().Windows[0].ID, Refusal: "k3", Reason: "Sertifikat sudah lewat masanya"}))
	rani.Page(one, "Ditolak", "Regu atau pengawas K3 belum memenuhi syarat keselamatan kerja: Sertifikat sudah lewat masanya")
	rani.Goes(rani.Post(one+"/jadwal", "form", "jadwal", "node", "MH-1", "since", "2026-12-01", "until", "2026-12-02", "crew", "Regu 1", "leader", "Budi", "phone", "081234567890", "people", "4", "safety", "K3 13"), one)
	o.must(s.Orders.DecideWindow(ctx, o.manager, ductorder.WindowDecision{Order: o.order, Window: o.find().Windows[1].ID, Grant: true}))
	o.steps("open_access")

	rani.Page(one, "Belum ada bukti", "Belum dapat dilakukan: Belum ada bukti pekerjaan", "Kirim bukti")
	rani.Lists(rani.Upload(one+"/bukti", "file", "foto.txt", []byte("bukan foto"), "form", "bukti", "kind", "after", "place", "MH-1"), "Foto atau hasil ukur:")
	rani.Lists(rani.Upload(one+"/bukti", "file", "foto.txt", []byte("bukan foto"), "form", "bukti", "kind", "", "place", "MH-9"), "Menunjukkan:", "Titik: Pilih titik yang dilalui", "Foto atau hasil ukur:")
	rani.Sees(rani.Upload(one+"/bukti", "file", "foto.png", pagetest.Photo(t), "form", "bukti", "kind", "", "place", "MH-9"), http.StatusUnprocessableEntity, "Menunjukkan:", "Titik: Pilih titik yang dilalui")
	tono.Sees(tono.Upload(one+"/bukti", "file", "foto.png", pagetest.Photo(t), "form", "bukti", "kind", "after", "place", "MH-1"), http.StatusNotFound)
	rani.Goes(rani.Upload(one+"/bukti", "file", "foto.png", pagetest.Photo(t), "form", "bukti", "kind", "after", "place", "MH-1", "note", "Tutup dipasang"), one)
	page = rani.Page(one, "foto.jpg", "Sesudah", "Tutup dipasang", "Menunggu pemeriksaan")
	photo := pagetest.Hrefs(page, one+"/berkas/")
	rani.Sees(rani.Get(photo[len(photo)-1]), http.StatusOK)
	tono.Sees(tono.Get(photo[len(photo)-1]), http.StatusNotFound)
	rani.Goes(takes(t, rani, one, "installed", "reason", ""), one)
	o.must(s.Orders.Review(ctx, o.manager, ductorder.ReviewInput{Order: o.order, Evidence: o.find().Evidence[0].ID, Reason: "Foto gelap"}))
	o.steps("rework")
	rani.Page(one, "Ditolak", "Foto gelap", "Mengganti bukti yang ditolak", "Sesudah di MH-1: Foto gelap", "Masih ada bukti yang ditolak")
	rani.Goes(rani.Upload(one+"/bukti", "file", "terang.png", pagetest.Photo(t), "form", "bukti", "kind", "after", "place", "MH-1", "replaces", o.find().Evidence[0].ID.String()), one)
	rani.Goes(takes(t, rani, one, "installed", "reason", ""), one)
	o.must(s.Orders.Review(ctx, o.manager, ductorder.ReviewInput{Order: o.order, Evidence: o.find().Evidence[1].ID, Approve: true}))
	o.steps("inspected")
	s.Wait(14 * 24 * time.Hour)
	rani = signsIn(t, s, "noc@serat.id")
	o.step(ductorder.ActInput{Action: "accept", Day: time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC), City: ductorder.Signer{Name: "Ahmad", Role: "Direktur"}, Company: ductorder.Signer{Name: "Rani", Role: "Manajer"}})
	o.step(ductorder.ActInput{Action: "record_as_built", AsBuilt: ductorder.AsBuiltSame})
	o.steps("bill")

	rani.Page(one, "Aktif", "Berita acara serah terima (BAST)", "(sudah diganti)", "Perpanjang sewa", "Akhiri sewa")
	rani.Sees(rani.Post(one+"/perpanjangan", "form", "perpanjangan", "kunci", "p", "until", "2029-01-01", "note", "Lanjut"), http.StatusUnprocessableEntity, "Sewa berakhir pada:", "Lanjut")
	two := rani.Post(one+"/perpanjangan", "form", "perpanjangan", "kunci", "p", "until", "2031-12-01", "note", "Lanjut").To()
	rani.Page(two, "PSN-2026-0002", "Memperpanjang PSN-2026-0001")
	rani.Goes(takes(t, rani, two, "withdraw", "reason", "Tidak jadi"), two)
	rani.Sees(takes(t, rani, one, "give_notice", "day", "", "reason", "Pindah"), http.StatusUnprocessableEntity, "Hari pertama tanpa sewa: Isian ini wajib", "Pindah")
	rani.Goes(takes(t, rani, one, "give_notice", "day", "2028-01-01", "reason", "Pindah"), one)
	rani.Page(one, "Pembongkaran kabel", "Pindah")
}
