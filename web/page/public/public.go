// Package public is the pages of a city that anyone may open: the front page, the catalogue, the dashboard, tracking by
// number, and the check of an issued document.
//
// Each page function takes the view declared beside it. The edge fills the view: texts of the city already in the
// reader's language, times already in the city's zone, Shell with Title set. Addresses are the site's own paths:
//
//	/  /layanan?q=&kategori=&instansi=  /layanan/:code  /instansi  /instansi/:code  /dasbor
//	/lacak (GET shows the form, with ?nomor= filled in; POST number, phone shows the result)
//	/verifikasi/:token  /privasi
package public

import "bedelau/web/ui"

// ServiceItem is a service in a list. Time and Fee are as the catalogue writes them.
type ServiceItem struct {
	Code, Name, Summary, Agency, Time, Fee string
	Integration                            ui.Integration
	Season                                 string // of a service that is not applied for all year: whether it is open
	Verified                               bool
	Marked                                 []Span // the name with what matched a search; nil shows Name
	Reason                                 string // where else it matched: "Kata kunci"
	ReasonText                             []Span
}

// Span is a piece of text that a search matched or did not.
type Span struct {
	Text string
	Hit  bool
}

// Topic is a group of services, such as health.
type Topic struct {
	Code, Label string
	Count       int
}

// icon is the sign of a topic; a topic of a city's own gets a sheet of paper.
func (t Topic) icon() string {
	switch t.Code {
	case "kependudukan":
		return "id"
	case "perizinan":
		return "certificate"
	case "kesehatan":
		return "stethoscope"
	case "pajak":
		return "receipt-tax"
	case "sosial":
		return "heart-handshake"
	case "tenaga-kerja":
		return "briefcase"
	case "pendidikan":
		return "school"
	case "perhubungan":
		return "bus"
	case "lingkungan":
		return "leaf"
	case "air-lahan":
		return "droplet"
	case "darurat":
		return "urgent"
	case "informasi":
		return "info-circle"
	}
	return "file-text"
}
