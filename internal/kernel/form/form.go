// Package form is what an applicant is asked, as data: pages of questions, one thing on a page, and how answers are
// judged. A city's pack or its administrator writes a form; no code knows a single question of it.
//
// Answers are strings in one spelling by field code, as Answers says. Errors refuse; warnings are for the applicant to
// look again and for the officer to know, because a real number may differ from what its pattern promises.
package form

import (
	"slices"
	"strings"
	"sync"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
)

// Form is one version of what an applicant fills in, one thing on a page. It is data from the city's pack; an
// application keeps the version it was started with.
type Form struct {
	Code      string   `json:"code" yaml:"code"`
	Version   int      `json:"version" yaml:"version"`
	Pages     []Page   `json:"pages" yaml:"pages"`
	Applicant Identity `json:"applicant,omitzero" yaml:"applicant"`
	Tariffs   []string `json:"tariffs,omitempty" yaml:"tariffs"` // codes of the tables whose amounts its expressions name
	Lookups   []Lookup `json:"lookups,omitempty" yaml:"lookups"` // what registers of the state may fill in
	Cosign    []Cosign `json:"cosign,omitempty" yaml:"cosign"`   // who else must agree before it is sent

	rules func() (*rules, []Fault) // compiled once; see Ready
}

// Ready lets f compile its expressions once instead of for each reading. Call it before f is shared.
func (f *Form) Ready() *Form {
	f.rules = sync.OnceValues(f.compile)
	return f
}

// compiled returns the expressions of f that can be evaluated.
func (f *Form) compiled() *rules {
	if f.rules != nil {
		r, _ := f.rules()
		return r
	}
	r, _ := f.compile()
	return r
}

// Identity names the fields that say who applies. A form may leave out what the types already tell: the first field
// of type nik and of type phone, the first text whose code begins with "nama", the first date whose code ends in
// "lahir" (birth).
type Identity struct {
	Name  string `json:"name,omitempty" yaml:"name"`
	NIK   string `json:"nik,omitempty" yaml:"nik"`
	Phone string `json:"phone,omitempty" yaml:"phone"`
	Birth string `json:"birth,omitempty" yaml:"birth"`
}

// Page is one step of a form.
type Page struct {
	Code   string    `json:"code" yaml:"code"`
	Title  i18n.Text `json:"title" yaml:"title"`
	Hint   i18n.Text `json:"hint,omitempty" yaml:"hint"`
	ShowIf string    `json:"show_if,omitempty" yaml:"show_if"` // an expression; see condition.go
	Fields []Field   `json:"fields" yaml:"fields"`
}

// Type says what an answer is.
type Type string

// The types of field.
const (
	Text        Type = "text"
	LongText    Type = "long_text"
	NIK         Type = "nik"  // a person's number, 16 digits
	KK          Type = "kk"   // a family card's number, 16 digits
	NPWP        Type = "npwp" // a taxpayer's number, 16 digits, or the 15 of before 2024
	NIB         Type = "nib"  // a business's number, 13 digits
	NOP         Type = "nop"  // a taxed property's number, 18 digits
	Phone       Type = "phone"
	Email       Type = "email"
	Number      Type = "number" // with up to six decimals
	Money       Type = "money"  // whole rupiah
	Date        Type = "date"
	Choice      Type = "choice"
	MultiChoice Type = "multi_choice"
	YesNo       Type = "yes_no"
	File        Type = "file"
	Computed    Type = "computed" // worked out from earlier answers, shown and not asked
	Consent     Type = "consent"
	Point       Type = "point"  // a place on the map, latitude and longitude
	Person      Type = "person" // a block of questions about one person or address; its parts are answered
	Group       Type = "group"  // questions that repeat, a row at a time; its own answer is the number of rows
	Info        Type = "info"   // text to read; it has no answer
)

// Types of the parts that a person block and a group are made of. No form names them itself.
const (
	District    Type = "district"    // its name, of the city's list where there is one
	Subdistrict Type = "subdistrict" // likewise
	Row         Type = "row"         // the heading of one row of a group; it has no answer
)

