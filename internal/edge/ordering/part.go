package ordering

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// upload is the input of one file of an order.
func upload(l i18n.Locale, of string, errs ui.Errors) ui.Field {
	return ui.Field{Name: "file", Of: of, Type: "file", Label: l.T("ordering.file"), Rule: ui.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: ductorder.FileMB, MaxCount: 1}, Error: errs.Of("file")}
}

// permits are what each authority has permitted, with the form by which that is written down.
func (p *Pages) permits(c *gin.Context, d ductorder.Detail, t typed) (bill.Section, bool, error) {
	l := gate.LocaleOf(c)
	names, _, err := p.Names(c)
	if err != nil {
		return bill.Section{}, false, err
	}
	s := bill.Section{ID: "izin", Title: l.T("ordering.permits"), Text: l.T("ordering.permits_text"), Table: &bill.Table{Title: l.T("ordering.permits"), Columns: []bill.Column{{Label: l.T("duct.authority")}, {Label: l.T("ordering.permit_number")}, {Label: l.T("ordering.permit_day")}, {Label: l.T("ordering.file")}, {Label: l.T("duct.standing")}}}}
	for _, x := range d.Permits {
		row := []bill.Cell{{Text: names[x.Authority]}, {Text: x.Number}, {}, {}, {Mark: ui.Mark{Tone: "care", Icon: "hourglass", Text: l.T("ordering.permit_open")}}}
		if !x.GrantedOn.IsZero() {
			row[2].Text, row[4].Mark = l.Date(x.GrantedOn), ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("ordering.permit_granted")}
			if !x.Until.IsZero() {
				row[2].Small = l.T("ordering.permit_until", "day", l.Date(x.Until))
			}
		}
		if x.FileID.Valid {
			row[3] = bill.Cell{Text: x.FileName, Href: pathFile(d.ID, x.FileID.UUID)}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: row})
		if !d.MayPermit {
			continue
		}
		id := "izin-" + x.Authority
		in, errs := t.of(id)
		day := func(name, key string, optional bool) ui.Field {
			return ui.Field{Name: name, Of: id, Type: "date", Label: l.T(key), Value: site.DateOf(in, name), Typed: in.Values[name], Error: errs.Of(name), Optional: optional}
		}
		s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Upload: true, Title: l.T("ordering.permit_of", "authority", names[x.Authority]), Action: orderPath(d.ID) + "/izin/" + x.ID.String(), Submit: l.T("ordering.permit_do"), Fields: []ui.Field{
			{Name: "number", Of: id, Type: "text", Label: l.T("ordering.permit_number"), Value: in.Get("number"), Max: 100, Error: errs.Of("number"), Autocomplete: "off"},
			day("day", "ordering.permit_day", false), day("until", "ordering.permit_last", true), upload(l, id, errs)}})
	}
	return s, len(d.Permits) > 0, nil
}

// WindowMark is how a window stands.
func WindowMark(l i18n.Locale, w ductorder.Window) ui.Mark {
	m := map[string]ui.Mark{ductorder.WindowAsked: {Tone: "care", Icon: "hourglass"}, ductorder.WindowGranted: {Tone: "good", Icon: "circle-check"}, ductorder.WindowRefused: {Tone: "bad", Icon: "circle-x"},
		ductorder.WindowWithdrawn: {Icon: "ban"}}[w.State]
	m.Text = l.T("ordering.window." + w.State)
	return m
}

// WindowTable lists windows.
func WindowTable(c *gin.Context, all []ductorder.Window) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("ordering.windows"), Columns: []bill.Column{{Label: l.T("ordering.node")}, {Label: l.T("ordering.days")}, {Label: l.T("ordering.crew")}, {Label: l.T("ordering.safety")}, {Label: l.T("duct.standing")}}}
	for _, w := range all {
		standing := bill.Cell{Mark: WindowMark(l, w), Small: w.Why(l)}
		if w.Beside {
			standing.Small = l.T("ordering.beside")
		}
		crew := bill.Cell{Text: w.Crew, Small: l.T("ordering.led_by", "leader", w.Leader, "phone", w.Phone, "n", w.People)}
		if !w.ErasedAt.IsZero() {
			crew = bill.Cell{Text: l.T("duct.erased", "day", l.Date(site.Zoned(c, w.ErasedAt)))}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Node}, {Text: l.T("ordering.from_until", "since", l.Date(w.Since), "until", l.Date(w.Until))}, crew, {Text: w.Safety}, standing}})
	}
	return t
}

