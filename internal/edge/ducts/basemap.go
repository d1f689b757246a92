package ducts

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	pathBasemap     = pathMap + "/dasar"
	pathDropBasemap = pathBasemap + "/lepas"
)

// basemapLabels are what the fields of the page are called.
var basemapLabels = map[string]string{"tiles": "duct.base.tiles", "credit": "duct.base.credit", "zoom": "duct.base.closest"}

// basemap is where an outside map is chosen to lie under the city's.
func (p *Pages) basemap(c *gin.Context) error {
	b, err := p.DuctMap.Basemap(c.Request.Context())
	if err != nil {
		return err
	}
	closest := "19"
	if b.Known() {
		closest = strconv.Itoa(b.Closest)
	}
	return p.basemapPage(c, http.StatusOK, b.Known(), map[string]string{"tiles": b.Tiles, "credit": b.Credit, "zoom": closest}, nil)
}

func (p *Pages) basemapPage(c *gin.Context, status int, known bool, said map[string]string, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	v := bill.View{Shell: p.DeskShell(c, l.T("duct.base.title")), Back: pathMap, Heading: l.T("duct.base.title"), Lead: l.T("duct.base.lead"), Errors: errs}
	f := bill.Form{ID: "pilih", Action: pathBasemap, Submit: l.T("duct.base.save"), Fields: []ui.Field{
		{Name: "tiles", Type: "text", Max: ductmap.TilesMost, Hint: l.T("duct.base.tiles_hint")},
		{Name: "credit", Type: "text", Max: ductmap.CreditMost, Hint: l.T("duct.base.credit_hint")},
		{Name: "zoom", Type: "number", Hint: l.T("duct.base.closest_hint")}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Value, x.Error = l.T(basemapLabels[x.Name]), said[x.Name], errs.Of(x.Name)
	}
	s := bill.Section{ID: "peta-dasar", Title: l.T("duct.base.from"), Text: l.T("duct.base.seen"), Forms: []bill.Form{f}}
	if known {
		s.Forms = append(s.Forms, bill.Form{ID: "lepas", Action: pathDropBasemap, Plain: true, Bad: true, Submit: l.T("duct.base.drop")})
	}
	v.Sections = append(v.Sections, s)
	return p.Render(c, status, bill.Page(v))
}

// setBasemap lays an outside map under the city's.
func (p *Pages) setBasemap(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b := ductmap.Basemap{Tiles: in.Text("tiles"), Credit: in.Line("credit")}
	b.Closest, _ = strconv.Atoi(in.Text("zoom")) // what is no number is out of bounds
	err = p.DuctMap.SetBasemap(c.Request.Context(), gate.ActorOf(c), b)
	if errs, status, ok := site.Refused(c, err, ""); ok {
		known, err := p.DuctMap.Basemap(c.Request.Context())
		if err != nil {
			return err
		}
		said := map[string]string{"tiles": in.Get("tiles"), "credit": in.Get("credit"), "zoom": in.Get("zoom")}
		return p.basemapPage(c, status, known.Known(), said, site.Called(c, errs, basemapLabels))
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathMap, "duct_basemap_set")
}

// dropBasemap goes back to the city's own drawing.
func (p *Pages) dropBasemap(c *gin.Context) error {
	if err := p.DuctMap.DropBasemap(c.Request.Context(), gate.ActorOf(c)); err != nil {
		return err
	}
	return p.Done(c, pathMap, "duct_basemap_dropped")
}

// base adds the outside map of the city to m, if it has one, and lets the page fetch it.
func (p *Pages) base(c *gin.Context, m *ui.NetMap) error {
	b, err := p.DuctMap.Basemap(c.Request.Context())
	if err != nil || !b.Known() {
		return err
	}
	m.Base, m.BaseCredit, m.BaseClosest = b.Tiles, b.Credit, b.Closest
	gate.LetPicturesFrom(c, b.Origin())
	return nil
}
