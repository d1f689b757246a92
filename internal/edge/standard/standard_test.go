package standard_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
)

// written reads a page's form of a standard as a browser would send it back, with answers changed: name, value …
func written(t *testing.T, page string, changes ...string) []string {
	t.Helper()
	_, page, ok := strings.Cut(page, `<form class="desk-narrow"`)
	if !ok {
		t.Fatal("no form")
	}
	page, _, _ = strings.Cut(page, "</form>")
	unescape := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&")
	v := url.Values{}
	name := regexp.MustCompile(` name="([^"]+)"`)
	value := regexp.MustCompile(` value="([^"]*)"`)
	for _, tag := range regexp.MustCompile(`(?s)<input[^>]*>`).FindAllString(page, -1) {
		if strings.Contains(tag, `type="checkbox"`) || strings.Contains(tag, `type="radio"`) {
			if !strings.Contains(tag, " checked") {
				continue
			}
		}
		if m := name.FindStringSubmatch(tag); m != nil {
			x := value.FindStringSubmatch(tag)
			v.Add(m[1], unescape.Replace(x[1]))
		}
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>`).FindAllStringSubmatch(page, -1) {
		v.Set(m[1], unescape.Replace(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>`).FindAllStringSubmatch(page, -1) {
		if x := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[2]); x != nil {
			v.Set(m[1], x[1])
		}
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	var out []string
	for n, all := range v {
		for _, one := range all {
			out = append(out, n, one)
		}
	}
	return out
}

