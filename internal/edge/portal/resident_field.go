package portal

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"bedelau/internal/city/casework"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// asking lays the questions of a page out as the page shows them.
type asking struct {
	d      casework.Draft
	t      told
	doubts ui.Errors
	mirror form.Mirror
	path   string // of the page
	l      i18n.Locale
}

// fields puts what belongs to a block or a row into it; list has each question before what is inside it.
func (a asking) fields(list []form.Field) []ui.Field {
	var out []ui.Field
	for i := 0; i < len(list); {
		f := list[i]
		n := inside(list[i:], f.Code)
		v, inner := a.field(f), list[i+1:i+1+n]
		switch f.Type {
		case form.Person:
			v.Parts = a.fields(inner)
		case form.Group:
			a.rows(&v, f, inner)
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

func (a asking) rows(v *ui.Field, f form.Field, list []form.Field) {
	count := 0
	for _, x := range list {
		if x.Type == form.Row {
			count++
		}
	}
	editable := a.d.Editable(f.Code)
	for i := 0; i < len(list); {
		n := inside(list[i:], list[i].Code)
		row := ui.GroupRow{Name: list[i].Code, Title: list[i].Label.In(a.l), Fields: a.fields(list[i+1 : i+1+n])}
		if editable && f.Fewer(count) {
			row.Remove = a.path + "?hapus=" + row.Name + "#f-" + f.Code
		}
		v.Rows = append(v.Rows, row)
		i += 1 + n
	}
	if editable && f.More(count) {
		name := f.RowName
		if name.Empty() {
			name = f.Label
		}
		v.Add, v.AddTo = a.path+"?tambah="+f.Code+"#f-"+f.Code, a.l.T("form.row_add", "row", name.In(a.l))
	}
}

// field is one question as the page asks it. What an officer did not ask to be corrected is shown and not asked.
func (a asking) field(f form.Field) ui.Field {
	d := a.d
	v := ui.Field{Name: f.Code, Type: inputOf(f), Label: f.Label.In(a.l), Hint: f.Hint.In(a.l), Error: a.t.errs.Of(f.Code), Doubt: a.doubts.Of(f.Code),
		Optional: !f.Required && f.Type != form.Consent && f.Answered() && f.Type != form.Computed, Max: f.Max,
		Off: f.Off, Show: a.mirror.Show[f.Code], Need: a.mirror.Need[f.Code], Compute: a.mirror.Compute[f.Code], As: string(f.As)}
	for _, o := range f.Options {
		v.Options = append(v.Options, ui.Option{Value: o.Value, Label: o.Label.In(a.l), Group: o.Group})
	}
	if f.File != nil {
		v.Rule = ui.FileRule{Types: f.File.Types, MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
		v.Files = fileViews(d.Application.ID, d.Files[f.Code], d.Editable(f.Code))
	}
	switch {
	case !f.Answered():
		return v
	case f.Type == form.Computed:
		v.Value = f.Display(d.Answers[f.Code], a.l)
		return v
	case f.Type != form.Group && !d.Editable(f.Code):
		return a.readOnly(v, f)
	case a.t.typed.Values != nil:
		a.typed(&v, f, a.t.typed.Values[f.Code])
		return v
	}
	kept := d.Answers[f.Code]
	if len(kept) == 0 && len(d.Suggested[f.Code]) > 0 {
		kept = d.Suggested[f.Code]
		if f.Prefill == form.PrefillEarlier {
			v.Hint = strings.TrimSpace(v.Hint + " " + a.l.T("form.from_earlier"))
		}
	}
	a.kept(&v, f, kept)
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

// typed shows what was sent as it was sent.
func (a asking) typed(v *ui.Field, f form.Field, typed []string) {
	v.Typed, v.Values = typed, typed
	several := f.Type == form.Date || f.Type == form.Point
	if len(typed) > 0 && (!several || len(typed) == 1) {
		v.Value = typed[0]
	}
	if f.Type == form.Consent && v.Value != "" {
		v.Value = "yes"
	}
	if f.Type == form.Phone {
		v.Value = localPhone(v.Value)
	}
}

// kept shows an answer as people write it.
func (a asking) kept(v *ui.Field, f form.Field, kept []string) {
	if len(kept) == 0 {
		return
	}
	v.Value, v.Values = kept[0], kept
	switch f.Type {
	case form.Phone:
		v.Value = localPhone(v.Value)
	case form.Money:
		v.Value = strings.TrimPrefix(f.Display(kept, a.l), "Rp")
	case form.NPWP, form.NOP:
		v.Value = f.Display(kept, a.l)
	}
}

// readOnly shows an answer that is not to be changed now as a remark.
func (a asking) readOnly(v ui.Field, f form.Field) ui.Field {
	text := f.Display(a.d.Answers[f.Code], a.l)
	if f.Type == form.Consent {
		text = a.l.T("no")
		if a.d.Answers.Get(f.Code) == "yes" {
			text = a.l.T("yes")
		}
	}
	for _, x := range v.Files {
		text = strings.TrimSpace(text + "\n" + x.Name)
	}
	return ui.Field{Name: v.Name, Type: string(form.Info), Label: v.Label, Hint: text, Off: f.Off}
}

// followed is what the script of a page needs.
func followed(m form.Mirror, now time.Time) ui.FormData {
	names, _ := json.Marshal(m.Names) // of strings: it cannot fail
	answered, _ := json.Marshal(slices.Concat([]string{}, m.Answered))
	return ui.FormData{Names: string(names), Answered: string(answered), Today: now.Format(time.DateOnly)}
}

// localPhone writes a number as people in Indonesia do.
func localPhone(s string) string {
	if rest, ok := strings.CutPrefix(s, "+62"); ok {
		return "0" + rest
	}
	return s
}
