package intake

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Tracking is what an application's number and four digits of its applicant's phone tell: where it stands, and nothing
// about a person.
type Tracking struct {
	Number      string
	ServiceName i18n.Text
	AgencyName  i18n.Text
	State       workflow.State
	SubmittedAt time.Time
	Promise     application.Promise
	UpdatedAt   time.Time
	Steps       []Step
}

// ForAudit finds the application of a number for who reads the record, with audit:read: which it is, and nothing of it.
// A number that cannot be one is Invalid, one that nobody has NotFound "application.not_found".
func (s *Service) ForAudit(ctx context.Context, actor identity.Actor, number string) (uuid.UUID, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.AuditRead); err != nil {
		return uuid.Nil, err
	}
	number, err := application.ParseNumber(number)
	if bad := numberFaults(ctx, err); len(bad) > 0 {
		return uuid.Nil, fault.Fields(bad)
	}
	if err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err = s.Deps.DB.App.NewRaw("SELECT id FROM application WHERE tenant_id = ? AND number = ?", tenancy.Must(ctx), number).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fault.New(fault.NotFound, "application.not_found")
	}
	return id, err
}

// numberFaults are what is wrong with a number, with one of the city's to compare it with.
func numberFaults(ctx context.Context, err error) []fault.Field {
	if err == nil {
		return nil
	}
	bad := fault.From(err).Fields
	for i := range bad {
		city, _ := tenancy.CityFrom(ctx)
		bad[i].Args = []any{"example", application.ExampleNumber(city.NumberPrefix)}
	}
	return bad
}

// Step is one state that an application has come to.
type Step struct {
	At    time.Time
	State workflow.State
}

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

// Track answers anyone. A number that cannot be one, and a phone that is not four digits, are Invalid; a number that
// nobody has and a phone that is not its applicant's are one and the same NotFound "application.not_tracked". After
// five wrong tries for one number in an hour, whoever made them, it is RateLimited "application.track_locked", whether
// or not somebody has the number.
func (s *Service) Track(ctx context.Context, number, phone4 string) (Tracking, error) {
	number, err := application.ParseNumber(number)
	bad := numberFaults(ctx, err)
	if err != nil && len(bad) == 0 {
		return Tracking{}, err
	}
	if phone4 = strings.TrimSpace(phone4); !fourDigits.MatchString(phone4) {
		bad = append(bad, fault.Field{Name: "phone", Code: "phone_four"})
	}
	if err := fault.Fields(bad); err != nil {
		return Tracking{}, err
	}
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Tracking{}, tenancy.ErrNone
	}
	if err := s.mayTry(ctx, tenant, number); err != nil {
		return Tracking{}, err
	}
	var app application.Application
	err = s.Deps.DB.App.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.number = ?", tenant, number).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Tracking{}, fmt.Errorf("intake: track: %w", err)
	}
	// The hash is made and compared also for a number that nobody has, so that both refusals cost the same.
	hash, err := s.phoneHash(ctx, app.ID, phone4)
	if err != nil {
		return Tracking{}, err
	}
	if !hmac.Equal(hash, app.PhoneHash) {
		return Tracking{}, fault.New(fault.NotFound, "application.not_tracked")
	}
	_, err = s.Deps.DB.App.NewRaw("DELETE FROM track_attempt WHERE tenant_id = ? AND number = ?", tenant, number).Exec(ctx)
	if err != nil {
		return Tracking{}, fmt.Errorf("intake: track: %w", err)
	}
	return s.trackingOf(ctx, app)
}

// Four digits have ten thousand values: at five tries an hour they last a guesser for weeks, from however many addresses.
const (
	trackTries  = 5
	TrackWindow = time.Hour
)

// mayTry counts a try before it is made, so that parallel guesses are counted too; a right one takes it back.
func (s *Service) mayTry(ctx context.Context, tenant uuid.UUID, number string) error {
	now := s.Now()
	var tries []int
	err := s.Deps.DB.App.NewRaw(`INSERT INTO track_attempt AS t (tenant_id, number, tries, since) VALUES (?0, ?1, 1, ?2)
		ON CONFLICT (tenant_id, number) DO UPDATE SET
		  tries = CASE WHEN t.since <= ?3 THEN 1 ELSE t.tries + 1 END, since = CASE WHEN t.since <= ?3 THEN ?2 ELSE t.since END
		WHERE t.since <= ?3 OR t.tries < ?4 RETURNING tries`, tenant, number, now, now.Add(-TrackWindow), trackTries).Scan(ctx, &tries)
	if err != nil {
		return fmt.Errorf("intake: track: %w", err)
	}
	if len(tries) == 0 {
		return &fault.Error{Kind: fault.RateLimited, Code: "application.track_locked", RetryAfter: TrackWindow}
	}
	return nil
}

// ForgetTries deletes counts that no longer hold anybody back.
func (s *Service) ForgetTries(ctx context.Context, tx bun.Tx, _ time.Time) error {
	_, err := tx.NewRaw("DELETE FROM track_attempt WHERE tenant_id = ? AND since <= ?", tenancy.Must(ctx), s.Now().Add(-TrackWindow)).Exec(ctx)
	return err
}

// trackingOf tells where an application stands without a word about a person.
func (s *Service) trackingOf(ctx context.Context, app application.Application) (Tracking, error) {
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	if err != nil {
		return Tracking{}, err
	}
	story, err := application.Events(ctx, s.Deps.DB.App, app, true)
	if err != nil {
		return Tracking{}, err
	}
	promises, err := s.Promises(ctx, app)
	if err != nil {
		return Tracking{}, err
	}
	t := Tracking{
		Number: app.Number, ServiceName: app.ServiceName, AgencyName: app.AgencyName, SubmittedAt: app.SubmittedAt,
		Promise: promises[0], UpdatedAt: app.UpdatedAt,
	}
	t.State, _ = wf.State(app.State)
	for _, e := range story {
		if state, ok := wf.State(e.ToState); ok && e.FromState != e.ToState {
			t.Steps = append(t.Steps, Step{At: e.At, State: state})
		}
	}
	return t, nil
}

// phoneHash binds the four digits to one application, so that equal digits are not equal hashes.
func (s *Service) phoneHash(ctx context.Context, id uuid.UUID, four string) ([]byte, error) {
	return s.Deps.Keys.Hash(ctx, "application.phone", id.String()+":"+four)
}

func lastFour(phone string) string {
	if len(phone) < 4 {
		return ""
	}
	return phone[len(phone)-4:]
}
