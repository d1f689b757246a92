package public

import (
	"strings"
	"time"

	"bedelau/web/ui"
)

// ServiceView is one service with its standard.
type ServiceView struct {
	ui.Shell
	Book                string // where an appointment for it is made; empty when it has no counter
	Code, Name, Summary string
	Topic               Topic
	Agency              AgencyItem
	Joint               []AgencyItem
	Integration         ui.Integration
	LevelText           string // what the level of integration means, in a sentence
	LinkName, LinkURL   string // where it is done when not here; the address may be unknown
	Draft               string // id of the reader's own unsent application, which the page offers to continue
	Verified            bool
	Source              string
	Standard            *Standard // nil when none is in force
	InPerson            bool      // what is issued is collected by the applicant in person
	ByProxy             bool      // or by somebody else for them
	CooldownMonths      int
	Season              []Season // of a service that is not applied for all year: this one and those to come
	Shut                *Shut    // while it takes no applications
}

// Season is a time in which a service takes applications, in words.
type Season struct{ Span, Announced string }

// Shut is why a service takes no applications now.
type Shut struct{ Title, Text string }

// emergency is the number to call at once: of a service for emergencies, its office's telephone, or its short name when
// that is a number ("112"). It is "" for any other service.
func (v ServiceView) emergency() string {
	if v.Topic.Code != "darurat" {
		return ""
	}
	if v.Agency.Phone != "" {
		return v.Agency.Phone
	}
	if strings.Trim(v.Agency.Short, "0123456789") == "" {
		return v.Agency.Short
	}
	return ""
}

// Standard is the public part of a service standard; Internal holds the parts that are about the office.
type Standard struct {
	Requirements                   []Requirement
	Procedure                      []Step
	Time, TimeStarts, TimeNote     string
	Fee, FeeFormula, FeeLegalBasis string // Formula only when Fee does not say it already
	Tariffs                        []Tariff
	Products                       []Product
	Complaints                     string
	LegalBasis                     []string
	Internal                       []InternalPart
	Decree                         string
	EffectiveFrom                  time.Time
}

// Requirement is one thing to bring or to fulfil. With AnyOf, one of the alternatives is enough.
type Requirement struct {
	Name, Form, When, Note string // Form in words: "Asli"
	BringOriginal          bool
	File                   *ui.FileRule
	AnyOf                  []Requirement
}

// Tariff is a table of amounts that the fee is computed by.
type Tariff struct {
	Name, Unit, Basis, Source string
	Verified                  bool
	From                      time.Time
	Rows                      []TariffRow
}

// TariffRow is one amount of it.
type TariffRow struct{ Label, Amount string }

// Step is what one actor does.
type Step struct{ Actor, Text string }

// Product is what the applicant gets.
type Product struct{ Name, Validity, Delivery string }

// InternalPart is one of the parts of a standard that are about the office: facilities, supervision, and so on.
type InternalPart struct{ Label, Text string }
