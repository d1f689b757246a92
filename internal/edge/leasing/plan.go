package leasing

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// waysMost is how many ways are shown, and placesMost how many places that fit what was typed.
const (
	waysMost   = 3
	placesMost = 20
)

// planLabels are what the fields of a plan and of a reservation are called.
var planLabels = map[string]string{"dari": "lease.from", "ke": "lease.to", "jenis": "lease.kind", "jumlah": "lease.quantity", "mulai": "lease.since", "sampai": "lease.until",
	"rute": "lease.way", "menurut": "lease.by", "operator": "lease.operator", "hari": "lease.kept_for"}

// Planner is the page on which a way is found. Staff find one in the whole network, and people of a company in what it was
// granted.
type Planner struct {
	*ducts.Pages
	Shell      func(c *gin.Context, title string) ui.Shell
	Path, Back string
	Lead       string    // key of the page's text
	Operator   uuid.UUID // whose price is reckoned, with what it holds already; uuid.Nil nobody's
	Places     func(ctx context.Context, actor identity.Actor, day time.Time, typed string, most int) ([]lease.Place, error)
	Plan       func(ctx context.Context, actor identity.Actor, in lease.PlanInput) ([]lease.Way, error)
	Lines      func(c *gin.Context, day time.Time, ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error)
	Pins       func(c *gin.Context, day time.Time, codes ...string) ([]ui.Pin, error)
	Segment    func(code string, day time.Time) string                                                             // its page
	Offer      func(c *gin.Context, q Asked, ways []lease.Way, in site.Form, errs ui.Errors) (bill.Section, error) // what can be done with the ways; an empty one is nothing
	None       func(c *gin.Context, q Asked, in site.Form) bill.Section                                            // what can be done where no way is free; nil is nothing
}

// planner is the one of staff.
func (p *Pages) planner() *Planner {
	return &Planner{Pages: p.Pages, Shell: p.DeskShell, Path: ducts.PathPlan, Back: ducts.PathDucts, Lead: "lease.plan_lead", Places: p.Leases.Places, Plan: p.Leases.Plan, Lines: p.lines, Pins: p.pins,
		Segment: ducts.SegmentPath, Offer: func(c *gin.Context, q Asked, ways []lease.Way, in site.Form, errs ui.Errors) (bill.Section, error) {
			if !p.may(c) {
				return bill.Section{}, nil
			}
			return p.reservation(c, q, ways, in, errs)
		}}
}

// plan is the page of staff.
func (p *Pages) plan(c *gin.Context) error { return p.planner().Page(c) }

// planAgain is plan, after a refusal of a reservation with what was filled in.
func (p *Pages) planAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	return p.planner().Again(c, status, in, errs)
}

// Page asks between which places how much is wanted and for how long, and shows the ways on which it is free.
func (p *Planner) Page(c *gin.Context) error {
	in, err := site.CheckText(c.Request.URL.Query(), []string{"mulai", "sampai"})
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.Again(c, status, in, site.Called(c, errs, planLabels))
	}
	return p.Again(c, http.StatusOK, in, nil)
}

// Asked is what a plan asks for, with the places that fit where more than one does.
type Asked struct {
	lease.PlanInput
	places map[string][]lease.Place // by field
	near   map[string]lease.Place   // by field, the node that is the nearest to the point that was typed
	bad    []fault.Field
	by     *ducttariff.WayPrice // by which the ways are planned; nil by length
}

// byTariff is the choice of the ways that are the cheapest by tariff.
const byTariff = "tarif"

// Bad is what is wrong with what was asked.
func (q Asked) Bad() []fault.Field { return q.bad }

