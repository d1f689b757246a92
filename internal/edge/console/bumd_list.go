package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// invoices lists invoices by state, city, month of issue, day due and number.
func (p *Pages) invoices(c *gin.Context) error {
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), site.Zoned(c, p.Now())
	f, err := p.filterOf(c, now)
	if err != nil {
		return err
	}
	rows, err := p.finance.List(ctx, gate.ActorOf(c), f)
	if err != nil {
		return err
	}
	form, err := p.filterForm(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.invoices")), Back: PathOverview, Heading: l.T("bumd.invoices"), Lead: l.T("bumd.invoices_lead")}
	list := bill.Section{ID: "daftar", Title: l.T("bumd.invoices"), Quiet: true, Filter: form, Table: invoiceTable(l, rows, PathInvoices+"/", now, true),
		Empty: &bill.Empty{Icon: "search", Title: l.T("bumd.no_invoices"), Text: l.T("bumd.no_invoices_text")}}
	if len(rows) == listPage {
		q := c.Request.URL.Query()
		q.Set("sebelum", rows[len(rows)-1].Invoice.ID.String())
		list.Next = PathInvoices + "?" + q.Encode()
	}
	v.Sections = []bill.Section{list}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// sentOptions are the values of ?kirim=, in the words of an address.
func sentOptions() map[string]string {
	return map[string]string{"": "", "sudah": finance.SentYes, "belum": finance.SentNo}
}

// filterOf reads ?keadaan=, ?kirim=, ?kota=, ?bulan=, ?tempo= (due by), ?umur= (days late, as in the overview), ?sisa= and ?nomor=.
func (p *Pages) filterOf(c *gin.Context, now time.Time) (finance.Filter, error) {
	f := finance.Filter{State: c.Query("keadaan"), Open: c.Query("sisa") != "", Number: site.Clip(site.ToText(c.Query("nomor")), 60)}
	var err error
	if f.Before, err = beforeOf(c); err != nil {
		return f, err
	}
	if f.State != "" && !slices.Contains(finance.States(), f.State) {
		return f, site.Invalid("keadaan", "not_an_option")
	}
	sent, ok := sentOptions()[c.Query("kirim")]
	if f.Sent = sent; !ok {
		return f, site.Invalid("kirim", "not_an_option")
	}
	if slug := c.Query("kota"); slug != "" {
		city, err := p.Directory.BySlug(c.Request.Context(), slug)
		if err != nil {
			return f, site.Invalid("kota", "not_an_option")
		}
		f.City = city.ID
	}
	if m := c.Query("bulan"); m != "" {
		if f.From, err = time.Parse(monthForm, m); err != nil || f.From.Year() < 2020 || f.From.Year() > 2199 {
			return f, site.Invalid("bulan", "invalid")
		}
		f.Until = f.From.AddDate(0, 1, 0)
	}
	if d := c.Query("tempo"); d != "" {
		day, err := time.Parse(time.DateOnly, d)
		if err != nil || day.Year() < 2020 || day.Year() > 2199 {
			return f, site.Invalid("tempo", "invalid")
		}
		f.DueUntil = day.AddDate(0, 0, 1)
	}
	if a := c.Query("umur"); a != "" {
		n, err := strconv.Atoi(a)
		if err != nil || n < 0 || n > 4 {
			return f, site.Invalid("umur", "not_an_option")
		}
		f.Open = true
		if f.DueFrom = now; n > 0 {
			f.DueUntil = now.AddDate(0, 0, -30*(n-1))
			f.DueFrom = time.Time{}
			if n < 4 {
				f.DueFrom = now.AddDate(0, 0, -30*n)
			}
		}
	}
	return f, nil
}

// filterForm asks for what filterOf reads.
func (p *Pages) filterForm(c *gin.Context) (*bill.Form, error) {
	l := gate.LocaleOf(c)
	cities, err := p.Cities(c.Request.Context())
	if err != nil {
		return nil, err
	}
	states, towns, ages := []ui.Option{{Label: l.T("audit.every")}}, []ui.Option{{Label: l.T("audit.every")}}, []ui.Option{{Label: l.T("audit.every")}}
	for _, s := range finance.States() {
		states = append(states, ui.Option{Value: s, Label: l.T("bill.state." + s)})
	}
	for _, t := range cities {
		towns = append(towns, ui.Option{Value: t.Slug, Label: t.Name})
	}
	for i, name := range ageNames(l) {
		ages = append(ages, ui.Option{Value: strconv.Itoa(i), Label: name})
	}
	f := bill.Form{Action: PathInvoices, Submit: l.T("usage.show"), Fields: []ui.Field{
		{Name: "keadaan", Type: "select", Label: l.T("bill.state"), Options: states}, {Name: "kirim", Type: "select", Label: l.T("bill.sending"), Options: []ui.Option{{Label: l.T("audit.every")}, {Value: "sudah", Label: l.T("bill.sent")}, {Value: "belum", Label: l.T("bill.unsent")}}},
		{Name: "kota", Type: "select", Label: l.T("usage.city"), Options: towns},
		{Name: "umur", Type: "select", Label: l.T("bumd.age"), Options: ages},
		{Name: "sisa", Type: "select", Label: l.T("bill.rest"), Options: []ui.Option{{Label: l.T("audit.every")}, {Value: "ya", Label: l.T("bumd.rest_only")}}}, {Name: "bulan", Type: "month", Label: l.T("usage.month")},
		{Name: "tempo", Type: "date", Label: l.T("bumd.due_by")}, {Name: "nomor", Label: l.T("bill.number")}}}
	for i := range f.Fields {
		f.Fields[i].Value = site.Clip(site.ToText(c.Query(f.Fields[i].Name)), 60)
	}
	return &f, nil
}
