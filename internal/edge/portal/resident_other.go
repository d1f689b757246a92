package portal

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

func (p *Portal) otherItem(c *gin.Context, x external.Application, agency string, l i18n.Locale) resident.Item {
	item := resident.Item{Number: x.Reference, Service: x.ServiceName, Agency: agency, Status: ui.Status(x.Stage), Label: x.Label,
		Updated: site.Zoned(c, x.StageAt), At: x.FirstAt, App: x.AppName, URL: x.URL, Document: x.DocumentURL}
	if item.Label == "" && x.URL == "" {
		item.Text = l.T("mine.ask_app", "app", x.AppName)
	}
	return item
}

// agencyShorts are the offices by code, asked for only when a list needs them.
func (p *Portal) agencyShorts(c *gin.Context, needed bool) (map[string]string, error) {
	out := map[string]string{}
	if !needed {
		return out, nil
	}
	all, err := p.Catalog.Agencies(c.Request.Context())
	for _, a := range all {
		out[a.Code] = site.AgencyShort(a, gate.LocaleOf(c))
	}
	return out, err
}

// linkNIK keeps the NIK by which the reader's applications in other apps are found.
func (p *Portal) linkNIK(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.External.Link(c.Request.Context(), gate.ActorOf(c), in.Text("nik"))
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"external.link_often": "nik"}); ok {
		return p.minePage(c, status, resident.MineView{NIK: site.Clip(in.Text("nik"), 40), Errors: site.InOrder(errs, "nik")})
	}
	if err != nil {
		return err
	}
	return p.Done(c, "/permohonan", "nik_linked")
}