// Types lists every type of field.
func Types() []Type {
	return []Type{Text, LongText, NIK, KK, NPWP, NIB, NOP, Phone, Email, Number, Money, Date, Choice, MultiChoice, YesNo, File, Computed, Point, Person, Group, Consent, Info}
}

// Field is one question.
type Field struct {
	Code       string      `json:"code" yaml:"code"`
	Type       Type        `json:"type" yaml:"type"`
	Label      i18n.Text   `json:"label" yaml:"label"`
	Hint       i18n.Text   `json:"hint,omitempty" yaml:"hint"`
	Required   bool        `json:"required" yaml:"required"`
	Max        int         `json:"max,omitempty" yaml:"max"` // characters of a text
	Min        *int64      `json:"min,omitempty" yaml:"min"` // of a number or an amount of money; nil is no bound
	Most       *int64      `json:"most,omitempty" yaml:"most"`
	Past       bool        `json:"past,omitempty" yaml:"past"`   // a date that has come, such as a birth
	Ahead      bool        `json:"ahead,omitempty" yaml:"ahead"` // a date that is to come, such as a plan
	Options    []Option    `json:"options,omitempty" yaml:"options"`
	File       *FileRule   `json:"file,omitempty" yaml:"file"`
	Sensitive  bool        `json:"sensitive,omitempty" yaml:"sensitive"`     // masked on screens; each reveal is recorded
	Search     bool        `json:"search,omitempty" yaml:"search"`           // of a text: officers find the application by its words
	Where      bool        `json:"where,omitempty" yaml:"where"`             // of an address, a choice of areas or a point: the application is about what lies there
	ShowIf     string      `json:"show_if,omitempty" yaml:"show_if"`         // asked only when it holds
	RequiredIf string      `json:"required_if,omitempty" yaml:"required_if"` // required also when it holds
	Compute    string      `json:"compute,omitempty" yaml:"compute"`         // of computed
	As         Type        `json:"as,omitempty" yaml:"as"`                   // of computed: number, money or text
	Parts      []string    `json:"parts,omitempty" yaml:"parts"`             // of a person: those that are asked; see PartNames
	Fields     []Field     `json:"fields,omitempty" yaml:"fields"`           // of a group: what each row asks
	MinRows    int         `json:"min_rows,omitempty" yaml:"min_rows"`       // of a group
	MaxRows    int         `json:"max_rows,omitempty" yaml:"max_rows"`       // of a group
	RowsWhen   []RowBounds `json:"rows_when,omitempty" yaml:"rows_when"`     // of a group: other bounds by what is answered before it
	Distinct   bool        `json:"distinct,omitempty" yaml:"distinct"`       // in a group: no two rows have the same answer
	RowName    i18n.Text   `json:"row_name,omitempty" yaml:"row_name"`       // of a group: what one row is called, such as Saksi
	Prefill    string      `json:"prefill,omitempty" yaml:"prefill"`         // what is suggested as the answer; see Prefills
	Rules      []Rule      `json:"rules,omitempty" yaml:"rules"`             // what the answer must hold besides its type

	// What a walk through the form adds to a question that it meets.
	Within i18n.Text `json:"-" yaml:"-"` // the block or row that the question belongs to
	Off    bool      `json:"-" yaml:"-"` // an answer on the same page may yet ask it
	key    string    // of its expressions: the code without the numbers of rows
	name   string    // of its answer in an expression
}

// Title is the question with what it belongs to, for a list in which they do not stand together.
func (f Field) Title() i18n.Text {
	if f.Within.Empty() {
		return f.Label
	}
	out := i18n.Text{}
	for _, l := range i18n.All() {
		out[l] = f.Within.In(l) + ": " + f.Label.In(l)
	}
	return out
}

// Option is one answer to a choice.
type Option struct {
	Value string    `json:"value" yaml:"value"`
	Label i18n.Text `json:"label" yaml:"label"`
	Group string    `json:"-" yaml:"-"` // the district of a subdistrict
}

