package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
)

func signInLimit() gate.Limit { return gate.Limit{Name: "sign_in", Count: 30, Per: time.Minute} }

type signInRequest struct {
	Login    string `json:"login" minLength:"1" maxLength:"254" example:"warga@batam.localhost" doc:"E-mail address or mobile number."`
	Password string `json:"password" minLength:"1" maxLength:"1000" format:"password" doc:"The password of the account."`
}

type codeRequest struct {
	Code string `json:"code" minLength:"1" maxLength:"40" example:"492039" doc:"Six digits of the authenticator, or a recovery code."`
}

// session is what a sign-in gives. The token is shown this once.
type session struct {
	Token     string    `json:"token" doc:"Send it as Authorization: Bearer."`
	ExpiresAt time.Time `json:"expires_at" doc:"When the session ends at the latest."`
	NeedsTOTP bool      `json:"needs_totp" doc:"Staff: the session may do nothing before POST /sessions/totp."`
	Enrolled  bool      `json:"totp_enrolled" doc:"An authenticator is set up. Setting one up is done on the site."`
}

// me is the person of a session.
type me struct {
	ID          uuid.UUID           `json:"id" format:"uuid"`
	Kind        identity.Kind       `json:"kind" enum:"resident,staff"`
	Name        string              `json:"name"`
	Email       string              `json:"email,omitempty"`
	Phone       string              `json:"phone,omitempty" example:"+6281234567890"`
	Language    string              `json:"language" enum:"id,en" doc:"In which the city writes to this person."`
	Roles       []string            `json:"roles" doc:"Of staff."`
	Agency      string              `json:"agency,omitempty" example:"disdukcapil" doc:"Code of the office of staff; absent for the whole city."`
	TOTP        bool                `json:"totp" doc:"This session has given the second factor."`
	Permissions []access.Permission `json:"permissions" doc:"What this session may do now."`
}

func (a *API) sessions() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/sessions", ID: "sign-in", Tag: "Session", Title: "Sign in",
		About: "Proves a person by password and starts a session. Anyone may call it. Every failure is 401 `identity.wrong`, whether the account exists or not; repeated failures are 429 `identity.locked`.",
		Needs: access.Public, Scope: gate.Any, Limit: signInLimit(), MaxBody: rest.SmallBody, Status: http.StatusCreated,
		Refuses: []int{http.StatusUnauthorized, http.StatusServiceUnavailable},
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body signInRequest }) (*rest.OK[session], error) {
		s, err := a.Identity.SignIn(ctx, identity.SignInInput{
			Login: in.Body.Login, Password: in.Body.Password, IP: who.Gin.ClientIP(), UserAgent: who.Gin.Request.UserAgent(),
		})
		return opened(who, s, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/sessions/totp", ID: "confirm-second-factor", Tag: "Session", Title: "Give the second factor",
		About: "Gives the session its rights, and a new token: the one before stops working. A wrong or used code is 401 `identity.code_wrong`, repeated ones 429 `identity.locked`; 409 `identity.totp_missing` for staff who have set up no authenticator yet.",
		Needs: access.SignedIn, Scope: gate.Any, Limit: signInLimit(), MaxBody: rest.SmallBody,
		Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body codeRequest }) (*rest.OK[session], error) {
		s, err := a.Identity.ConfirmTOTP(ctx, rest.Bearer(who.Gin), in.Body.Code)
		return opened(who, s, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodDelete, Path: "/sessions/current", ID: "sign-out", Tag: "Session", Title: "Sign out",
		About: "Ends the session of the token.",
		Needs: access.SignedIn, Scope: gate.Any,
	}, func(ctx context.Context, who rest.Caller, _ *struct{}) (*rest.Done, error) {
		return &rest.Done{}, a.Identity.SignOut(ctx, rest.Bearer(who.Gin))
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/me", ID: "get-me", Tag: "Session", Title: "Who am I",
		About: "The person of the session and what this session may do. Staff who have yet to give the second factor may do nothing.",
		Needs: access.SignedIn, Scope: gate.Any,
	}, func(ctx context.Context, who rest.Caller, _ *struct{}) (*rest.OK[me], error) {
		p := who.Actor
		m := me{ID: p.ID, Kind: p.Kind, Name: p.Name, Email: p.Email, Phone: p.Phone, Language: p.Locale,
			Roles: append([]string{}, p.Roles...), Agency: p.Agency, TOTP: p.TOTP, Permissions: []access.Permission{}}
		for _, d := range access.All() {
			if a.Guard.Allow(ctx, p, d.Name) == nil {
				m.Permissions = append(m.Permissions, d.Name)
			}
		}
		return &rest.OK[me]{Body: m}, nil
	})
}

func opened(who rest.Caller, s identity.Session, err error) (*rest.OK[session], error) {
	if err != nil {
		return nil, err
	}
	return &rest.OK[session]{Body: session{Token: s.Token, ExpiresAt: who.At(s.ExpiresAt), NeedsTOTP: s.NeedsTOTP, Enrolled: s.Enrolled}}, nil
}

type registerRequest struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" example:"Siti Rahma" doc:"As on the identity card; one word is fine."`
	Email    string `json:"email" minLength:"1" maxLength:"254" example:"siti@contoh.id" doc:"Where the link is sent."`
	Phone    string `json:"phone,omitempty" maxLength:"40" example:"0812 3456 7890" doc:"Mobile number."`
	Password string `json:"password" minLength:"1" maxLength:"1000" format:"password" doc:"At least ten characters that are not easy to guess."`
}

type confirmRequest struct {
	Token    string `json:"token" minLength:"1" maxLength:"200" doc:"The last part of the link in the mail."`
	Password string `json:"password" minLength:"1" maxLength:"1000" format:"password" doc:"The password of that registration, again."`
}

func (a *API) registrations() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/registrations", ID: "register", Tag: "Registration", Title: "Register",
		About: "Sends a link to the address; the account exists once the link is confirmed. Anyone may call it, and the answer is the same when the address has an account already.",
		Needs: access.Public, Scope: gate.City, Limit: gate.Limit{Name: "register", Count: 20, Per: time.Minute}, MaxBody: rest.SmallBody,
		Status: http.StatusAccepted, Refuses: []int{http.StatusServiceUnavailable},
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body registerRequest }) (*rest.Done, error) {
		b := in.Body
		return &rest.Done{}, a.Identity.Register(ctx, identity.RegisterInput{
			Name: b.Name, Email: b.Email, Phone: b.Phone, Password: b.Password, IP: who.Gin.ClientIP(),
		})
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/registrations/confirmation", ID: "confirm-registration", Tag: "Registration", Title: "Confirm a registration",
		About: "Makes the account of a registration and signs its owner in. 410 `identity.link_expired` for a dead link, 409 when the address got its account meanwhile.",
		Needs: access.Public, Scope: gate.City, Limit: signInLimit(), MaxBody: rest.SmallBody, Status: http.StatusCreated,
		Refuses: []int{http.StatusUnauthorized, http.StatusConflict, http.StatusGone, http.StatusServiceUnavailable},
	}, func(ctx context.Context, who rest.Caller, in *struct{ Body confirmRequest }) (*rest.OK[session], error) {
		s, err := a.Identity.ConfirmEmail(ctx, identity.ConfirmInput{
			Token: in.Body.Token, Password: in.Body.Password, IP: who.Gin.ClientIP(), UserAgent: who.Gin.Request.UserAgent(),
		})
		return opened(who, s, err)
	})
}