// Ask reads what a plan asks for.
func (p *Planner) Ask(c *gin.Context, in site.Form) (Asked, error) {
	q := Asked{PlanInput: lease.PlanInput{Kind: in.Get("jenis"), Ways: waysMost}, places: map[string][]lease.Place{}, near: map[string]lease.Place{}}
	refuse := func(name, code string) { q.bad = append(q.bad, fault.Field{Name: name, Code: code}) }
	var err error
	if q.Since, err = time.Parse(time.DateOnly, site.DateOf(in, "mulai")); err != nil {
		q.Since = p.DayIn(c)
		refuse("mulai", "invalid")
	}
	codes := map[string]*string{"dari": &q.From, "ke": &q.To}
	for _, name := range []string{"dari", "ke"} {
		typed := in.Text(name)
		if typed == "" {
			refuse(name, "required")
			continue
		}
		found, err := p.Places(c.Request.Context(), gate.ActorOf(c), q.Since, typed, placesMost)
		switch {
		case err != nil:
			return q, err
		case len(found) == 0 && p.Operator != uuid.Nil: // whether there is one elsewhere is not told
			refuse(name, "no_granted_place")
		case len(found) == 0:
			refuse(name, "no_such_place")
		case len(found) == 1:
			*codes[name] = found[0].Code
			if _, isPoint := geo.Typed(typed); isPoint {
				q.near[name] = found[0]
			}
		default:
			q.places[name] = found
		}
	}
	if q.From != "" && q.From == q.To {
		refuse("ke", "same_place")
	}
	if q.Quantity, err = strconv.Atoi(in.Text("jumlah")); err != nil || q.Quantity < 1 || q.Quantity > 100 {
		refuse("jumlah", "out_of_hundred")
	}
	if typed := site.DateOf(in, "sampai"); typed != "" {
		if q.Until, err = time.Parse(time.DateOnly, typed); err != nil {
			refuse("sampai", "invalid")
		} else if !q.Until.After(q.Since) {
			refuse("sampai", "not_after")
		}
	}
	if in.Get("menurut") != byTariff || len(q.bad) > 0 {
		return q, nil
	}
	price, err := p.DuctPrice.WayPrice(c.Request.Context(), q.Kind, q.Quantity, q.Since, q.Until)
	if fault.Is(err, "ducttariff.no_tariff") {
		refuse("menurut", "plan_no_tariff")
		return q, nil
	}
	q.by = &price
	q.Price = func(s lease.Step) float64 { return price.Cost(s.LengthMM, s.Ends) }
	return q, err
}

// Again is Page, after a refusal of what Offer offers with what was filled in: the ways are then those that are free now.
func (p *Planner) Again(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	v := bill.View{Shell: p.Shell(c, l.T("lease.plan")), Back: p.Back, Heading: l.T("lease.plan"), Lead: l.T(p.Lead), Errors: errs}
	if in.Values["dari"] == nil && in.Values["ke"] == nil {
		v.Sections = []bill.Section{p.question(c, in, Asked{}, nil)}
		return p.Render(c, status, bill.Page(v))
	}
	q, err := p.Ask(c, in)
	if err != nil {
		return err
	}
	more, failed, _ := site.Refused(c, fault.Fields(q.bad), "")
	more = site.Called(c, more, planLabels)
	if len(more) > 0 && status == http.StatusOK {
		status = failed
	}
	v.Errors = append(more, errs...)
	v.Sections = []bill.Section{p.question(c, in, q, more)}
	if len(q.bad) == 0 && len(q.places) == 0 {
		found, err := p.found(c, q, in, errs)
		if err != nil {
			return err
		}
		shut, err := p.shut(c, q.Since, lease.PulledBy(q.Since, q.Until))
		if err != nil {
			return err
		}
		v.Sections = append(append(v.Sections, found...), shut...)
	}
	return p.Render(c, status, bill.Page(v))
}