// TestAnAdministratorMakesAServiceFromNothing, with a form of their own and a workflow and a document from a copy; a
// resident applies, an officer approves, the document is issued; then it is retired.
func TestAnAdministratorMakesAServiceFromNothing(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	const at = "/kelola/layanan/surat-domisili"

	rina.Page("/kelola/layanan", "Layanan baru")
	rina.Page("/kelola/layanan-baru", "Salin alur kerja")
	rina.Sees(rina.Post("/kelola/layanan-baru", "name_id", "Surat domisili", "name_en", "Letter of residence", "code", pagetest.KTP, "agency", "", "category", ""),
		http.StatusUnprocessableEntity, "Kode: Kode ini sudah dipakai", "Kategori: ", "Pilih salah satu")
	rina.Goes(rina.Post("/kelola/layanan-baru", "name_id", "Surat domisili", "name_en", "Letter of residence", "agency", "disdukcapil", "category", "kependudukan",
		"copy_workflow", "adminduk", "copy_document", pagetest.KTP), at)
	rina.Page(at, "Belum diterbitkan", "hal perlu diperbaiki", "surat-domisili belum diterbitkan")
	rina.Page("/kelola/layanan", "Layanan yang belum diterbitkan", "Surat domisili")
	siti.Sees(siti.Get("/layanan/surat-domisili"), http.StatusNotFound)
	rina.Sees(rina.Post(at+"/standar/terbitkan", "revision", "1"), http.StatusUnprocessableEntity, "belum dapat diterbitkan")

	form := at + "/formulir"
	rina.Goes(rina.Post(form+"/halaman", "revision", "0", "title_id", "Tempat tinggal", "title_en", "Home", "code", "rumah"), form+"#hal-rumah")
	rina.Goes(rina.Post(form+"/isian", "revision", "1", "page", "rumah", "kind", "text", "code", "alamat", "label_id", "Alamat", "label_en", "Address", "required", "yes"), form+"#isian-alamat")
	rina.Goes(rina.Post(form+"/terbitkan", "revision", "2"), form)

	document := at + "/dokumen"
	if !strings.Contains(rina.Page(document), "{seq}/SKP-KTP/{agency}/{month_roman}/{year}/{service}") {
		t.Error("the copy would be numbered as what it was copied from")
	}
	rina.Goes(rina.Post(document, "what", "save", "version", "1", "parts", "1", "title_id", "Surat Domisili", "title_en", "Letter of residence", "number_pattern", "{seq}/DOM/{year}",
		"series", "service", "signer_id", "Kepala", "signer_en", "Head", "signature", "none", "text_id_0", "Tinggal di {alamat}.", "text_en_0", "Lives at {alamat}."), document)

	more := rina.Post(at+"/standar", append(written(t, rina.Page(at+"/standar"), "summary_id", "Keterangan tempat tinggal", "summary_en", "States where one lives", "keywords", "domisili\nresidence"), "what", "add")...)
	rina.Sees(more, http.StatusOK, "1. Persyaratan 1")
	whole := written(t, more.Body, "requirements_0_name_id", "KTP-el atau surat keterangan", "requirements_0_name_en", "Identity card or a letter",
		"requirements_0_when_id", "Berusia 17 tahun", "requirements_0_when_en", "Aged 17", "requirements_0_any_of", "ktp | KTP-el | Identity card | copy\nsuket | Surat keterangan | Letter | original",
		"procedure", "Warga | Resident | Mengisi formulir | Fills in the form", "time_amount", "3", "time_unit", "working_day", "time_starts", "complete_documents",
		"fee_free", "yes", "products", "Surat domisili | Letter of residence", "complaints_id", "Telepon 112", "complaints_en", "Call 112", "legal_basis", "UU 24/2013", "workflow", "surat-domisili", "document", "surat-domisili")
	rina.Goes(rina.Post(at+"/standar", append(whole, "what", "save")...), at)
	rina.Page(at, "Standar versi 1 berlaku mulai 24 November 2026")

	// Another administrator comes in between; what the second one wrote is kept.
	joko := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	page := joko.Page(at+"/standar", "Terakhir diubah Rina")
	joko.Goes(joko.Post(at+"/standar", append(written(t, page, "decree", "SK 7/2026"), "what", "save")...), at)
	late := rina.Post(at+"/standar", append(written(t, page, "decree", "SK 8/2026"), "what", "save")...)
	rina.Sees(late, http.StatusConflict, "Terakhir diubah Joko", "belum tersimpan")
	if !strings.Contains(late.Body, `value="SK 8/2026"`) {
		t.Error("what was typed is lost")
	}
	rina.Sees(rina.Post(at+"/standar/terbitkan", "revision", "2"), http.StatusConflict, "Terakhir diubah Joko")
	rina.Goes(rina.Post(at+"/standar/terbitkan", "revision", "3"), at)
	rina.Page(at, "Layanan diterbitkan", "SK 7/2026", "3 hari kerja", "Tutup layanan ini")

	siti.Page("/layanan?q=domisili", "Surat domisili")
	siti.Page("/layanan/surat-domisili", "KTP-el", "Surat keterangan", "Berusia 17 tahun", "3 hari kerja", "Tidak dipungut biaya", "Telepon 112")
	tpi := s.Browser(t, "tanjungpinang.localhost")
	tpi.Sees(tpi.Get("/layanan/surat-domisili"), http.StatusNotFound)

	begun := siti.Post("/ajukan/surat-domisili").To()
	root, _, _ := strings.Cut(begun, "/isi/")
	siti.Goes(siti.Post(root+"/isi/rumah", "alamat", "Jalan Merdeka 1"), root+"/periksa")
	root, _ = siti.Sent(root)

	rina.Goes(rina.Post(at+"/tutup", "instead_id", "Urus di kelurahan.", "instead_en", "Go to the subdistrict's office."), at)
	rina.Page(at, "Ditutup", "Urus di kelurahan.")
	closed := siti.Get("/layanan/surat-domisili")
	siti.Sees(closed, http.StatusGone, "tidak menerima permohonan baru", "Urus di kelurahan.")
	siti.Sees(siti.Post("/ajukan/surat-domisili"), http.StatusGone)
	if strings.Contains(siti.Page("/layanan?q=domisili"), "/layanan/surat-domisili") {
		t.Error("a retired service is still found")
	}
	s.Approve(t, root)
	s.Soon(t, "the document of a service that the city made", func() bool {
		var issued int
		err := s.DB.App.NewRaw("SELECT count(*) FROM issued_document WHERE service_code = 'surat-domisili' AND status = 'valid'").Scan(s.In(t, pagetest.HostBatam), &issued)
		return err == nil && issued == 1
	})

	record, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Object: "service"})
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, e := range record.Entries {
		acts = append(acts, e.Action)
	}
	slices.Sort(acts)
	if got := strings.Join(acts, " "); got != "service.begin service.edit service.edit service.publish service.retire" {
		t.Errorf("the record says %s", got)
	}
}

