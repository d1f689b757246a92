package document

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/i18n"
)

// Template is one version of what a service issues. It is data: from the city's pack, or as an administrator has worded
// it since.
//
// In its texts, {number} is the subject's number, {document_number} this document's, {service}, {agency}, {submitted} and
// {date} what they say, {reason} the words of the decision, {valid_until} the last day; {signer_name} and {signer_nip}
// are the official's. Any other name is the answer to that question of the form, masked when it is sensitive. In
// NumberPattern, {seq} counts without a gap per series and year; {agency} is the office's short name, {service} the
// service's code, {month_roman} I to XII, {month}, {year}.
type Template struct {
	Code          string    `json:"code" yaml:"code"`
	Letterhead    Head      `json:"letterhead,omitzero" yaml:"letterhead"`
	Title         i18n.Text `json:"title" yaml:"title"`
	NumberPattern string    `json:"number_pattern" yaml:"number_pattern"`
	Series        string    `json:"series,omitempty" yaml:"series"` // SeriesService when empty
	Body          []Block   `json:"body" yaml:"body"`
	// SignerTitle is printed where no official of the office is on record.
	SignerTitle    i18n.Text `json:"signer_title" yaml:"signer_title"`
	Signature      string    `json:"signature,omitempty" yaml:"signature"`             // SignNone when empty
	ValidityMonths int       `json:"validity_months,omitempty" yaml:"validity_months"` // none when zero
	ValidUntil     string    `json:"valid_until,omitempty" yaml:"valid_until"`         // or the question whose answer is the last day
	Reminders      []int     `json:"reminders,omitempty" yaml:"reminders"`             // days before the last day
	Unmasked       []string  `json:"unmasked,omitempty" yaml:"unmasked"`               // sensitive answers that are printed whole, such as a NIK for a bank
	Renewal        string    `json:"renewal,omitempty" yaml:"renewal"`                 // code of the service that renews it
	Retired        bool      `json:"retired,omitempty" yaml:"-"`                       // no service can be made of it any more
}

// Head is what a letterhead says besides the city and the office.
type Head struct {
	Office  i18n.Text `json:"office,omitempty" yaml:"office"`   // instead of the agency's name
	Address string    `json:"address,omitempty" yaml:"address"` // instead of the city's contacts
}

// What a template's numbers are counted by, within a year.
const (
	SeriesService = "service"
	SeriesAgency  = "agency"
)

// How what a template makes is signed.
const (
	SignNone        = "none"        // issued electronically, proved by its QR
	SignScan        = "scan"        // printed, signed by hand, and scanned by an officer
	SignCertificate = "certificate" // signed with the certificate of the office's official
)

// Block is a part of a document: a paragraph or a table of answers, printed only where its condition is met.
type Block struct {
	Text  i18n.Text
	Table []Line
	When  string // an expression of package form on the answers; always when empty
}

// Line is a row of a table: the answer to a question under its own label, or any words under any.
type Line struct {
	Field string    `json:"field,omitempty" yaml:"field"`
	Label i18n.Text `json:"label,omitempty" yaml:"label"`
	Value i18n.Text `json:"value,omitempty" yaml:"value"`
}

// block is a Block as it is written where it is more than a paragraph.
type block struct {
	Text  i18n.Text `json:"text,omitempty" yaml:"text"`
	Table []Line    `json:"table,omitempty" yaml:"table"`
	When  string    `json:"when,omitempty" yaml:"when"`
}

// MarshalJSON writes a mere paragraph as its text alone.
func (b Block) MarshalJSON() ([]byte, error) {
	if b.When == "" && b.Table == nil {
		return json.Marshal(map[i18n.Locale]string(b.Text))
	}
	return json.Marshal(block(b))
}

// UnmarshalJSON reads both spellings.
func (b *Block) UnmarshalJSON(raw []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return err
	}
	for key := range keys {
		if slices.Contains(blockKeys(), key) {
			return json.Unmarshal(raw, (*block)(b))
		}
	}
	*b = Block{}
	return json.Unmarshal(raw, &b.Text)
}

func blockKeys() []string { return []string{"text", "table", "when"} }

// UnmarshalYAML reads both spellings, and refuses a key that belongs to neither as the reader of packs would.
func (b *Block) UnmarshalYAML(n *yaml.Node) error {
	*b = Block{}
	if n.Kind != yaml.MappingNode {
		return n.Decode(&b.Text)
	}
	known, other := 0, (*yaml.Node)(nil)
	for i := 0; i < len(n.Content); i += 2 {
		if slices.Contains(blockKeys(), n.Content[i].Value) {
			known++
		} else {
			other = n.Content[i]
		}
	}
	switch {
	case known == 0:
		return n.Decode(&b.Text)
	case other != nil:
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: field %s not found in type document.Block", other.Line, other.Value)}}
	}
	return n.Decode((*block)(b))
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*(?:\.[a-z_]+)?)\}`)

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

// BuiltIn are the placeholders that are not answers.
func BuiltIn() []string {
	return []string{"number", "document_number", "service", "agency", "submitted", "date", "reason", "valid_until", "signer_name", "signer_nip"}
}
