package files

import (
	"strings"

	"bedelau/internal/kernel/fault"
)

// Rule is what one upload may be. Types are short names from Types; MaxBytes zero means the store's own limit.
type Rule struct {
	Types    []string
	MaxBytes int64
	Paper    bool // a PDF is open to everybody and short enough to sign, because it will be kept as a signed paper is
}

// Types lists the short names a rule may use, in the order in which they are shown.
func Types() []string { return []string{"jpg", "png", "pdf"} }

// mimes maps a short name to what the content must be. Each is a format whose viewer runs no code of the sender.
func mimes() map[string]string {
	return map[string]string{"jpg": mimeJPEG, "png": mimePNG, "pdf": mimePDF}
}

const (
	mimeJPEG = "image/jpeg"
	mimePNG  = "image/png"
	mimePDF  = "application/pdf"
	mimeWebP = "image/webp" // taken in where a JPEG is, and kept as one
	mimeHEIC = "image/heic" // what an iPhone makes unless it is told otherwise; no browser of an office shows it
)

// allows reports whether the rule accepts the content type.
func (r Rule) allows(mime string) bool {
	if mime == mimeWebP {
		mime = mimeJPEG
	}
	for _, t := range r.Types {
		if m, ok := mimes()[t]; ok && m == mime {
			return true
		}
	}
	return false
}

// Accept is the rule for an <input type="file" accept="…">.
func (r Rule) Accept() string {
	var all []string
	for _, t := range r.Types {
		if m, ok := mimes()[t]; ok {
			all = append(all, m)
		}
	}
	return strings.Join(all, ",")
}

// names is the rule in words: "JPG, PNG, PDF".
func (r Rule) names() string { return strings.ToUpper(strings.Join(r.Types, ", ")) }

// Refuse returns the refusals of this package with field named as the input at fault, and any other error as it is.
func Refuse(err error, field string) error {
	f := fault.From(err)
	code, ok := map[string]string{
		"file.too_large": "file_too_large", "file.type": "file_type", "file.empty": "file_empty",
		"file.damaged": "file_damaged", "file.too_many_pixels": "file_too_many_pixels", "file.interrupted": "file_interrupted",
		"file.infected": "file_infected", "file.encrypted": "file_encrypted", "file.active": "file_active",
		"file.too_many_pages": "file_too_many_pages", "file.damaged_pdf": "file_damaged_pdf",
		"file.heic": "file_heic", "file.busy": "file_busy",
	}[f.Code]
	if !ok {
		return err
	}
	named := *f
	named.Fields = []fault.Field{{Name: field, Code: code, Args: f.Args}}
	return &named
}