// question is the form of a plan. Where several places fit what was typed, one is chosen.
func (p *Planner) question(c *gin.Context, in site.Form, q Asked, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	place := func(name string, code string) ui.Field {
		f := ui.Field{Name: name, Label: l.T(planLabels[name]), Hint: l.T("lease.place_hint"), Value: in.Get(name), Max: 100, Error: errs.Of(name), Autocomplete: "off"}
		if code != "" {
			f.Value = code
		}
		if x, ok := q.near[name]; ok {
			f.Hint = l.T("lease.nearest", "typed", in.Text(name), "code", x.Code, "n", l.Number(int64(x.Away)))
		}
		if found := q.places[name]; len(found) > 0 {
			f.Type, f.Hint = "select", l.T("lease.several_places", "typed", in.Text(name))
			if len(found) == placesMost {
				f.Hint += " " + l.T("lease.more_places")
			}
			f.Options = []ui.Option{{Value: in.Text(name), Label: l.T("lease.choose_place")}}
			for _, x := range found {
				f.Options = append(f.Options, ui.Option{Value: x.Code, Label: strings.Join(append(slices.DeleteFunc([]string{x.Code, x.Address}, func(s string) bool { return s == "" }), x.Roads...), ", ")})
			}
		}
		return f
	}
	day := func(name, usual string) ui.Field {
		f := ui.Field{Name: name, Type: "date", Label: l.T(planLabels[name]), Value: usual, Error: errs.Of(name), Optional: name == "sampai"}
		if in.Values[name] != nil {
			f.Value, f.Typed = site.DateOf(in, name), in.Values[name]
		}
		return f
	}
	until := day("sampai", "")
	until.Hint = l.T("lease.until_hint")
	kind, quantity := in.Get("jenis"), in.Get("jumlah")
	if kind == "" {
		kind = duct.Subduct
	}
	if quantity == "" {
		quantity = "1"
	}
	f := bill.Form{ID: "rencana", Action: p.Path, Get: true, Submit: l.T("lease.find"), Fields: []ui.Field{place("dari", q.From), place("ke", q.To),
		{Name: "jenis", Type: "choice", Label: l.T("lease.kind"), Value: kind, Error: errs.Of("jenis"), Options: ducts.Options(l, "duct.unit", duct.UnitKinds())},
		{Name: "jumlah", Type: "number", Label: l.T("lease.quantity"), Value: quantity, Error: errs.Of("jumlah")}, day("mulai", p.DayIn(c).Format(time.DateOnly)), until,
		{Name: "menurut", Type: "choice", Label: l.T("lease.by"), Value: cmp.Or(in.Get("menurut"), "panjang"), Error: errs.Of("menurut"), Options: ducts.Options(l, "lease.by", []string{"panjang", byTariff})}}}
	s := bill.Section{ID: "cari", Title: l.T("lease.plan"), Quiet: true, Forms: []bill.Form{f}}
	if len(q.places) > 0 {
		s.Note = bill.Note{Tone: "care", Text: l.T("lease.choose_places")}
		s.Links = []ui.Link{{Href: p.Path, Label: l.T("lease.anew"), Icon: "search"}}
	}
	return s
}

// found are the ways that are free, each drawn and told segment by segment, and the form that reserves one.
func (p *Planner) found(c *gin.Context, q Asked, in site.Form, errs ui.Errors) ([]bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	ways, err := p.Plan(ctx, a, q.PlanInput)
	if err != nil {
		return nil, err
	}
	if len(ways) == 0 {
		out := []bill.Section{{ID: "rute", Title: l.T("lease.ways"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("lease.no_way"), Text: l.T("lease.no_way_hint", "units", l.T("lease.units."+q.Kind, "n", q.Quantity))}}}
		if p.None != nil {
			out = append(out, p.None(c, q, in))
		}
		return out, nil
	}
	names, _, err := p.Names(c)
	if err != nil {
		return nil, err
	}
	ground, err := p.Ground(ctx, q.Since)
	if err != nil {
		return nil, err
	}
	var pins []ui.Pin
	if p.Pins != nil {
		if pins, err = p.Pins(c, q.Since, q.From, q.To); err != nil {
			return nil, err
		}
	}
	all, err := p.priced(c, q, ways)
	if err != nil {
		return nil, err
	}
	out := []bill.Section{q.planned(l)}
	if len(all) > 1 {
		out = append(out, compared(l, all))
	}
	for i, w := range all {
		var ids []uuid.UUID
		for _, s := range w.Steps {
			ids = append(ids, s.ID)
		}
		lines, err := p.Lines(c, q.Since, ids)
		if err != nil {
			return nil, err
		}
		var tracks [][]geo.Point
		for _, id := range ids {
			tracks = append(tracks, lines[id])
		}
		told := p.way(c, i+1, w.Way, names, site.TracksMap(ground, wayID(i), l.T("lease.map", "n", len(w.Steps), "length", ducts.KM(l, w.LengthMM)), tracks, pins))
		told.Rows = append(told.Rows, w.rows(l)...)
		out = append(out, told)
		if basis := w.basis(l, i, p.Operator); basis.ID != "" {
			out = append(out, basis)
		}
	}
	if p.Offer != nil {
		form, err := p.Offer(c, q, ways, in, errs)
		if err != nil {
			return nil, err
		}
		if form.ID != "" {
			out = append(out, form)
		}
	}
	return out, nil
}

