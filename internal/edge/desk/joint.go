package desk

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// deskAnswer gives the answer of the officer's agency to what it was asked.
func (p *Pages) deskAnswer(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	task, err := site.PathID(c, "task")
	if err != nil {
		return err
	}
	in, answers, uploads, done, err := queue.ReadAct(c)
	defer done()
	t := try{task: task, outcome: in.Text("outcome"), reason: in.Text("reason"), typed: answers}
	version := 0
	if err == nil {
		version, err = seen(in)
	}
	if err == nil {
		pressed, err := p.pressed(c, in, func(d casework.Detail) form.Page { return askedOf(d, task) }, &t)
		if err != nil {
			return err
		}
		if pressed {
			return p.casePage(c, http.StatusOK, t)
		}
	}
	var app application.Application
	if err == nil {
		app, err = p.Casework.AnswerTask(c.Request.Context(), gate.ActorOf(c), casework.AnswerInput{
			Task: task, Version: version, Outcome: t.outcome, Reason: t.reason, Answers: answers, Files: uploads,
		})
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	return p.DoneWith(c, sameCase(c, id, ""), "task_answered", app.Number)
}

// deskRefund records that a fee was given back.
func (p *Pages) deskRefund(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	which, err := site.PathID(c, "fee")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	t := try{refund: which, reason: in.Text("reason"), amount: in.Text("amount")}
	var amount money.Rupiah
	if err == nil {
		if amount, err = money.Parse(t.amount); err != nil || amount <= 0 {
			err = site.Invalid("amount", "money")
		}
	}
	var seen money.Rupiah
	if err == nil {
		if seen, err = money.Parse(in.Get("refunded")); err != nil {
			err = fault.New(fault.Conflict, "fee.changed") // the page did not say it
		}
	}
	if err == nil {
		err = p.Casework.RefundFee(c.Request.Context(), gate.ActorOf(c), casework.RefundInput{ID: id, Fee: which, Seen: seen, Amount: amount, Reason: t.reason})
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	return p.DoneWith(c, sameCase(c, id, ""), "refunded", in.Text("number"))
}

// jointOf lays out what offices were asked, the latest first, what the reader may answer, and to whom they may give it.
func (p *Pages) jointOf(c *gin.Context, d casework.Detail, t try) ([]office.Task, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	me, review := a.ID, p.Guard.Allow(ctx, a, access.ApplicationReview) == nil
	deals := p.Guard.Allow(ctx, a, access.ApplicationAssign) == nil
	var out []office.Task
	for i := len(d.Joint) - 1; i >= 0; i-- {
		j := d.Joint[i]
		outcome, _ := j.Ask.Outcome(j.Outcome)
		v := office.Task{ID: j.ID.String(), Agency: j.AgencyName.In(l), Ask: j.Ask.Label.In(l), Status: j.Status, Outcome: outcome.Label.In(l), Refused: j.Refused,
			Words: j.Reason, By: j.ClosedName, Assignee: j.AssigneeName, Due: site.Zoned(c, j.DueAt), Closed: site.Zoned(c, j.ClosedAt), Late: j.Late,
			Version: j.Version, MayAnswer: j.MayAnswer, Held: j.Held}
		if open := j.Mine && j.Status == workflow.TaskOpen && review; open {
			v.MayClaim = !j.AssigneeID.Valid
			v.MayTakeOver = j.HeldByOther(me)
			v.MayRelease = j.AssigneeID.Valid && (j.AssigneeID.UUID == me || deals)
			v.Own = j.AssigneeID.UUID == me
			if v.MayAssign = deals; deals {
				all, err := p.Casework.ColleaguesIn(ctx, a, j.AgencyCode)
				if err != nil {
					return nil, err
				}
				v.Colleagues = queue.ColleagueOptions(all)
			}
		}
		if t.task == j.ID && t.hand != "" {
			v.Hand, v.Typed, v.Officer = t.hand, t.reason, t.officer
		}
		if v.MayAnswer {
			v.Tried = t.task == j.ID && t.hand == ""
			tried := try{}
			if v.Tried {
				tried = t
			}
			for _, o := range j.Ask.Outcomes {
				v.Outcomes = append(v.Outcomes, ui.Option{Value: o.Code, Label: o.Label.In(l)})
			}
			if v.Hand == "" {
				v.Chosen, v.Typed = tried.outcome, tried.reason
			}
			asked, of := askedOf(d, j.ID), "tugas-"+v.ID+"-"
			if v.Tried {
				of = ""
			}
			v.Inputs = queue.Inputs(asked, tried.typed, tried.errors, l)
			called(tried.errors, v.Inputs)
			if err := p.lay(c, v.Inputs, asked, of, sameCase(c, d.Application.ID, "/tugas/"+v.ID), tried.maps); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// askedOf is what an office is asked besides its outcome, which is asked in its own way.
func askedOf(d casework.Detail, task uuid.UUID) form.Page {
	for _, j := range d.Joint {
		if j.ID != task {
			continue
		}
		page := d.Asks[workflow.BranchPage(j.Branch)]
		if len(page.Fields) > 0 && page.Fields[0].Code == j.Branch {
			page.Fields = page.Fields[1:]
		}
		return page
	}
	return form.Page{}
}

// feesOf lays out what the applicant is or was asked to pay.
func (p *Pages) feesOf(c *gin.Context, d casework.Detail, t try) []office.Fee {
	l := gate.LocaleOf(c)
	may := p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.ApplicationDecide) == nil
	var out []office.Fee
	for _, f := range d.Fees {
		v := office.Fee{ID: f.ID.String(), Title: f.Title.In(l), Amount: f.Amount.String(), Status: f.Status, Due: site.Zoned(c, f.DueAt), How: f.How.In(l),
			Basis: f.Basis, MayRefund: may && f.Kept() > 0 && d.MayWork, Kept: f.Kept().String(), Refunded: int64(f.Refunded), Tried: t.refund == f.ID}
		if v.Tried {
			v.Typed, v.TypedAmount = t.reason, t.amount
		}
		if f.Paid > 0 {
			v.Receipt = site.CasePath(d.Application.ID) + "/bukti-bayar/" + f.ID.String() + ".pdf"
		}
		if f.Paid > 0 && f.Status == fee.Due {
			v.Rest = l.T("fee.rest", "paid", f.Kept().String(), "rest", f.Open().String())
		}
		if f.Status == fee.Dropped && f.Kept() > 0 {
			v.Rest = l.T("fee.kept", "amount", f.Kept().String())
		}
		for _, e := range f.Entries {
			x := office.FeeEntry{Text: l.T("fee.payment", "amount", e.Amount.String(), "date", dayText(e.Day, l), "reference", e.Reference, "name", e.ByName)}
			if e.Kind == fee.Refund {
				x.Text = l.T("fee.back", "amount", e.Amount.String(), "date", l.Date(site.Zoned(c, e.At)), "name", e.ByName, "reason", e.Reason)
			}
			if e.ProofID.Valid {
				x.Proof = site.CasePath(d.Application.ID) + "/berkas/" + e.ProofID.UUID.String()
			}
			v.Entries = append(v.Entries, x)
		}
		out = append(out, v)
	}
	return out
}

func dayText(day string, l i18n.Locale) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return l.Date(t)
}

// officeAnswers lays out what the office has answered, with the files that came with it. What is masked is shown as the
// applicant's answers are.
func officeAnswers(c *gin.Context, d casework.Detail, t try, drawn map[string]*ui.Map) []office.Answer {
	var out []office.Answer
	path, l := site.CasePath(d.Application.ID), gate.LocaleOf(c)
	_, _, from := queue.CameFrom(c)
	for _, page := range d.Office {
		for _, f := range page.Fields {
			if f.Type == form.Info {
				continue
			}
			x := office.Answer{ID: "isi-" + f.Code, Label: f.Label.In(l), Value: f.Text, Map: drawn[f.Code]}
			switch {
			case f.Masked && f.Code == t.revealed:
				x.Value, x.Revealed = t.value.Text, true
			case f.Masked && d.MayReveal:
				x.Reveal = path + "/buka/" + f.Code + from
			}
			for _, file := range f.Files {
				x.Files = append(x.Files, ui.File{Name: file.Name, Size: file.Size, Href: path + "/berkas/" + file.ID.String()})
			}
			out = append(out, x)
		}
	}
	return out
}
