package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// MayGrant returns nil if by may make somebody a role, or rule over somebody who is one. It needs staff:manage, a role
// that exists here (else field "role"), and every power over others that the role has (else Forbidden
// "access.role_above"): who only manages staff cannot make an administrator of roles.
func (g *Guard) MayGrant(ctx context.Context, by identity.Actor, role string) error {
	if err := g.Allow(ctx, by, StaffManage); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, g.db.App, func(ctx context.Context, tx bun.Tx) error {
		domain, _, err := head(ctx, tx, tenancy.Must(ctx))
		if err != nil {
			return err
		}
		if err := g.mustExist(ctx, tx, domain, role); err != nil {
			if fault.From(err).Kind != fault.Internal {
				err = fault.Fields([]fault.Field{{Name: "role", Code: "role"}})
			}
			return err
		}
		p, err := g.read(ctx, tx, domain)
		if err != nil {
			return err
		}
		held, own := p.of(role), p.of(by.Roles...)
		for i, d := range g.cat.all {
			if d.Admin && held.has(i) && !own.has(i) {
				return fault.New(fault.Forbidden, "access.role_above")
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("access: grant: %w", err)
	}
	return nil
}

// NeedsAgency reports whether who holds these roles, and no others, works on the applications of one agency, and so would
// reach nothing without one. The caller has checked that the roles may be given.
func (g *Guard) NeedsAgency(ctx context.Context, roles ...string) (bool, error) {
	city, ok := tenancy.From(ctx)
	if !ok {
		return false, tenancy.ErrNone
	}
	rules, err := g.rules(ctx, city)
	if err != nil {
		return false, err
	}
	held := rules.of(roles...)
	if held.has(g.cat.place[ApplicationAll]) {
		return false, nil
	}
	for i, d := range g.cat.all {
		if d.Agency && held.has(i) {
			return true, nil
		}
	}
	return false, nil
}

// Explanation says why an actor may or may not do something.
type Explanation struct {
	Permission Permission
	Allowed    bool
	Refusal    string   // fault code when not allowed
	Roles      []string // the actor's roles that allow it
	ByCity     bool     // by a rule of the city's own, not built in
}

// Explain answers Allow's question at length, for an administrator who asks why. It asks Casbin itself, over the
// city's rules as they are stored, and names the roles that decide.
func (g *Guard) Explain(ctx context.Context, a identity.Actor, p Permission) (Explanation, error) {
	out := Explanation{Permission: p}
	err := g.Allow(ctx, a, p)
	if f := fault.From(err); err != nil && f.Kind == fault.Internal {
		return out, err
	} else if err != nil {
		out.Refusal = f.Code
	}
	if out.Allowed = err == nil; !out.Allowed || p == Public || p == SignedIn {
		return out, nil
	}
	err = tenancy.InTx(ctx, g.db.App, func(ctx context.Context, tx bun.Tx) error {
		domain, _, err := head(ctx, tx, tenancy.Must(ctx))
		if err != nil {
			return err
		}
		changes, err := changesOf(ctx, tx)
		if err != nil {
			return err
		}
		return out.trace(effective(builtin(), changes, domain), domain, append([]string{string(a.Kind)}, a.Roles...))
	})
	if err != nil {
		return out, fmt.Errorf("access: explain: %w", err)
	}
	return out, nil
}

// trace asks Casbin role by role which rule allows the permission.
func (x *Explanation) trace(lines []line, domain string, roles []string) error {
	e, err := enforcer(lines)
	if err != nil {
		return err
	}
	object, action := x.Permission.split()
	x.ByCity = true
	slices.Sort(roles)
	for _, r := range slices.Compact(roles) {
		ok, rule, err := e.EnforceEx(r, domain, object, action)
		if err != nil {
			return err
		}
		if ok {
			x.Roles = append(x.Roles, r)
			x.ByCity = x.ByCity && !slices.Contains(builtin(), line{rule[0], rule[1], rule[2], rule[3]})
		}
	}
	return nil
}
