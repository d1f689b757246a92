package portal

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/city/casework"
)

// TestEveryoneReadsTheCity opens every public page, in both languages, and holds them to what all pages promise.
func TestEveryoneReadsTheCity(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser(t, hostBatam)
	for path, words := range map[string][]string{
		"/":                               {"Apa yang ingin Anda urus?", "KTP-el hilang", "Kependudukan", "Permohonan masuk"},
		"/layanan":                        {"35 layanan", "KTP-el hilang"},
		"/layanan?kategori=kependudukan":  {"KTP-el hilang"},
		"/layanan?q=kartu+tanda+penduduk": {"KTP"},
		"/layanan?q=zzzzzz":               {"Semua layanan"},
		"/layanan/" + ktp:                 {"Kartu Keluarga", "2 hari kerja", "Tidak dipungut biaya", "UU"},
		"/instansi":                       {"Dinas", "Kecamatan"},
		"/instansi/disdukcapil":           {"KTP-el hilang"},
		"/dasbor":                         {"Permohonan yang dikirim pemohon dalam bulan ini", "November 2026", "Data terbuka"},
		"/lacak":                          {"Nomor permohonan"},
		"/privasi":                        {"UU 27/2022"},
		"/masuk":                          {"Email atau nomor HP"},
		"/daftar":                         {"Nama lengkap"},
		"/lupa-sandi":                     {"Kami kirim tautan"},
	} {
		a := b.get(path)
		b.sees(a, http.StatusOK, words...)
		if head := b.send(http.MethodHead, path, "", nil); head.status != http.StatusOK || head.body != "" {
			t.Errorf("HEAD %s: %d with %d bytes", path, head.status, len(head.body))
		}
		for _, want := range []string{`<html lang="id">`, "/brand/batam/", `name="viewport"`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		if loose := inlined.FindString(a.body); loose != "" {
			t.Errorf("%s has something inline: %s", path, loose)
		}
		if policy := a.header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		keyless(t, path, a.body)
	}
	b.goes(b.post("/bahasa", "lang", "en", "next", "/layanan?q=ktp"), "/layanan?q=ktp")
	for _, path := range []string{"/", "/layanan", "/layanan/" + ktp, "/instansi", "/dasbor", "/lacak", "/privasi", "/masuk", "/daftar"} {
		a := b.get(path)
		if !strings.Contains(a.body, `<html lang="en">`) {
			t.Errorf("%s is not in English", path)
		}
		keyless(t, path, a.body)
	}
	b.page("/layanan/"+ktp, "Free of charge", "2 working days")
	b.sees(b.get("/layanan/tidak-ada"), http.StatusNotFound, "This city has no such service")
}

// inlined is what the policy would block: a style or script in the page, or a handler in a tag.
var inlined = regexp.MustCompile(`(?i)<style|<script>|\sstyle="|\son[a-z]+="|javascript:`)

// aKey is a key that has no sentence.
var aKey = regexp.MustCompile(`\b(?:fault|field|portal|flash|nav|home|service|track|catalog|dashboard|account|form|review|status|unit|deadline|integration)\.[a-z_.]+\b`)

func keyless(t *testing.T, path, body string) {
	t.Helper()
	if k := aKey.FindString(text(body)); k != "" {
		t.Errorf("%s shows the key %s", path, k)
	}
}

// TestPagesHaveTitlesOfTheirOwn, and show what a number of their own city looks like.
func TestPagesHaveTitlesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.load(t, "tanjungpinang")
	b, there := s.browser(t, hostBatam), s.browser(t, hostOther)
	for path, title := range map[string]string{
		"/layanan?q=ktp+hilang": "Cari “ktp hilang” · Kota Batam", "/layanan?kategori=kependudukan": "Kependudukan · Kota Batam",
		"/layanan": "Layanan · Kota Batam", "/tidak-ada": "Halaman tidak ditemukan · Kota Batam",
	} {
		if body := b.get(path).body; !strings.Contains(body, "<title>"+title+"</title>") {
			_, is, _ := strings.Cut(body, "<title>")
			t.Errorf("%s is titled %.60q, want %q", path, is, title)
		}
	}
	for _, tt := range []struct {
		who    *browser
		number string
	}{{b, casework.ExampleNumber("BTM")}, {there, casework.ExampleNumber("TPI")}} {
		if !strings.Contains(tt.who.page("/"), `placeholder="`+tt.number+`"`) {
			t.Errorf("the front page does not show %s", tt.number)
		}
		tt.who.page("/lacak", "Misalnya "+tt.number)
		tt.who.sees(tt.who.post("/lacak", "number", "x", "phone", "1234"), http.StatusUnprocessableEntity, "berbentuk seperti "+tt.number)
	}
}