// WindowFields ask for a window in one of some nodes.
func WindowFields(c *gin.Context, of string, nodes []string, in site.Form, errs ui.Errors) []ui.Field {
	l := gate.LocaleOf(c)
	choose := []ui.Option{{Label: l.T("ordering.choose_node")}}
	for _, n := range nodes {
		choose = append(choose, ui.Option{Value: n, Label: n})
	}
	text := func(name string, most int) ui.Field {
		f := ui.Field{Name: name, Of: of, Type: "text", Label: l.T("ordering." + name), Value: in.Get(name), Max: most, Error: errs.Of(name), Autocomplete: "off"}
		if key := "ordering." + name + "_hint"; l.Has(key) {
			f.Hint = l.T(key)
		}
		return f
	}
	day := func(name, key string) ui.Field {
		return ui.Field{Name: name, Of: of, Type: "date", Label: l.T(key), Value: site.DateOf(in, name), Typed: in.Values[name], Error: errs.Of(name)}
	}
	people := text("people", 2)
	people.Type = "number"
	phone := text("phone", 30)
	phone.Type = "phone"
	return []ui.Field{{Name: "node", Of: of, Type: "select", Label: l.T("ordering.node"), Options: choose, Value: in.Get("node"), Error: errs.Of("node")}, day("since", "ordering.window_since"), day("until", "ordering.window_until"),
		text("crew", 200), text("leader", 200), phone, people, text("safety", 200)}
}

// windows are when crews may open manholes, with what is to be decided.
func (p *Pages) windows(c *gin.Context, d ductorder.Detail, t typed) (bill.Section, bool, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "jadwal", Title: l.T("ordering.windows"), Text: l.T("ordering.windows_text"), Table: WindowTable(c, d.Windows), Empty: &bill.Empty{Icon: "calendar", Title: l.T("ordering.no_windows"), Text: l.T("ordering.no_windows_text")}}
	if !p.may(c) {
		return s, len(d.Windows) > 0, nil
	}
	reasons, err := p.reasons(c, func(r lease.Refusal) bool { return r.Window })
	if err != nil {
		return s, false, err
	}
	hint := l.T("ordering.refuse_reason_hint")
	if len(reasons) == 1 {
		hint = l.T("lease.no_reasons_hint")
	}
	for _, w := range d.Windows {
		id, title := "jadwal-"+w.ID.String(), l.T("ordering.window_of", "node", w.Node, "since", l.Date(w.Since), "until", l.Date(w.Until))
		in, errs := t.of(id)
		switch w.State {
		case ductorder.WindowAsked:
			s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Title: l.T("ordering.window_decide", "window", title), Action: orderPath(d.ID) + "/jadwal/" + w.ID.String() + "/putusan", Submit: l.T("ordering.window_grant"), Second: &bill.Button{Name: "putusan", Value: "tolak", Label: l.T("ordering.window_refuse")}, Fields: []ui.Field{
				{Name: "beside", Of: id, Type: "multi_choice", Label: l.T("ordering.beside_ask"), Options: []ui.Option{{Value: "ya", Label: l.T("ordering.beside_yes")}}, Values: in.Values["beside"], Optional: true, Error: errs.Of("beside")},
				{Name: "refusal", Of: id, Type: "select", Label: l.T("ordering.window_refusal"), Hint: hint, Options: reasons, Value: in.Get("refusal"), Optional: true, Error: errs.Of("refusal")},
				{Name: "reason", Of: id, Type: "long_text", Label: l.T("ordering.window_why"), Hint: l.T("ordering.window_why_hint"), Value: in.Get("reason"), Max: 500, Optional: true, Error: errs.Of("reason")}}})
		case ductorder.WindowGranted:
			if w.Until.AddDate(0, 0, 1).After(p.Now()) {
				s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Bad: true, Title: l.T("ordering.window_take_back", "window", title), Text: l.T("ordering.window_take_back_text"), Action: orderPath(d.ID) + "/jadwal/" + w.ID.String() + "/tarik", Submit: l.T("ordering.window_take_back_do")})
			}
		}
	}
	if d.MayWindow {
		nodes, err := p.Orders.Nodes(c.Request.Context(), gate.ActorOf(c), d.ID)
		if err != nil {
			return s, false, err
		}
		const id = "minta-jadwal"
		in, errs := t.of(id)
		s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Title: l.T("ordering.window_ask"), Text: l.T("ordering.window_ask_text"), Action: orderPath(d.ID) + "/jadwal", Submit: l.T("ordering.window_ask_do"), Hidden: []ui.Option{in.Once()}, Fields: WindowFields(c, id, nodes, in, errs)})
	}
	return s, d.MayWindow || len(d.Windows) > 0, nil
}

// EvidenceMark is how a piece of evidence stands.
func EvidenceMark(l i18n.Locale, e ductorder.Evidence) ui.Mark {
	m := map[string]ui.Mark{ductorder.EvidenceWaiting: {Tone: "care", Icon: "hourglass"}, ductorder.EvidenceApproved: {Tone: "good", Icon: "circle-check"}, ductorder.EvidenceRejected: {Tone: "bad", Icon: "circle-x"}}[e.State]
	m.Text = l.T("ordering.evidence_state." + e.State)
	if e.Replaced {
		m = ui.Mark{Icon: "history", Text: l.T("ordering.replaced")}
	}
	return m
}

