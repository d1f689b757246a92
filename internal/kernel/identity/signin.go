package identity

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

const (
	signInsPerHour = 600
	maxLogin       = 320
)

// SignInInput is what a person gives to sign in. Login is an address or a number.
type SignInInput struct {
	Login     string
	Password  string
	IP        string
	UserAgent string
}

// SignIn proves a person by password and starts a session. Anyone may call it. Every failure is Unauthenticated
// "identity.wrong", after the same work, whether the account exists, is deactivated, or waits for its link; repeated
// failures are RateLimited "identity.locked". Staff get a session that may do nothing before the second factor.
func (s *Service) SignIn(ctx context.Context, in SignInInput) (Session, error) {
	var fields []fault.Field
	if in.Login == "" || len(in.Login) > maxLogin {
		fields = append(fields, fault.Field{Name: "login", Code: "required"})
	}
	if in.Password == "" {
		fields = append(fields, fault.Field{Name: "password", Code: "required"})
	}
	if err := fault.Fields(fields); err != nil {
		return Session{}, err
	}
	if err := s.limitIP(ctx, "sign_in", in.IP, signInsPerHour); err != nil {
		return Session{}, err
	}
	column, handle, err := s.handleOf(ctx, in.Login)
	if err != nil {
		return Session{}, err
	}
	try, err := s.reserveLogin(ctx, handle, network(in.IP, siteBits))
	if err != nil {
		return Session{}, err
	}
	who, err := s.claimant(ctx, column, handle)
	if err != nil {
		return Session{}, fmt.Errorf("identity: sign in: %w", err)
	}
	ok, stale, err := s.passwords.Verify(ctx, string(who.Secret), in.Password)
	if err != nil {
		return Session{}, err
	}
	if !ok {
		return Session{}, s.refuse(ctx, who)
	}
	if stale {
		if who.Secret, err = s.hash(ctx, in.Password); err != nil {
			return Session{}, err
		}
	}
	var out Session
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.admit(ctx, tx, who, stale, in)
		if err != nil {
			return err
		}
		return forgiveLogin(ctx, tx, try)
	})
	if err != nil {
		return Session{}, fmt.Errorf("identity: sign in: %w", err)
	}
	return out, nil
}

// handleOf returns where to look for a login and its keyed hash. What is neither an address nor a number is looked
// for all the same and not found.
func (s *Service) handleOf(ctx context.Context, login string) (column string, hash []byte, err error) {
	if phone, ok := NormalPhone(login); ok {
		hash, err = s.Keys.Hash(ctx, usePhone, phone)
		return "phone_hash", hash, err
	}
	email, ok := NormalEmail(login)
	if !ok {
		email = login
	}
	hash, err = s.Keys.Hash(ctx, useEmail, email)
	return "email_hash", hash, err
}

// claimantRow is the account that a login names; the zero value when there is none that may sign in.
type claimantRow struct {
	ID     uuid.UUID
	Kind   Kind
	Secret []byte
}

func (s *Service) claimant(ctx context.Context, column string, hash []byte) (claimantRow, error) {
	var rows []claimantRow
	err := s.DB.NewRaw(`
SELECT a.id, a.kind, c.secret FROM account a
  JOIN credential c ON c.tenant_id = a.tenant_id AND c.account_id = a.id AND c.kind = 'password'
 WHERE a.tenant_id = ? AND a.? = ? AND a.status = 'active'`, tenancy.Must(ctx), bun.Ident(column), hash).Scan(ctx, &rows)
	if err != nil || len(rows) != 1 {
		return claimantRow{}, err
	}
	return rows[0], nil
}

// refuse records a failed sign-in and gives the one answer there is. An unknown account is recorded too, without
// saying what was typed, so that the work is the same.
func (s *Service) refuse(ctx context.Context, who claimantRow) error {
	if err := audit.Record(ctx, s.DB, by(Actor{}, "session.refused", who.ID, nil)); err != nil {
		return fmt.Errorf("identity: sign in: %w", err)
	}
	return errWrong()
}

func (s *Service) hash(ctx context.Context, password string) ([]byte, error) {
	phc, err := s.passwords.Hash(ctx, password)
	return []byte(phc), err
}

func (s *Service) admit(ctx context.Context, tx bun.IDB, who claimantRow, stale bool, in SignInInput) (Session, error) {
	now := s.now()
	res, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("signed_in_at = ?", now).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", who.ID).Where("status = ?", StatusActive).Exec(ctx)
	if err != nil {
		return Session{}, err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return Session{}, cmp.Or(err, errWrong()) // deactivated since the comparison
	}
	if stale {
		if err := putSecret(ctx, tx, who.ID, credPassword, who.Secret, 0, now); err != nil {
			return Session{}, err
		}
	}
	out, err := s.openSession(ctx, tx, who.ID, who.Kind, in.IP, in.UserAgent)
	if err != nil {
		return Session{}, err
	}
	return out, audit.Record(ctx, tx, own(who.ID, who.Kind, "session.sign_in"))
}