// pins are the ends of a way.
func (p *Pages) pins(c *gin.Context, day time.Time, codes ...string) ([]ui.Pin, error) {
	ends, err := p.Ducts.NodesCalled(c.Request.Context(), gate.ActorOf(c), day, codes...)
	var pins []ui.Pin
	for _, code := range codes {
		for _, n := range ends {
			if n.Code == code {
				pins = append(pins, ui.Pin{Name: code, Label: code, At: geo.Point{Lat: n.At.Lat(), Lon: n.At.Lon()}, Set: true})
			}
		}
	}
	return pins, err
}

// way tells of one way.
func (p *Planner) way(c *gin.Context, n int, w lease.Way, names map[string]string, drawn *ui.Map) bill.Section {
	l := gate.LocaleOf(c)
	var must []string
	seen := map[string]bool{}
	for _, code := range w.Authorities {
		if !seen[code] {
			must = append(must, names[code])
		}
		seen[code] = true
	}
	least := w.Steps[0]
	t := &bill.Table{Title: l.T("lease.nth_way", "n", n), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("lease.free"), End: true}}}
	for _, s := range w.Steps {
		if s.Free < least.Free {
			least = s
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: s.Code, Href: p.Segment(s.Code, p.DayIn(c))}, {Text: s.Road}, {Text: names[s.Authority]}, {Text: ducts.Metres(l, s.LengthMM)}, {Text: l.Number(int64(s.Free))}}})
	}
	return bill.Section{ID: "rute-" + strconv.Itoa(n), Title: l.T("lease.nth_way", "n", n), Map: drawn, Table: t, Rows: []ui.Row{{Label: l.T("duct.billed"), Value: ducts.Metres(l, w.LengthMM)},
		{Label: l.T("duct.segments"), Value: l.Number(int64(len(w.Steps)))}, {Label: l.T("lease.permits"), Value: strings.Join(must, ", ")},
		{Label: l.T("lease.narrowest"), Value: l.T("lease.narrowest_value", "n", least.Free, "segment", least.Code)}}}
}

// Choice is the question which of the ways is meant. It adds to the form the segments of each, so that what is taken is what was
// seen.
func Choice(l i18n.Locale, f *bill.Form, ways []lease.Way, in site.Form, errs ui.Errors) ui.Field {
	pick := ui.Field{Name: "rute", Type: "choice", Label: l.T("lease.way"), Value: in.Get("rute"), Error: errs.Of("rute")}
	if len(ways) == 1 {
		pick.Value = "1"
	}
	for i, w := range ways {
		n := strconv.Itoa(i + 1)
		ids := make([]string, len(w.Steps))
		for j, step := range w.Steps {
			ids[j] = step.ID.String()
		}
		f.Hidden = append(f.Hidden, ui.Option{Value: "ruas_" + n, Label: strings.Join(ids, ",")})
		pick.Options = append(pick.Options, ui.Option{Value: n, Label: l.T("lease.way_choice", "n", i+1, "length", ducts.Metres(l, w.LengthMM), "segments", len(w.Steps))})
	}
	return pick
}

// Chosen are the segments of the way that was chosen.
func Chosen(in site.Form) ([]uuid.UUID, []fault.Field) {
	var segments []uuid.UUID
	for _, text := range strings.Split(in.Get("ruas_"+in.Get("rute")), ",") {
		if id, err := uuid.Parse(text); err == nil {
			segments = append(segments, id)
		}
	}
	if len(segments) == 0 && in.Text("rute") != "" {
		return nil, []fault.Field{{Name: "rute", Code: "not_an_option"}}
	}
	return segments, nil
}

// Hidden is what a plan asks for, to be sent on with what becomes of it.
func (q Asked) Hidden(in site.Form) []ui.Option {
	return []ui.Option{{Value: "dari", Label: q.From}, {Value: "ke", Label: q.To}, {Value: "jenis", Label: q.Kind}, {Value: "jumlah", Label: strconv.Itoa(q.Quantity)},
		{Value: "mulai", Label: q.Since.Format(time.DateOnly)}, {Value: "sampai", Label: site.DateOf(in, "sampai")}, {Value: "menurut", Label: in.Get("menurut")}}
}

