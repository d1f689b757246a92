package damage

import (
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// list is the damages, with how promises are kept and a form to write one down.
func (p *Pages) list(c *gin.Context) error {
	return p.listAgain(c, http.StatusOK, site.Form{}, nil)
}

// listAgain is list, after a refusal with what was filled in.
func (p *Pages) listAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	f, asked := filterOf(c)
	var after ductdamage.Place
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		after.ID = id
		after.DueAt, _ = time.Parse(time.RFC3339Nano, c.Query("tenggat")) // none where nothing more was promised
	}
	all, err := p.Damages.List(ctx, a, f, after, pageSize+1)
	if err != nil {
		return err
	}
	k, err := p.Damages.KPI(ctx, a)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("damage.title")), Heading: l.T("damage.title"), Lead: l.T("damage.lead"), Errors: errs}
	figures := ducts.KPISection(l, k)
	figures.Quiet = true
	v.Sections = append(v.Sections, figures)
	s := bill.Section{ID: "daftar", Title: l.T("damage.list"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("damage.none"), Text: l.T("damage.none_hint")}}
	if f.ByDue() {
		s.Text = l.T("duct.by_due")
	}
	if asked {
		s.Empty.Text = l.T("damage.none_filtered")
	}
	choose := func(name, label, value string, all []ui.Option) ui.Field {
		return ui.Field{Name: name, Type: "select", Label: l.T(label), Value: value, Optional: true, Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, all...)}
	}
	late := map[bool]string{true: "ya"}[f.Late]
	s.Filter = &bill.Form{ID: "saring", Action: PathDamage, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		choose("status", "duct.standing", f.State, append([]ui.Option{{Value: ductdamage.Unfinished, Label: l.T("damage.state.open")}}, options(l, "damage.state", ductdamage.States())...)),
		choose("jenis", "damage.kind", f.Kind, KindOptions(l)), choose("pelapor", "damage.source", f.Source, options(l, "damage.source", ductdamage.Sources())),
		choose("janji", "damage.promise", late, []ui.Option{{Value: "ya", Label: l.T("damage.only_late")}})}}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		last := all[pageSize-1]
		q.Set("sesudah", last.ID.String())
		q.Del("tenggat")
		if !last.DueAt.IsZero() {
			q.Set("tenggat", last.DueAt.UTC().Format(time.RFC3339Nano))
		}
		s.Next = PathDamage + "?" + q.Encode() + "#daftar"
	}
	s.Table = p.Table(c, all, PathDamage)
	v.Sections = append(v.Sections, s)
	if p.may(c, access.DuctManage) {
		v.Sections = append(v.Sections, bill.Section{ID: "catat", Title: l.T("damage.new"), Quiet: true, Forms: []bill.Form{p.reportForm(l, in, errs)}})
	}
	if v.Notes, err = p.notes(c); err != nil {
		return err
	}
	return p.Render(c, status, bill.Page(v))
}

// filterOf reads what an address asks for.
func filterOf(c *gin.Context) (f ductdamage.Filter, asked bool) {
	one := func(name string, known []string) string {
		if x := c.Query(name); slices.Contains(known, x) {
			asked = true
			return x
		}
		return ""
	}
	f = ductdamage.Filter{State: one("status", append(ductdamage.States(), ductdamage.Unfinished)), Kind: one("jenis", ductdamage.Kinds()), Source: one("pelapor", ductdamage.Sources())}
	f.Late = one("janji", []string{"ya"}) != ""
	return f, asked
}

// notes say by which rules promises are measured, and that nobody has confirmed them where that is so.
func (p *Pages) notes(c *gin.Context) ([]string, error) {
	l := gate.LocaleOf(c)
	rules, ok, err := p.Damages.Policy(c.Request.Context())
	if err != nil {
		return nil, err
	}
	if !ok {
		return []string{l.T("damage.no_policy")}, nil
	}
	out := []string{l.T("damage.policy", "acknowledge", rules.Acknowledge, "on_site", l.Number(int64(rules.OnSite/60)), "temporary", l.Number(int64(rules.Temporary/60)), "permanent", rules.Permanent, "basis", rules.Basis)}
	if !rules.Verified {
		out = append(out, l.T("damage.unverified", "source", rules.Source))
	}
	return out, nil
}

