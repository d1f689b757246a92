package queue_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestWorkByArea goes a head's way through the districts without a script, and an administrator's through an officer's limit.
func TestWorkByArea(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	id, number := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	head := s.Staff(t, pagetest.HostBatam, "Hendra Gunawan", "agency_head", "disdukcapil")
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	head.Page("/petugas/antrean?lihat=semua&kecamatan=21.71.10", number, "1 permohonan")
	if page := head.Page("/petugas/antrean?lihat=semua&kecamatan=21.71.04", "Tidak ada yang sesuai saringan"); strings.Contains(page, "wilayah kerja Anda") {
		t.Error("somebody without a limit is told of one")
	}
	head.Sees(head.Get("/petugas/antrean?lihat=semua&kecamatan=nongsa"), http.StatusUnprocessableEntity, "Pilih salah satu yang tersedia")
	head.Page(pagetest.AtDesk(id), "Batam Kota")
	if page := head.Get("/petugas/beban").Body; !strings.Contains(page, "/petugas/antrean?kecamatan=21.71.10&amp;lihat=semua&amp;sumber=di-sini") {
		t.Error("the workload of a district leads nowhere")
	}
	head.Page("/petugas/beban", "Beban kerja per kecamatan", "Batam Kota 1")

	list := admin.Get("/kelola/staf").Body
	at := list[:strings.Index(list, ">Andi Wijaya<")]
	member := at[strings.LastIndex(at, `href="`)+len(`href="`):]
	member = member[:strings.IndexByte(member, '"')]
	admin.Page(member, "Wilayah kerja", "Nongsa", "Kelurahan di Batam Kota")
	save := func(areas ...string) pagetest.Answer {
		in := []string{"role", "officer", "agency", "disdukcapil"}
		for _, a := range areas {
			in = append(in, "areas", a)
		}
		return admin.Post(member+"/peran", in...)
	}
	admin.Sees(save("99.99.99"), http.StatusUnprocessableEntity)
	andi.Page("/petugas/antrean?lihat=semua", number)
	admin.Goes(save("21.71.04"), member)
	if page := admin.Page(member); !strings.Contains(admin.Get(member).Body, `value="21.71.04" checked`) {
		t.Errorf("the limit is not shown: %s", page)
	}
	andi.Page("/petugas/antrean?lihat=semua", "Semua 0", "Anda hanya melihat permohonan dari wilayah kerja Anda: Nongsa.", "mintalah admin kota mengubahnya: Maya Putri.")
	andi.Sees(andi.Get(pagetest.AtDesk(id)), http.StatusNotFound)
	andi.Page(andi.Post("/petugas/antrean", "q", number).To(), "Tidak ada permohonan yang cocok", "wilayah kerja Anda: Nongsa.")
	andi.Page("/petugas/antrean?lihat=semua", "Nongsa", "Sambau")
	if page := andi.Get("/petugas/antrean?lihat=semua").Body; strings.Contains(page, "Batu Ampar") {
		t.Error("the filter offers a district beyond the limit")
	}
	admin.Goes(save("21.71.04", "21.71.10"), member)
	andi.Page(pagetest.AtDesk(id), number)

	// A head who is limited counts what lies there alone.
	admin.Goes(admin.Post(member+"/peran", "role", "agency_head", "agency", "disdukcapil", "areas", "21.71.04"), member)
	if load := andi.Page("/petugas/beban", "Andi Wijaya 0 0 0"); strings.Contains(load, "Batam Kota") {
		t.Errorf("the workload tells of other districts: %s", load)
	}
	head.Page("/petugas/beban", "Batam Kota 1")
}