// TestAPublishedStandardStaysTheCitys: a next version begins on its day, applications under way keep theirs, the pack does
// not come back, another city keeps its own, and a copy takes everything along.
func TestAPublishedStandardStaysTheCitys(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Load(t, "tanjungpinang")
	const at = "/kelola/layanan/" + pagetest.KTP
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	running := siti.Draft(pagetest.SitiNIK)
	rina.Sees(rina.Post(at+"/standar/terbitkan", "revision", "0"), http.StatusConflict, "Belum ada yang diubah")

	page := rina.Page(at+"/standar", "Layanan dan standar")
	for _, bad := range [][]string{
		{"integration", "link", "link_name", "Lama", "link_url", "http://lama.go.id"},
		{"workflow", "tidak-ada"}, {"verified", "yes", "source", ""}, {"time_amount", "tiga"}, {"fee_free", ""}, {"name_en", ""},
		{"effective_from", "2026-01-01"}, {"agency", "x"}, {"rules_daily_quota", "-1"}, {"complaints_id", ""},
	} {
		fresh := rina.Page(at + "/standar")
		if i := slices.Index(bad, "fee_free"); i >= 0 {
			fresh = strings.Replace(fresh, `name="fee_free"`, `name="other"`, 1)
		}
		rina.Goes(rina.Post(at+"/standar", append(written(t, page, append(bad, "revision", pagetest.Hidden(t, fresh, "revision"))...), "what", "save")...), at)
		rina.Page(at, "perlu diperbaiki")
	}
	edit := rina.Page(at + "/standar")
	rina.Goes(rina.Post(at+"/standar/buang", "revision", pagetest.Hidden(t, edit, "revision")), at)

	save := written(t, page, "name_id", "Cetak ulang KTP-el", "summary_id", "Ganti KTP-el rusak", "effective_from", "2026-12-01", "time_amount", "2", "time_max", "")
	rina.Goes(rina.Post(at+"/standar", append(save, "what", "save")...), at)
	home := rina.Page(at)
	if strings.Contains(home, "perlu diperbaiki") {
		t.Fatalf("%s", pagetest.Text(home))
	}
	rina.Goes(rina.Post(at+"/standar/terbitkan", "revision", "1"), at)
	rina.Page(at, "1 Desember 2026")

	if _, err := s.DB.App.NewRaw("UPDATE pack_applied SET files = '{}'").Exec(s.In(t, pagetest.HostBatam)); err != nil {
		t.Fatal(err)
	}
	s.Load(t, "batam")
	siti.Page("/layanan/"+pagetest.KTP, "Cetak ulang KTP-el")
	siti.Page("/layanan?q=cetak+ulang", "Cetak ulang KTP-el")
	siti.Page(running + "/periksa")
	tpi := s.Browser(t, "tanjungpinang.localhost")
	if strings.Contains(tpi.Page("/layanan/"+pagetest.KTP), "Ganti KTP-el rusak") {
		t.Error("another city reads it")
	}

	rina.Goes(rina.Post("/kelola/layanan-baru", "name_id", "KTP-el rusak", "name_en", "Damaged card", "code", "ktp-rusak", "agency", "disdukcapil", "category", "kependudukan", "like", pagetest.KTP), "/kelola/layanan/ktp-rusak")
	rina.Goes(rina.Post("/kelola/layanan/ktp-rusak/standar/terbitkan", "revision", "1"), "/kelola/layanan/ktp-rusak")
	siti.Page("/layanan/ktp-rusak", "KTP-el rusak")
	rina.Page("/kelola/layanan/ktp-rusak/formulir", "Versi 1 berlaku")
	rina.Page("/kelola/layanan/ktp-rusak/dokumen", "Versi 1")

	andi := s.Staff(t, pagetest.HostBatam, "Andi", "officer", "disdukcapil")
	for _, path := range []string{at, at + "/standar", "/kelola/layanan-baru"} {
		andi.Sees(andi.Get(path), http.StatusForbidden)
	}
	rina.Sees(rina.Get("/kelola/layanan/tidak-ada"), http.StatusNotFound)
}
