package portal_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// onePlace is a form that asks for one place and for a line.
const onePlace = `{"code": "ktp-el-hilang", "version": 9, "pages": [
 {"code": "tempat", "title": {"id": "Tempat", "en": "Place"}, "fields": [
  {"code": "nama", "type": "text", "required": true, "label": {"id": "Nama", "en": "Name"}},
  {"code": "titik", "type": "point", "required": true, "label": {"id": "Lokasi usaha", "en": "Place"}}]},
 {"code": "garis", "title": {"id": "Jalur", "en": "Line"}, "fields": [
  {"code": "jalur", "type": "group", "required": true, "min_rows": 2, "max_rows": 3, "label": {"id": "Titik jalur", "en": "Points"}, "row_name": {"id": "Titik", "en": "Point"}, "fields": [
   {"code": "sudut", "type": "point", "required": true, "label": {"id": "Letak", "en": "Where"}},
   {"code": "patokan", "type": "text", "label": {"id": "Patokan", "en": "Landmark"}}]}]}
]}`

var viewValue = regexp.MustCompile(`name="(_peta\.[a-z.0-9]+)" value="([^"]*)"`)

// views are the hidden inputs of the maps of a page.
func views(t *testing.T, body string) []string {
	t.Helper()
	var out []string
	for _, m := range viewValue.FindAllStringSubmatch(body, -1) {
		if !strings.HasSuffix(m[1], ".aksi") {
			out = append(out, m[1], m[2])
		}
	}
	if out == nil {
		t.Fatal("the page has no map")
	}
	return out
}

