package ordering_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

const orders = "/petugas/ducting/pesanan"

const network = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.11]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.11]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.11], [104.052, 1.11]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2",
		"road": "Jalan Engku Putri", "condition": "good", "authority": "pemko", "ducts": 1, "subducts": 2}}]}`

// ready is a network and a company that may order.
func ready(t *testing.T, s *pagetest.Site) uuid.UUID {
	t.Helper()
	ctx := s.In(t, pagetest.HostBatam)
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err := s.Surveying.Load(ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(network)})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Leases.Apply(ctx, manager, lease.Operator{Name: "Operator Uji", NIB: "1234567890123", Licence: "x", Email: "noc@contoh.id"})
	if err == nil {
		err = s.Leases.Decide(ctx, manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Operators.Receive(ctx, manager, "pks.png", picture())
	if err == nil {
		_, err = s.Operators.File(ctx, manager, operator.Paper{OperatorID: o.ID, Kind: operator.PaperAgreement, Number: "PKS/1", Day: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func picture() *bytes.Reader {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	return bytes.NewReader(b.Bytes())
}

// part is the form of a page with an id.
func part(t *testing.T, page, id string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `id="`+id+`"`)
	if !ok {
		t.Fatalf("the page has no %s", id)
	}
	form, _, _ := strings.Cut(rest, "</form>")
	return form
}

// step sends a step's form with what a page says of it.
func step(t *testing.T, b *pagetest.Browser, one, action string, more ...string) pagetest.Answer {
	t.Helper()
	page := b.Page(one)
	_, form, ok := strings.Cut(page, `name="langkah" value="`+action+`"`)
	if !ok {
		t.Fatalf("the page offers no %s", action)
	}
	return b.Post(one+"/langkah", append([]string{"langkah", action, "versi", pagetest.Hidden(t, form, "versi")}, more...)...)
}

var way = regexp.MustCompile(`name="way" value="([0-9a-f]+)"`)

// TestTheOfficeCarriesAnOrder from its taking down to its acceptance on its pages, and reads what a step lacks and what was wrong.
func TestTheOfficeCarriesAnOrder(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	company := ready(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(orders, "Tidak ada pesanan yang berjalan", "Operator Uji")
	today := s.ClockNow().Format(time.DateOnly)
	typed := []string{"company", company.String(), "from", "MH-1", "kind", "subduct", "quantity", "1", "since", today, "until", "2029-12-01", "note", "Kabel 48 core", "key", "a"}
	wrong := sari.Post(orders, append(typed, "to", "MH-9")...)
	sari.Sees(wrong, http.StatusUnprocessableEntity, "Titik tujuan: Tidak ada titik jaringan", "Kabel 48 core")
	placed := sari.Post(orders, append(typed, "to", "MH-2")...)
	one := placed.To()
	sari.Goes(placed, one)
	page := sari.Page(one, "PSN-2026-0001", "Operator Uji", "Diterima", "MH-1 ke MH-2", "Kabel 48 core", "Mulai periksa kelayakan", "Pesanan diajukan", "Tolak pesanan")
	sari.Page(orders, "PSN-2026-0001", "sampai ")
	sari.Page(orders+"?lihat=terlambat", "Tidak ada pesanan yang cocok")
	sari.Page(orders+"?status=received&operator="+company.String(), "PSN-2026-0001")
	sari.Goes(step(t, sari, one, "begin"), one)
	stale := sari.Post(one+"/langkah", "langkah", "refuse", "versi", pagetest.Hidden(t, part(t, page, "langkah-refuse"), "versi"), "refusal", "penuh", "reason", "Penuh")
	sari.Sees(stale, http.StatusConflict, "Pesanan sudah berubah", "Kelayakan")
	refused := step(t, sari, one, "refuse", "refusal", "", "reason", "")
	sari.Sees(refused, http.StatusUnprocessableEntity, "Keterangan: Isian ini wajib")
	if !strings.Contains(refused.Body, `href="#f-langkah-refusereason"`) || !strings.Contains(refused.Body, `id="f-langkah-refusereason"`) {
		t.Error("the error does not lead to its field")
	}
	found := way.FindStringSubmatch(sari.Page(one, "Rute 1:", "Jalan Engku Putri", "per bulan"))
	if found == nil {
		t.Fatal("no way to choose")
	}
	sari.Goes(step(t, sari, one, "choose_route", "way", found[1]), one)
	undated := step(t, sari, one, "surveyed", "isi.surveyed_on", "", "isi.surveyor", "Budi", "isi.finding", "as_recorded")
	if sari.Sees(undated, http.StatusUnprocessableEntity, "Isian ini wajib"); !strings.Contains(undated.Body, `value="Budi"`) {
		t.Error("what was typed is lost")
	}
	sari.Goes(step(t, sari, one, "surveyed", "isi.surveyed_on", today, "isi.surveyor", "Budi", "isi.finding", "as_recorded"), one)
	sari.Goes(step(t, sari, one, "quote"), one)
	page = sari.Page(one, "PNW-2026-0001", "satu kali", "berlaku sampai", "Budi", "Sesuai catatan", "Sekarang giliran perusahaan", "Menunggu persetujuan penawaran")
	_, rest, _ := strings.Cut(page, one+"/naskah/")
	id, _, _ := strings.Cut(rest, `"`)
	pdf := sari.Get(one + "/naskah/" + id)
	if pdf.Status != http.StatusOK || !strings.HasPrefix(pdf.Body, "%PDF") || pdf.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the quote is %d, %s", pdf.Status, pdf.Header.Get("Content-Type"))
	}
	if again := sari.Get(one + "/naskah/" + id); again.Body != pdf.Body {
		t.Error("the quote is another when it is opened again")
	}
	finance := s.Staff(t, pagetest.HostBatam, "Fani Keuangan", "duct_finance", "")
	if read := finance.Page(one, "PSN-2026-0001", "Riwayat"); strings.Contains(read, `name="langkah"`) {
		t.Error("who may only read is offered steps")
	}
	finance.Sees(finance.Post(one+"/langkah", "langkah", "quote_again", "versi", "5", "reason", "x"), http.StatusForbidden)
	if strings.Contains(finance.Page(orders), `id="catat"`) {
		t.Error("who may only read is offered to take an order down")
	}
}
