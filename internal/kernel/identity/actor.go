// Package identity knows people: residents and staff of one city, and how each proves to be who they say.
//
// An account belongs to one city and means nothing in another. A password is one kind of credential beside others;
// what a browser or an app holds is a random session token, of which only the hash is stored.
package identity

import (
	"maps"

	"github.com/google/uuid"

	"bedelau/internal/kernel/audit"
)

// Kind says who acts: for whom an account is, or that a program does.
type Kind string

// The kinds of account.
const (
	Resident Kind = "resident" // a person the city serves; registers alone
	Staff    Kind = "staff"    // works for the city, or for the BUMD on the platform; comes by invitation
	Partner  Kind = "partner"  // works for a company that uses what the city has built; comes by invitation
	Machine  Kind = "machine"  // a program with an API key (package apikey); no account, and never a person
)

// RoleResident is the role of every resident. It is not a row, so nobody can take it away by mistake.
const RoleResident = "resident"

// Actor is who asks: the person of one session, or the program of one key, as every later decision needs them. The zero
// Actor is a visitor. A program has an id, that of the key's owner, its scopes, and none of what only people have.
type Actor struct {
	ID        uuid.UUID
	TenantID  uuid.UUID // the city whose session it is; worth nothing in another
	Kind      Kind
	Name      string
	Email     string
	Phone     string // E.164, or empty
	Locale    string // "id" or "en"
	Roles     []string
	Agency    string    // agency code of staff, or empty
	Areas     []string  // codes of the districts and subdistricts to which what staff reach is limited; empty is no limit
	Scopes    []string  // what a program's key may be used for
	SessionID uuid.UUID // of a program: its key's
	TOTP      bool      // this session has passed the second factor
	Officer   Officer   // who fills in for this person at a counter; the zero Officer when they act themselves
}

// Officer is the member of staff who acts for somebody who stands at a counter.
type Officer struct {
	ID    uuid.UUID
	Name  string
	Email string
}

// AtCounter reports whether an officer acts for the person.
func (a Actor) AtCounter() bool { return a.Officer.ID != uuid.Nil }

// Hand is the account of whoever really acts: the officer at a counter, else the actor.
func (a Actor) Hand() uuid.UUID {
	if a.AtCounter() {
		return a.Officer.ID
	}
	return a.ID
}

// Did names a as the actor of an entry of the audit record. What an officer does at a counter is the officer's act, and
// the detail says for whom.
func (a Actor) Did(e audit.Entry) audit.Entry {
	e.ActorID, e.ActorKind = a.Hand(), string(a.Kind)
	if a.AtCounter() {
		e.ActorKind = string(Staff)
		detail := map[string]any{}
		maps.Copy(detail, e.Detail)
		detail["counter_for"] = a.ID
		e.Detail = detail
	}
	return e
}

// SignedIn reports whether a person stands behind the request.
func (a Actor) SignedIn() bool { return a.ID != uuid.Nil && a.Kind != Machine }
