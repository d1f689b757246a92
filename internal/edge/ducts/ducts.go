// Package ducts is the pages about a city's shared ducts, for the staff of the company that runs them: the network of a day,
// one segment with what lies in it, a map of how full it is, and the files of surveys from their check to their being undone. Every length and every
// fault is duct's; a page decides nothing.
package ducts

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
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

const (
	pathSegment = PathDucts + "/ruas"
	pathImports = PathDucts + "/impor"
)

// PathDucts is where the network of a day stands, and the others are where it is said who holds what of it.
const (
	PathDucts     = ui.PathDucts
	PathOperators = PathDucts + "/operator"
	PathPlan      = PathDucts + "/rencana"
	PathLeases    = PathDucts + "/sewa"
	PathWaits     = PathDucts + "/antrean"
	PathAugments  = PathDucts + "/perluasan"
	PathDamage    = PathDucts + "/gangguan"
	PathNodes     = PathDucts + "/simpul"
)

// PathOrders is where the orders of companies are.
const PathOrders = PathDucts + "/pesanan"

// importMB is how large a file of a survey may be.
const importMB = 64

// Pages is the ducts of every city.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.networkRoutes(), p.editRoutes(), p.cableRoutes(), p.photoRoutes(), p.mapRoutes()}
}

// networkRoutes is the record of the network.
func (p *Pages) networkRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one := site.IDs("id", "duct_import")
	out := gate.Table{
		{Method: get, Path: PathDucts, Needs: read, Scope: city, Handler: p.network},
		{Method: get, Path: pathSegment + "/:code", Needs: read, Scope: city, Handler: p.segment},
		{Method: get, Path: pathImports, Needs: read, Scope: city, Handler: p.imports},
		{Method: post, Path: pathImports, Needs: manage, Scope: city, MaxBody: importMB << 20, Limit: limitImport, Handler: p.upload},
		{Method: get, Path: pathImports + "/:id", Needs: read, Scope: city, IDs: one, Handler: p.importPage},
		{Method: post, Path: pathImports + "/:id/lagi", Page: pathImports + "/:id", Needs: manage, Scope: city, IDs: one, Handler: p.again},
		{Method: post, Path: pathImports + "/:id/terapkan", Page: pathImports + "/:id", Needs: manage, Scope: city, IDs: one, Handler: p.apply},
		{Method: post, Path: pathImports + "/:id/batalkan", Page: pathImports + "/:id", Needs: manage, Scope: city, IDs: one, Handler: p.undo},
	}
	for _, f := range ductsurvey.Formats() {
		out = append(out, gate.Route{Method: get, Path: exportPath(f), Needs: read, Scope: city, Handler: p.export(f)})
	}
	return out
}

// exportPath is where the network is found in a format.
func exportPath(f ductsurvey.Format) string { return PathDucts + "/jaringan." + f.Ext }

// limitImport holds back a program that fills the disk.
var limitImport = gate.Limit{Name: "duct_import", Count: 20, Per: time.Minute}

// DeskShell is the frame of a page: all of them stand under one entry of the menu.
func (p *Pages) DeskShell(c *gin.Context, title string) ui.Shell {
	s := p.Pages.DeskShell(c, title)
	s.Under = PathDucts
	return s
}

// DayIn is the day that an address asks for, else today in the city.
func (p *Pages) DayIn(c *gin.Context) time.Time {
	if d, err := time.Parse(time.DateOnly, c.Query("hari")); err == nil {
		return d
	}
	now := site.Zoned(c, p.Now())
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

// Metres is a length of millimetres in words, to the metre.
func Metres(l i18n.Locale, mm int64) string { return l.T("duct.metres", "n", l.Number((mm+500)/1000)) }

// KM is a length of millimetres in words, to a tenth of a kilometre.
func KM(l i18n.Locale, mm int64) string {
	tenths := (mm + 50_000) / 100_000
	point := map[i18n.Locale]string{i18n.ID: ",", i18n.EN: "."}[l]
	return l.T("duct.km", "n", l.Number(tenths/10)+point+strconv.FormatInt(tenths%10, 10))
}

// Options are codes with their words, under a key.
func Options(l i18n.Locale, key string, codes []string) []ui.Option {
	var out []ui.Option
	for _, code := range codes {
		out = append(out, ui.Option{Value: code, Label: l.T(key + "." + code)})
	}
	return out
}

// Names are who has ground in hand, by code.
func (p *Pages) Names(c *gin.Context) (map[string]string, []ui.Option, error) {
	all, err := p.Ducts.Authorities(c.Request.Context())
	l, names := gate.LocaleOf(c), map[string]string{}
	var out []ui.Option
	for _, a := range all {
		names[a.Code] = a.Name.In(l)
		out = append(out, ui.Option{Value: a.Code, Label: a.Name.In(l)})
	}
	return names, out, err
}

// conditionMark is a condition as a mark.
func conditionMark(l i18n.Locale, condition string) ui.Mark {
	tone := map[string]string{duct.Good: "good", duct.Damaged: "bad", duct.Blocked: "bad", duct.Unknown: "plain"}[condition]
	icon := map[string]string{duct.Good: "circle-check", duct.Damaged: "alert-triangle", duct.Blocked: "ban", duct.Unknown: "info-circle"}[condition]
	return ui.Mark{Tone: tone, Icon: icon, Text: l.T("duct.condition." + condition)}
}