// FileRule bounds the uploads of one field.
type FileRule struct {
	Types       []string `json:"types" yaml:"types"`
	MaxMB       int      `json:"max_mb" yaml:"max_mb"`
	MaxCount    int      `json:"max_count" yaml:"max_count"`
	Requirement string   `json:"requirement,omitempty" yaml:"requirement"` // of the service standard, which it proves
}

// Rule is what an upload to the field may be.
func (f Field) Rule() files.Rule {
	if f.File == nil {
		return files.Rule{}
	}
	return files.Rule{Types: f.File.Types, MaxBytes: int64(f.File.MaxMB) << 20}
}

// Page returns the page of this code.
func (f *Form) Page(code string) (Page, bool) {
	for _, p := range f.Pages {
		if p.Code == code {
			return p, true
		}
	}
	return Page{}, false
}

// Field returns the field of this code: a question of a page, a part of a block ("ibu.nik"), or of a row
// ("saksi.1.nama").
func (f *Form) Field(code string) (Field, bool) {
	first, rest, _ := strings.Cut(code, ".")
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.Code == first {
				return fd.placed().inner(rest, nil)
			}
		}
	}
	return Field{}, false
}

// PageOf returns the code of the page that asks a question, a part of a block or of a row.
func (f *Form) PageOf(code string) (string, bool) {
	first, _, _ := strings.Cut(code, ".")
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.Code == first {
				return p.Code, true
			}
		}
	}
	return "", false
}

// Named lists the questions that have a code of their own however the form is filled in: those of rows are left out.
func (f *Form) Named() []Field {
	var out []Field
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			out = append(out, fd)
			out = append(out, fd.placed().parts(nil)...)
		}
	}
	return out
}

// Asks reports whether there is a question of this code, or one in a row that is named without its row.
func (f *Form) Asks(code string) bool {
	if _, ok := f.Field(code); ok {
		return true
	}
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if slices.ContainsFunc(fd.Fields, func(sub Field) bool { return sub.Code == code }) {
				return true
			}
		}
	}
	return false
}

// Answerable reports whether an applicant can change this field, as a request for correction must name one.
func (f *Form) Answerable(code string) bool {
	fd, ok := f.Field(code)
	return ok && fd.Answered() && fd.Type != Computed
}

// Correctable reports whether there is anything that a request for correction can name.
func (f *Form) Correctable() bool {
	return slices.ContainsFunc(f.Named(), func(fd Field) bool { return f.Answerable(fd.Code) })
}

// Identified fills the gaps of Applicant by the rules that Identity states.
func (f *Form) Identified() Identity {
	id := f.Applicant
	first := func(into *string, fits func(Field) bool) {
		for _, fd := range f.Named() {
			if *into == "" && fits(fd) {
				*into = fd.Code
			}
		}
	}
	first(&id.NIK, func(fd Field) bool { return fd.Type == NIK })
	first(&id.Phone, func(fd Field) bool { return fd.Type == Phone })
	first(&id.Name, func(fd Field) bool {
		return fd.Type == Text && (strings.HasPrefix(fd.Code, "nama") || strings.HasSuffix(fd.Code, ".name"))
	})
	first(&id.Birth, func(fd Field) bool {
		return fd.Type == Date && (strings.HasSuffix(fd.Code, "lahir") || strings.HasSuffix(fd.Code, ".birth_date"))
	})
	return id
}

// Answered reports whether the field has an answer at all: text to read has none, and of a block its parts have.
func (f Field) Answered() bool { return f.Type != Info && f.Type != Person && f.Type != Row }

// Typed reports whether the answer is written or chosen on the page: a file is sent on its own, and what is computed is
// not asked.
func (f Field) Typed() bool { return f.Answered() && f.Type != File && f.Type != Computed }

// Private reports whether the answer is stored sealed: what is masked on screens, and every number or address by
// which a person can be reached or found.
func (f Field) Private() bool {
	return f.Sensitive || f.Type == NIK || f.Type == KK || f.Type == Phone || f.Type == Email
}

// Option returns the label of a choice's value.
func (f Field) Option(value string) (i18n.Text, bool) {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label, true
		}
	}
	return nil, false
}
