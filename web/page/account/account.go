// Package account is the pages on which people prove who they are: residents, staff and BUMD alike.
//
// Each page function takes the view declared beside it. Forms post back to the address they were opened at, except
// where a view has an Action. Their inputs:
//
//	/masuk                login, password, next      /lupa-sandi          email
//	/daftar               name, email, phone, password, consent, next
//	/konfirmasi/:token    password                   /sandi-baru/:token   password
//	/undangan/:token      password                   second factor: code
package account

import (
	"net/url"

	"bedelau/web/ui"
)

// SignInView asks for a login and a password. A refusal comes in Errors under "login", the same for every cause.
type SignInView struct {
	ui.Shell
	Login, Next string
	Errors      ui.Errors
	Staff       bool   // a host whose accounts are by invitation: no registration is offered
	Demo        []Demo // of a demonstration: who one can be
}

// with adds to an address of this package the one to go on to.
func with(next, address string) string {
	if next == "" {
		return address
	}
	return address + "?" + url.Values{"lanjut": {next}}.Encode()
}

// Demo is one prepared account of a demonstration. Code is the present second factor, empty for residents.
type Demo struct{ Label, Login, Password, Code string }

// RegisterView asks for what an account needs.
type RegisterView struct {
	ui.Shell
	Name, Email, Phone string
	Next               string // address to come to once the account is there
	Consent            bool
	Errors             ui.Errors
}

// SentView says that an e-mail is on its way, in the same words whether or not there is such an account.
type SentView struct {
	ui.Shell
	Kind  string // "register" or "reset"
	Email string
}

// PasswordView follows a link from an e-mail and asks for a password: the same one again to confirm a registration,
// a new one for a reset or an invitation.
type PasswordView struct {
	ui.Shell
	Kind   string // "confirm", "reset" or "invite"
	Name   string // whose account it is
	Errors ui.Errors
}

// DeadView says that a link from an e-mail no longer works, and what to do instead.
type DeadView struct {
	ui.Shell
	Kind string // of PasswordView
	Next string // address to go on to
}

// ForgotView asks for the e-mail address of an account.
type ForgotView struct {
	ui.Shell
	Email  string
	Errors ui.Errors
}

// CodeView asks for the second factor.
type CodeView struct {
	ui.Shell
	Action string
	Errors ui.Errors // of "code"
	Demo   string    // the present code, in a demonstration
}

// EnrolView shows a new authenticator once. QR is a data: address of a picture.
type EnrolView struct {
	ui.Shell
	Action, QR, Secret string
	Errors             ui.Errors // of "code"
}

// RecoveryView shows the recovery codes once. Next leads on.
type RecoveryView struct {
	ui.Shell
	Codes []string
	Next  string
}
