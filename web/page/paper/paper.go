// Package paper is the pages about issued documents: the register, one document with what can be done about it, who signs
// for an office, and the words of a template. Posts and their inputs:
//
//	/petugas/dokumen/:id/pindaian            scan (a file)
//	/petugas/dokumen/:id/ulangi              nothing; nor does /petugas/dokumen/menunggu/ulangi
//	/petugas/dokumen/:id/cabut, …/ganti      reason
//	/petugas/antrean/massal/:id/ulangi       nothing
//	/kelola/penanda-tangan                   agency, title_id, title_en, name, nip, from
//	/kelola/penanda-tangan/:id/sertifikat    key (a file), passphrase, test (yes)
//	/kelola/layanan/:code/dokumen            what (save, add, preview), version, and the template as TemplateView names it
package paper

import (
	"strconv"
	"time"

	"bedelau/web/ui"
)

// Row is one document of a list.
type Row struct {
	ID, Number, Title, Subject, Service, Agency, Holder string
	Status                                              string // unsigned, failed, valid, revoked, replaced or expired
	Issued, Until                                       time.Time
	Error                                               string // why it still waits
}

// RegisterView is the list of issued documents.
type RegisterView struct {
	ui.Shell
	Waiting          bool // what waits for a signature, instead of everything
	Failed           int  // of those, that nothing tries to sign any more
	MayList, MaySign bool
	Search, Status   string
	Service          string
	Services         []ui.Option
	From, To         string // 2006-01-02
	Rows             []Row
	Next, Export     string
}

// statuses are the choices of the filter.
func (v RegisterView) statuses() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.L.T("paper.any")}}
	for _, s := range []string{"valid", "expired", "revoked", "replaced", "unsigned", "failed"} {
		out = append(out, ui.Option{Value: s, Label: v.L.T("paper.status." + s)})
	}
	return out
}

// noneText says where documents are when none is listed; what waits for a signature has no filter.
func (v RegisterView) noneText() string {
	if v.Waiting {
		return v.L.T("paper.none_waiting")
	}
	return v.L.T("paper.none_text")
}

// services are the choices of the other filter.
func (v RegisterView) services() []ui.Option {
	return append([]ui.Option{{Value: "", Label: v.L.T("paper.any")}}, v.Services...)
}

func tone(status string) (string, string) {
	switch status {
	case "valid":
		return "good", "check"
	case "unsigned":
		return "care", "edit"
	case "expired":
		return "care", "clock"
	case "failed":
		return "bad", "alert-triangle"
	}
	return "bad", "ban"
}

// DocumentView is one document at a desk.
type DocumentView struct {
	ui.Shell
	Row
	Case, Verify, File, Draft        string // addresses; empty where there is nothing to open
	Signature, Reason, Successor     string
	Ended                            time.Time
	MaySign, MayRevoke, MayReplace   bool
	Over                             bool // it was revoked and its service issues none in its place
	MayRetry                         bool // have the system try again to sign it
	Trying                           bool // the system is about to sign it
	Test                             bool // signed with a certificate that proves nothing
	Errors                           ui.Errors
	RevokeReason, ReplaceReason, Act string // what was typed, and of which form
}

func (v DocumentView) rows() []ui.Row {
	rows := []ui.Row{
		{Label: v.L.T("verify.number"), Value: v.Number}, {Label: v.L.T("paper.subject"), Value: v.Subject}, {Label: v.L.T("verify.holder"), Value: v.Holder},
		{Label: v.L.T("verify.issuer"), Value: v.Agency}, {Label: v.L.T("verify.issued"), Value: v.L.DateTime(v.Issued)},
	}
	if !v.Until.IsZero() {
		rows = append(rows, ui.Row{Label: v.L.T("verify.until"), Value: v.L.Date(v.Until)})
	}
	rows = append(rows, ui.Row{Label: v.L.T("verify.signature"), Value: v.Signature})
	if !v.Ended.IsZero() {
		rows = append(rows, ui.Row{Label: v.L.T("paper.ended"), Value: v.L.DateTime(v.Ended)})
	}
	if v.Reason != "" {
		rows = append(rows, ui.Row{Label: v.L.T("paper.reason"), Value: v.Reason})
	}
	if v.Successor != "" {
		rows = append(rows, ui.Row{Label: v.L.T("paper.successor"), Value: v.Successor})
	}
	return rows
}

func (v DocumentView) typed(act, text string) string {
	if v.Act == act {
		return text
	}
	return ""
}

// Official is who signs for an office in a time.
type Official struct {
	ID, Title, Name, NIP string
	From, To             time.Time // To is zero for who signs now and on
	Certificate          string    // in words; empty for none
	Expired, Test        bool
}

// SignersView is who signs for an office.
type SignersView struct {
	ui.Shell
	Agency    string // code
	Agencies  []ui.Option
	Officials []Official
	Form      SignerForm
	Errors    ui.Errors
	KeyOf     string // the official whose certificate was refused
}

// SignerForm is what was typed for a new official.
type SignerForm struct{ TitleID, TitleEN, Name, NIP, From string }

// TemplateView is the words of a template. Its inputs are title_id, title_en, number_pattern, series, signer_id,
// signer_en, signature, validity_months, valid_until, reminders, renewal, office_id, office_en, address, and for each
// part text_id_N, text_en_N, when_N and table_N.
type TemplateView struct {
	ui.Shell
	Service                     string // or what the template is called
	Path, Back                  string
	Version                     int
	TitleID, TitleEN, Number    string
	Series, Signature           string
	SignerID, SignerEN          string
	Months, Until, Reminders    string
	Renewal                     string
	Untils, Renewals            []ui.Option // what Until and Renewal can be
	OfficeID, OfficeEN, Address string
	Parts                       []Part
	Names                       []Name
	Problems                    []string // what is wrong, each with its place
	Errors                      ui.Errors
}

// Part is a paragraph or a table of a template.
type Part struct{ ID, EN, When, Table string }

// Name is a placeholder that a text may hold, and what it stands for.
type Name struct{ Code, Text string }

func input(name string, n int) string { return name + "_" + strconv.Itoa(n) }

func (v TemplateView) seriesOptions() []ui.Option {
	return []ui.Option{{Value: "service", Label: v.L.T("template.series.service")}, {Value: "agency", Label: v.L.T("template.series.agency")}}
}

func (v TemplateView) signatureOptions() []ui.Option {
	var out []ui.Option
	for _, s := range []string{"none", "scan", "certificate"} {
		out = append(out, ui.Option{Value: s, Label: v.L.T("template.signature." + s)})
	}
	return out
}

// DocumentTitle is the head of the page about a document; the frame has a title of its own.
func (v DocumentView) DocumentTitle() string { return v.Row.Title }
