package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const (
	confirmFor       = 48 * time.Hour
	registersPerHour = 60
)

type registrationRow struct {
	bun.BaseModel `bun:"table:registration,alias:g"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	ID        uuid.UUID  `bun:"id,pk"`
	Hash      []byte     `bun:"hash"`
	Name      string     `bun:"name"`
	Locale    string     `bun:"locale"`
	Email     []byte     `bun:"email"`
	EmailHash []byte     `bun:"email_hash"`
	Phone     []byte     `bun:"phone"`
	PhoneHash []byte     `bun:"phone_hash"`
	Password  []byte     `bun:"password"`
	CreatedAt time.Time  `bun:"created_at"`
	ExpiresAt time.Time  `bun:"expires_at"`
}

// RegisterInput is what a resident gives to get an account. Phone may be empty.
type RegisterInput struct {
	Name     string
	Email    string
	Phone    string
	Password string
	IP       string
	Onward   string // what the address of the link ends in, such as "?lanjut=%2Flayanan", for the page that it opens
}

// Validate names every field that Register would refuse.
func (in RegisterInput) Validate() error {
	_, err := in.clean()
	return err
}

// clean returns in with each field in its one spelling.
func (in RegisterInput) clean() (RegisterInput, error) {
	var fields []fault.Field
	in.Name = nameField(in.Name, &fields)
	in.Email = emailField(in.Email, &fields)
	in.Phone = phoneField(in.Phone, &fields)
	credential.PasswordField("password", in.Password, &fields, in.Email, in.Phone)
	return in, fault.Fields(fields)
}

// Register sends a link to the address, and the account exists once ConfirmEmail has followed it. Anyone may call it. The
// answer and the work are the same when the address has an account: then its owner is told by e-mail. It refuses bad
// fields ("input.invalid") and too many tries from one network ("identity.too_many").
func (s *Service) Register(ctx context.Context, in RegisterInput) error {
	in, err := in.clean()
	if err != nil {
		return err
	}
	if err := s.limitIP(ctx, "register", in.IP, registersPerHour); err != nil {
		return err
	}
	row, sealedLink, err := s.newRegistration(ctx, in)
	if err != nil {
		return fmt.Errorf("identity: register: %w", err)
	}
	if !s.mayMail(ctx, "register", row.EmailHash, in.IP) {
		return nil // the mailbox has our mail already; more would only help someone pester its owner
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by(Actor{}, "account.register", row.ID, nil)); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, registrationKind, registrationArgs{RegistrationID: row.ID, Sealed: sealedLink})
	})
	if err != nil {
		return fmt.Errorf("identity: register: %w", err)
	}
	return nil
}

// newRegistration does the costly part, the same for every address.
func (s *Service) newRegistration(ctx context.Context, in RegisterInput) (registrationRow, string, error) {
	phc, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return registrationRow{}, "", err
	}
	c, err := s.sealContact(ctx, in.Email, in.Phone)
	if err != nil {
		return registrationRow{}, "", err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return registrationRow{}, "", err
	}
	raw, hash := credential.NewToken()
	link, err := s.sealLink(ctx, raw+in.Onward)
	now := s.now()
	return registrationRow{
		TenantID: tenancy.Must(ctx), ID: id, Hash: hash, Name: in.Name, Locale: localeOf(ctx),
		Email: c.email, EmailHash: c.emailHash, Phone: c.phone, PhoneHash: c.phoneHash, Password: []byte(phc),
		CreatedAt: now, ExpiresAt: now.Add(confirmFor),
	}, link, err
}

func findByHash(ctx context.Context, db bun.IDB, column string, hash []byte) (accountRow, error) {
	var row accountRow
	err := db.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("? = ?", bun.Ident(column), hash).Scan(ctx)
	return row, orMissing(err)
}

// registrant is the person of a registration that waits for its link.
func (s *Service) registrant(ctx context.Context, id uuid.UUID) (Account, error) {
	var row registrationRow
	err := s.DB.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, fault.New(fault.NotFound, "identity.no_account")
	}
	if err != nil {
		return Account{}, err
	}
	return s.openRegistration(ctx, row)
}

func (s *Service) openRegistration(ctx context.Context, row registrationRow) (Account, error) {
	a := Account{ID: row.ID, Kind: Resident, Name: row.Name, Locale: row.Locale, CreatedAt: row.CreatedAt}
	var err error
	a.Email, a.Phone, err = s.openContact(ctx, row.Email, row.Phone)
	return a, err
}

func localeOf(ctx context.Context) string {
	if i18n.From(ctx) == i18n.EN {
		return string(i18n.EN)
	}
	return string(i18n.ID)
}
