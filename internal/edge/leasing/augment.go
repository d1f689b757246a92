package leasing

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// augmentRoutes are what companies ask to be changed in the network.
func (p *Pages) augmentRoutes() gate.Table {
	one, which := ducts.PathAugments+"/:id", site.IDs("id", "duct_augment")
	return gate.Table{
		{Method: get, Path: ducts.PathAugments, Needs: access.DuctRead, Scope: gate.City, Handler: p.augments},
		{Method: get, Path: one, Needs: access.DuctRead, Scope: gate.City, IDs: which, Handler: p.augment},
		{Method: post, Path: one + "/jawab", Page: one, Needs: access.DuctLease, Scope: gate.City, IDs: which, Handler: p.answerAugment},
	}
}

// augments lists the requests of the companies, and how they are answered.
func (p *Pages) augments(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	state := c.Query("status")
	all, err := p.DuctWaits.Augments(ctx, a, state, After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	f, err := p.DuctWaits.AugmentFigures(ctx, a)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductaugment.title")), Back: ducts.PathWaits, Heading: l.T("ductaugment.title"), Lead: l.T("ductaugment.staff_lead")}
	share := "–"
	if f.Answered > 0 {
		share = l.Number(int64(f.OnTime*100/f.Answered)) + "%"
	}
	v.Sections = append(v.Sections, bill.Section{ID: "angka", Title: l.T("ductwait.figures"), Quiet: true, Figures: []bill.Figure{{Value: l.Number(int64(f.Open)), Label: l.T("ductaugment.open")}, {Value: l.Number(int64(f.Late)), Label: l.T("ductaugment.late")},
		{Value: share, Label: l.T("ductaugment.on_time"), Meaning: l.T("ductaugment.on_time_meaning", "n", f.Answered)}}})
	s := bill.Section{ID: "permintaan", Title: l.T("ductaugment.requests"), Empty: &bill.Empty{Icon: "flag", Title: l.T("ductaugment.none"), Text: l.T("ductaugment.none_staff")}}
	if ductwait.ToBeAnswered(state) {
		s.Text = l.T("duct.by_due")
	}
	if state != "" {
		s.Empty.Text = l.T("lease.none_filtered")
	}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathAugments, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: state,
		Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, ducts.Options(l, "ductaugment.state", ductwait.AugmentStates())...)}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = Next(c, ducts.PathAugments, all[pageSize-1].ID)
	}
	s.Table = AugmentTable(c, all, ducts.PathAugments)
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// AugmentMark is how a request stands as a mark.
func AugmentMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{ductwait.Received: {Icon: "hourglass"}, ductwait.InReview: {Icon: "hourglass"}, ductwait.Planned: {Tone: "care", Icon: "calendar"}, ductwait.Done: {Tone: "good", Icon: "circle-check"}, ductwait.Refused: {Tone: "bad", Icon: "circle-x"}}[state]
	m.Text = l.T("ductaugment.state." + state)
	return m
}

// AugmentTable lists requests with their answers; under a path, with whose they are and the way to each.
func AugmentTable(c *gin.Context, all []ductwait.Augment, path string) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("ductaugment.requests"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("ductaugment.kind")}, {Label: l.T("duct.code")}, {Label: l.T("ductaugment.asked")}, {Label: l.T("duct.standing")}, {Label: l.T("ductaugment.answer")}}}
	for _, x := range all {
		number := bill.Cell{Text: x.Number, Whole: true, Small: x.OperatorName}
		if path != "" {
			number.Href = path + "/" + x.ID.String()
		} else {
			number.Small = ""
		}
		standing := bill.Cell{Mark: AugmentMark(l, x.State)}
		switch {
		case x.AnsweredAt.IsZero():
			standing.Small = l.T("ductaugment.due", "day", l.Date(site.Zoned(c, x.DueAt)))
		case !x.PlannedOn.IsZero() && x.State == ductwait.Planned:
			standing.Small = l.T("ductaugment.planned_on", "day", l.Date(x.PlannedOn))
		}
		answer := x.Answer
		if answer == "" {
			answer = "–"
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{number, {Text: augmentWhat(l, x), Small: x.Note}, {Text: x.Segment}, {Text: l.Date(site.Zoned(c, x.AskedAt))}, standing, {Text: answer}}})
	}
	return t
}

// augmentWhat is what a request asks for.
func augmentWhat(l i18n.Locale, x ductwait.Augment) string {
	what := l.T("ductaugment.kind." + x.Kind)
	if x.Kind == ductwait.More {
		what += ": " + l.T("lease.units."+x.Units, "n", x.Quantity)
	}
	return what
}

