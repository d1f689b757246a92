package public_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/pagetest"
)

// TestEveryoneReadsTheCity opens every public page, in both languages, and holds them to what all pages promise.
func TestEveryoneReadsTheCity(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostBatam)
	for path, words := range map[string][]string{
		"/":                               {"Apa yang ingin Anda urus?", "KTP-el hilang", "Kependudukan", "Permohonan masuk"},
		"/layanan":                        {pagetest.BatamServices(t) + " layanan", "KTP-el hilang"},
		"/layanan?kategori=kependudukan":  {"KTP-el hilang"},
		"/layanan?q=kartu+tanda+penduduk": {"KTP"},
		"/layanan?q=zzzzzz":               {"Semua layanan"},
		"/layanan/" + pagetest.KTP:        {"Kartu Keluarga", "2 hari kerja", "Tidak dipungut biaya", "UU"},
		"/instansi":                       {"Dinas", "Kecamatan"},
		"/instansi/disdukcapil":           {"KTP-el hilang"},
		"/dasbor":                         {"Permohonan yang dikirim pemohon dalam bulan ini", "November 2026", "Data terbuka"},
		"/lacak":                          {"Nomor permohonan"},
		"/privasi":                        {"UU 27/2022"},
		"/masuk":                          {"Email atau nomor HP"},
		"/daftar":                         {"Nama lengkap"},
		"/lupa-sandi":                     {"Kami kirim tautan"},
	} {
		a := b.Get(path)
		b.Sees(a, http.StatusOK, words...)
		if head := b.Send(http.MethodHead, path, "", nil); head.Status != http.StatusOK || head.Body != "" {
			t.Errorf("HEAD %s: %d with %d bytes", path, head.Status, len(head.Body))
		}
		for _, want := range []string{`<html lang="id">`, "/brand/batam/", `name="viewport"`} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		if loose := inlined.FindString(a.Body); loose != "" {
			t.Errorf("%s has something inline: %s", path, loose)
		}
		if policy := a.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		keyless(t, path, a.Body)
	}
	b.Goes(b.Post("/bahasa", "lang", "en", "next", "/layanan?q=ktp"), "/layanan?q=ktp")
	for _, path := range []string{"/", "/layanan", "/layanan/" + pagetest.KTP, "/instansi", "/dasbor", "/lacak", "/privasi", "/masuk", "/daftar"} {
		a := b.Get(path)
		if !strings.Contains(a.Body, `<html lang="en">`) {
			t.Errorf("%s is not in English", path)
		}
		keyless(t, path, a.Body)
	}
	if page := b.Get("/layanan/" + pagetest.KTP); !strings.Contains(page.Body, `<li lang="id">UU`) { // read as what they are
		t.Error("the names of laws are not marked as Indonesian")
	}
	for path, law := range map[string]string{
		"/layanan/" + pagetest.KTP: `Basis of the fee, named in Indonesian: <span lang="id">UU 24/2013`, "/layanan/izin-reklame": `Basis: <span lang="id">`,
	} {
		if page := strings.Join(strings.Fields(b.Get(path).Body), " "); !strings.Contains(page, law) {
			t.Errorf("%s does not have %s", path, law)
		}
	}
	b.Page("/layanan/"+pagetest.KTP, "Free of charge", "2 working days")
	b.Sees(b.Get("/layanan/tidak-ada"), http.StatusNotFound, "This city has no such service")
}

// inlined is what the policy would block: a style or script in the page, or a handler in a tag.
var inlined = regexp.MustCompile(`(?i)<style|<script>|\sstyle="|\son[a-z]+="|javascript:`)

// aKey is a key that has no sentence.
var aKey = regexp.MustCompile(`\b(?:fault|field|portal|flash|nav|home|service|track|catalog|dashboard|account|form|review|status|unit|deadline|integration)\.[a-z_.]+\b`)

func keyless(t *testing.T, path, body string) {
	t.Helper()
	if k := aKey.FindString(pagetest.Text(body)); k != "" {
		t.Errorf("%s shows the key %s", path, k)
	}
}

// TestPagesHaveTitlesOfTheirOwn, and show what a number of their own city looks like.
func TestPagesHaveTitlesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Load(t, "tanjungpinang")
	b, there := s.Browser(t, pagetest.HostBatam), s.Browser(t, pagetest.HostOther)
	for path, title := range map[string]string{
		"/layanan?q=ktp+hilang": "Cari “ktp hilang” · Kota Batam", "/layanan?kategori=kependudukan": "Kependudukan · Kota Batam",
		"/layanan": "Layanan · Kota Batam", "/tidak-ada": "Halaman tidak ditemukan · Kota Batam",
	} {
		if body := b.Get(path).Body; !strings.Contains(body, "<title>"+title+"</title>") {
			_, is, _ := strings.Cut(body, "<title>")
			t.Errorf("%s is titled %.60q, want %q", path, is, title)
		}
	}
	for _, tt := range []struct {
		who    *pagetest.Browser
		number string
	}{{b, application.ExampleNumber("BTM")}, {there, application.ExampleNumber("TPI")}} {
		if !strings.Contains(tt.who.Page("/"), `placeholder="`+tt.number+`"`) {
			t.Errorf("the front page does not show %s", tt.number)
		}
		tt.who.Page("/lacak", "Misalnya "+tt.number)
		tt.who.Sees(tt.who.Post("/lacak", "number", "x", "phone", "1234"), http.StatusUnprocessableEntity, "berbentuk seperti "+tt.number)
	}
}

