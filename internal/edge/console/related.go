package console

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// voidAs is the choice of a void with what follows it.
func voidAs(follows string) string { return invoice.Void + "/" + follows }

// TakeOffOptions are what can be asked of an invoice as it stands, besides a credit note.
func TakeOffOptions(l i18n.Locale, s invoice.Standing) []ui.Option {
	var out []ui.Option
	if s.Open > 0 {
		out = append(out, ui.Option{Value: invoice.WriteOff, Label: l.T("bumd.request.write_off"), Hint: l.T("bumd.write_off_hint", "open", s.Open)})
	}
	if s.Open > 0 && s.Open == s.Charged {
		for _, follows := range []string{invoice.Replacement, invoice.Nothing} {
			out = append(out, ui.Option{Value: voidAs(follows), Label: l.T("bumd.request.void_" + follows), Hint: l.T("bumd.void_hint_" + follows)})
		}
	}
	return out
}

// TakeOff is what a form of those options asks of an invoice.
func TakeOff(in site.Form, id uuid.UUID) (invoice.RequestInput, error) {
	q := invoice.RequestInput{Invoice: id, Reason: in.Text("reason")}
	switch kind := in.Text("kind"); kind {
	case "":
		return q, site.Invalid("kind", "required")
	case invoice.WriteOff, voidAs(invoice.Replacement), voidAs(invoice.Nothing):
		q.Kind, q.Follows, _ = strings.Cut(kind, "/")
	default: // a credit note says of each line what it takes back
		return q, site.Invalid("kind", "not_an_option")
	}
	return q, nil
}

// RequestWord says what a request asks for.
func RequestWord(l i18n.Locale, q invoice.Request) string {
	if q.Follows != "" {
		return l.T("bumd.request.void_" + q.Follows)
	}
	return l.T("bumd.request." + q.Kind)
}

// DropForm asks that a draft be dropped, at an address below its own.
func DropForm(l i18n.Locale, action string, in site.Form, errs ui.Errors) bill.Form {
	reason := ReasonField(l, in.Get("drop_reason"), nil)
	reason.Name, reason.Error = "drop_reason", errs.Of("drop_reason")
	return bill.Form{ID: "batalkan", Folded: true, Bad: true, Title: l.T("bumd.drop"), Text: l.T("bumd.drop_text"), Action: action, Submit: l.T("bumd.drop_do"), Fields: []ui.Field{reason}}
}

// DroppedNote says of a draft that it was dropped.
func DroppedNote(l i18n.Locale, at time.Time) bill.Note {
	return bill.Note{Tone: "care", Text: l.T("bumd.dropped_text", "date", l.DateTime(at))}
}

// RelatedSection lists what else in the book belongs to an invoice: its credit notes, what it stands in place of and what stands in its
// place. Base is where its reader finds invoices, and drafts where it finds drafts; empty for a buyer, who does not see them. It is false
// where nothing does.
func RelatedSection(l i18n.Locale, r invoice.Related, base, drafts string) (bill.Section, bool) {
	s := bill.Section{ID: "terkait", Title: l.T("bill.related")}
	if r.Replaces != nil {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("bill.replaces"), Value: r.Replaces.Number})
		s.Links = append(s.Links, ui.Link{Href: base + "/" + r.Replaces.ID.String(), Label: l.T("bill.open_related", "number", r.Replaces.Number), Icon: "file-text"})
	}
	switch n := r.Anew; {
	case n == nil:
	case n.Invoice.ID != uuid.Nil:
		s.Rows = append(s.Rows, ui.Row{Label: l.T("bill.replaced_by"), Value: n.Invoice.Number})
		s.Links = append(s.Links, ui.Link{Href: base + "/" + n.Invoice.ID.String(), Label: l.T("bill.open_related", "number", n.Invoice.Number), Icon: "file-text"})
	case drafts != "":
		word := l.T("bill.replaced_by_draft")
		if n.Dropped {
			word = l.T("bill.replaced_by_dropped")
		}
		s.Rows = append(s.Rows, ui.Row{Label: l.T("bill.replaced_by"), Value: word})
		s.Links = append(s.Links, ui.Link{Href: drafts + "/" + n.Draft.String(), Label: l.T("bill.open_draft"), Icon: "edit"})
	}
	if len(r.Notes) > 0 {
		s.Table = &bill.Table{Title: l.T("bill.notes"), Columns: []bill.Column{{Label: l.T("bill.note_number")}, {Label: l.T("bill.issued")}, {Label: l.T("bill.reason")}, {Label: l.T("bill.total"), End: true}}}
	}
	for _, n := range r.Notes {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: n.Number, Whole: true, Href: base + "/" + n.ID.String()}, {Text: l.Date(n.IssuedOn)}, {Text: n.Note}, {Text: n.Total.String()}}})
	}
	return s, len(s.Rows) > 0 || s.Table != nil
}
