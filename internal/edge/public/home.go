package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/dashboard"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// front is the first page of a host: a city's own, or the platform's, which leads to the cities.
func (p *Pages) front(c *gin.Context) error {
	if gate.CityOf(c).Kind == tenancy.KindPlatform {
		return p.platformHome(c)
	}
	return p.cityHome(c)
}

func (p *Pages) cityHome(c *gin.Context) error {
	ctx, l, city := c.Request.Context(), gate.LocaleOf(c), gate.CityOf(c)
	v := public.HomeView{Shell: p.Shell(c, "")}
	v.Description = l.T("home.lead", "city", city.Name)
	var err error
	if v.Popular, err = p.popular(ctx, l); err != nil {
		return err
	}
	for _, s := range v.Popular[:min(oftenCount, len(v.Popular))] {
		v.Often = append(v.Often, s.Name)
	}
	if v.Topics, err = p.topics(ctx, l); err != nil {
		return err
	}
	f, err := p.Dashboard.Public(ctx, p.Now())
	if err != nil {
		return err
	}
	v.Figures, v.FiguresAt = headline(f, l), site.Zoned(c, f.ComputedAt)
	for i := range v.Figures {
		v.Figures[i].Meaning = "" // said on the dashboard
	}
	return p.Render(c, http.StatusOK, public.Home(v))
}

// oftenCount is how many names fit under the search box of a phone.
const oftenCount = 3

// headline is the four figures that everyone understands.
func headline(f dashboard.Figures, l i18n.Locale) []ui.Figure {
	return []ui.Figure{
		{Value: l.Number(int64(f.Services.Total)), Label: l.T("portal.figure.services"), Meaning: f.Services.Definition.In(l)},
		figure(f.Received, l), figure(f.Decided, l), figure(f.OnTime, l),
	}
}

func figure(f dashboard.Figure, l i18n.Locale) ui.Figure {
	return ui.Figure{Value: f.Text(l), Label: l.T(f.TitleKey()), Meaning: f.Definition.In(l)}
}

// privacy is the notice of UU 27/2022.
func (p *Pages) privacy(c *gin.Context) error {
	return p.Render(c, http.StatusOK, public.Privacy(public.PrivacyView{
		Shell: p.Shell(c, gate.LocaleOf(c).T("privacy.title")), Contact: gate.CityOf(c).Contact.Email,
	}))
}

// language keeps the reader's choice for a year and shows the same page again.
func (p *Pages) language(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	l, ok := i18n.Parse(in.Get("lang"))
	if !ok {
		return site.Invalid("lang", "not_an_option")
	}
	p.KeepLocale(c, l)
	p.Redirect(c, site.LocalPath(in.Get("next"), "/"))
	return nil
}
