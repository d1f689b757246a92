package standard

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const (
	pathNewService = "/kelola/layanan-baru"
	pathService    = "/kelola/layanan/:code"
	pathStandard   = pathService + "/standar"
	standardBody   = 512 << 10
)

// standardRoutes is where an administrator keeps a service: its home, its standard, its beginning and its end.
func (p *Pages) standardRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	return gate.Table{
		{Method: get, Path: pathNewService, Needs: needs, Scope: city, Handler: p.newService},
		{Method: post, Path: pathNewService, Needs: needs, Scope: city, Handler: p.beginService},
		{Method: get, Path: pathService, Needs: needs, Scope: city, Handler: p.serviceHome},
		{Method: get, Path: pathStandard, Needs: needs, Scope: city, Handler: p.standard},
		{Method: post, Path: pathStandard, Needs: needs, Scope: city, MaxBody: standardBody, Handler: p.saveStandard},
		{Method: post, Path: pathStandard + "/terbitkan", Page: pathService, Needs: needs, Scope: city, Handler: p.publishStandard},
		{Method: post, Path: pathStandard + "/buang", Page: pathService, Needs: needs, Scope: city, Handler: p.discardStandard},
		{Method: post, Path: pathService + "/tutup", Page: pathService, Needs: needs, Scope: city, Handler: p.retireService},
	}
}

func (p *Pages) serviceHome(c *gin.Context) error {
	return p.serviceHomePage(c, http.StatusOK, nil, nil, nil)
}

// obstacles are the applications of a service whose documents cannot be printed.
func (p *Pages) obstacles(c *gin.Context, code string) ([]office.Obstacle, error) {
	l := gate.LocaleOf(c)
	all, err := p.Casework.Obstacles(c.Request.Context(), gate.ActorOf(c), code)
	var out []office.Obstacle
	for _, o := range all {
		kind := "obstacle.kind_document"
		if o.TimerID.Valid {
			kind = "obstacle.kind_step"
		}
		out = append(out, office.Obstacle{Number: o.Number, Kind: l.T(kind), Letters: o.Letters, Since: site.Zoned(c, o.Since)})
	}
	return out, err
}

// serviceHomePage shows what is in force and what can be done, after a refusal with why and with what was typed.
func (p *Pages) serviceHomePage(c *gin.Context, status int, refused error, errs ui.Errors, instead i18n.Text) error {
	ctx, a, l, code := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), c.Param("code")
	d, err := p.Editor.Open(ctx, a, code)
	if err != nil {
		return err
	}
	now, err := p.Editor.Find(ctx, a, code)
	if err != nil {
		return err
	}
	all, err := p.Editor.History(ctx, a, code)
	if err != nil {
		return err
	}
	s := now.Service
	v := office.ServiceHomeView{Shell: p.DeskShell(c, s.Name.In(l)), Code: code, Name: s.Name.In(l), Summary: s.Summary.In(l), Latest: d.Latest, Revision: d.Revision,
		Retired: s.Retired(), Native: s.Integration == catalog.Native, Document: s.Document != "", Workflow: s.Workflow != "", Integration: ui.Integration(s.Integration), Errors: errs,
		Last: p.draftText(c, d.By, d.At), Changed: p.draftChanged(c, refused), InsteadID: instead["id"], InsteadEN: instead["en"], From: dayOrEmpty(d.Standard.EffectiveFrom)}
	v.ErrorTitle = refused != nil || len(errs) > 0
	if s.Retired() {
		v.Instead = s.Instead.In(l)
	}
	if refused != nil && v.Changed == "" && len(errs) == 0 {
		f, _ := gate.Failed(c, refused)
		v.Errors = ui.Errors{{Text: site.Refusal(l, f)}}
	}
	if len(d.Problems) > 0 {
		ch, err := p.choices(c)
		if err != nil {
			return err
		}
		v.Problems, _ = placed(d.Problems, standardSections(d.Edition, ch, l), "/kelola/layanan/"+code+"/standar", l)
	}
	if v.Document {
		if v.Obstacles, err = p.obstacles(c, code); err != nil {
			return err
		}
		v.Again = int(casework.ObstacleEvery.Minutes())
	}
	today := site.Zoned(c, p.Now()).Format(time.DateOnly)
	v.Rows = append(v.Rows, ui.Row{Label: l.T("staff.agency"), Value: now.Agency.Name.In(l)})
	for _, st := range all {
		inForce := st.EffectiveFrom <= today && (st.EffectiveTo == "" || st.EffectiveTo > today)
		row := office.StandardVersion{Version: strconv.Itoa(st.Version), From: dayOrEmpty(st.EffectiveFrom), Decree: st.Decree, Source: st.Source, Verified: st.Verified, InForce: inForce}
		if st.EffectiveTo != "" {
			row.To = dayOrEmpty(st.EffectiveTo).AddDate(0, 0, -1)
		}
		v.Versions = append(v.Versions, row)
		if inForce {
			v.Rows = append(v.Rows, ui.Row{Label: l.T("standard.time_part"), Value: st.Parts.Time.Text(l)}, ui.Row{Label: l.T("standard.fee_part"), Value: st.Parts.Fee.Text(l)})
		}
	}
	if v.Native {
		v.Rows = append(v.Rows, ui.Row{Label: l.T("standard.form"), Value: s.Form}, ui.Row{Label: l.T("standard.workflow"), Value: s.Workflow},
			ui.Row{Label: l.T("standard.document"), Value: orDash(s.Document)}, ui.Row{Label: l.T("standard.ladder_part"), Value: ladderText(s.Rules.Ladder, l)})
	}
	if s.Link != nil {
		v.Rows = append(v.Rows, ui.Row{Label: l.T("standard.link_name"), Value: strings.TrimSpace(s.Link.Name + " " + s.Link.URL)})
	}
	return p.Render(c, status, office.ServiceHome(v))
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func dayOrEmpty(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // the zero time stands for none
	return t
}

