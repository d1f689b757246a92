// Package cosign lets other people agree to an application before it is sent: a spouse, the head of the family that
// somebody joins, two witnesses. Who, how many, what they see and what they declare are data of the form.
//
// Its applicant names each of them with an e-mail address. They get a link, which opens what they are asked to sign with
// personal numbers masked, and agree or decline with a code that is sent to the same address; no account is needed. The
// application can be sent once all have agreed. An agreement is to what there was to see: when one of those answers is
// changed it is void, and the person is asked again.
package cosign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Service is the cosigning of the applications of every city.
type Service struct{ *application.Service }

// New returns the Service over the record.
func New(s *application.Service) *Service { return &Service{Service: s} }

// State is where one person's agreement stands.
type State string

// The states.
const (
	Asked    State = "asked"
	Agreed   State = "agreed"
	Declined State = "declined"
	Void     State = "void" // agreed to answers that were changed since
)

// Signer is one person who was asked.
type Signer struct {
	bun.BaseModel `bun:"table:cosigner,alias:s"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ID            uuid.UUID `bun:"id,pk"`
	ApplicationID uuid.UUID `bun:"application_id"`
	Role          string    `bun:"role"`
	Place         int       `bun:"place"`
	Name          string    `bun:"name"`
	Email         []byte    `bun:"email"` // sealed
	Locale        string    `bun:"locale"`
	State         State     `bun:"state"`
	Reason        string    `bun:"reason"` // why they declined
	TokenHash     []byte    `bun:"token_hash"`
	ExpiresAt     time.Time `bun:"expires_at"` // of the link
	Asks          int       `bun:"asks"`
	Codes         int       `bun:"codes"`
	CodeHash      []byte    `bun:"code_hash"`
	CodeUntil     time.Time `bun:"code_until,nullzero"`
	CodeTries     int       `bun:"code_tries"`
	Seen          []byte    `bun:"seen"`
	Story         []told    `bun:"story,type:jsonb"`
	AnsweredAt    time.Time `bun:"answered_at,nullzero"`
	CreatedAt     time.Time `bun:"created_at"`
}

// told is what happened to a cosign while its application was a draft, which has no story of its own yet.
type told struct {
	At      time.Time        `json:"at"`
	Act     string           `json:"act"`
	Name    string           `json:"name"`
	Officer identity.Officer `json:"officer,omitzero"` // who did it for the applicant at a counter
}

// What happens to a cosign, in the story of its application.
const (
	EventAsked    = "cosign_asked"
	EventAgreed   = "cosign_agreed"
	EventDeclined = "cosign_declined"
	EventVoid     = "cosign_void"
)

// Kind is the kind of actor of who signs without an account.
const Kind = "cosigner"

// Place is one person whom an application needs, with whom was asked; nil when nobody was.
type Place struct {
	Role   form.Cosign
	N      int // from 1
	Signer *Signer
	Named  string // who it is by the answers; empty when the form does not ask
}

// Agreed reports whether the person has agreed to what the answers are now.
func (p Place) Agreed() bool { return p.Signer != nil && p.Signer.State == Agreed }

// sealFor is the context under which the address of a signer is sealed.
func sealFor(id uuid.UUID) string { return "cosigner.email:" + id.String() }

// content is an application as far as cosigning looks at it.
type content struct {
	form    *form.Form
	answers form.Answers // those that count, with what is computed
	faults  []fault.Field
	at      form.At
	needed  []form.Cosign
}

// read returns what an application says now.
func (s *Service) read(ctx context.Context, db bun.IDB, app application.Application) (content, error) {
	var c content
	var err error
	if c.form, err = s.Form(ctx, db, app); err != nil || len(c.form.Cosign) == 0 {
		return c, err
	}
	given, err := s.Answers(ctx, app)
	if err != nil {
		return c, err
	}
	attached, err := s.FilesOf(ctx, db, app)
	if err != nil {
		return c, err
	}
	if c.at, err = s.AsOf(ctx, db, app, c.form); err != nil {
		return c, err
	}
	counts := application.Counts(attached)
	check := form.NewChecker(c.form, c.at)
	c.answers, c.faults = check.All(given, counts), check.Errors
	c.needed = c.form.Cosigns(c.answers, counts, c.at)
	return c, nil
}

// Places lists whom an application needs now and where each stands, in the order of the form. Whoever may read the
// application may ask; the caller has made sure.
func (s *Service) Places(ctx context.Context, db bun.IDB, app application.Application) ([]Place, error) {
	c, err := s.read(ctx, db, app)
	if err != nil || len(c.needed) == 0 {
		return nil, err
	}
	return s.places(ctx, db, app, c)
}

func (s *Service) places(ctx context.Context, db bun.IDB, app application.Application, c content) ([]Place, error) {
	all, err := s.signers(ctx, db, app)
	if err != nil {
		return nil, err
	}
	var out []Place
	for _, role := range c.needed {
		seen, err := s.seen(ctx, app, c, role)
		if err != nil {
			return nil, err
		}
		for n := 1; n <= role.People(); n++ {
			p := Place{Role: role, N: n, Named: c.answers.Get(c.form.NamedBy(role, n))}
			if i := slices.IndexFunc(all, func(x Signer) bool { return x.Role == role.Code && x.Place == n }); i >= 0 {
				one := all[i]
				if one.State == Agreed && !slices.Equal(one.Seen, seen) {
					one.State = Void
				}
				p.Signer = &one
			}
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *Service) signers(ctx context.Context, db bun.IDB, app application.Application) ([]Signer, error) {
	var all []Signer
	err := db.NewSelect().Model(&all).Where("s.tenant_id = ? AND s.application_id = ?", app.TenantID, app.ID).
		OrderExpr("s.role, s.place").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("cosign: signers: %w", err)
	}
	return all, nil
}

// seen is what identifies the answers that a role shows, without holding them.
func (s *Service) seen(ctx context.Context, app application.Application, c content, role form.Cosign) ([]byte, error) {
	shown := form.Answers{}
	for code, v := range c.answers {
		if role.Sees(code) {
			shown[code] = v
		}
	}
	raw, err := json.Marshal(shown) // maps are written in the order of their keys
	if err != nil {
		return nil, err
	}
	return s.Deps.Keys.Hash(ctx, "cosign.seen", app.ID.String()+":"+role.Code+":"+string(raw))
}

// AfterChange makes void what was agreed to answers of a locked application that actor has changed with tx.
func (s *Service) AfterChange(ctx context.Context, tx bun.IDB, actor identity.Actor, app application.Application) error {
	places, err := s.Places(ctx, tx, app)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.Signer == nil || p.Signer.State != Void {
			continue
		}
		n, err := s.turn(ctx, tx, p.Signer, Agreed, Void)
		if err != nil {
			return err
		}
		if n == 0 { // it was void before
			continue
		}
		if err := s.record(ctx, tx, app, p, EventVoid, actor, nil); err != nil {
			return err
		}
	}
	return nil
}

// turn moves a signer from one state to the next, unless that has happened.
func (s *Service) turn(ctx context.Context, tx bun.IDB, x *Signer, from, to State) (int64, error) {
	res, err := tx.NewUpdate().Model((*Signer)(nil)).Set("state = ?", to).
		Where("tenant_id = ? AND id = ? AND state = ?", x.TenantID, x.ID, from).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("cosign: %s: %w", to, err)
	}
	return res.RowsAffected()
}

// Settle refuses to let an application go that somebody has not agreed to: Invalid "application.cosign_missing".
func (s *Service) Settle(ctx context.Context, tx bun.IDB, app application.Application) error {
	places, err := s.Places(ctx, tx, app)
	if err != nil {
		return err
	}
	for _, p := range places {
		if !p.Agreed() {
			return fault.New(fault.Invalid, "application.cosign_missing", "who", p.Role.Title(p.N, i18n.From(ctx)))
		}
	}
	return nil
}

// Tell writes what happened to the cosigns of an application into its story, which begins with its submission.
func (s *Service) Tell(ctx context.Context, tx bun.IDB, app application.Application) error {
	f, err := s.Form(ctx, tx, app)
	if err != nil || len(f.Cosign) == 0 {
		return err
	}
	all, err := s.signers(ctx, tx, app)
	if err != nil {
		return err
	}
	var lines []application.Event
	for _, x := range all {
		role, _ := f.Cosigner(x.Role)
		for _, t := range x.Story {
			lines = append(lines, line(app, x, role, t))
		}
	}
	slices.SortStableFunc(lines, func(a, b application.Event) int { return a.At.Compare(b.At) })
	for _, e := range lines {
		if err := application.Record(ctx, tx, app, e); err != nil {
			return err
		}
	}
	_, err = tx.NewUpdate().Model((*Signer)(nil)).Set("story = '[]'").Where("tenant_id = ? AND application_id = ?", app.TenantID, app.ID).Exec(ctx)
	return err
}

// line is what happened to a cosign as the story of its application tells it: "Saksi 2: Budi Santoso". Who signs answers;
// the rest the applicant has caused.
func line(app application.Application, x Signer, role form.Cosign, t told) application.Event {
	e := application.Event{At: t.At, Action: t.Act, FromState: app.State, ToState: app.State, Public: true,
		Message: role.Title(x.Place, i18n.Locale(app.Locale)) + ": " + t.Name}
	e.ActorID, e.ActorKind, e.ActorName = x.ID, Kind, t.Name
	if t.Act == EventAsked || t.Act == EventVoid {
		return application.By(app, identity.Actor{ID: app.AccountID, Kind: identity.Resident, Name: app.ApplicantName, Officer: t.Officer}, e)
	}
	return e
}

// record writes what happened into the audit record and the story; a draft has none yet, so its signer keeps the line.
func (s *Service) record(ctx context.Context, tx bun.IDB, app application.Application, p Place, act string, by identity.Actor, detail map[string]any) error {
	now, x := s.Now(), p.Signer
	if detail == nil {
		detail = map[string]any{}
	}
	detail["cosigner"], detail["role"], detail["place"] = x.ID, x.Role, x.Place
	err := audit.Record(ctx, tx, by.Did(audit.Entry{Action: "application." + act, Object: "application", ObjectID: app.ID, At: now, Detail: detail}))
	if err != nil {
		return err
	}
	what := told{At: now, Act: act, Name: x.Name, Officer: identity.Officer{ID: by.Officer.ID, Name: by.Officer.Name}}
	if app.Draft() {
		line, err := json.Marshal([]told{what})
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*Signer)(nil)).Set("story = story || ?::jsonb", string(line)).
			Where("tenant_id = ? AND id = ?", x.TenantID, x.ID).Exec(ctx)
		return err
	}
	return application.Record(ctx, tx, app, line(app, *x, p.Role, what))
}

// Contact is where to write to a signer, for package notify; NotFound "cosign.no_signer" for any other id.
func Contact(ctx context.Context, db bun.IDB, keys *privacy.Keys, id uuid.UUID) (notify.Contact, error) {
	var all []Signer
	err := db.NewSelect().Model(&all).Column("id", "name", "email", "locale").Where("s.tenant_id = ? AND s.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if err != nil {
		return notify.Contact{}, fmt.Errorf("cosign: contact: %w", err)
	}
	if len(all) == 0 {
		return notify.Contact{}, fault.New(fault.NotFound, "cosign.no_signer")
	}
	email, err := keys.Open(ctx, all[0].Email, sealFor(id))
	if err != nil {
		return notify.Contact{}, fmt.Errorf("cosign: contact: %w", err)
	}
	return notify.Contact{Name: all[0].Name, Email: string(email), Locale: i18n.Locale(all[0].Locale)}, nil
}

// Awaited returns those of some drafts that somebody can still agree to at a moment, or has answered since another.
func (s *Service) Awaited(ctx context.Context, tx bun.IDB, drafts []application.Application, at, since time.Time) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(drafts))
	for i, app := range drafts {
		ids[i] = app.ID
	}
	var awaited []uuid.UUID
	err := tx.NewSelect().Model((*Signer)(nil)).Column("application_id").Where("tenant_id = ? AND application_id IN (?)", tenancy.Must(ctx), bun.List(ids)).
		Where("answered_at >= ? OR state = ? AND expires_at > ?", since, Asked, at).Scan(ctx, &awaited)
	if err != nil {
		return nil, fmt.Errorf("cosign: awaited: %w", err)
	}
	return awaited, nil
}
