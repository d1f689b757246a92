package standard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestAnAdministratorKeepsTheTariffs: the next version with its law, refused where it would change the past; then a formula
// by it, and one that names what the city does not have, refused with its place.
func TestAnAdministratorKeepsTheTariffs(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const nsr = "/kelola/tarif/reklame-nsr"
	rina.Page("/kelola/tarif", "Nilai sewa reklame (NSR)", "Belum diverifikasi", "Tarif baru")
	home := rina.Page(nsr, "Sedang berlaku", "Angka contoh, belum dicocokkan", "Belum diverifikasi", "12.000", "tidak dapat diubah")
	if strings.Contains(home, "Batalkan versi") || strings.Contains(home, "versi?dari=2026-01-01") {
		t.Error("what is in force can be changed")
	}
	page := rina.Page(nsr+"/versi", "Versi tarif: Nilai sewa reklame", "papan-utama | Papan atau billboard, jalan utama")
	save := func(from string) pagetest.Answer {
		_, form, _ := strings.Cut(page, `<form class="box"`)
		return rina.Post(nsr+"/versi", written(t, `<form class="desk-narrow"`+form, "basis", "Perwako 9/2026", "source", "Lampiran I", "effective_from", from)...)
	}
	rina.Sees(save(""), http.StatusUnprocessableEntity, "Mulai berlaku")
	rina.Sees(save("2026-11-24"), http.StatusUnprocessableEntity, "setelah hari ini")
	short := rina.Post(nsr+"/versi", "name_id", "NSR", "name_en", "NSR", "unit_id", "rupiah", "unit_en", "rupiah", "effective_from", "2027-01-01", "basis", "", "source", "x",
		"rows", "papan-utama | Papan | Board | 6.000\nneon | Neon | Neon | banyak")
	rina.Sees(short, http.StatusUnprocessableEntity, "Angka pada baris 2 tidak dapat dibaca", "wajib diisi")
	if !strings.Contains(short.Body, "papan-utama | Papan | Board | 6.000\nneon | Neon | Neon | banyak") {
		t.Error("what was typed is lost")
	}
	for _, amount := range []string{"1.5", "-1", "1,5", "1.000,50", "Rp", ""} {
		rina.Sees(rina.Post("/kelola/tarif/baru", "name_id", "Sewa", "name_en", "Hire", "unit_id", "rupiah", "unit_en", "rupiah", "effective_from", "2026-11-24", "basis", "x", "source", "x",
			"rows", "kecil | Kecil | Small | "+amount), http.StatusUnprocessableEntity, "Angka pada baris 1 tidak dapat dibaca")
	}
	rina.Goes(rina.Post("/kelola/tarif/baru", "name_id", "Sewa", "name_en", "Hire", "unit_id", "rupiah", "unit_en", "rupiah", "effective_from", "2026-11-24", "basis", "x", "source", "x",
		"rows", "kecil | Kecil | Small | 1.500\nbesar | Besar | Big | Rp2.500,00"), "/kelola/tarif/sewa")
	rina.Page("/kelola/tarif/sewa", "Kecil 1.500", "Besar 2.500")
	rina.Sees(rina.Post(nsr+"/versi", "name_id", "NSR", "name_en", "NSR", "unit_id", "rupiah", "unit_en", "rupiah", "effective_from", "2027-01-01", "basis", "x", "source", "x",
		"rows", "papan-utama | Papan | Board | 6.000"), http.StatusUnprocessableEntity, "Kunci papan-kolektor ada di versi sebelumnya")
	rina.Goes(save("2027-01-01"), nsr)
	rina.Page(nsr, "Versi tarif disimpan", "Berlaku mulai 1 Januari 2027", "Belum berlaku", "Perwako 9/2026", "Batalkan versi 1 Januari 2027")
	rina.Sees(rina.Post(nsr+"/versi/2026-01-01/hapus"), http.StatusConflict, "sudah mulai berlaku")
	rina.Goes(rina.Post(nsr+"/versi/2027-01-01/hapus"), nsr)
	rina.Sees(rina.Post(nsr+"/versi/besok/hapus"), http.StatusNotFound)
	rina.Sees(rina.Get("/kelola/tarif/tidak-ada"), http.StatusNotFound)

	rina.Goes(rina.Post("/kelola/tarif/baru", "name_id", "Sewa tenda", "name_en", "Tent hire", "unit_id", "rupiah per hari", "unit_en", "rupiah a day",
		"effective_from", "2026-11-24", "basis", "Perda 1/2024", "source", "Lampiran II", "rows", "kecil | Kecil | Small | 50.000", "verified", "yes"), "/kelola/tarif/sewa-tenda")
	rina.Page("/kelola/tarif/sewa-tenda", "Sedang berlaku", "50.000")

	// A formula of the form, at its place; what is right needs no list of tariffs beside it.
	const form = "/kelola/layanan/" + pagetest.KTP + "/formulir"
	compute := func(path, revision, formula string) {
		rina.Goes(rina.Post(form+"/isian"+path, "revision", revision, "page", "kehilangan", "kind", "computed", "as", "money", "code", "sewa", "label_id", "Sewa", "label_en", "Hire", "compute", formula), form+"#isian-sewa")
	}
	compute("", "0", `rates["tidak-ada"]["kecil"]`)
	if faults := rina.Page(form, "kota ini tidak punya tarif tidak-ada"); !strings.Contains(faults, `href="`+form+`/isian/sewa#f-compute"`) {
		t.Error("the fault does not lead to the formula")
	}
	rina.Sees(rina.Post(form+"/terbitkan", "revision", "1"), http.StatusUnprocessableEntity, "belum dapat diterbitkan")
	compute("/sewa", "1", `rates["sewa-tenda"]["besar"]`)
	rina.Page(form, "tidak punya kunci besar")
	compute("/sewa", "2", `rates["sewa-tenda"]["kecil"] * 2`)
	rina.Goes(rina.Post(form+"/terbitkan", "revision", "3"), form)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := siti.Draft(pagetest.SitiNIK)
	siti.Page(root+"/periksa", "Rp100.000")

	// The same in the standard's own fee.
	const at = "/kelola/layanan/" + pagetest.KTP
	page = rina.Page(at+"/standar", "sewa-tenda (Sewa tenda)")
	rina.Goes(rina.Post(at+"/standar", append(written(t, page, "fee_tariffs", "sewa-tenda, tidak-ada"), "what", "save")...), at)
	if faults := rina.Page(at, "kota ini tidak punya tarif tidak-ada"); !strings.Contains(faults, at+"/standar#f-fee_tariffs") {
		t.Error("the fault does not lead to the tariffs of the fee")
	}

	andi := s.Staff(t, pagetest.HostBatam, "Andi", "officer", "disdukcapil")
	andi.Sees(andi.Get(nsr), http.StatusForbidden)
	tono := s.Staff(t, pagetest.HostOther, "Tono Saputra", "city_admin", "")
	tono.Sees(tono.Get(nsr), http.StatusNotFound)
	tono.Page("/kelola/tarif", "Belum ada tarif")
}

