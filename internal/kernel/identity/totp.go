package identity

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

const (
	totpPeriod   = 30        // seconds of one code
	totpSkew     = 1         // codes before and after the present one, for clocks that differ
	enrolmentFor = time.Hour // how long a shown secret waits for its first code
)

// Enrolment is a new authenticator as its owner needs it once: URL for the QR code, Secret for typing.
type Enrolment struct {
	Secret string
	URL    string
}

// HasTOTP reports whether the actor has an authenticator set up: the page asks for a code then, and shows a QR code
// otherwise.
func (s *Service) HasTOTP(ctx context.Context, a Actor) (bool, error) {
	return hasTOTP(ctx, s.DB, a.ID)
}

func hasTOTP(ctx context.Context, db bun.IDB, account uuid.UUID) (bool, error) {
	n, err := db.NewSelect().Model((*credentialRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", account).Where("kind = ?", credTOTP).Count(ctx)
	return n > 0, err
}

// EnrollTOTP offers a new authenticator; nothing changes until ActivateTOTP proves it. It is for staff, and refuses
// with Forbidden "identity.totp_set" to replace one that this session has not passed. Asking again within an hour
// shows the same secret, so that a reloaded page does not spoil a code already scanned.
func (s *Service) EnrollTOTP(ctx context.Context, a Actor) (Enrolment, error) {
	if a.Kind != Staff {
		return Enrolment{}, fault.New(fault.Forbidden, "identity.totp_staff")
	}
	set, err := s.HasTOTP(ctx, a)
	if err != nil {
		return Enrolment{}, fmt.Errorf("identity: enroll: %w", err)
	}
	if set && !a.TOTP {
		return Enrolment{}, fault.New(fault.Forbidden, "identity.totp_set")
	}
	issuer := "Bedelau"
	if city, ok := tenancy.CityFrom(ctx); ok {
		issuer = city.Name
	}
	secret, err := s.pending(ctx, a.ID)
	if err != nil {
		return Enrolment{}, err
	}
	opts := totp.GenerateOpts{Issuer: issuer, AccountName: a.Email, Secret: secret}
	key, err := totp.Generate(opts)
	if err != nil {
		return Enrolment{}, fmt.Errorf("identity: enroll: %w", err)
	}
	if secret == nil {
		sealed, err := s.Keys.Seal(ctx, []byte(key.Secret()), useTOTP)
		if err != nil {
			return Enrolment{}, err
		}
		if err := putSecret(ctx, s.DB, a.ID, credTOTPNew, sealed, 0, s.now()); err != nil {
			return Enrolment{}, fmt.Errorf("identity: enroll: %w", err)
		}
	}
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, nil
}

// pending returns the raw secret that was offered lately and waits for its first code, or nil.
func (s *Service) pending(ctx context.Context, account uuid.UUID) ([]byte, error) {
	c, err := s.authenticator(ctx, account, credTOTPNew)
	if err != nil || s.stale(c) {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return nil, err
	}
	return decodeSecret(c.secret)
}

// stale reports whether an offer has waited too long for its first code: the longer it lies on a screen, the more eyes
// have seen it.
func (s *Service) stale(offered authenticator) bool {
	return offered.row.CreatedAt.Before(s.now().Add(-enrolmentFor))
}

// authenticator is one stored TOTP secret, opened.
type authenticator struct {
	row    credentialRow
	secret string
}

func (s *Service) authenticator(ctx context.Context, account uuid.UUID, kind string) (authenticator, error) {
	var row credentialRow
	err := s.DB.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", account).Where("kind = ?", kind).Scan(ctx)
	if err != nil {
		return authenticator{}, err
	}
	secret, err := s.Keys.Open(ctx, row.Secret, useTOTP)
	if err != nil {
		return authenticator{}, fmt.Errorf("identity: authenticator: %w", err)
	}
	return authenticator{row: row, secret: string(secret)}, nil
}

// step returns the 30-second step whose code this is, near now; false when there is none.
func step(secret, code string, now time.Time) (int64, bool) {
	present := now.Unix() / totpPeriod
	found, ok := int64(0), false
	for d := int64(-totpSkew); d <= totpSkew; d++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(present+d), hotp.ValidateOpts{
			Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found, ok = present+d, true
		}
	}
	return found, ok
}
