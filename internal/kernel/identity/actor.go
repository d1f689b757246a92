// Package identity knows people: residents and staff of one city, and how each proves to be who they say.
//
// An account belongs to one city and means nothing in another. A password is one kind of credential beside others;
// what a browser or an app holds is a random session token, of which only the hash is stored.
package identity

import "github.com/google/uuid"

// Kind says for whom an account is.
type Kind string

// The kinds of account.
const (
	Resident Kind = "resident" // a person the city serves; registers alone
	Staff    Kind = "staff"    // works for the city, or for the BUMD on the platform; comes by invitation
)

// RoleResident is the role of every resident. It is not a row, so nobody can take it away by mistake.
const RoleResident = "resident"

// Actor is who asks: the person of one session, as every later decision needs them. The zero Actor is a visitor.
type Actor struct {
	ID        uuid.UUID
	TenantID  uuid.UUID // the city whose session it is; worth nothing in another
	Kind      Kind
	Name      string
	Email     string
	Phone     string // E.164, or empty
	Locale    string // "id" or "en"
	Roles     []string
	Agency    string // agency code of staff, or empty
	SessionID uuid.UUID
	TOTP      bool // this session has passed the second factor
}

// SignedIn reports whether a person stands behind the request.
func (a Actor) SignedIn() bool { return a.ID != uuid.Nil }
