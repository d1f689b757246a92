package portal

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// goOn leads to the first page that is not done, or to the check of all answers; who has not begun comes to the first page,
// although it may ask nothing that has to be answered.
func (p *Portal) goOn(c *gin.Context, id uuid.UUID) error {
	d, err := p.Casework.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	to := d.Next()
	if d.Application.Draft() && len(d.Application.Answers) == 0 && d.Application.Sealed == nil && len(d.Files) == 0 && len(d.Pages) > 0 {
		to = d.Pages[0].Code
	}
	if to == "" || d.Application.Stage == workflow.StageNeedsCorrection {
		p.Redirect(c, own(id, "/periksa"))
		return nil
	}
	p.Redirect(c, own(id, "/isi/"+to))
	return nil
}

// own is the address of something about one of the reader's applications.
func own(id uuid.UUID, rest string) string { return "/permohonan/" + id.String() + rest }

// pageForm asks one thing.
func (p *Portal) pageForm(c *gin.Context) error {
	d, page, err := p.draftPage(c)
	if err != nil {
		return p.orStory(c, err)
	}
	if place(d, page.Code) < 0 && d.Application.Draft() {
		return p.goOn(c, d.Application.ID) // an earlier answer has made it needless
	}
	return p.formPage(c, http.StatusOK, d, page, told{})
}

// orStory shows where an application stands to who comes back to its form once it is with the office.
func (p *Portal) orStory(c *gin.Context, err error) error {
	if !fault.Is(err, "application.not_editable") {
		return err
	}
	p.Redirect(c, "/permohonan/"+c.Param("id"))
	return nil
}

func (p *Portal) draftPage(c *gin.Context) (intake.Draft, form.Page, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return intake.Draft{}, form.Page{}, err
	}
	d, err := p.Casework.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return d, form.Page{}, err
	}
	page, ok := d.Form.Page(c.Param("page"))
	if !ok {
		return d, page, fault.New(fault.NotFound, "application.no_page")
	}
	return d, page, nil
}

// told is what a page is shown again with.
type told struct {
	typed  site.Form // as it was sent; nil to show what is kept
	errs   ui.Errors
	doubts []fault.Field
	maps   site.Maps // where its maps were looking
}

// formPage shows a page with the answers that are kept, or, after a refusal, with those that were typed.
func (p *Portal) formPage(c *gin.Context, status int, d intake.Draft, page form.Page, t told) error {
	l, at := gate.LocaleOf(c), place(d, page.Code)
	v := resident.FormView{
		Shell: p.Shell(c, page.Title.In(l)), ID: d.Application.ID.String(), Service: d.Application.ServiceName.In(l), Page: page.Code,
		Heading: page.Title.In(l), Hint: page.Hint.In(l), Step: max(at+1, 1), Of: max(len(d.Pages), 1), Back: stepBack(d, page.Code), Errors: t.errs,
	}
	v.ErrorTitle = len(t.errs) > 0
	for i, e := range v.Errors {
		if f, ok := d.Form.Field(e.Name); ok && f.Type != form.Consent {
			v.Errors[i].Label = f.Title().In(l)
		}
	}
	for _, w := range t.doubts {
		f, _ := d.Form.Field(w.Name)
		v.Doubts = append(v.Doubts, ui.FieldError{Name: w.Name, Label: f.Title().In(l), Text: site.FieldText(l, w)})
	}
	v.Seen = seen(t.doubts)
	var err error
	if v.Lookups, err = p.offered(c, d, page); err != nil {
		return err
	}
	values := map[string][]string(t.typed.Values)
	if values == nil {
		values = keptOn(d, page)
	}
	d = d.Typing(page, values)
	shown := d.Typed(page, values)
	if k := d.Application.Correction; k != nil {
		v.Correction, v.Named = k.Message, len(k.Fields) > 0
		v.Locked = !slices.ContainsFunc(shown.Fields, func(f form.Field) bool { return f.Answered() && d.Editable(f.Code) })
	}
	q := site.Questions{Draft: d, Typed: t.typed, Errors: t.errs, Doubts: v.Doubts, Mirror: d.Mirror(page, shown.Fields),
		Path: own(d.Application.ID, "/isi/"+page.Code), Base: own(d.Application.ID, ""), L: l}
	if page.AsksPoint() {
		if t.maps.City, err = p.Ground(c.Request.Context(), d.At.Now); err != nil {
			return err
		}
		q.Maps = &t.maps
	}
	v.Follow, v.Fields = site.Followed(q.Mirror, d.At.Now), q.Fields(shown.Fields)
	return p.Render(c, status, resident.Form(v))
}

