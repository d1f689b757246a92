package identity

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

const inviteFor = 72 * time.Hour

// InviteInput names a new member of staff. Agency is an agency code, empty only for roles that need none; that it and the
// areas exist is checked by the caller, who knows them.
type InviteInput struct {
	Email  string
	Name   string
	Role   string
	Agency string
	Areas  []string // codes to which they are limited; none leaves those of an earlier invitation
}

// Invite creates an account that waits for its owner and mails them the link. The caller has checked staff:manage;
// Invite itself checks that the actor may hand on the role and the areas. Inviting again replaces the link, name, role and
// agency, and the areas where some are named, for who may hand on the earlier role too. It refuses bad fields, a role that
// needs an agency without one (field "agency", code "agency_needed"), roles above the actor's own ("access.role_above"),
// areas beyond the actor's own ("access.area_beyond"), and an address that already has an account, or was invited by
// somebody else at this moment (Conflict "identity.email_taken"); and, for one more, a city whose plan has no room
// ("plan.limit").
func (s *Service) Invite(ctx context.Context, a Actor, in InviteInput) (uuid.UUID, error) {
	var fields []fault.Field
	in.Name = nameField(in.Name, &fields)
	in.Email = emailField(in.Email, &fields)
	if in.Role == "" {
		fields = append(fields, fault.Field{Name: "role", Code: "required"})
	}
	if err := fault.Fields(fields); err != nil {
		return uuid.Nil, err
	}
	if err := s.mayGrant(ctx, a, in.Role); err != nil {
		return uuid.Nil, err
	}
	if err := s.placed(ctx, in.Agency, in.Role); err != nil {
		return uuid.Nil, err
	}
	c, err := s.sealContact(ctx, in.Email, "")
	if err != nil {
		return uuid.Nil, err
	}
	held, err := s.mayReplace(ctx, a, c.emailHash)
	if err != nil {
		return uuid.Nil, err
	}
	raw, hash := credential.NewToken()
	sealedLink, err := s.sealLink(ctx, raw)
	if err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if held == nil {
			if err := s.room(ctx, tx); err != nil {
				return err
			}
		}
		if id, err = s.invited(ctx, tx, in.Name, c, held); err != nil {
			return err
		}
		areas, err := areasOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if held != nil {
			err = mayPlace(a, areas)
		}
		if len(in.Areas) > 0 {
			areas = in.Areas
		}
		if err = cmp.Or(err, mayPlace(a, areas)); err != nil {
			return err
		}
		if err := s.putRoles(ctx, tx, a.ID, id, []string{in.Role}, in.Agency, areas); err != nil {
			return err
		}
		if err := s.newLink(ctx, tx, id, LinkInvite, hash, inviteFor); err != nil {
			return err
		}
		detail := map[string]any{"role": in.Role, "agency": in.Agency}
		if len(areas) > 0 {
			detail["areas"] = areas
		}
		if err := audit.Record(ctx, tx, by(a, "account.invite", id, detail)); err != nil {
			return err
		}
		return s.mail(ctx, tx, id, mailInvite, sealedLink)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("identity: invite: %w", err)
	}
	return id, nil
}

// mayReplace returns the roles that an earlier invitation of an address gave, and refuses an actor who may not hand on
// one of them: an invitation replaces roles, and nobody rules over those above them.
func (s *Service) mayReplace(ctx context.Context, a Actor, emailHash []byte) ([]string, error) {
	old, err := findByHash(ctx, s.DB, "email_hash", emailHash)
	if fault.Is(err, "identity.no_account") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("identity: invite: %w", err)
	}
	if old.Status != StatusInvited || old.Kind != Staff {
		return nil, errTaken()
	}
	held, err := rolesOf(ctx, s.DB, old.ID)
	if err != nil {
		return nil, fmt.Errorf("identity: invite: %w", err)
	}
	return held, s.mayGrant(ctx, a, held...)
}

