package ducts_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestEveryFaultOfAFileIsFound: a file with more faults than a page shows is read from page to page and back by its links, each fault once
// with its feature and its place; and what lies outside the city, or nowhere on earth, has its coordinates in the list and no pin on the map.
func TestEveryFaultOfAFileIsFound(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	const faults = 63
	features := []string{
		point("LUAR-1", 106.8, -6.2, "pemko"),   // Jakarta
		point("TUKAR-1", 1.12, 104.05, "camat"), // longitude and latitude swapped, and an unknown code beside
		`{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1e300, 1.12], [1.13, 104.05]]}, "properties": {"code": "JAUH-1", "road": "x", "authority": "camat"}}`,
	}
	want := map[string]int{"LUAR-1": 1, "TUKAR-1": 2, "JAUH-1": 2}
	for n := range faults - 5 {
		code := fmt.Sprintf("MH-%03d", n)
		want[code] = 1
		features = append(features, point(code, 104.05+float64(n)/1000, 1.12, "camat"))
	}
	here := survey(t, sari, `{"type": "FeatureCollection", "features": [`+strings.Join(features, ",")+`]}`, "title", "Salah semua", "source", "Uji", "format", "geojson", "on_day", "1", "on_day", "6", "on_day", "2026").To()
	s.Work(t)
	s.Soon(t, "checked", func() bool { return strings.Contains(sari.Get(here).Body, "Perlu diperbaiki") })

	got := map[string]int{}
	rows := regexp.MustCompile(`<th scope="row"[^>]*>\s*(?:<span[^>]*>)?\s*([A-Z]+-\d+)`)
	place := regexp.MustCompile(`-?\d+,\d{6}; -?\d+,\d{6}`)
	first := sari.Page(here, "63 kesalahan harus diperbaiki", "Baris 1 sampai 25 dari 63", "-6,200000; 106,800000", "104,050000; 1,120000", "1,12; 1e+300", "Di luar peta kota")
	if strings.Contains(first, "Sebelumnya") {
		t.Error("something comes before the first page")
	}
	pages := 0
	var page string
	for at := here; at != ""; pages++ {
		page = sari.Page(at)
		body := page[strings.Index(page, `id="kesalahan"`):]
		for _, row := range strings.Split(body, "<tr>")[1:] {
			name := rows.FindStringSubmatch(row)
			if name == nil {
				continue // the head
			}
			got[name[1]]++
			if !place.MatchString(row) && !strings.Contains(row, "1e+300") {
				t.Errorf("%s has no place", name[1])
			}
		}
		at = link(page, "next")
	}
	if pages != 3 {
		t.Errorf("%d pages", pages)
	}
	for code, n := range want {
		if got[code] != n {
			t.Errorf("%s: %d faults shown, not %d", code, got[code], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d features, not %d", len(got), len(want))
	}
	back := sari.Page(link(page, "prev"), "Baris 26 sampai 50 dari 63")
	if sari.Page(link(back, "prev")); link(back, "prev") != here+"#kesalahan" {
		t.Errorf("the first page is %q", link(back, "prev"))
	}
	for _, odd := range []string{"-1", "x", "63", "99999999999999999999"} {
		sari.Page(here+"?kesalahan="+odd, "Baris 1 sampai 25 dari 63")
	}
}

func point(code string, lon, lat float64, authority string) string {
	return fmt.Sprintf(`{"type": "Feature", "geometry": {"type": "Point", "coordinates": [%f, %f]}, "properties": {"code": %q, "kind": "manhole", "authority": %q}}`, lon, lat, code, authority)
}

// link is where a page leads before or after itself.
func link(page, rel string) string {
	for _, a := range regexp.MustCompile(`<a [^>]*>`).FindAllString(page, -1) {
		if strings.Contains(a, `rel="`+rel+`"`) {
			return html.UnescapeString(regexp.MustCompile(`href="([^"]*)"`).FindStringSubmatch(a)[1])
		}
	}
	return ""
}
