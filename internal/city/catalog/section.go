package catalog

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"bedelau/internal/kernel/pack"
)

// Section is the catalogue's part of a city pack: agencies.yaml and services/*.yaml. Register it with the engine.
func Section() pack.Section {
	return pack.Section{
		Name:     "catalog",
		Revision: 1,
		Check: func(p *pack.Pack) error {
			_, err := read(p)
			return err
		},
		Apply: apply,
	}
}

// offer is services/<code>.yaml: a service and the newest version of its standard.
type offer struct {
	Service  `yaml:",inline"`
	Standard standardFile `yaml:"standard"`
}

type standardFile struct {
	Version       int    `yaml:"version"`
	EffectiveFrom string `yaml:"effective_from"`
	Decree        string `yaml:"decree"`
	Parts         `yaml:",inline"`
}

// content is a pack's catalogue, read and checked.
type content struct {
	agencies []Agency
	offers   []offer
}

func read(p *pack.Pack) (content, error) {
	var (
		out  content
		errs []error
	)
	if err := p.Decode("agencies.yaml", &out.agencies); err != nil {
		errs = append(errs, err)
	} else {
		errs = append(errs, checkAgencies(p.Check("agencies.yaml"), out.agencies))
		for _, name := range p.Names("agency-calendar") { // read by the calendar's section, which knows no agency
			c := p.Check(name)
			checkAgency(c, "agency", strings.TrimSuffix(path.Base(name), ".yaml"), out.agencies)
			errs = append(errs, c.Err())
		}
	}
	for _, name := range p.Names("services") {
		var o offer
		if err := p.Decode(name, &o); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, checkOffer(p, name, o, out.agencies))
		out.offers = append(out.offers, o)
	}
	return out, pack.Join(errs...)
}

// areaPattern is the Kemendagri code of a district, or of one of its parts.
var areaPattern = regexp.MustCompile(`^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$`)

var agencyKinds = []string{
	"setda", "inspektorat", "dinas", "badan", "rsud", "kecamatan", "kelurahan", "satpol", "external",
}

func checkAgencies(c *pack.Check, agencies []Agency) error {
	seen := map[string]bool{}
	for i := range agencies {
		a, at := &agencies[i], pack.At("", i)
		a.Position = i + 1
		c.Code(at+".code", a.Code)
		if seen[a.Code] {
			c.Add(at+".code", "repeated", "value", a.Code)
		}
		seen[a.Code] = true
		c.Text(at+".name", a.Name)
		c.Required(at+".short", a.Short)
		c.OneOf(at+".kind", a.Kind, agencyKinds...)
		if a.Area != "" {
			c.Pattern(at+".area", a.Area, areaPattern, "21.71.04")
		}
		if a.Website != "" {
			c.WebAddress(at+".website", a.Website)
		}
	}
	return c.Err()
}

func checkOffer(p *pack.Pack, name string, o offer, agencies []Agency) error {
	c := p.Check(name)
	c.Code("code", o.Code)
	if file := strings.TrimSuffix(path.Base(name), ".yaml"); o.Code != file {
		c.Add("code", "not_file_name", "value", o.Code, "file", file)
	}
	checkContent(c, o, agencies)
	checkDefinitions(c, o.Service, func(folder, code string) {
		if file := folder + "/" + code + ".yaml"; !p.Has(file) {
			c.Add(strings.TrimSuffix(folder, "s"), "no_such_file", "file", file)
		}
	})
	return c.Err()
}

// checkContent refuses what an author has written of a service and its standard, whether in a pack or on a page.
func checkContent(c *pack.Check, o offer, agencies []Agency) {
	c.Text("name", o.Name)
	c.Text("summary", o.Summary)
	checkAgency(c, "agency", o.Agency, agencies)
	joint := map[string]bool{o.Agency: true}
	for i, code := range o.JointAgencies {
		at := pack.At("joint_agencies", i)
		if checkAgency(c, at, code, agencies); joint[code] {
			c.Add(at, "repeated", "value", code)
		}
		joint[code] = true
	}
	c.OneOf("category", o.Category, Categories()...)
	for i, k := range o.Keywords {
		c.Required(pack.At("keywords", i), k)
	}
	checkIntegration(c, o.Service)
	if o.Rules.DailyQuota < 0 || o.Rules.DailyQuota > 1_000_000 {
		c.Add("rules.daily_quota", "bad_form", "value", o.Rules.DailyQuota, "example", 100)
	}
	if o.Rules.MonthlyQuota < 0 || o.Rules.MonthlyQuota > 10_000_000 {
		c.Add("rules.monthly_quota", "bad_form", "value", o.Rules.MonthlyQuota, "example", 2000)
	}
	if o.Rules.CooldownMonths < 0 || o.Rules.CooldownMonths > 120 {
		c.Add("rules.cooldown_months", "bad_form", "value", o.Rules.CooldownMonths, "example", 3)
	}
	c.OneOf("rules.pickup", o.Rules.Pickup, "", PickupInPerson, PickupProxy)
	if l := o.Rules.Ladder; l != nil {
		l.Check(c, "rules.ladder")
		if o.Integration != Native {
			c.Add("rules.ladder", "only_native")
		}
	}
	if o.Standard.Version < 1 {
		c.Add("standard.version", "bad_form", "value", o.Standard.Version, "example", 1)
	}
	if _, err := time.Parse(time.DateOnly, o.Standard.EffectiveFrom); err != nil {
		c.Add("standard.effective_from", "bad_form", "value", o.Standard.EffectiveFrom, "example", "2026-01-01")
	}
	checkParts(c, o.Standard.Parts)
	if o.Integration == Native {
		if _, ok := o.Standard.Time.Term(); !ok && o.Standard.Time.Unit != byAnnouncement {
			c.Add("standard.time.unit", "native_without_time")
		}
	}
}

func checkAgency(c *pack.Check, at, code string, agencies []Agency) {
	if !slices.ContainsFunc(agencies, func(a Agency) bool { return a.Code == code }) {
		c.Add(at, "unknown_agency", "value", code)
	}
}

// checkIntegration requires a known level, and of a place elsewhere a name and an address that opens.
func checkIntegration(c *pack.Check, s Service) {
	levels := make([]string, len(Levels()))
	for i, l := range Levels() {
		levels[i] = string(l)
	}
	c.OneOf("integration", string(s.Integration), levels...)
	if s.Link != nil {
		c.Required("link.name", s.Link.Name)
		if s.Link.URL != "" { // an application may be known by name before its address is
			c.WebAddress("link.url", s.Link.URL)
		}
	}
}

// checkDefinitions requires of a native service its definitions, of any other none of them; each that is named is looked
// for, by the folder where a pack has it.
func checkDefinitions(c *pack.Check, s Service, look func(folder, code string)) {
	for _, d := range []struct{ path, folder, code string }{
		{"form", "forms", s.Form}, {"workflow", "workflows", s.Workflow}, {"document", "documents", s.Document},
	} {
		switch {
		case s.Integration != Native && d.code != "":
			c.Add(d.path, "only_native")
		case s.Integration == Native && d.code == "" && d.path != "document": // some services issue nothing here
			c.Add(d.path, "required")
		case d.code != "":
			look(d.folder, d.code)
		}
	}
}
