// Package wave is the pages about roads whose cables move from the air into a city's shared ducts: for the staff who run the ducts,
// and what everybody reads of it. The companies' own pages stand with the others of theirs.
//
// What may be done when, and what is signed for, is decided by city/ductwave; a page decides nothing.
package wave

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Where the waves are: for staff, and for everybody.
const (
	PathWaves    = ducts.PathDucts + "/penataan"
	pathOverview = PathWaves + "/ringkasan"
	PathShown    = "/penataan-kabel"
)

// pageSize is how many waves a page lists.
const pageSize = 50

// Pages is the waves of every city.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	read, acts, city := access.DuctRead, access.DuctLease, gate.City
	one := PathWaves + "/:id"
	which := site.IDs("id", "duct_wave")
	company, who := one+"/perusahaan/:operator", site.IDs("id", "duct_wave", "operator", "duct_operator")
	return []gate.Table{{
		{Method: get, Path: PathWaves, Needs: read, Scope: city, Handler: p.list},
		{Method: post, Path: PathWaves, Needs: acts, Scope: city, Handler: p.create},
		{Method: get, Path: pathOverview, Needs: read, Scope: city, Handler: p.overview},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: which, Handler: p.one},
		{Method: post, Path: one + "/data", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.amend},
		{Method: post, Path: one + "/langkah", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.step},
		{Method: post, Path: one + "/batas", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.extend},
		{Method: post, Path: one + "/terbit", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.publish},
		{Method: post, Path: one + "/jalan", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.addRoad},
		{Method: post, Path: one + "/jalan/hapus", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.removeRoad},
		{Method: post, Path: one + "/jalan/kapasitas", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.enlarge},
		{Method: get, Path: one + "/komitmen/:commitment", Needs: read, Scope: city, IDs: site.IDs("id", "duct_wave", "commitment", "wave_commitment"), Handler: p.paper},
		{Method: post, Path: one + "/lepas", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.release},
		{Method: post, Path: one + "/foto", Page: one, Needs: acts, Scope: city, IDs: which, MaxBody: UploadBody, Handler: p.addPhoto},
		{Method: get, Path: one + "/foto/:photo", Needs: read, Scope: city, IDs: site.IDs("id", "duct_wave", "photo", "wave_photo"), Handler: p.photo},
		{Method: post, Path: one + "/tampil-foto", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.showPhoto},
		{Method: get, Path: company, Needs: read, Scope: city, IDs: who, Handler: p.company},
		{Method: post, Path: company + "/jadwal", Page: company, Needs: acts, Scope: city, IDs: who, Handler: p.schedule},
		{Method: post, Path: company + "/periksa", Page: company, Needs: acts, Scope: city, IDs: who, MaxBody: UploadBody, Handler: p.tick},
		{Method: post, Path: company + "/buka", Page: company, Needs: acts, Scope: city, IDs: who, Handler: p.reopen},
		{Method: post, Path: company + "/turun", Page: company, Needs: acts, Scope: city, IDs: who, Handler: p.takenDown},
	}, {
		{Method: get, Path: PathShown, Needs: access.Public, Scope: city, Handler: p.shown},
		{Method: get, Path: PathShown + "/foto/:photo", Needs: access.Public, Scope: city, IDs: site.IDs("photo", "wave_photo"), Handler: p.shownPhoto},
	}}
}

// UploadBody is how large a form with a photo or a signed paper may be.
const UploadBody = ductwave.PaperMB<<20 + 1<<20

func wavePath(id uuid.UUID) string { return PathWaves + "/" + id.String() }

// may reports whether the reader may change a wave.
func (p *Pages) may(c *gin.Context) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.DuctLease) == nil
}

// StateMark is how a wave stands as a mark.
func StateMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{ductwave.Draft: {Icon: "edit"}, ductwave.Survey: {Icon: "message"}, ductwave.Committing: {Icon: "file-check"}, ductwave.Plan: {Icon: "calendar"}, ductwave.Building: {Icon: "settings"},
		ductwave.CutOver: {Tone: "care", Icon: "bolt"}, ductwave.AerialDown: {Tone: "care", Icon: "arrow-down"}, ductwave.Closed: {Tone: "good", Icon: "circle-check"}, ductwave.Dropped: {Tone: "bad", Icon: "circle-x"}}[state]
	m.Text = l.T("wave.state." + state)
	return m
}

// Permille is a share in words, to a tenth of a percent.
func Permille(l i18n.Locale, n int64) string { return Tenths(l, n) + "%" }

// Tenths is a number of tenths in words.
func Tenths(l i18n.Locale, n int64) string {
	if n%10 == 0 {
		return l.Number(n / 10)
	}
	return l.Number(n/10) + map[i18n.Locale]string{i18n.ID: ",", i18n.EN: "."}[l] + strconv.FormatInt(n%10, 10)
}

// Day is a day in words, or that none was said.
func Day(l i18n.Locale, t time.Time) string {
	if t.IsZero() {
		return l.T("duct.unsaid")
	}
	return l.Date(t)
}

// DateField asks for a day.
func DateField(in site.Form, errs ui.Errors, name, label, usual string) ui.Field {
	f := ui.Field{Name: name, Type: "date", Label: label, Value: usual, Error: errs.Of(name)}
	if in.Values[name] != nil {
		f.Value, f.Typed = site.DateOf(in, name), in.Values[name]
	}
	return f
}

// DayOf reads a day; zero where none was typed.
func DayOf(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return d, site.Invalid(name, "invalid")
	}
	return d, nil
}

// Count reads a number; what is empty is zero, and what is none is one that nobody may give.
func Count(in site.Form, name string) int {
	typed := in.Text(name)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return -1
	}
	return n
}

// Of is what was typed into one of a page's forms, and what is wrong with it: nothing for the others, whose fields may be called the
// same.
func Of(in site.Form, errs ui.Errors, form string) (site.Form, ui.Errors) {
	if in.Get("form") == form {
		return in, errs
	}
	return site.Form{}, nil
}

// Labels are what the fields of the waves' forms are called.
var Labels = map[string]string{"title": "wave.title", "note": "wave.note", "kind": "wave.kind", "target": "wave.target", "cost": "wave.cost", "tariff": "wave.tariff", "until": "wave.until", "why": "wave.why",
	"road": "wave.road", "length": "wave.length", "capacity": "wave.capacity", "from": "wave.from", "on": "wave.on", "metres": "wave.metres", "poles": "wave.poles", "photo": "wave.photo", "caption": "wave.caption",
	"phase": "wave.phase", "item": "wave.item", "which": "wave.which", "file": "wave.paper", "months": "wave.months"}

// named gives the refusals of the forms that ask the same of each road the name of the road.
func named(l i18n.Locale, errs ui.Errors, roads []ductwave.Road) ui.Errors {
	for i, e := range errs {
		for _, r := range roads {
			for _, what := range []string{"cables", "poles", "now", "later", "units"} {
				if e.Name == what+"_"+strconv.Itoa(r.Position) {
					errs[i].Label = l.T("wave.ask."+what, "road", r.Name)
				}
			}
		}
	}
	return errs
}

// Named is described at named.
func Named(c *gin.Context, errs ui.Errors, roads []ductwave.Road) ui.Errors {
	return site.Called(c, named(gate.LocaleOf(c), errs, roads), Labels)
}
