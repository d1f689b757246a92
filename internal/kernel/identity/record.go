package identity

import (
	"context"
	"encoding/base64"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
)

// visitor is the kind of actor of what is done before anyone is known, such as a failed sign-in.
const visitor = "visitor"

// by describes an act of a on an account, for the audit record.
func by(a Actor, action string, account uuid.UUID, detail map[string]any) audit.Entry {
	kind := string(a.Kind)
	if kind == "" {
		kind = visitor
	}
	return audit.Entry{ActorID: a.ID, ActorKind: kind, Action: action, Object: "account", ObjectID: account, Detail: detail}
}

// own describes an act of an account's owner on it.
func own(account uuid.UUID, kind Kind, action string) audit.Entry {
	return by(Actor{ID: account, Kind: kind}, action, account, nil)
}

// The mails that identity asks for; package notify has a template of each name.
const (
	mailConfirm = "account_confirm"
	mailExists  = "account_exists"
	mailReset   = "password_reset"
	mailInvite  = "staff_invite"
	mailHeld    = "invite_held"
)

// sealLink hides a link's secret for its way through the outbox. Call it before the transaction begins.
func (s *Service) sealLink(ctx context.Context, raw string) (string, error) {
	b, err := s.Keys.Seal(ctx, []byte(raw), event.AccountMailUse)
	return base64.StdEncoding.EncodeToString(b), err
}

func (s *Service) mail(ctx context.Context, tx bun.IDB, account uuid.UUID, purpose, sealed string) error {
	return event.Publish(ctx, tx, s.Bus, event.AccountMail{AccountID: account, Purpose: purpose, Sealed: sealed})
}