// TestThePlatformLeadsToItsCities: its own front page, and nothing of a city's on its host.
func TestThePlatformLeadsToItsCities(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser(t, hostPlatform)
	page := b.page("/", "Kota Batam", "Kota Tanjungpinang", "35 layanan")
	if !strings.Contains(page, `href="http://batam.localhost"`) {
		t.Error("no link to Batam")
	}
	for _, path := range []string{"/layanan", "/dasbor", "/lacak", "/permohonan", "/ini-tidak-ada"} {
		b.sees(b.get(path), http.StatusNotFound)
	}
	nowhere := s.browser(t, "atlantis.localhost")
	nowhere.sees(nowhere.get("/"), http.StatusNotFound, "atlantis.localhost")
	city := s.browser(t, hostBatam)
	a := city.get("/ini-tidak-ada")
	city.sees(a, http.StatusNotFound, "Halaman tidak ditemukan", a.header.Get("X-Request-Id"))
	city.sees(city.post("/layanan"), http.StatusMethodNotAllowed)
	city.sees(city.send(http.MethodDelete, "/", "", nil), http.StatusMethodNotAllowed)
}

// TestFiguresAreOpenData: the dashboard as JSON and as a table, with one application in it.
func TestFiguresAreOpenData(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	s.work(t)
	siti.apply(sitiNIK)
	b := s.browser(t, hostBatam)
	s.soon(t, "the application in the figures", func() bool {
		var figures struct {
			Received struct{ Value float64 } `json:"received"`
			Services struct{ Total int }     `json:"services"`
		}
		a := b.get("/dasbor.json")
		if err := json.Unmarshal([]byte(a.body), &figures); err != nil || figures.Services.Total != 35 || a.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("figures %+v for %q, %v", figures, a.header.Get("Access-Control-Allow-Origin"), err)
		}
		return figures.Received.Value == 1
	})
	rows, err := csv.NewReader(strings.NewReader(b.get("/dasbor.csv").body)).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r[3] == "service" && r[4] == ktp && r[6] == "received" && (r[8] != "" || r[9] != "below 5") {
			t.Errorf("one application is shown: %v", r)
		}
	}
	b.page("/dasbor", "KTP-el hilang <5")
}

// TestAPaperIsVerified by the token of its QR, and nothing else is told.
func TestAPaperIsVerified(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	_, number := siti.apply(sitiNIK)
	var token string
	err := s.w.DB.App.NewRaw("SELECT receipt_token FROM application WHERE tenant_id = ? AND number = ?", s.w.Batam.ID, number).Scan(s.in(t, hostBatam), &token)
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t, hostBatam)
	if page := b.page("/verifikasi/"+token, "asli", number, "Tanda terima"); strings.Contains(page, "Siti Rahma") || strings.Contains(page, sitiNIK) {
		t.Error("verification tells who it is")
	}
	b.sees(b.get("/verifikasi/abc"), http.StatusNotFound, "Dokumen tidak dikenal")
	there := s.browser(t, hostOther)
	there.sees(there.get("/verifikasi/"+token), http.StatusNotFound)
	if strings.Contains(s.log.String(), token) {
		t.Error("the log has the token")
	}
}

// TestFilesOfTheSite: a city's colours and logo on its own host alone, kept for good under their hash.
func TestFilesOfTheSite(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser(t, hostBatam)
	home := b.page("/")
	for _, ending := range []string{"css", "svg"} {
		path := regexp.MustCompile(`/brand/batam/[0-9a-f]+\.` + ending).FindString(home)
		a := b.get(path)
		if a.status != http.StatusOK || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q", path, a.status, a.header.Get("Cache-Control"))
		}
		there := s.browser(t, hostOther)
		there.sees(there.get(path), http.StatusNotFound)
	}
	b.sees(b.get("/brand/batam/000000000000.css"), http.StatusNotFound)
	robots := b.get("/robots.txt")
	if robots.status != http.StatusOK || !strings.Contains(robots.body, "Disallow: /permohonan") {
		t.Errorf("robots.txt: %d %q", robots.status, robots.body)
	}
	if got := b.get("/favicon.ico").status; got != http.StatusNoContent {
		t.Errorf("favicon: %d", got)
	}
	if got := b.get("/static/../../etc/passwd").status; got != http.StatusNotFound {
		t.Errorf("a path out of the folder: %d", got)
	}
}
