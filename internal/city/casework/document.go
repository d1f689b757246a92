package casework

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"bedelau/internal/kernel/i18n"
)

// DocumentTemplate is one version of what a service issues. It is data from the city's pack.
//
// In Body, Title and SignerTitle, {number} is the application's, {document_number} this document's, {service},
// {agency}, {submitted} and {date} what they say, {reason} the words of the decision; any other name is the answer to
// that field of the form, masked when it is sensitive. In NumberPattern, {seq} counts without a gap per service and
// year; {agency} is the office's short name, {month_roman} I to XII, {month}, {year}.
type DocumentTemplate struct {
	Code           string      `json:"code" yaml:"code"`
	Title          i18n.Text   `json:"title" yaml:"title"`
	NumberPattern  string      `json:"number_pattern" yaml:"number_pattern"`
	Body           []i18n.Text `json:"body" yaml:"body"`
	SignerTitle    i18n.Text   `json:"signer_title" yaml:"signer_title"`
	ValidityMonths int         `json:"validity_months,omitempty" yaml:"validity_months"` // none when zero
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// fillIn replaces every known placeholder of a template's text; what an answer itself contains is not looked at again.
func fillIn(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := values[p[1:len(p)-1]]; ok {
			return v
		}
		return p
	})
}

// placeholders lists the names that a text asks for.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// builtIn are the placeholders that are not answers.
func builtIn() []string {
	return []string{"number", "document_number", "service", "agency", "submitted", "date", "reason"}
}

func numberParts() []string { return []string{"seq", "agency", "month_roman", "month", "year"} }

// documentNumber writes the number of the seq-th document of its series; at is in the city's zone.
func documentNumber(pattern, agency string, seq int, at time.Time) string {
	return fillIn(pattern, map[string]string{
		"seq": fmt.Sprintf("%03d", seq), "agency": agency, "year": strconv.Itoa(at.Year()),
		"month": fmt.Sprintf("%02d", at.Month()), "month_roman": roman(at.Month()),
	})
}

func roman(m time.Month) string {
	return [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}[m-1]
}