// EvidenceTable lists evidence; path is where a file of it is opened.
func EvidenceTable(c *gin.Context, all []ductorder.Evidence, path func(ductorder.Evidence) string) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("ordering.evidences"), Columns: []bill.Column{{Label: l.T("ordering.file")}, {Label: l.T("ordering.place_of")}, {Label: l.T("ordering.evidence_kind")}, {Label: l.T("ordering.sent")}, {Label: l.T("duct.standing")}}}
	for _, e := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: e.FileName, Href: path(e), Small: e.Note}, {Text: e.Place}, {Text: l.T("ordering.evidence." + e.Kind), Small: l.T("ordering.purpose." + e.Purpose)},
			{Text: l.DateTime(site.Zoned(c, e.SentAt))}, {Mark: EvidenceMark(l, e), Small: e.Reason}}})
	}
	return t
}

// EvidenceFields ask for a piece of evidence of one of some nodes; of those that were rejected one can be made anew.
func EvidenceFields(c *gin.Context, of string, nodes []string, all []ductorder.Evidence, in site.Form, errs ui.Errors) []ui.Field {
	l := gate.LocaleOf(c)
	choose := []ui.Option{{Label: l.T("ordering.choose_node")}}
	for _, n := range nodes {
		choose = append(choose, ui.Option{Value: n, Label: n})
	}
	out := []ui.Field{upload(l, of, errs), {Name: "place", Of: of, Type: "select", Label: l.T("ordering.place_of"), Options: choose, Value: in.Get("place"), Error: errs.Of("place")},
		{Name: "kind", Of: of, Type: "choice", Label: l.T("ordering.evidence_kind"), Options: ducts.Options(l, "ordering.evidence", ductorder.EvidenceKinds()), Value: in.Get("kind"), Error: errs.Of("kind")}}
	anew := []ui.Option{{Label: l.T("ordering.replaces_none")}}
	for _, e := range all {
		if e.State == ductorder.EvidenceRejected && !e.Replaced {
			anew = append(anew, ui.Option{Value: e.ID.String(), Label: fmt.Sprintf("%s, %s: %s", e.Place, l.T("ordering.evidence."+e.Kind), e.Reason)})
		}
	}
	if len(anew) > 1 {
		out = append(out, ui.Field{Name: "replaces", Of: of, Type: "select", Label: l.T("ordering.replaces"), Options: anew, Value: in.Get("replaces"), Optional: true, Error: errs.Of("replaces")})
	}
	return append(out, ui.Field{Name: "note", Of: of, Type: "text", Label: l.T("ordering.note"), Value: in.Get("note"), Max: 500, Optional: true, Error: errs.Of("note")})
}

// evidence is what shows the company's work, with what is to be looked at.
func (p *Pages) evidence(c *gin.Context, d ductorder.Detail, t typed) (bill.Section, bool, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "bukti", Title: l.T("ordering.evidences"), Text: l.T("ordering.evidences_text"), Table: EvidenceTable(c, d.Evidence, func(e ductorder.Evidence) string { return pathFile(d.ID, e.FileID) }),
		Empty: &bill.Empty{Icon: "paperclip", Title: l.T("ordering.no_evidences"), Text: l.T("ordering.no_evidences_text")}}
	for _, e := range d.Evidence {
		if !d.MayReview || e.State != ductorder.EvidenceWaiting {
			continue
		}
		id := "bukti-" + e.ID.String()
		in, errs := t.of(id)
		s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Title: l.T("ordering.review_of", "file", e.FileName, "place", e.Place), Action: orderPath(d.ID) + "/bukti/" + e.ID.String() + "/putusan", Submit: l.T("ordering.review_approve"), Second: &bill.Button{Name: "putusan", Value: "tolak", Label: l.T("ordering.review_reject")},
			Fields: []ui.Field{{Name: "reason", Of: id, Type: "long_text", Label: l.T("ordering.refuse_reason"), Hint: l.T("ordering.refuse_reason_hint"), Value: in.Get("reason"), Max: 500, Optional: true, Error: errs.Of("reason")}}})
	}
	if d.MayEvidence {
		nodes, err := p.Orders.Nodes(c.Request.Context(), gate.ActorOf(c), d.ID)
		if err != nil {
			return s, false, err
		}
		const id = "kirim-bukti"
		in, errs := t.of(id)
		s.Forms = append(s.Forms, bill.Form{ID: id, Folded: true, Upload: true, Title: l.T("ordering.evidence_send"), Action: orderPath(d.ID) + "/bukti", Submit: l.T("ordering.evidence_send_do"), Hidden: []ui.Option{in.Once()}, Fields: EvidenceFields(c, id, nodes, d.Evidence, in, errs)})
	}
	return s, d.MayEvidence || len(d.Evidence) > 0, nil
}
