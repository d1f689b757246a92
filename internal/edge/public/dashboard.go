package public

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/public"
)

// dashboardPage is how the city performs this month, with what each figure means and when it was computed.
func (p *Pages) dashboardPage(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	f, err := p.Dashboard.Public(ctx, p.Now())
	if err != nil {
		return err
	}
	n, err := p.Catalog.Counts(ctx)
	if err != nil {
		return err
	}
	at := site.Zoned(c, f.ComputedAt)
	v := public.DashboardView{
		Shell: p.Shell(c, l.T("dashboard.title")), At: at, Month: l.Month(at), DataURL: "/dasbor.json", TableURL: "/dasbor.csv",
		Figures: append(headline(f, l), figure(f.WorkingDays, l), figure(f.Escalated, l)),
	}
	if *f.ExternalReceived.Value > 0 || *f.ExternalDecided.Value > 0 {
		v.Figures = append(v.Figures, figure(f.ExternalReceived, l), figure(f.ExternalDecided, l))
	}
	for _, x := range f.Services.Levels {
		level := catalog.Level(x.Level)
		v.Levels = append(v.Levels, public.LevelRow{Label: l.T(level.Key()), Meaning: l.T(level.TextKey()), Count: x.Count})
	}
	for _, r := range f.Agencies {
		row := dashboardRow(r, l)
		row.Services = n.Agency[r.Code]
		v.Agencies = append(v.Agencies, row)
	}
	for _, r := range f.ByService {
		v.Services = append(v.Services, dashboardRow(r, l))
	}
	return p.Render(c, http.StatusOK, public.Dashboard(v))
}

func dashboardRow(r dashboard.Row, l i18n.Locale) public.DashboardRow {
	return public.DashboardRow{Code: r.Code, Name: r.Name.In(l), Received: r.Received.Text(l), Decided: r.Decided.Text(l),
		OnTime: r.OnTime.Text(l), WorkingDays: r.WorkingDays.Text(l)}
}

// openData lets anyone, also a page on another site, read the figures; they hold nothing about a person.
func openData(c *gin.Context) {
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cache-Control", "public, max-age=300")
}

func (p *Pages) dashboardJSON(c *gin.Context) error {
	f, err := p.Dashboard.Public(c.Request.Context(), p.Now())
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	openData(c)
	c.Data(http.StatusOK, "application/json", body)
	return nil
}

// dashboardCSV is the same figures as a table with one number on a line, so that a spreadsheet can turn it any way.
func (p *Pages) dashboardCSV(c *gin.Context) error {
	f, err := p.Dashboard.Public(c.Request.Context(), p.Now())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	at := f.ComputedAt.UTC().Format(time.RFC3339)
	line := func(of, code, name, measure, unit string, value *float64, note string) {
		number := ""
		if value != nil {
			number = strconv.FormatFloat(*value, 'f', -1, 64)
		}
		_ = w.Write([]string{at, f.Period.From, f.Period.To, of, spreadsheet.Harmless(code), spreadsheet.Harmless(name), measure, unit, number, note}) // a buffer takes everything
	}
	_ = w.Write([]string{"computed_at", "from", "to", "of", "code", "name", "measure", "unit", "value", "note"})
	total := float64(f.Services.Total)
	line("city", "", "", "services", "count", &total, "")
	for _, x := range []dashboard.Figure{f.Received, f.Decided, f.OnTime, f.WorkingDays, f.Escalated, f.ExternalReceived, f.ExternalDecided} {
		line("city", "", "", x.Key, x.Unit, x.Value, "")
	}
	rows := func(of string, list []dashboard.Row) {
		for _, r := range list {
			for _, m := range []struct {
				key  string
				cell dashboard.Cell
			}{{"received", r.Received}, {"decided", r.Decided}, {"on_time", r.OnTime}, {"working_days", r.WorkingDays}} {
				line(of, r.Code, r.Name.In(i18n.ID), m.key, m.cell.Unit, m.cell.Value, note(m.cell))
			}
		}
	}
	rows("agency", f.Agencies)
	rows("service", f.ByService)
	w.Flush()
	openData(c)
	c.Header("Content-Disposition", `attachment; filename="dasbor-`+gate.CityOf(c).Slug+`-`+f.Period.To+`.csv"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	return nil
}

// note says why a number is not there.
func note(x dashboard.Cell) string {
	switch {
	case x.Below > 0:
		return "below " + strconv.Itoa(x.Below)
	case x.Concealed:
		return "concealed"
	}
	return ""
}
