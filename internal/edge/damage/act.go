package damage

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// act takes one step with a damage; what is refused is shown in its form.
func (p *Pages) act(c *gin.Context, form, sentence string, labels map[string]string, do func(uuid.UUID, site.Form) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "day")
	if err == nil {
		err = do(id, in)
	}
	return p.answer(c, id, form, sentence, labels, in, err)
}

func (p *Pages) answer(c *gin.Context, id uuid.UUID, form, sentence string, labels map[string]string, in site.Form, err error) error {
	if err != nil {
		errs, status, ok := refused(c, err, labels)
		if !ok {
			return err
		}
		return p.oneAgain(c, status, forms{form: form, in: in, errs: within(form, errs), late: fault.Is(err, "ductdamage.changed")})
	}
	return p.Done(c, PathDamage+"/"+id.String(), sentence)
}

// decide answers what somebody else has asked for about a damage; what became of it is the sentence with _approved or _refused behind
// it. Who asked is told on the page that it takes another.
func (p *Pages) decide(c *gin.Context, form, sentence string, decide func(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	said := in.Text("jawaban")
	if err == nil && said != "setuju" && said != "tolak" {
		err = site.Invalid("jawaban", "not_an_option")
	}
	if err == nil {
		err = decide(c.Request.Context(), gate.ActorOf(c), id, said == "setuju")
	}
	if fault.Is(err, "ductdamage.own_request") {
		return p.oneAgain(c, http.StatusForbidden, forms{errs: ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}}})
	}
	became := "_refused"
	if said == "setuju" {
		became = "_approved"
	}
	return p.answer(c, id, form, sentence+became, nil, in, err)
}

// places are the fields of a form where a refusal stands that has none of its own.
var places = map[string]string{"at": "clock"}

// within names errors by the fields of a form on a page that has several which may ask the same.
func within(form string, errs ui.Errors) ui.Errors {
	for i, e := range errs {
		if at := places[e.Name]; at != "" {
			e.Name = at
		}
		if e.Name != "" {
			errs[i].Name = form + e.Name
		}
	}
	return errs
}

// step takes a step at the moment when it was so.
func (p *Pages) step(c *gin.Context) error {
	labels := map[string]string{"state": "damage.step_ask", "at": "damage.step_clock", "day": "damage.step_day", "clock": "damage.step_clock", "words": "damage.news_words"}
	return p.act(c, "langkah", "damage_stepped", labels, func(id uuid.UUID, in site.Form) error {
		at, err := p.momentOf(c, in)
		if err != nil {
			return err
		}
		return p.Damages.Step(c.Request.Context(), gate.ActorOf(c), ductdamage.StepInput{ID: id, Revision: in.Revision(), State: in.Get("state"), At: at, Words: in.Text("words")})
	})
}

// momentOf reads a day and a time in the city; neither is now, and a time alone is today's.
func (p *Pages) momentOf(c *gin.Context, in site.Form) (time.Time, error) {
	day, clock := site.DateOf(in, "day"), strings.ReplaceAll(in.Text("clock"), ".", ":")
	if day == "" && clock == "" {
		return time.Time{}, nil
	}
	if clock == "" {
		return time.Time{}, site.Invalid("clock", "required")
	}
	if day == "" {
		day = site.Zoned(c, p.Now()).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return time.Time{}, site.Invalid("day", "invalid")
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, gate.CityOf(c).Location())
	if err != nil {
		return time.Time{}, site.Invalid("clock", "clock_form")
	}
	return at, nil
}

// hit puts down what was hit.
func (p *Pages) hit(c *gin.Context) error {
	return p.act(c, "ruas", "damage_hit", map[string]string{"segment": "damage.segment", "units": "damage.units"}, func(id uuid.UUID, in site.Form) error {
		units := strings.FieldsFunc(in.Text("units"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
		return p.Damages.Hit(c.Request.Context(), gate.ActorOf(c), ductdamage.HitInput{ID: id, Revision: in.Revision(), Segment: in.Text("segment"), Units: units})
	})
}

// update tells the companies what is new, or keeps a note.
func (p *Pages) update(c *gin.Context) error {
	return p.act(c, "kabar", "damage_told", map[string]string{"words": "damage.news_words"}, func(id uuid.UUID, in site.Form) error {
		return p.Damages.Update(c.Request.Context(), gate.ActorOf(c), id, in.Text("words"), in.Yes("shared"))
	})
}

// close ends a damage that was mended.
func (p *Pages) close(c *gin.Context) error {
	return p.act(c, "tutup", "damage_closed", map[string]string{"closing": "damage.closing"}, func(id uuid.UUID, in site.Form) error {
		return p.Damages.Close(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), in.Text("closing"))
	})
}

// dismiss ends a report that was none.
func (p *Pages) dismiss(c *gin.Context) error {
	return p.act(c, "abaikan", "damage_dismissed", map[string]string{"why": "damage.dismiss_why"}, func(id uuid.UUID, in site.Form) error {
		return p.Damages.Dismiss(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), in.Text("why"))
	})
}

