package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/pack"
	"bedelau/web/page/office"
)

const pathAreas = "/kelola/wilayah"

// areas shows which districts and kelurahan addresses offer, where their names come from, and which nobody has checked.
func (p *Pages) areas(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := pack.LoadAreas(c.Request.Context(), p.DB.App)
	if err != nil {
		return err
	}
	v := office.AreasView{Shell: p.DeskShell(c, l.T("areas.title"))}
	for _, a := range all {
		one := office.AreaRow{Code: a.Code, Name: a.Name, Source: a.Source, Verified: a.Verified}
		if a.Kind == pack.District {
			v.Districts = append(v.Districts, office.District{AreaRow: one, Of: a.Kelurahan})
			continue
		}
		last := &v.Districts[len(v.Districts)-1] // a district stands before its parts
		last.Parts = append(last.Parts, one)
	}
	return p.Render(c, http.StatusOK, office.Areas(v))
}