// keptOn are the answers of a page that are kept, and what is suggested for the others.
func keptOn(d intake.Draft, page form.Page) map[string][]string {
	out := map[string][]string{}
	for _, answers := range []form.Answers{d.Suggested, d.Answers} {
		for code, v := range answers {
			on, _ := d.Form.PageOf(code)
			if f, _ := d.Form.Field(code); on == page.Code && f.Typed() {
				out[code] = v
			}
		}
	}
	return out
}

// place is where a page stands among those that are asked now, or -1.
func place(d intake.Draft, page string) int {
	return slices.IndexFunc(d.Pages, func(x form.Page) bool { return x.Code == page })
}

// besides returns the pages that are asked now before and after one, which need not be asked itself.
func besides(d intake.Draft, page string) (before, after string) {
	passed := false
	for _, x := range d.Form.Pages {
		switch asked := place(d, x.Code) >= 0; {
		case x.Code == page:
			passed = true
		case asked && !passed:
			before = x.Code
		case asked && after == "":
			after = x.Code
		}
	}
	return before, after
}

func stepBack(d intake.Draft, page string) string {
	before, _ := besides(d, page)
	switch {
	case d.Application.Correction != nil:
		return own(d.Application.ID, "/periksa")
	case before != "":
		return own(d.Application.ID, "/isi/"+before)
	case d.Application.Channel == event.ChannelCounter:
		return site.PathFiling
	}
	return "/layanan/" + d.Application.ServiceCode
}

// savePage takes in what was typed and uploaded on one page: all of the answers or none, and each file by itself. With
// ?nanti=1 the person leaves instead of going on; ?tambah and ?hapus change the rows of a group, ?peta what a map shows, and
// keep nothing yet.
func (p *Portal) savePage(c *gin.Context) error {
	d, page, err := p.draftPage(c)
	if err != nil {
		return err
	}
	ctx, a, id := c.Request.Context(), gate.ActorOf(c), d.Application.ID
	typed, bad, err := p.readPage(c, d, page)
	confirmed := unseen(typed.Get(confirmName))
	typed.Del(confirmName)
	maps := site.TakeMaps(typed, c.Query("peta"))
	if typed.Values != nil {
		d = d.Typing(page, typed.Values)
	}
	if add, drop := c.Query("tambah"), c.Query("hapus"); err == nil && add+drop != "" {
		dropped, ok := changeRows(d, page, typed, add, drop)
		if dropped {
			err = p.dropFiled(c, d, drop)
		}
		if err != nil {
			return err
		}
		if ok {
			fresh, err := p.Casework.Draft(ctx, a, id)
			if err != nil {
				return err
			}
			errs, status := wrongFiles(c, bad)
			return p.formPage(c, status, fresh, page, told{typed: withFixed(d, page, typed), errs: errs, maps: maps})
		}
	}
	if f, ok := d.Form.Field(c.Query("peta")); err == nil && ok && typed.Values != nil && page.Asks(f.Code) {
		return p.mapPressed(c, d, page, f, bad, typed, maps)
	}
	was := onPage(d.Typed(page, keptOn(d, page)))
	var doubts []fault.Field
	if err == nil && len(bad) == 0 {
		doubts, err = p.Casework.TakePage(ctx, a, id, intake.PageInput{Page: page.Code, Typed: withFixed(d, page, typed).Values, Confirm: confirmed})
	}
	later := c.Query("nanti") == "1"
	fresh, again := p.Casework.Draft(ctx, a, id) // with the files that have come in
	if again != nil {
		return again
	}
	if err == nil && len(bad) == 0 && !later {
		bad = unproved(fresh, page)
	}
	if err == nil {
		err = fault.Fields(bad)
	}
	if later && err != nil && blank(typed) && len(bad) == 0 && fault.Is(err, "input.invalid") {
		err = nil // nothing was typed, so nothing is lost
	}
	if !later && broughtUp(fresh, page, typed, was, err) {
		return p.formPage(c, http.StatusOK, fresh, page, told{typed: typed, errs: ui.Errors{{Text: gate.LocaleOf(c).T("form.more_asked")}}, maps: maps})
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.formPage(c, status, fresh, page, told{typed: typed, errs: errs, maps: maps})
	}
	switch {
	case err != nil:
		return err
	case later && a.AtCounter():
		return p.Done(c, site.PathFiling, "saved_at_counter")
	case later:
		return p.Done(c, "/permohonan", "saved")
	case len(doubts) > 0:
		return p.formPage(c, http.StatusOK, fresh, page, told{doubts: doubts, maps: maps})
	}
	p.Redirect(c, pageAfter(fresh, page))
	return nil
}

