package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Review is a draft with everything that stands between it and submission.
type Review struct {
	Draft
	Missing  []fault.Field // refuse the submission
	Warnings []fault.Field // do not; those that the applicant has confirmed are left out
	Season   error         // refuses it now, whatever is filled in; nil for a correction
	Closes   time.Time     // until when a draft can be sent; zero without an end
}

// Review returns an applicant's own application to be checked before it is sent. The refusals are those of Draft.
func (s *Service) Review(ctx context.Context, actor identity.Actor, id uuid.UUID) (Review, error) {
	d, err := s.Draft(ctx, actor, id)
	if err != nil {
		return Review{}, err
	}
	c := form.NewChecker(d.Form, d.At)
	c.All(d.Answers, application.Counts(d.Files))
	r := Review{Draft: d, Missing: c.Errors, Warnings: d.Application.Doubts(d.Form, "", c.Warnings)}
	if !d.Application.Draft() {
		return r, nil
	}
	offer, err := s.Deps.Standards.InForce(ctx, s.Deps.DB.App, d.Application.ServiceCode, s.Local(ctx))
	if err != nil {
		return Review{}, err
	}
	r.Season, r.Closes = offer.Refuse(ctx), offer.Season.Closes
	return r, nil
}

// SubmitInput names a draft. Key is the sender's own, new for each submission and the same when it is repeated.
type SubmitInput struct {
	ID  uuid.UUID
	Key string
}

// Validate refuses a key that could not be stored.
func (in SubmitInput) Validate() error {
	switch n := len(in.Key); {
	case strings.TrimSpace(in.Key) == "":
		return fault.Fields([]fault.Field{{Name: "key", Code: "required"}})
	case n > 200 || strings.ContainsRune(in.Key, 0) || strings.ToValidUTF8(in.Key, "") != in.Key:
		return fault.Fields([]fault.Field{{Name: "key", Code: "invalid"}})
	}
	return nil
}

// Submit sends a resident's draft to the office: it gets a number and a deadline. Only its applicant may, and the same
// key gives the same answer however often it is sent. It refuses Invalid with every field that is missing or wrong,
// Conflict "application.submitted" (under another key), "application.key_used" (for another draft), what MayStart refuses
// and "application.not_now" (someone else's application is in the way), "application.quota" (the service takes no more today),
// "service.not_open" and "service.closed" (it is sent out of season), and what Standards refuses.
func (s *Service) Submit(ctx context.Context, actor identity.Actor, in SubmitInput) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return application.Application{}, err
	}
	if err := in.Validate(); err != nil {
		return application.Application{}, err
	}
	if err := s.Warm(ctx); err != nil {
		return application.Application{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return application.Application{}, err
	}
	for {
		var app application.Application
		err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
			app, err = s.submit(ctx, tx, actor, r, in)
			return err
		})
		switch {
		case err == nil:
			return app, nil
		case refusedBy(err, "application_tenant_id_number_key"): // one in millions: draw another
			continue
		case refusedBy(err, "application_tenant_id_account_id_submit_key_key"):
			err = fault.New(fault.Conflict, "application.key_used")
		}
		return application.Application{}, fmt.Errorf("intake: submit: %w", err)
	}
}

func (s *Service) submit(ctx context.Context, tx bun.Tx, actor identity.Actor, r access.Reach, in SubmitInput) (application.Application, error) {
	app, err := application.Lock(ctx, tx, r, in.ID)
	if err != nil {
		return app, err
	}
	if app.SubmitKey == in.Key {
		return app, nil
	}
	if !app.Draft() {
		return app, fault.New(fault.Conflict, "application.submitted", "number", app.Number)
	}
	offer, err := s.Deps.Standards.InForce(ctx, tx, app.ServiceCode, s.Local(ctx))
	if err != nil {
		return app, err
	}
	if !offer.Native {
		return app, fault.New(fault.Conflict, "service.not_online")
	}
	if err := offer.Refuse(ctx); err != nil { // a draft of this season, or of one before
		return app, err
	}
	answers, form, attached, err := s.complete(ctx, tx, app)
	if err != nil {
		return app, err
	}
	if err := s.Cosign.Settle(ctx, tx, app); err != nil {
		return app, err
	}
	if err := s.leaveOut(ctx, tx, app, form, answers, attached); err != nil {
		return app, err
	}
	if err := s.SetAnswers(ctx, &app, form, answers); err != nil {
		return app, err
	}
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return app, err
	}
	start, ok := wf.State(wf.Start)
	if !ok {
		return app, fmt.Errorf("workflow %s has no state %q", wf.Code, wf.Start)
	}
	app.Describe(offer)
	app.StandardVersion, app.OneOpen, app.Ladder = offer.Version, offer.OneOpen, offer.Ladder
	if err := s.GoesTo(ctx, tx, &app, offer, answers); err != nil {
		return app, err
	}
	if err := s.LiesIn(ctx, tx, &app, offer, form, answers); err != nil {
		return app, err
	}
	if err := s.applicant(ctx, &app, actor, form, answers); err != nil {
		return app, err
	}
	if err := s.mayApply(ctx, tx, app, form, offer); err != nil {
		return app, err
	}
	if err := s.takeQuota(ctx, tx, offer); err != nil {
		return app, err
	}
	now := s.Now()
	city, _ := tenancy.CityFrom(ctx)
	app.Number, app.ReceiptToken = s.NewNumber(city.NumberPrefix, s.Local(ctx)), strings.ToLower(rand.Text())
	app.SubmitKey, app.SubmittedAt, app.UpdatedAt = in.Key, now, now
	app.State, app.Stage, app.Clock = start.Code, start.Stage, workflow.Running
	app.Locale = string(i18n.From(ctx))
	app.Version++
	missing, err := s.promise(ctx, tx, &app, offer.Term, now)
	if err != nil {
		return app, err
	}
	if _, err := s.SetClock(ctx, tx, &app, start.Clock, now); err != nil { // it may be the applicant's turn to pay
		return app, err
	}
	if err := s.Pace(ctx, tx, &app, wf, start, workcal.Term{}, now); err != nil {
		return app, err
	}
	app.SetQueue(now)
	if err := application.Save(ctx, tx, app); err != nil {
		return app, err
	}
	if err := s.identify(ctx, tx, app, form, answers); err != nil {
		return app, err
	}
	if err := s.keepWords(ctx, tx, app, form, answers); err != nil {
		return app, err
	}
	if err := s.announceSubmitted(ctx, tx, app, actor, missing); err != nil {
		return app, err
	}
	return app, s.Arrive(ctx, tx, &app, wf)
}