// box is what stands in an input of a page.
func box(body, id string) string {
	m := regexp.MustCompile(`id="` + regexp.QuoteMeta(id) + `"[^>]* value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

// TestAPointIsSetOnTheMapWithoutAScript: a click becomes coordinates, zooming and moving keep what was typed, the keyboard can
// do the same, and nothing of it is in an address.
func TestAPointIsSetOnTheMapWithoutAScript(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, onePlace)
	at := root + "/isi/tempat"
	page := b.Page(at, "Belum ada titik yang dipasang", "peta skematis", "Sekupang", "20 km")
	press := func(with ...string) string {
		t.Helper()
		a := b.Post(at+"?peta=titik", append(append(views(t, page), "nama", "Toko Siti", "titik", box(page, "f-titik"), "titik", box(page, "f-titik-1")), with...)...)
		b.Sees(a, http.StatusOK)
		if box(a.Body, "f-nama") != "Toko Siti" {
			t.Errorf("after %v the name is lost", with)
		}
		return a.Body
	}
	// The corner is what a keyboard sends: no point is set by it.
	if page = press("_peta.titik.s.x", "0", "_peta.titik.s.y", "0"); !strings.Contains(pagetest.Text(page), "Belum ada titik") {
		t.Error("a press without a place sets a point")
	}
	page = press("_peta.titik.s.x", "140", "_peta.titik.s.y", "70")
	lat, lon := box(page, "f-titik"), box(page, "f-titik-1")
	if lat[:4] != "1.10" || lon[:6] != "104.05" || !strings.Contains(pagetest.Text(page), "kira-kira di Kecamatan Batam Kota") {
		t.Fatalf("a click a quarter down the middle is %s, %s", lat, lon)
	}
	// The same place on the large picture is the same point.
	if page = press("_peta.titik.l.x", "280", "_peta.titik.l.y", "140"); box(page, "f-titik") != lat || box(page, "f-titik-1") != lon {
		t.Errorf("the large picture gives %s, %s", box(page, "f-titik"), box(page, "f-titik-1"))
	}
	for range 3 {
		page = press("_peta.titik.aksi", "dekat")
	}
	if got := views(t, page)[1]; got != "3;"+lat+","+lon {
		t.Errorf("zooming in three times looks at %s, not at the point", got)
	}
	page = press("_peta.titik.s.x", "154", "_peta.titik.s.y", "140")
	if box(page, "f-titik-1") == lon || box(page, "f-titik-1")[:6] != "104.05" && box(page, "f-titik-1")[:6] != "104.06" {
		t.Errorf("closer by, a little to the east of %s is %s", lon, box(page, "f-titik-1"))
	}
	for _, act := range []string{"utara", "timur", "selatan", "barat", "jauh"} {
		page = press("_peta.titik.aksi", act)
	}
	if page = press("_peta.titik.aksi", "tengah"); strings.Contains(pagetest.Text(page), "Belum ada titik") {
		t.Error("the middle of the map cannot be chosen by the keyboard")
	}
	lat, lon = box(page, "f-titik"), box(page, "f-titik-1")
	b.Goes(b.Post(at, append(views(t, page), "nama", "Toko Siti", "titik", lat, "titik", lon)...), root+"/isi/garis")
	b.Page(root+"/periksa", lat+", "+lon)

	// Enter in a box goes on and presses nothing of the map: the first button of the form is the one that goes on.
	form := page[strings.Index(page, "data-form"):]
	if first := regexp.MustCompile(`<(?:button|input)[^>]*type="(?:submit|image)"[^>]*>`).FindString(form); strings.Contains(first, "formaction") {
		t.Errorf("Enter presses %s", first)
	}
	if strings.Contains(page, "https://") && strings.Contains(page, "tile") {
		t.Error("the page asks somebody else for a map")
	}
}

// TestALineIsDrawnOnTheMap: each click sets the next point of a group and adds one where all have a place, up to the most.
func TestALineIsDrawnOnTheMap(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, onePlace)
	b.Goes(b.Post(root+"/isi/tempat", "nama", "Toko Siti", "titik", "1,13", "titik", "104,05"), root+"/isi/garis")
	at := root + "/isi/garis"
	page, rows := b.Page(at, "Titik 1", "Titik 2", "Titik yang dipasang di peta"), 2
	for i, click := range [][2]string{{"100", "60"}, {"120", "60"}, {"140", "80"}, {"10", "10"}} {
		send := append(views(t, page), "jalur", []string{"2", "2", "2", "3"}[i], "_peta.jalur.titik", chosen(page), "_peta.jalur.s.x", click[0], "_peta.jalur.s.y", click[1])
		for n := 1; n <= rows; n++ {
			name := "jalur." + string(rune('0'+n)) + ".sudut"
			send = append(send, name, box(page, "f-"+name), name, box(page, "f-"+name+"-1"))
		}
		a := b.Post(at+"?peta=jalur", send...)
		b.Sees(a, http.StatusOK)
		page = a.Body
		if i == 2 {
			rows = 3
			b.Sees(a, http.StatusOK, "Titik 3", "3 titik terpasang, panjang garisnya sekitar 14 km")
		}
	}
	if west, last := box(page, "f-jalur.1.sudut-1"), box(page, "f-jalur.3.sudut-1"); !strings.HasPrefix(west, "103.9") || !strings.HasPrefix(last, "103.7") {
		t.Errorf("the first point is at %s, and the last, which was set again, at %s", west, last)
	}
	if n := strings.Count(page, "data-pin="); n != 3 || strings.Contains(page, `value="+"`) {
		t.Errorf("the map has %d points, and offers one more than there may be", n)
	}
}

// chosen is which point a click sets.
func chosen(body string) string {
	m := regexp.MustCompile(`<option value="([^"]+)" selected>`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

// TestWhatIsPressedOnAMapIsNoWayIn: a stranger's text moves nothing but one's own map, and no answer that is not on it.
func TestWhatIsPressedOnAMapIsNoWayIn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, onePlace)
	at := root + "/isi/tempat"
	for _, q := range []string{"nama", "jalur", "titik", "tidak-ada", "titik.1"} {
		a := b.Post(at+"?peta="+q, "nama", "Toko", "titik", "x", "titik", "y", "_peta."+q, "9999999;NaN,Inf", "_peta."+q+".aksi", "dekat",
			"_peta."+q+".titik", "nama", "_peta."+q+".s.x", "-5", "_peta."+q+".s.y", "1e9", "_peta.lain.s.x", "7")
		if a.Status != http.StatusOK && a.Status != http.StatusUnprocessableEntity || box(a.Body, "f-nama") != "Toko" {
			t.Errorf("%s: status %d, name %q", q, a.Status, box(a.Body, "f-nama"))
		}
	}
	// A point in another city is asked about once, and may be right.
	a := b.Post(at, "nama", "Toko", "titik", "-6,2", "titik", "106,8")
	b.Sees(a, http.StatusOK, "di luar batas kota", "Sudah benar, lanjutkan", "di luar batas kota pada peta ini")
	b.Sees(b.Post(at, "nama", "Toko", "titik", "51,5", "titik", "-0,1"), http.StatusUnprocessableEntity, "di luar Indonesia")
}
