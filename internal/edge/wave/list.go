package wave

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// list is the waves, the latest first, and begins another.
func (p *Pages) list(c *gin.Context) error { return p.listAgain(c, http.StatusOK, site.Form{}, nil) }

// listAgain is list, after a refusal with what was filled in.
func (p *Pages) listAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	state := c.Query("status")
	before := uuid.Max
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		before = id
	}
	all, err := p.Waves.List(ctx, a, state, before, pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("wave.waves")), Heading: l.T("wave.waves"), Lead: l.T("wave.lead"), Errors: errs,
		Links: []ui.Link{{Href: PathShown, Label: l.T("wave.public"), Icon: "world"}}}
	s := bill.Section{ID: "daftar", Title: l.T("wave.waves"), Quiet: true, Empty: &bill.Empty{Icon: "flag", Title: l.T("wave.none"), Text: l.T("wave.none_hint")}}
	if state != "" {
		s.Empty.Text = l.T("lease.none_filtered")
	}
	s.Filter = &bill.Form{ID: "saring", Action: PathWaves, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: state,
		Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, ducts.Options(l, "wave.state", ductwave.States())...)}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].ID.String())
		s.Next = PathWaves + "?" + q.Encode()
	}
	s.Table = &bill.Table{Title: l.T("wave.waves"), Columns: []bill.Column{{Label: l.T("wave.title")}, {Label: l.T("wave.roads")}, {Label: l.T("wave.length"), End: true}, {Label: l.T("wave.signed"), End: true}, {Label: l.T("wave.done"), End: true}, {Label: l.T("duct.standing")}}}
	for _, w := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Title, Small: w.Number, Href: wavePath(w.ID)}, {Text: w.Names}, {Text: ducts.Metres(l, w.LengthMM)},
			{Text: Permille(l, w.Permille()), Small: l.T("wave.of_target", "target", w.Target)}, {Text: strconv.Itoa(w.Percent()) + "%"}, {Mark: StateMark(l, w.State)}}})
	}
	if p.may(c) {
		f, err := p.newWave(c, in, errs)
		if err != nil {
			return err
		}
		s.Forms = []bill.Form{f}
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// newWave is the form by which a wave begins, with the city's own figures.
func (p *Pages) newWave(c *gin.Context, in site.Form, errs ui.Errors) (bill.Form, error) {
	l := gate.LocaleOf(c)
	r, err := p.Waves.Rule(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return bill.Form{}, err
	}
	w := ductwave.Wave{Kind: duct.Subduct, Target: r.Target, CostPerM: r.CostPerM, TariffPerM: r.TariffPerM}
	text := l.T("wave.new_text")
	if r.Source != "" {
		text = l.T("wave.new_from", "source", r.Source)
	}
	return bill.Form{ID: "baru", Folded: true, Title: l.T("wave.new"), Text: text, Action: PathWaves, Submit: l.T("wave.new_do"), Fields: waveFields(l, w, in, errs)}, nil
}

// waveFields ask for what staff say of a wave.
func waveFields(l i18n.Locale, w ductwave.Wave, in site.Form, errs ui.Errors) []ui.Field {
	value := func(name, usual string) string {
		if in.Values[name] != nil {
			return in.Get(name)
		}
		return usual
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return []ui.Field{
		{Name: "title", Label: l.T("wave.title"), Hint: l.T("wave.title_hint"), Value: value("title", w.Title), Max: 200, Error: errs.Of("title"), Autocomplete: "off"},
		{Name: "kind", Type: "select", Label: l.T("wave.kind"), Hint: l.T("wave.kind_hint"), Value: value("kind", w.Kind), Options: ducts.Options(l, "duct.unit", duct.UnitKinds()), Error: errs.Of("kind")},
		{Name: "target", Type: "number", Label: l.T("wave.target"), Hint: l.T("wave.target_hint"), Value: value("target", number(int64(w.Target))), Error: errs.Of("target")},
		{Name: "cost", Type: "money", Label: l.T("wave.cost"), Value: value("cost", number(int64(w.CostPerM))), Error: errs.Of("cost")},
		{Name: "tariff", Type: "money", Label: l.T("wave.tariff"), Value: value("tariff", number(int64(w.TariffPerM))), Error: errs.Of("tariff")},
		{Name: "note", Type: "long_text", Label: l.T("wave.note"), Hint: l.T("wave.note_hint"), Value: value("note", w.Note), Max: 2000, Optional: true, Error: errs.Of("note")},
	}
}

// input reads what waveFields ask for.
func input(in site.Form) ductwave.Input {
	rupiah := func(name string) money.Rupiah {
		n, err := money.Parse(in.Text(name))
		if err != nil {
			return 0 // which no wave may have
		}
		return n
	}
	return ductwave.Input{Title: in.Line("title"), Note: in.Text("note"), Kind: in.Get("kind"), Target: Count(in, "target"), CostPerM: rupiah("cost"), TariffPerM: rupiah("tariff")}
}

// create begins a wave.
func (p *Pages) create(c *gin.Context) error {
	in, err := site.ReadForm(c)
	var w ductwave.Wave
	if err == nil {
		w, err = p.Waves.Create(c.Request.Context(), gate.ActorOf(c), input(in))
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.listAgain(c, status, in, site.Called(c, errs, Labels))
	}
	return p.Done(c, wavePath(w.ID), "wave_created")
}
