package wave

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// shown is how far the waves are that staff have published, for everybody. It names no company.
func (p *Pages) shown(c *gin.Context) error {
	l := gate.LocaleOf(c)
	all, err := p.Waves.Shown(c.Request.Context())
	if err != nil {
		return err
	}
	v := public.WavesView{Shell: p.Shell(c, l.T("wave.public")), Lead: l.T("wave.public_lead", "city", gate.CityOf(c).Name)}
	for _, w := range all {
		x := public.Wave{ID: w.ID.String(), Title: w.Title, Mark: StateMark(l, w.State), What: l.T("wave.public_state." + w.State), Percent: w.Percent, Started: w.Percent > 0 || w.State == ductwave.CutOver || w.State == ductwave.AerialDown || w.State == ductwave.Closed}
		if w.DownMM > 0 || w.DownPoles > 0 {
			x.Down = l.T("wave.public_down", "length", ducts.Metres(l, w.DownMM), "poles", l.Number(int64(w.DownPoles)))
		}
		for _, r := range w.Roads {
			road := public.WaveRoad{Name: r.Name, Length: ducts.Metres(l, r.LengthMM)}
			for _, f := range r.Photos {
				road.Photos = append(road.Photos, ui.Photo{Src: PathShown + "/foto/" + f.ID.String(), Text: f.Caption, Small: l.T("wave.phase." + f.Phase)})
			}
			x.Roads = append(x.Roads, road)
		}
		v.Waves = append(v.Waves, x)
	}
	return p.Render(c, http.StatusOK, public.Waves(v))
}

// shownPhoto sends a photo that staff have published.
func (p *Pages) shownPhoto(c *gin.Context) error {
	which, err := site.PathID(c, "photo")
	if err != nil {
		return err
	}
	f, body, err := p.Waves.ShownPhoto(c.Request.Context(), which)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