// invited returns the account that waits for this address: a new one, or one from an earlier invitation that holds the
// roles which the actor was found to rule over and no other.
func (s *Service) invited(ctx context.Context, tx bun.IDB, name string, c sealed, held []string) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	made, err := insertAccount(ctx, tx, accountRow{
		TenantID: tenancy.Must(ctx), ID: id, Kind: Staff, Status: StatusInvited, Name: name, Locale: localeOf(ctx),
		Email: c.email, EmailHash: c.emailHash, CreatedAt: s.now(),
	})
	if err != nil || made {
		return id, err
	}
	var old uuid.UUID
	err = tx.NewUpdate().Model((*accountRow)(nil)).Set("name = ?", name).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("email_hash = ?", c.emailHash).Where("status = ?", StatusInvited).Where("kind = ?", Staff).Returning("id").Scan(ctx, &old)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, errTaken()
	}
	if err != nil {
		return uuid.Nil, err
	}
	// The row is ours until the end, so the roles no longer change: SetRoles and another invitation wait for it.
	now, err := rolesOf(ctx, tx, old)
	if err != nil {
		return uuid.Nil, err
	}
	if !slices.Equal(now, held) {
		return uuid.Nil, errTaken()
	}
	return old, nil
}

func errTaken() error { return fault.New(fault.Conflict, "identity.email_taken") }

// AcceptInput follows the link of an invitation.
type AcceptInput struct {
	Token     string
	Password  string
	IP        string
	UserAgent string
}

// AcceptInvite sets the password of whoever was invited and signs them in, so that staff set up their second factor
// next. It refuses a weak password and a dead link (Gone "identity.link_expired").
func (s *Service) AcceptInvite(ctx context.Context, in AcceptInput) (Session, error) {
	link, account, err := s.linked(ctx, LinkInvite, in.Token)
	if err != nil {
		return Session{}, err
	}
	phc, err := s.newPassword(ctx, account, in.Password)
	if err != nil {
		return Session{}, err
	}
	var out Session
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.useLink(ctx, tx, link); err != nil {
			return err
		}
		now := s.now()
		_, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("status = ?", StatusActive).Set("signed_in_at = ?", now).
			Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", account.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if err := putSecret(ctx, tx, account.ID, credPassword, phc, 0, now); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, own(account.ID, account.Kind, "account.accept")); err != nil {
			return err
		}
		out, err = s.openSession(ctx, tx, account.ID, account.Kind, in.IP, in.UserAgent)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("identity: accept: %w", err)
	}
	return out, nil
}

// newPassword checks a password against the policy for its owner and returns what to store.
func (s *Service) newPassword(ctx context.Context, owner accountRow, password string) ([]byte, error) {
	if err := s.fits(ctx, owner, password); err != nil {
		return nil, err
	}
	return s.hash(ctx, password)
}

// fits refuses a password that the policy does not allow its owner, at the field "password".
func (s *Service) fits(ctx context.Context, owner accountRow, password string) error {
	a, err := s.open(ctx, owner)
	if err != nil {
		return err
	}
	var fields []fault.Field
	credential.PasswordField("password", password, &fields, a.Email, a.Phone)
	return fault.Fields(fields)
}

func (s *Service) mayGrant(ctx context.Context, a Actor, roles ...string) error {
	if s.Roles == nil {
		return fault.New(fault.Forbidden, "access.denied")
	}
	for _, r := range roles {
		if err := s.Roles.MayGrant(ctx, a, r); err != nil {
			return err
		}
	}
	return nil
}

// placed refuses roles that work on one agency's applications when no agency is named: their holder would be let in and
// see nothing.
func (s *Service) placed(ctx context.Context, agency string, roles ...string) error {
	if agency != "" {
		return nil
	}
	needed, err := s.Roles.NeedsAgency(ctx, roles...)
	if err != nil {
		return fmt.Errorf("identity: agency: %w", err)
	}
	if needed {
		return fault.Fields([]fault.Field{{Name: "agency", Code: "agency_needed"}})
	}
	return nil
}

// room refuses one more member of staff where the plan of the city has none left. Two that are added at once wait for each other.
func (s *Service) room(ctx context.Context, tx bun.IDB) error {
	city, ok := tenancy.CityFrom(ctx)
	if _, limited := city.Plan.Limits[tenancy.LimitStaff]; !ok || !limited {
		return nil
	}
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "identity.staff "+city.ID.String()).Exec(ctx); err != nil {
		return err
	}
	n, err := CountStaff(ctx, tx)
	if err != nil {
		return err
	}
	return city.Room(tenancy.LimitStaff, int64(n), s.now())
}

// CountStaff returns how many members of staff the city has, those who have yet to come included.
func CountStaff(ctx context.Context, db bun.IDB) (int, error) {
	n, err := db.NewSelect().Model((*accountRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Where("kind = ?", Staff).
		Where("status IN (?, ?)", StatusInvited, StatusActive).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("identity: count staff: %w", err)
	}
	return int(n), nil
}
