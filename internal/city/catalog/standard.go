package catalog

import (
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/workcal"
)

// Standard is one version of a service's standard (standar pelayanan), in force from EffectiveFrom until the day
// before EffectiveTo.
type Standard struct {
	bun.BaseModel `bun:"table:service_standard,alias:st"`

	TenantID      uuid.UUID `bun:"tenant_id,pk" json:"-"`
	Service       string    `bun:"service,pk" json:"service"`
	Version       int       `bun:"version,pk" json:"version"`
	EffectiveFrom string    `bun:"effective_from,type:date" json:"effective_from"` // "2026-01-01"
	EffectiveTo   string    `bun:"effective_to,type:date,nullzero" json:"effective_to,omitempty"`
	Decree        string    `bun:"decree" json:"decree,omitempty"` // number of the decree that set it; empty when not known
	Verified      bool      `bun:"verified" json:"verified"`
	Source        string    `bun:"source" json:"source,omitempty"`
	Parts         Parts     `bun:"parts,type:jsonb" json:"parts"`
}

// Parts are the fourteen components of UU 25/2009 Pasal 21. A city that has not written one leaves it empty.
type Parts struct {
	Requirements []Requirement `json:"requirements" yaml:"requirements"` // 1 persyaratan
	Procedure    []Step        `json:"procedure" yaml:"procedure"`       // 2 sistem, mekanisme, dan prosedur
	Time         Time          `json:"time" yaml:"time"`                 // 3 jangka waktu
	Seasons      []Season      `json:"seasons,omitempty" yaml:"seasons"` // of a service that is not applied for all year, the earliest first
	Fee          Fee           `json:"fee" yaml:"fee"`                   // 4 biaya/tarif
	Products     []Product     `json:"products" yaml:"products"`         // 5 produk pelayanan
	Complaints   i18n.Text     `json:"complaints" yaml:"complaints"`     // 6 penanganan pengaduan, saran, dan masukan

	LegalBasis  []string  `json:"legal_basis" yaml:"legal_basis"`           // 7 dasar hukum
	Facilities  i18n.Text `json:"facilities,omitempty" yaml:"facilities"`   // 8 sarana, prasarana, dan/atau fasilitas
	Competence  i18n.Text `json:"competence,omitempty" yaml:"competence"`   // 9 kompetensi pelaksana
	Supervision i18n.Text `json:"supervision,omitempty" yaml:"supervision"` // 10 pengawasan internal
	Staffing    i18n.Text `json:"staffing,omitempty" yaml:"staffing"`       // 11 jumlah pelaksana
	Guarantee   i18n.Text `json:"guarantee,omitempty" yaml:"guarantee"`     // 12 jaminan pelayanan
	Safety      i18n.Text `json:"safety,omitempty" yaml:"safety"`           // 13 jaminan keamanan dan keselamatan
	Evaluation  i18n.Text `json:"evaluation,omitempty" yaml:"evaluation"`   // 14 evaluasi kinerja pelaksana
}

// Requirement is one thing an applicant brings or must fulfil. With AnyOf, one of those alternatives is enough.
type Requirement struct {
	Code          string        `json:"code" yaml:"code"`
	Name          i18n.Text     `json:"name" yaml:"name"`
	Kind          string        `json:"kind,omitempty" yaml:"kind"` // administrative or technical
	Form          string        `json:"form,omitempty" yaml:"form"` // original, copy, data or thing
	When          i18n.Text     `json:"when,omitempty" yaml:"when"` // only in this case; empty means always
	Note          i18n.Text     `json:"note,omitempty" yaml:"note"`
	BringOriginal bool          `json:"bring_original,omitempty" yaml:"bring_original"`
	File          *FileRule     `json:"file,omitempty" yaml:"file"`
	AnyOf         []Requirement `json:"any_of,omitempty" yaml:"any_of"`
}

// KindKey is the i18n key of what kind of requirement it is; "" for a choice between alternatives that differ in it.
func (r Requirement) KindKey() string { return key("catalog.requirement."+r.Kind, r.Kind) }

