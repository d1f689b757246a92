package external

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// RotateOverlap is how long a key that has a successor still works.
const RotateOverlap = 7 * 24 * time.Hour

// KeyAges are the lives that an administrator may give a key, in days.
func KeyAges() []int { return []int{90, 180, 365} }

func owner(app uuid.UUID) apikey.Owner { return apikey.Owner{Kind: "external_app", ID: app} }

// IssueKey makes a key for an app and returns its secret, which is never shown again. For staff with app:manage. It
// refuses a life that is not of KeyAges (field "days") and Conflict "external.closed".
func (s *Service) IssueKey(ctx context.Context, actor identity.Actor, app uuid.UUID, days int) (secret string, err error) {
	known := false
	for _, d := range KeyAges() {
		known = known || d == days
	}
	if !known {
		return "", fault.Fields([]fault.Field{{Name: "days", Code: "not_an_option"}})
	}
	if err := s.mayAdd(ctx, actor); err != nil {
		return "", err
	}
	return s.withApp(ctx, actor, app, func(ctx context.Context, tx bun.Tx) (string, error) {
		_, raw, err := s.d.Codes.Issue(ctx, tx, actor, apikey.IssueInput{
			Owner: owner(app), Scopes: []string{string(access.StatusWrite)}, For: time.Duration(days) * 24 * time.Hour,
		})
		return raw, err
	})
}

// RotateKey replaces a key: the old one works for RotateOverlap more. The rules are those of IssueKey; NotFound
// "apikey.unknown" for a key that is not this app's or has ended.
func (s *Service) RotateKey(ctx context.Context, actor identity.Actor, app, key uuid.UUID) (secret string, err error) {
	return s.withApp(ctx, actor, app, func(ctx context.Context, tx bun.Tx) (string, error) {
		_, raw, err := s.d.Codes.Rotate(ctx, tx, actor, owner(app), key, RotateOverlap)
		return raw, err
	})
}

// RevokeKey takes a key away at once, for staff with app:manage.
func (s *Service) RevokeKey(ctx context.Context, actor identity.Actor, app, key uuid.UUID) error {
	_, err := s.withApp(ctx, actor, app, func(ctx context.Context, tx bun.Tx) (string, error) {
		return "", s.d.Codes.Revoke(ctx, tx, actor, owner(app), key)
	})
	return err
}

// AppKeys lists an app's keys without their secrets, for staff with app:manage.
func (s *Service) AppKeys(ctx context.Context, actor identity.Actor, app uuid.UUID) ([]apikey.Key, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return nil, err
	}
	return s.d.Codes.List(ctx, s.d.DB, owner(app))
}

func (s *Service) withApp(ctx context.Context, actor identity.Actor, id uuid.UUID, fn func(context.Context, bun.Tx) (string, error)) (string, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return "", err
	}
	var raw string
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		app, err := lockApp(ctx, tx, id)
		if err != nil {
			return err
		}
		if !app.ClosedAt.IsZero() {
			return fault.New(fault.Conflict, "external.closed")
		}
		raw, err = fn(ctx, tx)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("external: key: %w", err)
	}
	return raw, nil
}