// TestTheRulesOfAService are written on the page of its standard: who takes part, how much is taken, how it is collected,
// which office serves; and somebody who writes for one agency keeps to its services.
func TestTheRulesOfAService(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const at = "/kelola/layanan/" + pagetest.KTP
	page := rina.Page(at+"/standar", "Instansi yang ikut melayani", "Kuota permohonan per bulan", "Boleh diwakilkan", "Kantor menurut alamat")
	save := append(written(t, page, "rules_daily_quota", "10", "rules_monthly_quota", "100", "rules_pickup", "proxy", "effective_from", "2026-11-24"), "what", "save", "joint_agencies", "dinkes", "joint_agencies", "dpmptsp")
	rina.Goes(rina.Post(at+"/standar", save...), at)
	if faults := rina.Page(at); strings.Contains(faults, "perlu diperbaiki") {
		t.Fatal(pagetest.Text(faults))
	}
	rina.Goes(rina.Post(at+"/standar/terbitkan", "revision", "1"), at)
	if page = rina.Page(at+"/standar", "Instansi yang ikut melayani : Dinas Kesehatan, Dinas Penanaman Modal"); !strings.Contains(page, `value="100"`) {
		t.Error("the quota of the month is not kept")
	}
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	siti.Page("/layanan/"+pagetest.KTP, "Dinas Kesehatan", "orang lain dengan surat kuasa")

	page = rina.Page(at + "/standar")
	rina.Goes(rina.Post(at+"/standar", append(written(t, page, "rules_office", "rumah", "rules_monthly_quota", "-1"), "what", "save", "joint_agencies", "disdukcapil")...), at)
	faults := rina.Page(at, "perlu diperbaiki")
	for _, field := range []string{"rules_office", "rules_monthly_quota", "joint_agencies"} {
		if !strings.Contains(faults, at+"/standar#f-"+field) {
			t.Errorf("the fault of %s does not lead to it", field)
		}
	}

	ctx := s.In(t, pagetest.HostBatam)
	city, _ := tenancy.CityFrom(ctx)
	admin := identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	err := s.Guard.CreateRole(ctx, admin, access.CreateRoleInput{Code: "penulis", Name: i18n.Text{i18n.ID: "Penulis"}, Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	doni := s.Staff(t, pagetest.HostBatam, "Doni", "penulis", "dinkes")
	list := doni.Page("/kelola/layanan")
	if strings.Contains(list, pagetest.KTP) {
		t.Error("the list shows another agency's services")
	}
	for _, path := range []string{at, at + "/standar", at + "/formulir", at + "/alur", at + "/dokumen"} {
		doni.Sees(doni.Get(path), http.StatusForbidden, "milik instansi lain")
	}
	tariffs := doni.Page("/kelola/tarif")
	if strings.Contains(tariffs, "Tarif baru") {
		t.Error("an editor of one agency is offered to change tariffs")
	}
}
