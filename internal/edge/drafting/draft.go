package drafting

import (
	"time"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// words is a text of the city's in both languages.
type words struct {
	ID string `json:"id" maxLength:"2000"`
	EN string `json:"en" maxLength:"2000"`
}

func (w words) text() i18n.Text { return i18n.Text{i18n.ID: w.ID, i18n.EN: w.EN} }

func wordsOf(t i18n.Text) words { return words{t[i18n.ID], t[i18n.EN]} }

type formDraft struct {
	Form      string         `json:"form" example:"pindah-datang" doc:"Code of the form."`
	Version   int            `json:"version" doc:"In force; 0 when none is."`
	Base      int            `json:"base" doc:"The version that the draft began from."`
	Revision  int            `json:"revision" doc:"Name it with each step; 0 when nothing is changed."`
	Last      *formChange    `json:"last,omitempty" doc:"What was done last."`
	Cosigners []formCosigner `json:"cosigners" doc:"Others who must agree before an application is sent."`
	Lookups   []formLookup   `json:"lookups" doc:"What registers of the state fill in."`
	Questions []formQuestion `json:"questions" doc:"What these can name. A question of a repeating group is named behind it: saksi.nama."`
	Problems  []formProblem  `json:"problems" doc:"What keeps the draft from being published."`
}

type formChange struct {
	Act  string    `json:"act" enum:"add,edit,move,remove"`
	What string    `json:"what" doc:"Code of what was changed."`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

type formCosigner struct {
	Code string `json:"code" example:"kepala_keluarga"`
	CosignerBody
}

// CosignerBody is what the form says of who must agree.
type CosignerBody struct {
	Label   words    `json:"label" doc:"What one of them is called."`
	Count   int      `json:"count" minimum:"1" maximum:"5" doc:"How many people."`
	ShowIf  string   `json:"show_if,omitempty" maxLength:"500" doc:"Needed only when this expression holds; it sees every answer."`
	Declare words    `json:"declare" doc:"What they declare, as their own words."`
	Shows   []string `json:"shows" minItems:"1" maxItems:"100" doc:"Codes of the questions whose answers they see, masked."`
	NamedBy string   `json:"named_by,omitempty" maxLength:"100" doc:"The question that says who it is."`
}

type formLookup struct {
	Register string `json:"register" enum:"population,business"`
	LookupBody
}

// LookupBody is what the form says of a register.
type LookupBody struct {
	By    string            `json:"by" maxLength:"100" doc:"The question by whose answer the register is asked: the applicant's NIK, or a NIB."`
	Fills map[string]string `json:"fills" minProperties:"1" doc:"What the register tells (name; of a business also activity and holder), and the question that it goes into."`
}

type formQuestion struct {
	Code  string    `json:"code"`
	Type  form.Type `json:"type"`
	Label string    `json:"label"`
}

type formProblem struct {
	Path string `json:"path" example:"cosign[0].shows[1]" doc:"The place in the form."`
	Code string `json:"code"`
	Text string `json:"text"`
}

func draftOf(d builder.Draft[form.Form], who rest.Caller) formDraft {
	out := formDraft{Form: d.Body.Code, Version: d.Latest, Base: d.Base, Revision: d.Revision,
		Cosigners: rest.List(d.Body.Cosign, cosignerOf),
		Lookups: rest.List(d.Body.Lookups, func(x form.Lookup) formLookup {
			return formLookup{Register: string(x.Registry), LookupBody: LookupBody{By: x.By, Fills: x.Fills}}
		}),
		Problems: rest.List(d.Problems, func(x pack.Problem) formProblem {
			return formProblem{Path: x.Path, Code: x.Code, Text: who.Lang.T("pack.problem."+x.Code, x.Args...)}
		}),
		Questions: questionsOf(d.Body, who),
	}
	if d.Last.Act != "" {
		out.Last = &formChange{Act: d.Last.Act, What: d.Last.What, By: d.Last.By, At: who.At(d.Last.At)}
	}
	return out
}

func cosignerOf(x form.Cosign) formCosigner {
	return formCosigner{Code: x.Code, CosignerBody: CosignerBody{Label: wordsOf(x.Label), Count: x.People(), ShowIf: x.ShowIf, Declare: wordsOf(x.Declare),
		Shows: append([]string{}, x.Shows...), NamedBy: x.Named}}
}

func (b CosignerBody) cosign(code string) form.Cosign {
	return form.Cosign{Code: code, Label: b.Label.text(), Count: b.Count, ShowIf: b.ShowIf, Declare: b.Declare.text(), Shows: b.Shows, Named: b.NamedBy}
}

func questionsOf(f form.Form, who rest.Caller) []formQuestion {
	out := []formQuestion{}
	for _, fd := range f.Named() {
		out = append(out, formQuestion{Code: fd.Code, Type: fd.Type, Label: who.Text(fd.Title())})
		for _, sub := range fd.Fields {
			out = append(out, formQuestion{Code: fd.Code + "." + sub.Code, Type: sub.Type, Label: who.Text(sub.Label)})
		}
	}
	return out
}
