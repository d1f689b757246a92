package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// demoCase is an application of the demonstration and how far its office has brought it.
type demoCase struct {
	service, by string // e-mail of the resident
	answers     map[string]string
	steps       []demoStep
}

// demoStep is what a member of staff does: an action, or with branch an office's answer to what it was asked.
type demoStep struct {
	by, action, branch, outcome, reason string
	fields                              []string // to be corrected
	answers                             map[string]string
}

// seedCases fills the demonstration's lists with a few applications in different states, by the same calls as people make.
// made are the accounts that are new: a second start finds none, and changes nothing.
func (a *App) seedCases(ctx context.Context, made map[string]uuid.UUID) error {
	for _, c := range demoCases() {
		if _, ok := made[c.by]; !ok {
			continue
		}
		if err := a.seedCase(ctx, made, c); err != nil {
			return fmt.Errorf("%s of %s: %w", c.service, c.by, err)
		}
	}
	return nil
}

func (a *App) seedCase(ctx context.Context, made map[string]uuid.UUID, c demoCase) error {
	ctx, who, err := a.demoActor(ctx, made, c.by)
	if err != nil {
		return err
	}
	app, err := a.Casework.Start(ctx, who, c.service, event.ChannelWeb)
	if err != nil {
		return err
	}
	if err := fillDemo(ctx, a.Casework, who, app.ID, c.answers); err != nil {
		return err
	}
	if app, err = a.Casework.Submit(ctx, who, intake.SubmitInput{ID: app.ID, Key: "demo " + app.ID.String()}); err != nil {
		return err
	}
	for _, s := range c.steps {
		_, officer, err := a.demoActor(ctx, made, s.by)
		if err == nil {
			err = demoTake(ctx, a.Casework, officer, app.ID, s)
		}
		if err != nil {
			return fmt.Errorf("%s%s by %s: %w", s.action, s.branch, s.by, err)
		}
	}
	return nil
}

// demoActor is one of the people who were made, with their city in the context.
func (a *App) demoActor(ctx context.Context, made map[string]uuid.UUID, email string) (context.Context, identity.Actor, error) {
	for _, p := range demoPeople {
		if p.email != email {
			continue
		}
		ctx, err := a.inCity(ctx, p.tenant)
		if err != nil {
			return ctx, identity.Actor{}, err
		}
		who, err := a.Identity.ActorFor(ctx, made[email])
		return ctx, who, err
	}
	return ctx, identity.Actor{}, fault.New(fault.NotFound, "identity.no_account")
}

// fillDemo answers one page after the other, as the form leads, with a picture for each file that it asks.
func fillDemo(ctx context.Context, cases *casework.Service, who identity.Actor, id uuid.UUID, answers map[string]string) error {
	for range 40 {
		d, err := cases.Draft(ctx, who, id)
		if err != nil {
			return err
		}
		page := d.Next()
		if page == "" {
			return nil
		}
		typed := map[string][]string{}
		for code, v := range answers {
			if f, ok := d.Form.Field(code); ok && f.Typed() && pageOf(d, code) == page {
				typed[code] = []string{v}
			}
		}
		if err := cases.SavePage(ctx, who, id, page, typed); err != nil {
			return fmt.Errorf("page %s: %w", page, err)
		}
		if d, err = cases.Draft(ctx, who, id); err != nil {
			return err
		}
		for _, f := range asked(d, page) {
			if f.Type != form.File || !d.Required[f.Code] || len(d.Files[f.Code]) > 0 {
				continue
			}
			if _, err := cases.Attach(ctx, who, id, f.Code, f.Code+".png", bytes.NewReader(demoPicture())); err != nil {
				return fmt.Errorf("file %s: %w", f.Code, err)
			}
		}
	}
	return fmt.Errorf("the form does not end")
}

func pageOf(d intake.Draft, code string) string {
	page, _ := d.Form.PageOf(code)
	return page
}

// asked are the questions that a page puts now.
func asked(d intake.Draft, page string) []form.Field {
	for _, p := range d.Pages {
		if p.Code == page {
			return p.Fields
		}
	}
	return nil
}

// demoTake takes one step of a case, or answers what an office was asked.
func demoTake(ctx context.Context, cases *casework.Service, officer identity.Actor, id uuid.UUID, s demoStep) error {
	d, err := cases.Get(ctx, officer, id)
	if err != nil {
		return err
	}
	typed := map[string][]string{}
	for code, v := range s.answers {
		typed[code] = []string{v}
	}
	for _, j := range d.Joint {
		if j.Branch == s.branch && j.Status == workflow.TaskOpen {
			_, err := cases.AnswerTask(ctx, officer, casework.AnswerInput{Task: j.ID, Version: j.Version, Outcome: s.outcome, Reason: s.reason, Answers: typed})
			return err
		}
	}
	_, err = cases.Act(ctx, officer, casework.ActInput{ID: id, Action: s.action, Version: d.Application.Version, Reason: s.reason, Fields: s.fields, Answers: typed})
	return err
}

// demoPicture is a small sheet of paper.
func demoPicture() []byte {
	img := image.NewGray(image.Rect(0, 0, 120, 160))
	for y := range 160 {
		for x := range 120 {
			shade := uint8(245)
			if y%12 == 6 && x > 12 && x < 108 {
				shade = 120
			}
			img.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a picture in memory does not fail
	return b.Bytes()
}