// mapPressed shows the page again after something was pressed on the map of a question. Like the rows of a group, a point that
// was set is kept with the page and not before.
func (p *Portal) mapPressed(c *gin.Context, d intake.Draft, page form.Page, f form.Field, bad []fault.Field, typed site.Form, maps site.Maps) error {
	ctx := c.Request.Context()
	fresh, err := p.Casework.Draft(ctx, gate.ActorOf(c), d.Application.ID)
	if err != nil {
		return err
	}
	if maps.City, err = p.Ground(ctx, d.At.Now); err != nil {
		return err
	}
	typed = withFixed(d, page, typed)
	maps.Press(typed, f, fresh.Editable)
	errs, status := wrongFiles(c, bad)
	return p.formPage(c, status, fresh, page, told{typed: typed, errs: errs, maps: maps})
}

// wrongFiles says what was refused of a post that keeps nothing yet but its files, so that nobody takes one for received.
func wrongFiles(c *gin.Context, bad []fault.Field) (ui.Errors, int) {
	errs, status, ok := site.Refused(c, fault.Fields(bad), "")
	if !ok {
		status = http.StatusOK
	}
	return errs, status
}

// onPage are the codes that a page asks, by whether it asks them now.
func onPage(p form.Page) map[string]bool {
	out := map[string]bool{}
	for _, f := range p.Fields {
		out[f.Code] = !f.Off
	}
	return out
}

// broughtUp reports whether the page asks more than it did when it was sent, because of what was answered on it: without a
// script the person has not seen those questions, and nothing is wrong with the rest.
func broughtUp(d intake.Draft, page form.Page, typed site.Form, was map[string]bool, err error) bool {
	fresh := map[string]bool{}
	for _, f := range d.Typed(page, typed.Values).Fields {
		_, sent := typed.Values[f.Code]
		if f.Answered() && f.Type != form.Computed && !f.Off && !was[f.Code] && !sent && len(d.Answers[f.Code]) == 0 && len(d.Files[f.Code]) == 0 {
			fresh[f.Code] = true
		}
	}
	if len(fresh) == 0 {
		return false
	}
	for _, x := range fault.From(err).Fields {
		if !fresh[x.Name] {
			return false
		}
	}
	return err == nil || fault.Is(err, "input.invalid")
}

// pageAfter is where a saved page leads: the next one, or the check of all answers once nothing is missing.
func pageAfter(d intake.Draft, page form.Page) string {
	_, after := besides(d, page.Code)
	if d.Next() == "" || d.Application.Correction != nil || after == "" {
		return own(d.Application.ID, "/periksa")
	}
	return own(d.Application.ID, "/isi/"+after)
}