// reservation is the form that keeps one of the ways for an operator. It names the segments, so that what is reserved is what
// was seen.
func (p *Pages) reservation(c *gin.Context, q Asked, ways []lease.Way, in site.Form, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "cadangkan", Title: l.T("lease.reserve")}
	operators, err := p.choice(c, lease.OperatorApproved)
	if err != nil {
		return s, err
	}
	if len(operators) == 0 {
		s.Empty = &bill.Empty{Icon: "building", Title: l.T("lease.none_approved"), Text: l.T("lease.none_approved_hint")}
		s.Links = []ui.Link{{Href: ducts.PathOperators, Label: l.T("lease.operators"), Icon: "building"}}
		return s, nil
	}
	key, days := in.Get("kunci"), in.Get("hari")
	if key == "" {
		key = uuid.NewString()
	}
	if days == "" {
		days = "30"
	}
	f := bill.Form{ID: "pesan", Text: l.T("lease.reserve_text"), Action: ducts.PathPlan, Submit: l.T("lease.reserve_do"), Hidden: append([]ui.Option{{Value: "kunci", Label: key}}, q.Hidden(in)...)}
	pick := Choice(l, &f, ways, in, errs)
	f.Fields = []ui.Field{pick, {Name: "operator", Type: "select", Label: l.T("lease.operator"), Value: in.Get("operator"), Error: errs.Of("operator"), Options: append([]ui.Option{{Label: l.T("lease.choose_operator")}}, operators...)},
		{Name: "hari", Type: "number", Label: l.T("lease.kept_for"), Hint: l.T("lease.kept_for_hint"), Value: days, Error: errs.Of("hari")}}
	s.Forms = []bill.Form{f}
	s.Note = bill.Note{Text: l.T("lease.reserve_aside")}
	s.Links = []ui.Link{{Href: ducts.PathOrders, Label: l.T("ductnav.orders"), Icon: "list-details"}}
	return s, nil
}

// reserve keeps a way for an operator. Where it has filled up meanwhile, the page says where and shows what is free now.
func (p *Pages) reserve(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err // no form of ours sends anything twice
	}
	l := gate.LocaleOf(c)
	made, err := p.keep(c, in)
	switch {
	case err == nil:
		return p.Done(c, leasePath(made.ID), "lease_reserved")
	case fault.Is(err, "lease.full"), fault.Is(err, "lease.no_segment"), fault.Is(err, "lease.unfit"):
		in.Del("rute") // the ways are others now
		in.Del("kunci")
		return p.planAgain(c, http.StatusConflict, in, ui.Errors{{Text: site.Refusal(l, fault.From(err))}})
	}
	errs, status, ok := site.RefusedAt(c, err, map[string]string{"lease.no_operator": "operator", "lease.not_approved": "operator"})
	if !ok {
		return err
	}
	// A refusal of the service names its own fields.
	for i, e := range errs {
		if name := map[string]string{"days": "hari", "segments": "rute", "key": "rute"}[e.Name]; name != "" {
			errs[i].Name = name
		}
	}
	return p.planAgain(c, status, in, site.InOrder(site.Called(c, errs, planLabels), "rute", "operator", "hari"))
}

// keep reserves what a form asks for.
func (p *Pages) keep(c *gin.Context, in site.Form) (lease.Lease, error) {
	q, err := p.planner().Ask(c, in)
	if err != nil {
		return lease.Lease{}, err
	}
	bad := append(q.bad, site.Missing(in, "rute", "operator")...)
	days, err := strconv.Atoi(in.Text("hari"))
	if err != nil || days < 1 || days > 365 {
		bad = append(bad, fault.Field{Name: "hari", Code: "out_of_year"})
	}
	operator, err := uuid.Parse(in.Get("operator"))
	if err != nil && in.Get("operator") != "" {
		bad = append(bad, fault.Field{Name: "operator", Code: "not_an_option"})
	}
	segments, wrong := Chosen(in)
	bad = append(bad, wrong...)
	if err := fault.Fields(bad); err != nil {
		return lease.Lease{}, err
	}
	// Another way of the same page is another reservation.
	return p.Leases.Reserve(c.Request.Context(), gate.ActorOf(c), lease.ReserveInput{Operator: operator, Segments: segments, Kind: q.Kind, Quantity: q.Quantity, Since: q.Since, Until: q.Until, Days: days,
		Key: in.Get("kunci") + "-" + in.Get("rute")})
}