func (p *Pages) draftText(c *gin.Context, who string, at time.Time) string {
	if who == "" {
		return ""
	}
	l := gate.LocaleOf(c)
	return l.T("standard.last", "who", who, "at", l.DateTime(site.Zoned(c, at)))
}

// draftChanged says who came in between, when that is why a step was refused.
func (p *Pages) draftChanged(c *gin.Context, refused error) string {
	var other *catalog.Changed
	if !errors.As(refused, &other) {
		return ""
	}
	if other.By == "" {
		return gate.LocaleOf(c).T("standard.gone")
	}
	return p.draftText(c, other.By, other.At)
}

func (p *Pages) choices(c *gin.Context) (choices, error) {
	agencies, err := p.Catalog.Agencies(c.Request.Context())
	if err != nil {
		return choices{}, err
	}
	own, err := p.Editor.Agency(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return choices{}, err
	}
	charged, err := p.Tariffs.All(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return choices{}, err
	}
	roles, _, err := p.StaffChoices(c.Request.Context(), gate.LocaleOf(c))
	if err != nil {
		return choices{}, err
	}
	kept, err := p.Editor.Kept(c.Request.Context(), gate.ActorOf(c))
	return choices{own: own, agencies: agencies, kept: kept, tariffs: charged, roles: roles}, err
}

// addresses are the blocks of a form that ask where somebody lives, by whose answer an office can be chosen.
func (p *Pages) addresses(c *gin.Context, code string) ([]ui.Option, error) {
	if code == "" {
		return nil, nil
	}
	d, err := p.Builder.Forms.Open(c.Request.Context(), gate.ActorOf(c), code)
	var out []ui.Option
	for _, f := range d.Body.Named() {
		if _, ok := d.Body.Field(f.Code + ".district"); ok && f.Type == form.Person {
			out = append(out, ui.Option{Value: f.Code, Label: f.Label.In(gate.LocaleOf(c))})
		}
	}
	return out, err
}

var indexPattern = regexp.MustCompile(`\[(\d+)\]`)

// placed puts problems at the fields where they are mended, and into words with the address of the field.
func placed(found pack.Problems, sections []office.StandardSection, path string, l i18n.Locale) ([]office.StandardProblem, []office.StandardSection) {
	var out []office.StandardProblem
	for _, x := range found {
		text := l.T("pack.problem."+x.Code, x.Args...)
		one := office.StandardProblem{Href: path, Place: x.Path, Text: text}
		if kind, code, ok := strings.Cut(x.File, " "); ok { // what does not fit together, told at its own place
			one.Place = l.T("standard."+kind) + " " + code + ": " + x.Path
			out = append(out, one)
			continue
		}
		name := strings.ReplaceAll(indexPattern.ReplaceAllString(strings.TrimPrefix(x.Path, "standard."), ".$1"), ".", "_")
		if i, k, ok := fieldAt(sections, name); ok {
			f := &sections[i].Fields[k]
			f.Error, sections[i].Open = text, true
			one.Href, one.Place = path+"#f-"+f.Name, sections[i].Title+", "+f.Label
		}
		out = append(out, one)
	}
	return out, sections
}