// augment is one request, with its answer.
func (p *Pages) augment(c *gin.Context) error {
	return p.augmentAgain(c, http.StatusOK, site.Form{}, nil)
}

// augmentAgain is augment, after a refusal with what was filled in.
func (p *Pages) augmentAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, err := p.DuctWaits.FindAugment(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, x.Number), Back: ducts.PathAugments, Heading: x.Number, Lead: x.OperatorName, Mark: AugmentMark(l, x.State), Errors: errs, Links: []ui.Link{{Href: ducts.SegmentPath(x.Segment, p.DayIn(c)), Label: x.Segment, Icon: "map-pin"}, {Href: operatorPath(x.OperatorID), Label: l.T("lease.operator"), Icon: "building"}}}
	s := bill.Section{ID: "permintaan", Title: l.T("ductaugment.request"), Rows: []ui.Row{{Label: l.T("ductaugment.kind"), Value: augmentWhat(l, x)}, {Label: l.T("duct.code"), Value: x.Segment}, {Label: l.T("ductaugment.note"), Value: x.Note}, {Label: l.T("ductaugment.asked"), Value: l.DateTime(site.Zoned(c, x.AskedAt))},
		{Label: l.T("ductaugment.due_at"), Value: l.Date(site.Zoned(c, x.DueAt))}}}
	if x.Late(p.Now()) {
		s.Note.Tone, s.Note.Text = "care", l.T("ductaugment.is_late")
	}
	if !x.AnsweredAt.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("ductaugment.answered"), Value: l.DateTime(site.Zoned(c, x.AnsweredAt))}, ui.Row{Label: l.T("ductaugment.answer"), Value: x.Answer})
	}
	if !x.PlannedOn.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("ductaugment.planned"), Value: l.Date(x.PlannedOn)})
	}
	why, err := p.ReasonRow(ctx, l, x.Refusal, "")
	if err != nil {
		return err
	}
	s.Rows = append(s.Rows, why...)
	if next := ductwait.AugmentNext(x.State); len(next) > 0 && p.may(c) {
		reasons, err := p.reasons(ctx, l, func(r lease.Refusal) bool { return r.Lease })
		if err != nil {
			return err
		}
		version := in.Get("versi")
		if version == "" {
			version = strconv.Itoa(x.Version)
		}
		s.Forms = []bill.Form{{ID: "jawab", Title: l.T("ductaugment.give_answer"), Text: l.T("ductaugment.answer_text"), Action: ducts.PathAugments + "/" + id.String() + "/jawab", Submit: l.T("ductaugment.answer_do"), Hidden: []ui.Option{{Value: "versi", Label: version}}, Fields: []ui.Field{
			{Name: "state", Type: "choice", Label: l.T("duct.standing"), Value: in.Get("state"), Error: errs.Of("state"), Options: ducts.Options(l, "ductaugment.state", next)},
			{Name: "answer", Type: "long_text", Label: l.T("ductaugment.answer"), Hint: l.T("ductaugment.answer_hint"), Max: 1000, Value: in.Get("answer"), Error: errs.Of("answer")},
			{Name: "planned", Type: "date", Label: l.T("ductaugment.planned"), Hint: l.T("ductaugment.planned_hint"), Optional: true, Value: site.DateOf(in, "planned"), Typed: in.Values["planned"], Error: errs.Of("planned")},
			{Name: "refusal", Type: "select", Label: l.T("lease.refusal"), Optional: true, Options: reasons, Value: in.Get("refusal"), Error: errs.Of("refusal")}}}}
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// answerAugment takes a step of a request.
func (p *Pages) answerAugment(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "planned")
	if err == nil {
		version, _ := strconv.Atoi(in.Get("versi")) // what is no number is no version that there is
		x := ductwait.AnswerInput{ID: id, Version: version, State: in.Get("state"), Answer: in.Text("answer"), Refusal: in.Get("refusal")}
		if x.State == "" {
			err = site.Invalid("state", "required")
		} else if x.Planned, err = dayTyped(in, "planned"); err == nil {
			err = p.DuctWaits.Answer(c.Request.Context(), gate.ActorOf(c), x)
		}
	}
	if fault.Is(err, "ductwait.augment_changed") {
		in.Del("versi")
		return p.augmentAgain(c, http.StatusConflict, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), fault.From(err))}})
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.augmentAgain(c, status, in, site.Called(c, errs, map[string]string{"state": "duct.standing", "answer": "ductaugment.answer", "planned": "ductaugment.planned", "refusal": "lease.refusal"}))
	}
	return p.Done(c, ducts.PathAugments+"/"+id.String(), "ductaugment_answered")
}
