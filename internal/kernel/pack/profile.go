package pack

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"bedelau/internal/kernel/tenancy"
)

// Profile is city.yaml: who the city is. It becomes the city's row in the directory of tenants.
type Profile struct {
	Slug         string   `yaml:"slug"`
	Name         string   `yaml:"name"`       // {kota}
	ShortName    string   `yaml:"short_name"` // {kota_pendek}
	Code         string   `yaml:"code"`
	Province     string   `yaml:"province"`
	Timezone     string   `yaml:"timezone"`
	NumberPrefix string   `yaml:"number_prefix"`
	Hosts        []string `yaml:"hosts"`
	Brand        Brand    `yaml:"brand"`
	Contact      Contact  `yaml:"contact"`
	Drafts       Drafts   `yaml:"drafts"`
	Base         string   `yaml:"base"`
	Exclude      []string `yaml:"exclude"` // service codes, or paths, of the base
	Verified     bool     `yaml:"verified"`
	Source       string   `yaml:"source"`
}

// Brand is how the city looks.
type Brand struct {
	Color string `yaml:"color"` // one colour; the server derives the ramp
	Logo  string `yaml:"logo"`  // an SVG of the pack, such as brand/logo.svg; empty for none
}

// Contact is how a person reaches the city's help desk.
type Contact struct {
	Phone   string `yaml:"phone"`
	Email   string `yaml:"email"`
	Address string `yaml:"address"`
	Website string `yaml:"website"`
}

// Drafts is for how many days the city keeps applications that nobody has sent, since the last change.
type Drafts struct {
	Days        int `yaml:"days"`         // a resident's own; 90 when it is not said
	CounterDays int `yaml:"counter_days"` // one begun by an officer at a counter; 7 when it is not said
}

// What is kept where the city does not say. No rule sets it [K]: long enough to fetch a document that is missing, and for
// the counter to go on with who comes back with it.
const (
	draftDays        = 90
	counterDraftDays = 7
	draftDaysMost    = 3650
)

var (
	slugPattern   = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	regionPattern = regexp.MustCompile(`^\d{2}\.\d{2}$`)
	prefixPattern = regexp.MustCompile(`^[A-Z]{2,5}$`)
	colorPattern  = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	hostPattern   = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`)
	emailPattern  = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// checkProfile refuses a city.yaml whose values the directory of tenants, a page or a tracking number could not use.
func (p *Pack) checkProfile(city Profile, folder string) error {
	c := p.Check("city.yaml")
	if city.Slug != folder || folder == string(tenancy.KindPlatform) { // the platform's row is no city's to overwrite
		c.Add("slug", "not_file_name", "value", city.Slug, "file", folder)
	}
	for path, value := range map[string]string{"name": city.Name, "short_name": city.ShortName, "province": city.Province} {
		c.Required(path, value)
	}
	c.Pattern("code", city.Code, regionPattern, "21.71")
	c.Pattern("number_prefix", city.NumberPrefix, prefixPattern, "BTM")
	if _, err := time.LoadLocation(city.Timezone); err != nil || !strings.Contains(city.Timezone, "/") {
		c.Add("timezone", "bad_form", "value", city.Timezone, "example", "Asia/Jakarta")
	}
	for i, h := range city.Hosts {
		c.Pattern(At("hosts", i), h, hostPattern, "layanan.batam.go.id")
	}
	c.Pattern("brand.color", city.Brand.Color, colorPattern, "#0b5cad")
	if colorPattern.MatchString(city.Brand.Color) && contrastOnWhite(city.Brand.Color) < 4.5 {
		c.Add("brand.color", "low_contrast", "value", city.Brand.Color)
	}
	if city.Contact.Email != "" {
		c.Pattern("contact.email", city.Contact.Email, emailPattern, "layanan@batam.go.id")
	}
	if city.Contact.Website != "" && !webAddress(city.Contact.Website) {
		c.Add("contact.website", "bad_form", "value", city.Contact.Website, "example", "https://batam.go.id")
	}
	for path, days := range map[string]int{"drafts.days": city.Drafts.Days, "drafts.counter_days": city.Drafts.CounterDays} {
		if days < 0 || days > draftDaysMost {
			c.Add(path, "not_between", "value", days, "low", 1, "high", draftDaysMost)
		}
	}
	if city.Brand.Logo != "" {
		p.checkLogo(c, city.Brand.Logo)
	}
	if len(city.Exclude) > 0 && city.Base == "" {
		c.Add("exclude", "exclude_without_base")
	}
	return c.Err()
}

// webAddress reports whether s is an absolute http or https address, which is all a page may link to.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// WebAddress requires an absolute http or https address; sections use it for links that a page will show.
func (c *Check) WebAddress(path, value string) {
	if !webAddress(value) {
		c.Add(path, "bad_form", "value", value, "example", "https://batam.go.id")
	}
}

// contrastOnWhite is the WCAG 2 contrast ratio of white text on color, or of color on white.
func contrastOnWhite(color string) float64 {
	var luminance float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, _ := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		s := float64(v) / 255
		if s <= 0.04045 {
			s /= 12.92
		} else {
			s = math.Pow((s+0.055)/1.055, 2.4)
		}
		luminance += weight * s
	}
	return 1.05 / (luminance + 0.05)
}