// FormKey is the i18n key of what the applicant brings; "" for a choice between alternatives that differ in it.
func (r Requirement) FormKey() string { return key("catalog.form."+r.Form, r.Form) }

func key(whole, part string) string {
	if part == "" {
		return ""
	}
	return whole
}

// FileRule bounds the upload that proves a requirement.
type FileRule struct {
	Types    []string `json:"types" yaml:"types"` // jpg, png, pdf
	MaxMB    int      `json:"max_mb" yaml:"max_mb"`
	MaxCount int      `json:"max_count" yaml:"max_count"`
}

// Step is what one actor does, in order.
type Step struct {
	Actor i18n.Text `json:"actor" yaml:"actor"`
	Text  i18n.Text `json:"text" yaml:"text"`
}

// Product is what the applicant gets.
type Product struct {
	Name     i18n.Text `json:"name" yaml:"name"`
	Validity i18n.Text `json:"validity,omitempty" yaml:"validity"`
	Delivery i18n.Text `json:"delivery,omitempty" yaml:"delivery"`
}

// Time is the promised duration, from Starts on. Unit "none" means that only Note can say.
type Time struct {
	Amount int       `json:"amount,omitempty" yaml:"amount"`
	Max    int       `json:"max,omitempty" yaml:"max"` // upper end of a range; 0 or Amount when there is none
	Unit   string    `json:"unit" yaml:"unit"`
	Starts string    `json:"starts,omitempty" yaml:"starts"` // what sets the clock going
	Note   i18n.Text `json:"note,omitempty" yaml:"note"`
}

// byAnnouncement is the unit of a time that ends on the day which a season announces.
const byAnnouncement = "announcement"

// noUnit is the unit of a time that has no number: seasonal, or set by another authority.
const noUnit = "none"

// Term returns the promise in its longest form, and false when the standard makes none, or one that its seasons name.
func (t Time) Term() (workcal.Term, bool) {
	if t.Unit == noUnit || t.Unit == byAnnouncement || t.Unit == "" {
		return workcal.Term{}, false
	}
	return workcal.Term{Amount: max(t.Amount, t.Max), Unit: workcal.Unit(t.Unit)}, true
}

// StartsKey is the i18n key of what sets the clock going; "" when the standard does not say.
func (t Time) StartsKey() string { return key("catalog.starts."+t.Starts, t.Starts) }

// Text is the promise as a person reads it, such as "1–3 hari kerja"; the note when there is no number.
func (t Time) Text(l i18n.Locale) string {
	term, ok := t.Term()
	if t.Unit == byAnnouncement {
		return l.T("catalog.time.announcement")
	}
	if !ok {
		return t.Note.In(l)
	}
	amount, key := strconv.Itoa(t.Amount), "catalog.unit."+t.Unit
	switch {
	case t.Amount == 0:
		amount = l.T("catalog.time.up_to", "amount", term.Amount)
	case term.Amount > t.Amount:
		amount += "–" + strconv.Itoa(term.Amount)
	}
	return l.T(key, "amount", amount, "n", term.Amount)
}

// Fee is what the applicant pays: nothing, an amount, or by a formula.
type Fee struct {
	Free       bool         `json:"free" yaml:"free"`
	Amount     money.Rupiah `json:"amount,omitempty" yaml:"amount"`
	Formula    i18n.Text    `json:"formula,omitempty" yaml:"formula"`
	LegalBasis string       `json:"legal_basis,omitempty" yaml:"legal_basis"`
	Tariffs    []string     `json:"tariffs,omitempty" yaml:"tariffs"` // codes of the tables that the formula uses
}

// Text is the fee as a person reads it.
func (f Fee) Text(l i18n.Locale) string {
	switch {
	case f.Free:
		return l.T("catalog.fee.free")
	case f.Amount > 0:
		return f.Amount.String()
	}
	return f.Formula.In(l)
}
