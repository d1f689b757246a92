// Package catalog is what a resident can ask of the city: every service, which office answers for it, and the standard
// that office is held to: what to bring, how long it takes, what it costs, on what law.
//
// A service comes from the city's pack, or from an administrator of the city (Editor), whether it is done here (native)
// or elsewhere (a link to one of the existing applications). Its standard has the fourteen parts of UU 25/2009 Pasal
// 21, of which the first six are shown to everyone; a new version is in force from its date on, and the old ones are
// kept, because applications were promised by them.
package catalog

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
)

// Catalog reads the services of the city in the context. Anyone may read: nothing in it is about a person.
type Catalog struct {
	db    *bun.DB
	now   func() time.Time
	cache *cache
}

// New returns a Catalog over the application role's pool.
func New(db *bun.DB) *Catalog {
	return &Catalog{db: db, now: time.Now, cache: newCache()}
}

// Agency is an office of the city (OPD), or an outside body its residents meet in the same place.
type Agency struct {
	bun.BaseModel `bun:"table:agency,alias:ag" yaml:"-"`

	TenantID uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Code     string    `bun:"code,pk" json:"code" yaml:"code"`
	Position int       `bun:"position" json:"-" yaml:"-"` // its place in the pack, which is the official order
	Name     i18n.Text `bun:"name,type:jsonb" json:"name" yaml:"name"`
	Short    string    `bun:"short" json:"short" yaml:"short"`
	Kind     string    `bun:"kind" json:"kind" yaml:"kind"`
	Website  string    `bun:"website" json:"website,omitempty" yaml:"website"`
	Phone    string    `bun:"phone" json:"phone,omitempty" yaml:"phone"`
	Area     string    `bun:"area" json:"area,omitempty" yaml:"area"` // code of the area that it serves; empty for the whole city
	Verified bool      `bun:"verified" json:"verified" yaml:"verified"`
	Source   string    `bun:"source" json:"source,omitempty" yaml:"source"`
}

// Level says how far a service is joined to this system.
type Level string

// The levels of integration, from least to most.
const (
	Info   Level = "info"   // described here, done at a counter
	Link   Level = "link"   // done in another application, linked
	Status Level = "status" // done elsewhere, its status is shown here
	SSO    Level = "sso"    // done elsewhere with the sign-in of this system
	Native Level = "native" // done here
)

// Levels lists the levels of integration from least to most.
func Levels() []Level { return []Level{Info, Link, Status, SSO, Native} }

// Key is the i18n key of the level's name.
func (l Level) Key() string { return "catalog.level." + string(l) }

// TextKey is the i18n key of what the level means to a resident.
func (l Level) TextKey() string { return "catalog.level_text." + string(l) }

// CategoryKey is the i18n key of a category's name.
func CategoryKey(category string) string { return "catalog.category." + category }

// Categories lists the subjects in the order they are offered.
func Categories() []string {
	return []string{
		"kependudukan", "perizinan", "kesehatan", "pajak", "sosial", "tenaga-kerja", "pendidikan", "perhubungan",
		"lingkungan", "air-lahan", "darurat", "informasi",
	}
}

// Service is one thing a resident can ask for.
type Service struct {
	bun.BaseModel `bun:"table:service,alias:s" yaml:"-"`

	TenantID      uuid.UUID  `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Code          string     `bun:"code,pk" json:"code" yaml:"code"`
	Position      int        `bun:"position" json:"-" yaml:"order"`
	Name          i18n.Text  `bun:"name,type:jsonb" json:"name" yaml:"name"`
	Summary       i18n.Text  `bun:"summary,type:jsonb" json:"summary" yaml:"summary"`
	Agency        string     `bun:"agency" json:"agency" yaml:"agency"`
	JointAgencies []string   `bun:"joint_agencies,array" json:"joint_agencies,omitempty" yaml:"joint_agencies"`
	Category      string     `bun:"category" json:"category" yaml:"category"`
	Keywords      []string   `bun:"keywords,array" json:"keywords,omitempty" yaml:"keywords"`
	Integration   Level      `bun:"integration" json:"integration" yaml:"integration"`
	Link          *Elsewhere `bun:"link,type:jsonb,nullzero" json:"link,omitempty" yaml:"link"`
	Rules         Rules      `bun:"rules,type:jsonb" json:"rules" yaml:"rules"`
	Form          string     `bun:"form" json:"-" yaml:"form"`         // code of forms/<code>.yaml, when native
	Workflow      string     `bun:"workflow" json:"-" yaml:"workflow"` // code of workflows/<code>.yaml
	Document      string     `bun:"document" json:"-" yaml:"document"` // code of documents/<code>.yaml, what is issued
	Verified      bool       `bun:"verified" json:"verified" yaml:"verified"`
	Source        string     `bun:"source" json:"source,omitempty" yaml:"source"`
	RetiredAt     *time.Time `bun:"retired_at" json:"retired_at,omitempty" yaml:"-"`
	Instead       i18n.Text  `bun:"instead,type:jsonb,nullzero" json:"-" yaml:"-"` // what to do instead of a retired one
	Own           bool       `bun:"own" json:"-" yaml:"-"`                         // published by the city itself: its pack leaves it alone
}

// Elsewhere is where a service is done when it is not done here.
type Elsewhere struct {
	Name string `json:"name" yaml:"name"`
	URL  string `json:"url" yaml:"url"`
}

// Rules bound who may apply and how often; casework enforces them.
type Rules struct {
	CooldownMonths int    `json:"cooldown_months,omitempty" yaml:"cooldown_months"` // since the applicant's last one was approved
	OneOpen        bool   `json:"one_open,omitempty" yaml:"one_open"`               // one open application per applicant
	Pickup         string `json:"pickup,omitempty" yaml:"pickup"`                   // PickupInPerson, PickupProxy, or none
	Office         string `json:"office,omitempty" yaml:"office"`                   // the address in the form whose office answers; the service's own when empty
	DailyQuota     int    `json:"daily_quota,omitempty" yaml:"daily_quota"`         // applications that are taken in a day; 0 is every one
	MonthlyQuota   int    `json:"monthly_quota,omitempty" yaml:"monthly_quota"`     // and in a month

	// Ladder is who is told of an application's deadline, and when, where the service has its own instead of its workflow's:
	// several services are dealt with by one. An application keeps the one with which it was sent.
	Ladder *workflow.Ladder `json:"ladder,omitempty" yaml:"ladder"`
}

// How an issued thing is collected.
const (
	PickupInPerson = "in_person"
	PickupProxy    = "proxy"
)

// Retired reports whether the service is no longer offered.
func (s Service) Retired() bool { return s.RetiredAt != nil }

// Applicable reports whether an application can be made here and now.
func (s Service) Applicable() bool { return s.Integration == Native && !s.Retired() }