// fieldAt finds the field of a name, or of the longest beginning of it; of a text without a language the first.
func fieldAt(sections []office.StandardSection, name string) (int, int, bool) {
	for name != "" {
		for i, s := range sections {
			for k, f := range s.Fields {
				if f.Name == name || f.Name == name+"_id" || f.Name == name+"_amount" {
					return i, k, true
				}
			}
		}
		cut := strings.LastIndexByte(name, '_')
		name = name[:max(cut, 0)]
	}
	return 0, 0, false
}

func (p *Pages) standard(c *gin.Context) error {
	d, err := p.Editor.Open(c.Request.Context(), gate.ActorOf(c), c.Param("code"))
	if err != nil {
		return err
	}
	return p.standardPage(c, http.StatusOK, d, nil)
}

func (p *Pages) standardPage(c *gin.Context, status int, d catalog.Draft, refused error) error {
	l, code := gate.LocaleOf(c), c.Param("code")
	ch, err := p.choices(c)
	if err != nil {
		return err
	}
	if ch.addresses, err = p.addresses(c, d.Service.Form); err != nil {
		return err
	}
	v := office.StandardView{Unverified: !d.Service.Verified, Shell: p.DeskShell(c, l.T("standard.title", "service", d.Service.Name.In(l))), Code: code, Service: d.Service.Name.In(l), Revision: d.Revision,
		Requirements: len(d.Standard.Parts.Requirements), Last: p.draftText(c, d.By, d.At), Changed: p.draftChanged(c, refused), Sections: standardSections(d.Edition, ch, l)}
	v.ErrorTitle = refused != nil
	v.Problems, v.Sections = placed(d.Problems, v.Sections, "", l)
	return p.Render(c, status, office.Standard(v))
}

// saveStandard keeps what was written in the draft, or asks for one more requirement.
func (p *Pages) saveStandard(c *gin.Context) error {
	in, err := site.ReadForm(c, "effective_from", "joint_agencies")
	if err != nil {
		return err
	}
	ctx, a, code := c.Request.Context(), gate.ActorOf(c), c.Param("code")
	old, err := p.Editor.Open(ctx, a, code)
	if err != nil {
		return err
	}
	typed := readEdition(in, old.Edition)
	if in.Text("what") == "add" {
		old.Edition, old.Revision, old.Problems = typed, in.Revision(), nil
		if parts := &old.Standard.Parts; len(parts.Requirements) < mostRequirements {
			parts.Requirements = append(parts.Requirements, catalog.Requirement{Kind: "administrative", Form: "copy"})
		}
		return p.standardPage(c, http.StatusOK, old, nil)
	}
	_, err = p.Editor.Save(ctx, a, code, in.Revision(), typed)
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		fresh, again := p.Editor.Open(ctx, a, code)
		if again != nil {
			return again
		}
		fresh.Edition, fresh.Problems = typed, nil
		return p.standardPage(c, http.StatusConflict, fresh, err)
	}
	if err != nil {
		return err
	}
	return p.Done(c, "/kelola/layanan/"+code, "standard_saved")
}

// onDraft does something with the draft that the reader saw, and goes to a page or shows the service with why not.
func (p *Pages) onDraft(c *gin.Context, to, sentence string, do func(revision int) error) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	err = do(in.Revision())
	if err == nil {
		return p.Done(c, to, sentence)
	}
	f, status := gate.Failed(c, err)
	if f.Kind != fault.Conflict && f.Code != "catalog.broken" {
		return err
	}
	return p.serviceHomePage(c, status, err, nil, nil)
}

func (p *Pages) publishStandard(c *gin.Context) error {
	code := c.Param("code")
	return p.onDraft(c, "/kelola/layanan/"+code, "standard_published", func(revision int) error {
		_, err := p.Editor.Publish(c.Request.Context(), gate.ActorOf(c), code, revision)
		return err
	})
}

func (p *Pages) discardStandard(c *gin.Context) error {
	code := c.Param("code")
	d, err := p.Editor.Open(c.Request.Context(), gate.ActorOf(c), code)
	if err != nil {
		return err
	}
	to := "/kelola/layanan/" + code
	if d.Latest == 0 {
		to = "/kelola/layanan"
	}
	return p.onDraft(c, to, "standard_discarded", func(revision int) error {
		return p.Editor.Discard(c.Request.Context(), gate.ActorOf(c), code, revision)
	})
}

func (p *Pages) retireService(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	code, instead := c.Param("code"), in.Both("instead")
	err = p.Editor.Retire(c.Request.Context(), gate.ActorOf(c), code, instead)
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.serviceHomePage(c, status, err, errs, instead)
	}
	if err != nil {
		return err
	}
	return p.Done(c, "/kelola/layanan/"+code, "service_retired")
}
