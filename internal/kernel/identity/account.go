package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// The states of an account.
const (
	StatusInvited     = "invited" // staff who have not followed their link yet
	StatusActive      = "active"
	StatusDeactivated = "deactivated"
)

// What the city's keyed hashes and sealed values are for; the text is part of what is authenticated.
const (
	useEmail = "account.email"
	usePhone = "account.phone"
	useTOTP  = "account.totp"

	useSignIn = "account.sign_in" // a login from one place
)

// Account is a person as the rest of the program may know them.
type Account struct {
	ID         uuid.UUID
	Kind       Kind
	Status     string
	Name       string
	Email      string
	Phone      string // E.164, or empty
	Locale     string
	CreatedAt  time.Time
	SignedInAt time.Time // zero: never
}

type accountRow struct {
	bun.BaseModel `bun:"table:account,alias:a"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	ID         uuid.UUID  `bun:"id,pk"`
	Kind       Kind       `bun:"kind"`
	Status     string     `bun:"status"`
	Name       string     `bun:"name"`
	Locale     string     `bun:"locale"`
	Email      []byte     `bun:"email"`
	EmailHash  []byte     `bun:"email_hash"`
	Phone      []byte     `bun:"phone"`
	PhoneHash  []byte     `bun:"phone_hash"`
	CreatedAt  time.Time  `bun:"created_at"`
	SignedInAt time.Time  `bun:"signed_in_at,nullzero"`
}

// Account returns one person of ctx's city, or NotFound "identity.no_account". Who may ask is the caller's concern:
// it is for packages that already hold an account's id, never for an id from a request.
func (s *Service) Account(ctx context.Context, id uuid.UUID) (Account, error) {
	row, err := findAccount(ctx, s.DB, id)
	if err != nil {
		return Account{}, err
	}
	return s.open(ctx, row)
}

// Contact is where a message for a person goes.
type Contact struct {
	Name   string
	Email  string
	Phone  string
	Locale string
}

// AccountContact returns where to write to an account, or to a registration that waits for its link; for package
// notify. NotFound "identity.no_account" when neither exists any more.
func (s *Service) AccountContact(ctx context.Context, id uuid.UUID) (Contact, error) {
	a, err := s.Account(ctx, id)
	if fault.Is(err, "identity.no_account") {
		a, err = s.registrant(ctx, id)
	}
	return Contact{Name: a.Name, Email: a.Email, Phone: a.Phone, Locale: a.Locale}, err
}

// Names returns the names of accounts by id, for lists and timelines. Unknown ids are left out.
func (s *Service) Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	out := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []accountRow
	err := s.DB.NewSelect().Model(&rows).Column("id", "name").
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("identity: names: %w", err)
	}
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}

// Holders returns the active staff who hold role, in agency if it is not empty: who is told when a case is late.
func (s *Service) Holders(ctx context.Context, role, agency string) ([]uuid.UUID, error) {
	return Holders(ctx, s.DB, role, agency)
}

// Holders is Service.Holders as db sees it, for a caller in a transaction.
func Holders(ctx context.Context, db bun.IDB, role, agency string) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.NewRaw(`
SELECT r.account_id FROM account_role r JOIN account a ON a.tenant_id = r.tenant_id AND a.id = r.account_id
 WHERE r.tenant_id = ? AND r.role = ? AND (? = '' OR r.agency = ?) AND a.status = 'active'
 ORDER BY r.account_id LIMIT 200`, tenancy.Must(ctx), role, agency, agency).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("identity: holders: %w", err)
	}
	return ids, nil
}

func findAccount(ctx context.Context, db bun.IDB, id uuid.UUID) (accountRow, error) {
	var row accountRow
	err := db.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).Scan(ctx)
	return row, orMissing(err)
}

func orMissing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "identity.no_account")
	}
	return err
}

func (s *Service) open(ctx context.Context, r accountRow) (Account, error) {
	a := Account{
		ID: r.ID, Kind: r.Kind, Status: r.Status, Name: r.Name, Locale: r.Locale,
		CreatedAt: r.CreatedAt, SignedInAt: r.SignedInAt,
	}
	var err error
	a.Email, a.Phone, err = s.openContact(ctx, r.Email, r.Phone)
	return a, err
}

func (s *Service) openContact(ctx context.Context, email, phone []byte) (e, p string, err error) {
	b, err := s.Keys.Open(ctx, email, useEmail)
	if err != nil {
		return "", "", fmt.Errorf("identity: address: %w", err)
	}
	if e = string(b); phone == nil {
		return e, "", nil
	}
	if b, err = s.Keys.Open(ctx, phone, usePhone); err != nil {
		return "", "", fmt.Errorf("identity: number: %w", err)
	}
	return e, string(b), nil
}

// sealed is a person's address and number as they are stored.
type sealed struct{ email, emailHash, phone, phoneHash []byte }

func (s *Service) sealContact(ctx context.Context, email, phone string) (c sealed, err error) {
	if c.emailHash, err = s.Keys.Hash(ctx, useEmail, email); err != nil {
		return c, err
	}
	if c.email, err = s.Keys.Seal(ctx, []byte(email), useEmail); err != nil || phone == "" {
		return c, err
	}
	if c.phoneHash, err = s.Keys.Hash(ctx, usePhone, phone); err != nil {
		return c, err
	}
	c.phone, err = s.Keys.Seal(ctx, []byte(phone), usePhone)
	return c, err
}

// insertAccount stores a new account. A number that another account signs in with is kept for contact only: it is
// not proof of anything until it has been verified, and saying so would reveal the other account. It returns false
// when the address is taken.
func insertAccount(ctx context.Context, tx bun.IDB, row accountRow) (bool, error) {
	for _, phoneHash := range [][]byte{row.PhoneHash, nil} {
		row.PhoneHash = phoneHash
		res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return false, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return n == 1, err
		}
	}
	return false, nil
}