// Table lists damages, each with the promise that comes next, at an address.
func (p *Pages) Table(c *gin.Context, all []ductdamage.Listed, at string) *bill.Table {
	l, now := gate.LocaleOf(c), p.Now()
	t := &bill.Table{Title: l.T("damage.list"), Columns: []bill.Column{{Label: l.T("damage.number")}, {Label: l.T("damage.kind")}, {Label: l.T("damage.reported")}, {Label: l.T("damage.next")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		next := bill.Cell{Text: l.T("damage.no_next")}
		if x.Clock != "" {
			next = bill.Cell{Text: l.T("damage.clock." + x.Clock), Mark: runningMark(l, x.DueAt, x.ReportedAt, now), Small: l.DateTime(site.Zoned(c, x.DueAt))}
		} else if x.Missed > 0 && x.State != ductdamage.Dismissed {
			next.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("damage.missed", "n", x.Missed)}
		}
		where := x.Place
		if x.Node != "" {
			where = x.Node
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: at + "/" + x.ID.String()}, {Text: l.T("damage.kind." + x.Kind), Small: where},
			{Text: l.DateTime(site.Zoned(c, x.ReportedAt)), Small: l.T("damage.source." + x.Source)}, next, {Mark: StateMark(l, x.State)}}})
	}
	return t
}

// ReportFields ask what somebody sees.
func ReportFields(l i18n.Locale, in site.Form, errs ui.Errors) []ui.Field {
	return []ui.Field{
		{Name: "kind", Type: "choice", Label: l.T("damage.kind_ask"), Options: KindOptions(l), Value: in.Get("kind"), Error: errs.Of("kind")},
		{Name: "place", Label: l.T("damage.place"), Hint: l.T("damage.place_hint"), Value: in.Get("place"), Max: 200, Error: errs.Of("place"), Autocomplete: "off"},
		{Name: "words", Type: "long_text", Label: l.T("damage.words"), Hint: l.T("damage.words_hint"), Value: in.Get("words"), Max: 1000, Optional: true, Error: errs.Of("words")},
		PhotoField(l, errs),
	}
}

// PhotoField asks for a photo, which may be left out.
func PhotoField(l i18n.Locale, errs ui.Errors) ui.Field {
	return ui.Field{Name: "photo", Type: "file", Label: l.T("damage.photo"), Hint: l.T("damage.photo_hint"), Rule: ui.FileRule{Types: []string{"jpg", "png"}, MaxMB: ductdamage.PhotoMB}, Optional: true, Error: errs.Of("photo")}
}

// ReportLabels are what the fields of a report are called.
var ReportLabels = map[string]string{"kind": "damage.kind_ask", "place": "damage.place", "words": "damage.words", "photo": "damage.photo", "node": "damage.node"}

// reportForm writes a damage down that somebody has told the staff of.
func (p *Pages) reportForm(l i18n.Locale, in site.Form, errs ui.Errors) bill.Form {
	fields := ReportFields(l, in, errs)
	node := ui.Field{Name: "node", Label: l.T("damage.node"), Hint: l.T("damage.node_hint"), Value: in.Get("node"), Max: 64, Optional: true, Error: errs.Of("node"), Autocomplete: "off"}
	fields[1].Hint, fields[1].Optional = l.T("damage.place_hint_staff"), true
	return bill.Form{ID: "laporan", Folded: true, Title: l.T("damage.new"), Text: l.T("damage.new_text"), Action: PathDamage, Submit: l.T("damage.new_do"), Upload: true, Fields: append([]ui.Field{fields[0], node}, fields[1:]...), Hidden: OnceKey(in)}
}

// OnceKey makes a form that was sent twice one report.
func OnceKey(in site.Form) []ui.Option {
	return []ui.Option{in.Once()}
}

// ReadReport reads a report with its photo, which may be missing, and names the fields that cannot be read: they are refused together with what
// else is wrong with the report.
func ReadReport(c *gin.Context, s *ductdamage.Service) (site.Form, ductdamage.ReportInput, []fault.Field, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	var photo *files.File
	in, err := site.ReadUpload(c, "photo", ductdamage.PhotoMB, func(name string, body io.Reader) error {
		f, err := s.Receive(ctx, a, name, body)
		photo = &f
		return err
	})
	unread, err := site.Unread(err)
	unread = slices.DeleteFunc(unread, func(f fault.Field) bool { return f.Name == "photo" && f.Code == "required" }) // there may be none
	return in, ductdamage.ReportInput{Key: in.Key(), Kind: in.Get("kind"), Words: in.Text("words"), Place: in.Line("place"), Photo: photo}, unread, err
}

// report writes a damage down.
func (p *Pages) report(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	in, r, unread, err := ReadReport(c, p.Damages)
	if code := in.Text("node"); err == nil && code != "" {
		found, failed := p.Ducts.NodesCalled(ctx, a, p.DayIn(c), code)
		if err = failed; len(found) > 0 {
			r.Node = found[0].ID
		} else {
			unread = fault.Also(unread, fault.Field{Name: "node", Code: "no_node"})
		}
	}
	var d ductdamage.Damage
	if err == nil {
		d, err = p.Damages.Report(ctx, a, r, unread...)
	}
	if err != nil {
		errs, status, ok := refused(c, err, ReportLabels)
		if !ok {
			return err
		}
		return p.listAgain(c, status, in, errs)
	}
	return p.Done(c, PathDamage+"/"+d.ID.String(), "damage_reported")
}
