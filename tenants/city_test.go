package tenants_test

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bedelau/tenants"
)

func TestCities(t *testing.T) {
	t.Parallel()
	prefixes, colors := map[string]bool{}, map[string]bool{}
	for _, c := range cities(t) {
		if c.Slug != c.folder || c.Name == "" || c.ShortName == "" || !regexp.MustCompile(`^\d\d\.\d\d$`).MatchString(c.Code) {
			t.Errorf("%s: slug %q, name %q, %q, code %q", c.folder, c.Slug, c.Name, c.ShortName, c.Code)
		}
		if prefixes[c.NumberPrefix] || colors[c.Brand.Color] {
			t.Errorf("%s: prefix %s or colour %s is another city's", c.Slug, c.NumberPrefix, c.Brand.Color)
		}
		prefixes[c.NumberPrefix], colors[c.Brand.Color] = true, true
		if r := contrastOnWhite(t, c.Brand.Color); r < 4.5 {
			t.Errorf("%s: contrast of %s on white = %.2f; want 4.5 or more", c.Slug, c.Brand.Color, r)
		}
		logo, err := tenants.FS.ReadFile(c.folder + "/" + c.Brand.Logo)
		if err != nil || !strings.Contains(string(logo), "viewBox=") {
			t.Errorf("%s: logo without a viewBox, %v", c.Slug, err)
		}
		for _, bad := range []string{"<script", "style=", " on", "href", " id="} {
			if strings.Contains(string(logo), bad) {
				t.Errorf("%s: logo contains %q", c.Slug, bad)
			}
		}
		for _, code := range c.Exclude {
			if !model(t).has(t, "services", code) {
				t.Errorf("%s excludes %q, which its base does not have", c.Slug, code)
			}
		}
	}
}

func contrastOnWhite(t *testing.T, color string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 24)
	if err != nil || len(color) != 7 {
		t.Fatalf("colour %q", color)
	}
	channel := func(shift int) float64 {
		v := float64(rgb>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0) + 0.05)
}

func agencyCodes(t *testing.T, c city) map[string]bool {
	t.Helper()
	var agencies []struct {
		Code, Short, Kind, Source string
		Name                      map[string]string
	}
	decode(t, c.folder+"/agencies.yaml", &agencies)
	kinds := []string{"setda", "inspektorat", "dinas", "badan", "rsud", "kecamatan", "kelurahan", "satpol", "external"}
	codes := map[string]bool{}
	for _, a := range agencies {
		if codes[a.Code] || a.Short == "" || a.Source == "" || len(a.Name) == 0 || !slices.Contains(kinds, a.Kind) {
			t.Errorf("%s: agency %+v is repeated or incomplete", c.Slug, a)
		}
		codes[a.Code] = true
	}
	return codes
}

// The districts a form offers are those of areas.yaml, and each has its office. Where kelurahan are listed they are as many as
// their district holds, none of them twice.
func TestAreas(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		var areas []struct {
			Code, Name, Kind string
			Kelurahan        int
		}
		decode(t, c.folder+"/areas.yaml", &areas)
		want, held, seen := []option{}, map[string]int{}, map[string]bool{}
		for _, a := range areas {
			if a.Kind == "kelurahan" {
				district := a.Code[:strings.LastIndexByte(a.Code, '.')]
				if held[district]++; seen[district+a.Name] {
					t.Errorf("%s: %s is listed twice", c.Slug, a.Name)
				}
				seen[district+a.Name] = true
			}
		}
		for _, a := range areas {
			if n := held[a.Code]; len(held) > 0 && a.Kind == "kecamatan" && n != a.Kelurahan {
				t.Errorf("%s: %s lists %d of its %d kelurahan", c.Slug, a.Name, n, a.Kelurahan)
			}
			if a.Kind == "kelurahan" {
				continue
			}
			if !strings.HasPrefix(a.Code, c.Code+".") || a.Kind != "kecamatan" {
				t.Errorf("%s: area %+v", c.Slug, a)
			}
			if office := "kec-" + strings.ReplaceAll(strings.ToLower(a.Name), " ", "-"); !agencyCodes(t, c)[office] {
				t.Errorf("%s: no office %s", c.Slug, office)
			}
			want = append(want, option{a.Code, map[string]string{"id": a.Name, "en": a.Name}})
		}
		for _, fd := range formOf(t, c, "ktp-el-hilang").fields() {
			if fd.Code == "kecamatan" && !slices.EqualFunc(fd.Options, want, func(a, b option) bool {
				return a.Value == b.Value && a.Label["id"] == b.Label["id"] && a.Label["en"] == b.Label["en"]
			}) {
				t.Errorf("%s: districts of the form = %v; want %v", c.Slug, fd.Options, want)
			}
		}
	}
}

// 2026 has 17 holidays and 8 days of joint leave; the dates wait for a person to check them.
func TestCalendar(t *testing.T) {
	t.Parallel()
	for _, name := range model(t).files(t, "calendar") {
		var cal struct {
			Year     int
			Source   string
			Verified bool
			Week     []string
			Days     []struct {
				Date, Kind string
			}
		}
		decode(t, name, &cal)
		count, last := map[string]int{}, ""
		for _, d := range cal.Days {
			day, err := time.Parse(time.DateOnly, d.Date)
			if err != nil || day.Year() != cal.Year || d.Date <= last {
				t.Errorf("%s: day %q after %q: %v", name, d.Date, last, err)
			}
			last = d.Date
			count[d.Kind]++
			if d.Kind == "cuti_bersama" && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
				t.Errorf("%s: joint leave on a weekend, %s", name, d.Date)
			}
		}
		if cal.Year == 2026 && (count["libur"] != 17 || count["cuti_bersama"] != 8 || len(cal.Days) != 25) {
			t.Errorf("%s: %v; want 17 and 8", name, count)
		}
		if cal.Verified || cal.Source == "" || len(cal.Week) != 5 {
			t.Errorf("%s: verified %v, source %q, week %v", name, cal.Verified, cal.Source, cal.Week)
		}
	}
}