// unproved names the files that a page needs and has not got.
func unproved(d intake.Draft, page form.Page) []fault.Field {
	var bad []fault.Field
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			if p.Code == page.Code && f.Type == form.File && d.Required[f.Code] && len(d.Files[f.Code]) == 0 {
				bad = append(bad, fault.Field{Name: f.Code, Code: "file_required"})
			}
		}
	}
	return bad
}

// withFixed adds the answers of the page that are not to be changed, which the page shows and does not send.
func withFixed(d intake.Draft, page form.Page, typed site.Form) site.Form {
	for code, v := range d.Answers {
		on, _ := d.Form.PageOf(code)
		if f, _ := d.Form.Field(code); on == page.Code && f.Typed() && !d.Editable(code) && typed.Values != nil {
			typed.Values[code] = v
		}
	}
	return typed
}

func blank(typed site.Form) bool {
	for code, values := range typed.Values {
		if strings.TrimSpace(strings.Join(values, "")) != "" && code != "" {
			return false
		}
	}
	return true
}

// confirmName is the button by which a person says that what they were asked to look at again is right.
const confirmName = "_yakin"

// seen names remarks for that button, and unseen reads them back: each as field/code, as "nik/nik_area".
func seen(doubts []fault.Field) string {
	names := make([]string, len(doubts))
	for i, d := range doubts {
		names[i] = d.Name + "/" + d.Code
	}
	return strings.Join(names, " ")
}

func unseen(s string) []fault.Field {
	var out []fault.Field
	for _, one := range strings.Fields(s) {
		name, code, _ := strings.Cut(one, "/")
		out = append(out, fault.Field{Name: name, Code: code})
	}
	return out
}

// changeRows adds a row to the group called add, or takes the row called drop ("saksi.2") out of what was typed; dropped
// tells that it was there. ok is false when neither was asked for.
func changeRows(d intake.Draft, page form.Page, typed site.Form, add, drop string) (dropped, ok bool) {
	group, row, isDrop := strings.Cut(drop, ".")
	if add != "" {
		group = add
	}
	f, ok := d.Form.Field(group)
	if on, _ := d.Form.PageOf(group); !ok || f.Type != form.Group || on != page.Code || !d.Editable(group) || typed.Values == nil {
		return false, false
	}
	n, err := strconv.Atoi(typed.Get(group))
	if err != nil || n < 0 {
		n = 0
	}
	switch at, err := strconv.Atoi(row); {
	case add != "" && f.More(n):
		typed.Set(group, strconv.Itoa(n+1))
	case isDrop && err == nil && at >= 1 && at <= n && f.Fewer(n):
		dropRow(typed, group, at)
		typed.Set(group, strconv.Itoa(n-1))
		return true, true
	}
	return false, true
}

// dropFiled takes a row ("saksi.2") out of what is kept, if its rows have files: those are kept as they come in, and would else
// stay with the answers of another row.
func (p *Portal) dropFiled(c *gin.Context, d intake.Draft, drop string) error {
	group, row, _ := strings.Cut(drop, ".")
	f, ok := d.Form.Field(group)
	n, err := strconv.Atoi(row)
	if !ok || err != nil || !slices.ContainsFunc(f.Fields, func(sub form.Field) bool { return sub.Type == form.File }) {
		return nil
	}
	return p.Casework.DropRow(c.Request.Context(), gate.ActorOf(c), d.Application.ID, group, n)
}

// dropRow moves the rows behind one up.
func dropRow(typed site.Form, group string, at int) {
	moved := url.Values{}
	for name, v := range typed.Values {
		rest, ok := strings.CutPrefix(name, group+".")
		number, inner, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(number)
		switch {
		case !ok || err != nil || n < at:
			moved[name] = v
		case n > at:
			moved[group+"."+strconv.Itoa(n-1)+"."+inner] = v
		}
	}
	clear(typed.Values)
	maps.Copy(typed.Values, moved)
}
