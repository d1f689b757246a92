package ductdamage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Open refuses Forbidden "plan.module" where the ducts are not in the plan of ctx's city, and so nobody looks at what the public
// reports.
func Open(ctx context.Context) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	return city.Needs(tenancy.ModuleDuct)
}

// ReportPublic is Report by anybody in the street, who is not asked who they are: label is the token that they scanned, or empty. It
// returns the four digits that, with the number, tell how the report stands. It refuses what Report does, Open, and mayTakeIn. A label that was
// never given out counts as none.
func (s *Service) ReportPublic(ctx context.Context, label string, in ReportInput, unread ...fault.Field) (d Damage, code string, err error) {
	if err := Open(ctx); err != nil {
		return Damage{}, "", err
	}
	node, ok, err := s.labelled(ctx, label)
	if err != nil {
		return Damage{}, "", err
	}
	in.Node = uuid.Nil
	if ok {
		in.Node = node
	}
	if d, err = s.report(ctx, identity.Actor{}, Public, uuid.NullUUID{}, in, unread); err != nil {
		return d, "", err
	}
	code, err = s.code(ctx, d.ID)
	return d, code, err
}

// publicUsual is how many reports of the public a city takes in within an hour where its rules do not say.
const publicUsual = 60

// mayTakeIn refuses RateLimited "ductdamage.too_many_reports" a report of the public once the city has taken in those of an hour, from
// however many addresses they came, so that those on duty find the true ones. The last third is for who stands before a label. It
// runs under the lock of known, so that two do not take the last place.
func (s *Service) mayTakeIn(ctx context.Context, tx bun.Tx, d Damage, p Policy) error {
	if d.Source != Public {
		return nil
	}
	most := p.PublicHour
	if most == 0 {
		most = publicUsual
	}
	if !d.NodeID.Valid {
		most -= most / 3
	}
	var x struct {
		N     int
		First time.Time `bun:"first,nullzero"`
	}
	err := tx.NewRaw("SELECT count(*) AS n, min(reported_at) AS first FROM duct_damage WHERE tenant_id = ? AND source = ? AND reported_at > ?", d.TenantID, Public, d.ReportedAt.Add(-time.Hour)).Scan(ctx, &x)
	if err != nil {
		return fmt.Errorf("ductdamage: report: %w", err)
	}
	if x.N < most {
		return nil
	}
	return &fault.Error{Kind: fault.RateLimited, Code: "ductdamage.too_many_reports", RetryAfter: x.First.Add(time.Hour).Sub(d.ReportedAt)}
}

// code are the four digits that go with a number. They are worked out from what only the city's key tells, so that none is kept.
func (s *Service) code(ctx context.Context, id uuid.UUID) (string, error) {
	hash, err := s.d.Keys.Hash(ctx, "duct_damage.code", id.String())
	if err != nil {
		return "", fmt.Errorf("ductdamage: code: %w", err)
	}
	return fmt.Sprintf("%04d", binary.BigEndian.Uint32(hash)%10_000), nil
}

// Standing is what the number of a report and its digits tell: how it stands, and nothing of who wrote or handles it.
type Standing struct {
	Number     string
	Kind       string
	State      string
	ReportedAt time.Time
	Clocks     []Clock
	Steps      []Event // without words
}

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

// Four digits have ten thousand values: at five tries an hour they last a guesser for weeks, from however many addresses.
const (
	tries     = 5
	triesEach = time.Hour
)

// Track answers anyone. What cannot be a number, and what are not four digits, are Invalid; a number that nobody has and digits that
// are not its own are one and the same NotFound "ductdamage.not_tracked". After five wrong tries for one number in an hour it is
// RateLimited "ductdamage.track_locked", whether or not there is such a number.
func (s *Service) Track(ctx context.Context, number, code string) (Standing, error) {
	number, ok := ParseNumber(number)
	var bad []fault.Field
	if !ok {
		bad = append(bad, fault.Field{Name: "number", Code: "damage_number"})
	}
	if code = strings.TrimSpace(code); !fourDigits.MatchString(code) {
		bad = append(bad, fault.Field{Name: "code", Code: "damage_code"})
	}
	if err := fault.Fields(bad); err != nil {
		return Standing{}, err
	}
	if err := s.mayTry(ctx, number); err != nil {
		return Standing{}, err
	}
	var d Damage
	err := s.d.DB.NewSelect().Model(&d).Where("d.tenant_id = ? AND d.number = ?", tenancy.Must(ctx), number).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Standing{}, fmt.Errorf("ductdamage: track: %w", err)
	}
	// The digits are worked out also for a number that nobody has, so that both refusals cost the same.
	own, err := s.code(ctx, d.ID)
	if err != nil {
		return Standing{}, err
	}
	if own != code || d.Source != Public {
		return Standing{}, fault.New(fault.NotFound, "ductdamage.not_tracked")
	}
	if _, err := s.d.DB.NewRaw("DELETE FROM duct_damage_attempt WHERE tenant_id = ? AND number = ?", d.TenantID, number).Exec(ctx); err != nil {
		return Standing{}, fmt.Errorf("ductdamage: track: %w", err)
	}
	return s.standing(ctx, d)
}

// standing is how a report stands, without a word of a person.
func (s *Service) standing(ctx context.Context, d Damage) (Standing, error) {
	x, err := s.find(ctx, d.ID)
	if err != nil {
		return Standing{}, err
	}
	out := Standing{Number: d.Number, Kind: d.Kind, State: d.State, ReportedAt: d.ReportedAt, Clocks: x.Clocks}
	err = s.d.DB.NewSelect().Model(&out.Steps).Column("what", "at").Where("e.tenant_id = ? AND e.damage_id = ? AND e.what IN (?)", d.TenantID, d.ID, bun.List(States())).OrderExpr("e.id").Scan(ctx)
	if err != nil {
		return Standing{}, fmt.Errorf("ductdamage: track: %w", err)
	}
	return out, nil
}

// mayTry counts a try before it is made, so that parallel guesses are counted too; a right one takes it back.
func (s *Service) mayTry(ctx context.Context, number string) error {
	now := s.now()
	var made []int
	err := s.d.DB.NewRaw(`INSERT INTO duct_damage_attempt AS t (tenant_id, number, tries, since) VALUES (?0, ?1, 1, ?2)
		ON CONFLICT (tenant_id, number) DO UPDATE SET
		  tries = CASE WHEN t.since <= ?3 THEN 1 ELSE t.tries + 1 END, since = CASE WHEN t.since <= ?3 THEN ?2 ELSE t.since END
		WHERE t.since <= ?3 OR t.tries < ?4 RETURNING tries`, tenancy.Must(ctx), number, now, now.Add(-triesEach), tries).Scan(ctx, &made)
	if err != nil {
		return fmt.Errorf("ductdamage: track: %w", err)
	}
	if len(made) == 0 {
		return &fault.Error{Kind: fault.RateLimited, Code: "ductdamage.track_locked", RetryAfter: triesEach}
	}
	return nil
}

// forget deletes counts of tries that no longer hold anybody back.
func (s *Service) forget(r *jobs.Runner) {
	jobs.EachCity(r, "ductdamage.forget", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		_, err := tx.NewRaw("DELETE FROM duct_damage_attempt WHERE tenant_id = ? AND since <= ?", tenancy.Must(ctx), s.now().Add(-triesEach)).Exec(ctx)
		return err
	})
}