// complete returns the answers that count and the files of an application in which nothing is missing or wrong.
func (s *Service) complete(ctx context.Context, tx bun.IDB, app application.Application) (form.Answers, *form.Form, map[string][]files.File, error) {
	form, err := s.Form(ctx, tx, app)
	if err != nil {
		return nil, nil, nil, err
	}
	answers, err := s.Answers(ctx, app)
	if err != nil {
		return nil, nil, nil, err
	}
	attached, err := s.FilesOf(ctx, tx, app)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := s.checker(ctx, tx, app, form)
	if err != nil {
		return nil, nil, nil, err
	}
	answers = c.All(answers, application.Counts(attached))
	return answers, form, attached, fault.Fields(c.Errors)
}

// leaveOut drops the files that answer questions which are not put any more, as the office is not to have them.
func (s *Service) leaveOut(ctx context.Context, tx bun.IDB, app application.Application, form *form.Form, answers form.Answers,
	attached map[string][]files.File) error {
	at, err := s.AsOf(ctx, tx, app, form)
	if err != nil {
		return err
	}
	asked := form.Ask(answers, application.Counts(attached), at)
	for field, list := range attached {
		if asked.Asks(field) {
			continue
		}
		for _, f := range list {
			if err := s.dropFile(ctx, tx, app, f.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// applicant keeps from the answers what an application is found by: hashes of the NIK and of the phone's last four
// digits, and the name.
func (s *Service) applicant(ctx context.Context, app *application.Application, actor identity.Actor, form *form.Form, answers form.Answers) error {
	id := form.Identified()
	subject := "account:" + app.AccountID.String()
	if nik := answers.Get(id.NIK); nik != "" {
		subject = "nik:" + nik
	}
	phone := answers.Get(id.Phone)
	if phone == "" {
		phone = actor.Phone
	}
	app.ApplicantName = answers.Get(id.Name)
	if app.ApplicantName == "" {
		app.ApplicantName = actor.Name
	}
	app.NameKey = application.NameKey(app.ApplicantName)
	var err error
	if app.SubjectHash, err = s.Deps.Keys.Hash(ctx, "application.subject", subject); err != nil {
		return err
	}
	app.PhoneHash, err = s.phoneHash(ctx, app.ID, lastFour(phone))
	return err
}

// promise sets the deadline by the agency's calendar. It returns the year whose holidays were not imported, or 0: the
// resident is not made to wait for the office's own omission.
func (s *Service) promise(ctx context.Context, tx bun.IDB, app *application.Application, t workcal.Term, now time.Time) (int, error) {
	if t.IsZero() {
		return 0, nil
	}
	app.TermAmount, app.TermUnit = t.Amount, t.Unit
	cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
	if err != nil {
		return 0, err
	}
	due, err := cal.Due(now, t)
	year, missing := workcal.MissingYear(err)
	if err != nil && !missing {
		return 0, err
	}
	app.DueAt, app.DueProvisional, app.Counting = due.UTC(), missing, application.CountingFrom(now, nil, t.Unit)
	return year, s.SetFirstAlert(ctx, tx, app, cal, now)
}

func (s *Service) announceSubmitted(ctx context.Context, tx bun.Tx, app application.Application, actor identity.Actor, missing int) error {
	if err := s.Cosign.Tell(ctx, tx, app); err != nil {
		return err
	}
	e := application.Event{At: app.SubmittedAt, Action: application.EventSubmitted, FromState: workflow.Draft, ToState: app.State, Public: true}
	if err := application.Record(ctx, tx, app, application.By(app, actor, e)); err != nil {
		return err
	}
	if err := s.noteCounter(ctx, tx, app); err != nil {
		return err
	}
	if err := s.NoteMissingYear(ctx, tx, app, missing); err != nil {
		return err
	}
	err := audit.Record(ctx, tx, actor.Did(audit.Entry{
		Action: "application.submit", Object: "application", ObjectID: app.ID, At: app.SubmittedAt,
		Detail: map[string]any{"number": app.Number, "service": app.ServiceCode, "channel": app.Channel, "standard": app.StandardVersion},
	}))
	if err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.Deps.Bus, event.ApplicationSubmitted{
		ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		AccountID: app.AccountID, Channel: app.Channel, At: app.SubmittedAt,
	})
	if err != nil {
		return err
	}
	return s.Tell(ctx, tx, app, "application_submitted", "")
}

// refusedBy reports whether err is the refusal of what another application has already.
func refusedBy(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}