// end asks how a damage ends: with a report once it is mended, or because it was none.
func (f forms) end() bill.Section {
	l := f.l
	s := bill.Section{ID: "akhir", Title: l.T("damage.end")}
	if f.x.State == ductdamage.Repaired {
		s.Forms = append(s.Forms, f.make("tutup", bill.Form{Title: l.T("damage.close"), Text: l.T("damage.close_text"), Submit: l.T("damage.close_do")}, ui.Field{Name: "closing", Type: "long_text", Label: l.T("damage.closing"), Max: 2000}))
	}
	if len(f.x.Leases) == 0 {
		s.Forms = append(s.Forms, f.make("abaikan", bill.Form{Folded: true, Bad: true, Title: l.T("damage.dismiss"), Text: l.T("damage.dismiss_text"), Submit: l.T("damage.dismiss_do")}, ui.Field{Name: "why", Type: "long_text", Label: l.T("damage.dismiss_why"), Max: 1000}))
	}
	if len(s.Forms) == 0 {
		s.Text = l.T("damage.end_later")
	}
	return s
}

// evidence is the photos of a damage, and takes one in.
func (p *Pages) evidence(c *gin.Context, x ductdamage.Detail, f forms) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "bukti", Title: l.T("damage.evidence"), Empty: &bill.Empty{Icon: "file-upload", Title: l.T("damage.no_photos"), Text: l.T("damage.no_photos_hint")}}
	for _, stage := range append([]string{ductdamage.PhotoReport}, ductdamage.PhotoStages()...) {
		row := ui.Row{Label: l.T("damage.stage." + stage)}
		for _, y := range x.Photos {
			if y.Stage == stage {
				row.Files = append(row.Files, ui.File{Name: y.Name, Size: y.Size, Href: PathDamage + "/" + x.ID.String() + "/foto/" + y.FileID.String(), Image: true})
			}
		}
		if len(row.Files) > 0 {
			s.Rows, s.Empty = append(s.Rows, row), nil
		}
	}
	if f.may {
		photo := PhotoField(l, nil)
		photo.Optional = false
		s.Forms = []bill.Form{f.make("foto", bill.Form{Folded: true, Title: l.T("damage.photo_add"), Submit: l.T("damage.photo_do"), Upload: true},
			ui.Field{Name: "stage", Type: "choice", Label: l.T("damage.photo_stage"), Options: options(l, "damage.stage", ductdamage.PhotoStages()), Value: ductdamage.PhotoBefore}, photo)}
	}
	return s
}

// addPhoto takes a photo in.
func (p *Pages) addPhoto(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	var f files.File
	in, err := site.ReadUpload(c, "photo", ductdamage.PhotoMB, func(name string, body io.Reader) (err error) {
		f, err = p.Damages.Receive(ctx, a, name, body)
		return err
	})
	if err == nil {
		err = p.Damages.AddPhoto(ctx, a, id, in.Get("stage"), f)
	}
	return p.answer(c, id, "foto", "damage_photo", map[string]string{"photo": "damage.photo", "stage": "damage.photo_stage"}, in, err)
}

// photo sends one.
func (p *Pages) photo(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	file, err := site.PathID(c, "file")
	if err != nil {
		return err
	}
	f, body, err := p.Damages.Photo(c.Request.Context(), gate.ActorOf(c), id, file)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// shift is who is on duty.
func (p *Pages) shift(c *gin.Context) error { return p.shiftAgain(c, http.StatusOK, nil) }

func (p *Pages) shiftAgain(c *gin.Context, status int, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	who, listed, err := p.Damages.Shift(ctx, a)
	if err != nil {
		return err
	}
	can, err := p.Damages.OnDuty(ctx, a)
	if err != nil {
		return err
	}
	names, err := p.Identity.Names(ctx, append(slices.Clone(can), who...))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("damage.shift")), Back: PathDamage, Heading: l.T("damage.shift"), Lead: l.T("damage.shift_lead"), Errors: errs}
	s := bill.Section{ID: "jaga", Title: l.T("damage.shift_now"), Empty: &bill.Empty{Icon: "users", Title: l.T("damage.shift_nobody"), Text: l.T("damage.shift_nobody_hint")}}
	if !listed && len(who) > 0 {
		s.Note = bill.Note{Text: l.T("damage.shift_all")}
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("damage.person")}}}
	for _, id := range who {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: names[id]}}})
	}
	v.Sections = append(v.Sections, s)
	if p.may(c, access.DuctManage) && len(can) > 0 {
		field := ui.Field{Name: "who", Type: "multi_choice", Label: l.T("damage.shift_who"), Hint: l.T("damage.shift_who_hint"), Optional: true, Error: errs.Of("who")}
		for _, id := range can {
			field.Options = append(field.Options, ui.Option{Value: id.String(), Label: names[id]})
			if listed && slices.Contains(who, id) {
				field.Values = append(field.Values, id.String())
			}
		}
		v.Sections = append(v.Sections, bill.Section{ID: "ubah", Title: l.T("damage.shift_change"), Forms: []bill.Form{{ID: "jadwal", Action: pathShift, Submit: l.T("damage.shift_do"), Fields: []ui.Field{field}}}})
	}
	return p.Render(c, status, bill.Page(v))
}

// setShift says who is on duty from now on.
func (p *Pages) setShift(c *gin.Context) error {
	in, err := site.ReadForm(c, "who")
	var who []uuid.UUID
	if err == nil {
		for _, typed := range in.Values["who"] {
			id, failed := uuid.Parse(typed)
			if failed != nil {
				err = site.Invalid("who", "not_an_option")
				break
			}
			who = append(who, id)
		}
	}
	if err == nil {
		err = p.Damages.SetShift(c.Request.Context(), gate.ActorOf(c), who)
	}
	if err != nil {
		errs, status, ok := refused(c, err, map[string]string{"who": "damage.shift_who"})
		if !ok {
			return err
		}
		return p.shiftAgain(c, status, errs)
	}
	return p.Done(c, pathShift, "damage_shift")
}