// TestThePlatformLeadsToItsCities: its own front page, and nothing of a city's on its host.
func TestThePlatformLeadsToItsCities(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostPlatform)
	page := b.Page("/", "Kota Batam", "Kota Tanjungpinang", pagetest.BatamServices(t)+" layanan")
	if !strings.Contains(page, `href="http://batam.localhost"`) {
		t.Error("no link to Batam")
	}
	for _, path := range []string{"/layanan", "/dasbor", "/lacak", "/permohonan", "/ini-tidak-ada"} {
		b.Sees(b.Get(path), http.StatusNotFound)
	}
	nowhere := s.Browser(t, "atlantis.localhost")
	nowhere.Sees(nowhere.Get("/"), http.StatusNotFound, "atlantis.localhost")
	city := s.Browser(t, pagetest.HostBatam)
	a := city.Get("/ini-tidak-ada")
	city.Sees(a, http.StatusNotFound, "Halaman tidak ditemukan", a.Header.Get("X-Request-Id"))
	city.Sees(city.Post("/layanan"), http.StatusMethodNotAllowed)
	city.Sees(city.Send(http.MethodDelete, "/", "", nil), http.StatusMethodNotAllowed)
}

// TestFiguresAreOpenData: the dashboard as JSON and as a table, with one application in it.
func TestFiguresAreOpenData(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	s.Work(t)
	siti.Apply(pagetest.SitiNIK)
	b := s.Browser(t, pagetest.HostBatam)
	s.Soon(t, "the application in the figures", func() bool {
		var figures struct {
			Received struct{ Value float64 } `json:"received"`
			Services struct{ Total int }     `json:"services"`
		}
		a := b.Get("/dasbor.json")
		if err := json.Unmarshal([]byte(a.Body), &figures); err != nil || figures.Services.Total != 36 || a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("figures %+v for %q, %v", figures, a.Header.Get("Access-Control-Allow-Origin"), err)
		}
		return figures.Received.Value == 1
	})
	rows, err := csv.NewReader(strings.NewReader(b.Get("/dasbor.csv").Body)).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r[3] == "service" && r[4] == pagetest.KTP && r[6] == "received" && (r[8] != "" || r[9] != "below 5") {
			t.Errorf("one application is shown: %v", r)
		}
	}
	b.Page("/dasbor", "KTP-el hilang <5")
}

// TestAPaperIsVerified by the token of its QR, and nothing else is told.
func TestAPaperIsVerified(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	var token string
	err := s.World.DB.App.NewRaw("SELECT receipt_token FROM application WHERE tenant_id = ? AND number = ?", s.World.Batam.ID, number).Scan(s.In(t, pagetest.HostBatam), &token)
	if err != nil {
		t.Fatal(err)
	}
	b := s.Browser(t, pagetest.HostBatam)
	if page := b.Page("/verifikasi/"+token, "asli", number, "Tanda terima"); strings.Contains(page, "Siti Rahma") || strings.Contains(page, pagetest.SitiNIK) {
		t.Error("verification tells who it is")
	}
	b.Sees(b.Get("/verifikasi/abc"), http.StatusNotFound, "Dokumen tidak dikenal")
	// Who holds the receipt follows the application by it, without a phone, and reads no name and no reason.
	b.Page("/verifikasi/"+token, "Sampai di mana permohonan ini", "Terkirim", "Sisa 2 hari kerja")
	s.AskForCorrection(t, root, "Foto KK terpotong.", "file_kk")
	if page := b.Page("/verifikasi/"+token, "Perlu perbaikan"); strings.Contains(page, "Foto KK terpotong") {
		t.Error("verification tells what is between the office and the applicant")
	}
	there := s.Browser(t, pagetest.HostOther)
	there.Sees(there.Get("/verifikasi/"+token), http.StatusNotFound)
	if strings.Contains(s.Journal.String(), token) {
		t.Error("the log has the token")
	}
}

// TestFilesOfTheSite: a city's colours and logo on its own host alone, kept for good under their hash.
func TestFilesOfTheSite(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostBatam)
	home := b.Page("/")
	for _, ending := range []string{"css", "svg"} {
		path := regexp.MustCompile(`/brand/batam/[0-9a-f]+\.` + ending).FindString(home)
		a := b.Get(path)
		if a.Status != http.StatusOK || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q", path, a.Status, a.Header.Get("Cache-Control"))
		}
		there := s.Browser(t, pagetest.HostOther)
		there.Sees(there.Get(path), http.StatusNotFound)
	}
	b.Sees(b.Get("/brand/batam/000000000000.css"), http.StatusNotFound)
	robots := b.Get("/robots.txt")
	if robots.Status != http.StatusOK || !strings.Contains(robots.Body, "Disallow: /permohonan") {
		t.Errorf("robots.txt: %d %q", robots.Status, robots.Body)
	}
	if got := b.Get("/favicon.ico").Status; got != http.StatusNoContent {
		t.Errorf("favicon: %d", got)
	}
	if got := b.Get("/static/../../etc/passwd").Status; got != http.StatusNotFound {
		t.Errorf("a path out of the folder: %d", got)
	}
}
