package site

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// Questions lays the questions of a page of a form out as the page shows them, with the answers that are kept, or, after a
// refusal, with those that were typed.
type Questions struct {
	Draft  intake.Draft
	Typed  Form // as it was sent; nil to show what is kept
	Errors ui.Errors
	Doubts ui.Errors
	Mirror form.Mirror
	Path   string // of the page
	Base   string // of the application, before the addresses of its files
	Maps   *Maps  // nil to draw none
	L      i18n.Locale
}

// Fields puts what belongs to a block or a row into it; list has each question before what is inside it.
func (a Questions) Fields(list []form.Field) []ui.Field {
	var out []ui.Field
	for i := 0; i < len(list); {
		f := list[i]
		n := inside(list[i:], f.Code)
		v, inner := a.field(f), list[i+1:i+1+n]
		switch f.Type {
		case form.Person:
			v.Parts = a.Fields(inner)
		case form.Group:
			a.rows(&v, f, inner)
		}
		if a.Maps != nil && v.Type == string(f.Type) && !strings.Contains(f.Code, ".") {
			v.Map = a.Maps.draw(v, f, a.Path, v.Add != "")
		}
		out = append(out, v)
		i += 1 + n
	}
	return out
}

// inside is how many questions behind the first are inside it.
func inside(list []form.Field, code string) int {
	n := 0
	for n+1 < len(list) && strings.HasPrefix(list[n+1].Code, code+".") {
		n++
	}
	return n
}

func (a Questions) rows(v *ui.Field, f form.Field, list []form.Field) {
	count := 0
	for _, x := range list {
		if x.Type == form.Row {
			count++
		}
	}
	editable := a.Draft.Editable(f.Code)
	for i := 0; i < len(list); {
		n := inside(list[i:], list[i].Code)
		row := ui.GroupRow{Name: list[i].Code, Title: list[i].Label.In(a.L), Fields: a.Fields(list[i+1 : i+1+n])}
		if editable && f.Fewer(count) {
			row.Remove = a.Path + "?hapus=" + row.Name + "#f-" + f.Code
		}
		v.Rows = append(v.Rows, row)
		i += 1 + n
	}
	if editable && f.More(count) {
		name := f.RowName
		if name.Empty() {
			name = f.Label
		}
		v.Add, v.AddTo = a.Path+"?tambah="+f.Code+"#f-"+f.Code, a.L.T("form.row_add", "row", name.In(a.L))
	}
}

// field is one question as the page asks it. What an officer did not ask to be corrected is shown and not asked.
func (a Questions) field(f form.Field) ui.Field {
	d := a.Draft
	v := ui.Field{Name: f.Code, Type: inputOf(f), Label: f.Label.In(a.L), Hint: f.Hint.In(a.L), Error: a.Errors.Of(f.Code), Doubt: a.Doubts.Of(f.Code),
		Optional: !f.Required && f.Type != form.Consent && f.Answered() && f.Type != form.Computed, Max: f.Max,
		Off: f.Off, Show: a.Mirror.Show[f.Code], Need: a.Mirror.Need[f.Code], Compute: a.Mirror.Compute[f.Code], As: string(f.As)}
	for _, o := range f.Options {
		v.Options = append(v.Options, ui.Option{Value: o.Value, Label: o.Label.In(a.L), Group: o.Group})
	}
	if f.File != nil {
		v.Rule = ui.FileRule{Types: f.File.Types, MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
		v.Files = FileViews(a.Base, d.Files[f.Code], d.Editable(f.Code))
	}
	switch {
	case !f.Answered():
		return v
	case f.Type == form.Computed:
		v.Value = f.Display(d.Answers[f.Code], a.L)
		return v
	case f.Type != form.Group && !d.Editable(f.Code):
		return a.readOnly(v, f)
	case a.Typed.Values != nil:
		a.sent(&v, f, a.Typed.Values[f.Code])
		return v
	}
	kept := d.Answers[f.Code]
	if len(kept) == 0 && len(d.Suggested[f.Code]) > 0 {
		kept = d.Suggested[f.Code]
		if f.Prefill == form.PrefillEarlier && len(d.Registered[f.Code]) == 0 {
			v.Hint = strings.TrimSpace(v.Hint + " " + a.L.T("form.from_earlier"))
		}
	}
	a.kept(&v, f, kept)
	if len(kept) > 0 && slices.Equal(kept, d.Registered[f.Code]) && v.Doubt == "" {
		v.Doubt = a.L.T("lookup.mark")
	}
	return v
}

// inputOf is the input that asks for an answer.
func inputOf(f form.Field) string {
	switch {
	case f.Type == form.Number:
		return "decimal"
	case (f.Type == form.District || f.Type == form.Subdistrict) && len(f.Options) > 0:
		return "select"
	}
	return string(f.Type)
}

// sent shows what was sent as it was sent.
func (a Questions) sent(v *ui.Field, f form.Field, typed []string) {
	v.Typed, v.Values = typed, typed
	several := f.Type == form.Date || f.Type == form.Point
	if len(typed) > 0 && (!several || len(typed) == 1) {
		v.Value = typed[0]
	}
	if f.Type == form.Consent && v.Value != "" {
		v.Value = "yes"
	}
	if f.Type == form.Phone {
		v.Value = LocalPhone(v.Value)
	}
}

// kept shows an answer as people write it.
func (a Questions) kept(v *ui.Field, f form.Field, kept []string) {
	if len(kept) == 0 {
		return
	}
	v.Value, v.Values = kept[0], kept
	switch f.Type {
	case form.Phone:
		v.Value = LocalPhone(v.Value)
	case form.Money:
		v.Value = strings.TrimPrefix(f.Display(kept, a.L), "Rp")
	case form.NPWP, form.NOP:
		v.Value = f.Display(kept, a.L)
	}
}

// readOnly shows an answer that is not to be changed now as a remark.
func (a Questions) readOnly(v ui.Field, f form.Field) ui.Field {
	text := f.Display(a.Draft.Answers[f.Code], a.L)
	if f.Type == form.Consent {
		text = a.L.T("no")
		if a.Draft.Answers.Get(f.Code) == "yes" {
			text = a.L.T("yes")
		}
	}
	for _, x := range v.Files {
		text = strings.TrimSpace(text + "\n" + x.Name)
	}
	return ui.Field{Name: v.Name, Type: string(form.Info), Label: v.Label, Hint: text, Off: f.Off}
}

// Followed is what the script of a page needs.
func Followed(m form.Mirror, now time.Time) ui.FormData {
	if m.Empty() {
		return ui.FormData{}
	}
	names, _ := json.Marshal(m.Names) // of strings: it cannot fail
	answered, _ := json.Marshal(append([]string{}, m.Answered...))
	return ui.FormData{Names: string(names), Answered: string(answered), Today: now.Format(time.DateOnly)}
}

// LocalPhone writes a number as people in Indonesia do.
func LocalPhone(s string) string {
	if rest, ok := strings.CutPrefix(s, "+62"); ok {
		return "0" + rest
	}
	return s
}

// FileViews are the files of an answer; base is the address of their application.
func FileViews(base string, list []files.File, removable bool) []ui.File {
	var out []ui.File
	for _, f := range list {
		v := ui.File{Name: f.Name, Size: f.Size, Href: base + "/berkas/" + f.ID.String(), Image: strings.HasPrefix(f.Mime, "image/"), Held: f.Unscanned() || f.Infected(), Infected: f.Infected()}
		if removable {
			v.Remove = v.Href + "/hapus"
		}
		out = append(out, v)
	}
	return out
}
