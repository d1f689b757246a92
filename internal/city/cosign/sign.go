package cosign

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// The bounds of a code: six digits have a million values, of which a link lets ten times five be tried.
const (
	CodeFor   = 15 * time.Minute
	codeTries = 5
	codesMost = 10 // with one link
	reasonMax = 500
)

// Sheet is what somebody is asked to sign: the answers that concern them, with personal numbers masked, and nothing else
// of the application.
type Sheet struct {
	Service, Agency i18n.Text
	Applicant       string // the first letters
	Role            form.Cosign
	Place           int
	Name            string // whom it was sent to
	Email           string // masked
	Rows            []Row
	Seen            string // identifies what is shown, for AnswerInput
	State           State
	Sent            bool // the application is with the office, and nothing can be answered any more
	CodeSent        bool // a code was sent that works still
	AnsweredAt      time.Time
	ExpiresAt       time.Time
}

// Row is one answer of a Sheet.
type Row struct {
	Label i18n.Text
	Text  string // in the reader's language
}

// Open returns what the holder of a link is asked to sign. Anyone who has the link may; Gone "cosign.link" for one that
// does not work, or no longer.
func (s *Service) Open(ctx context.Context, token string) (Sheet, error) {
	x, err := s.linked(ctx, s.Deps.DB.App, token, false)
	if err != nil {
		return Sheet{}, err
	}
	app, err := application.Get(ctx, s.Deps.DB.App, x.ApplicationID)
	if err != nil {
		return Sheet{}, err
	}
	c, err := s.read(ctx, s.Deps.DB.App, app)
	if err != nil {
		return Sheet{}, err
	}
	role, ok := c.form.Cosigner(x.Role)
	if !ok {
		return Sheet{}, errLink()
	}
	email, err := s.Deps.Keys.Open(ctx, x.Email, sealFor(x.ID))
	if err != nil {
		return Sheet{}, fmt.Errorf("cosign: open: %w", err)
	}
	name, err := s.applicant(ctx, app)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{Service: app.ServiceName, Agency: app.AgencyName, Applicant: privacy.MaskName(name), Role: role, Place: x.Place, Name: x.Name,
		Email: maskEmail(string(email)), State: x.State, Sent: !answerable(app), AnsweredAt: x.AnsweredAt, ExpiresAt: x.ExpiresAt,
		CodeSent: s.Now().Before(x.CodeUntil) && x.CodeTries < codeTries}
	seen, err := s.seen(ctx, app, c, role)
	if err != nil {
		return Sheet{}, err
	}
	if x.State == Agreed && !hmac.Equal(seen, x.Seen) {
		out.State = Void
	}
	out.Seen = base64.RawURLEncoding.EncodeToString(seen)
	out.Rows = rows(c, role, i18n.From(ctx))
	return out, nil
}

// rows are the answers that a role sees, in the order of the form.
func rows(c content, role form.Cosign, l i18n.Locale) []Row {
	var out []Row
	for _, p := range c.form.Ask(c.answers, nil, c.at).Pages {
		for _, f := range p.Fields {
			v := c.answers[f.Code]
			if !role.Sees(f.Code) || !f.Answered() || f.Type == form.Group || len(v) == 0 {
				continue
			}
			text := f.Display(v, l)
			if f.Private() {
				text = f.Mask(text)
			}
			out = append(out, Row{Label: f.Title(), Text: text})
		}
	}
	return out
}

// applicant is the name of who asks.
func (s *Service) applicant(ctx context.Context, app application.Application) (string, error) {
	names, err := s.Deps.Staff.Names(ctx, []uuid.UUID{app.AccountID})
	return names[app.AccountID], err
}

// answerable reports whether it is still open whether somebody agrees.
func answerable(app application.Application) bool {
	return app.Stage == workflow.StageDraft || app.Stage == workflow.StageNeedsCorrection
}

// maskEmail keeps the first letter of an address and its host, by which its owner knows it: "b•••@contoh.id".
func maskEmail(s string) string {
	box, host, _ := strings.Cut(s, "@")
	_, n := utf8.DecodeRuneInString(box)
	return box[:n] + "•••@" + host
}

func errLink() error { return fault.New(fault.Gone, "cosign.link") }

func errCodeOver() error { return fault.Fields([]fault.Field{{Name: "code", Code: "code_over"}}) }

// linked finds the signer of a link that works.
func (s *Service) linked(ctx context.Context, db bun.IDB, token string, lock bool) (Signer, error) {
	hash, ok := credential.HashToken(token)
	if !ok {
		return Signer{}, errLink()
	}
	var x Signer
	q := db.NewSelect().Model(&x).Where("s.tenant_id = ? AND s.token_hash = ? AND s.expires_at > ?", tenancy.Must(ctx), hash, s.Now())
	if lock {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return x, errLink()
	} else if err != nil {
		return x, fmt.Errorf("cosign: link: %w", err)
	}
	return x, nil
}

// SendCode sends the holder of a link a new code, to the address to which the link went. The code before stops working.
// It refuses as Open does, Conflict "cosign.sent" once the application is with the office, and RateLimited
// "cosign.codes" after codesMost.
func (s *Service) SendCode(ctx context.Context, token string) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%06d", n)
	secret, err := s.Deps.Notify.Seal(ctx, code)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		x, app, err := s.signing(ctx, tx, token)
		if err != nil {
			return err
		}
		if x.Codes >= codesMost {
			return &fault.Error{Kind: fault.RateLimited, Code: "cosign.codes", RetryAfter: LinkFor}
		}
		if x.CodeHash, err = s.codeHash(ctx, x, code); err != nil {
			return err
		}
		x.Codes, x.CodeTries, x.CodeUntil = x.Codes+1, 0, s.Now().Add(CodeFor)
		if _, err := tx.NewUpdate().Model(&x).Column("codes", "code_hash", "code_tries", "code_until").WherePK().Exec(ctx); err != nil {
			return err
		}
		l := i18n.Locale(x.Locale)
		return s.Deps.Notify.Send(ctx, tx, notify.Message{
			To: x.ID, Template: "cosign_code", Locale: l, Sealed: secret, Key: fmt.Sprintf("cosign_code:%s:%d:%d", x.ID, x.Asks, x.Codes),
			Data: map[string]string{"service": app.ServiceName.In(l)},
		})
	})
}

func (s *Service) codeHash(ctx context.Context, x Signer, code string) ([]byte, error) {
	return s.Deps.Keys.Hash(ctx, "cosign.code", x.ID.String()+":"+code)
}

// signing locks an application and then its signer, in that order as everywhere, for an act of the link's holder.
func (s *Service) signing(ctx context.Context, tx bun.IDB, token string) (Signer, application.Application, error) {
	x, err := s.linked(ctx, tx, token, false)
	if err != nil {
		return x, application.Application{}, err
	}
	app, err := application.LockAny(ctx, tx, x.ApplicationID)
	if err != nil {
		return x, app, err
	}
	if x, err = s.linked(ctx, tx, token, true); err != nil {
		return x, app, err
	}
	if !answerable(app) {
		return x, app, fault.New(fault.Conflict, "cosign.sent")
	}
	return x, app, nil
}

// AnswerInput is what the holder of a link says.
type AnswerInput struct {
	Code   string
	Agree  bool
	Reason string // of a refusal; may be empty
	Seen   string // of the Sheet to which it is the answer; a refusal may do without
}

// Answer agrees or declines in the name of the link's holder, who proves with the code to be it. Whoever has agreed may
// still decline while the application is not sent. It refuses as SendCode does; Invalid, field "code", for a wrong one, of
// which five use the code up, and, to who agrees, Conflict "cosign.changing" when the answers are not those of the Sheet or
// not complete: the code can be used again for what they are now.
func (s *Service) Answer(ctx context.Context, token string, in AnswerInput) error {
	if utf8.RuneCountInString(in.Reason) > reasonMax {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMax}}})
	}
	code := strings.ReplaceAll(strings.TrimSpace(in.Code), " ", "")
	if err := s.prove(ctx, token, code); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		x, app, err := s.signing(ctx, tx, token)
		if err != nil {
			return err
		}
		proved, err := s.codeHash(ctx, x, code)
		if err != nil {
			return err
		}
		if !hmac.Equal(proved, x.CodeHash) { // another answer has used it since, or a new code was sent
			return errCodeOver()
		}
		c, err := s.read(ctx, tx, app)
		if err != nil {
			return err
		}
		role, ok := c.form.Cosigner(x.Role)
		if !ok {
			return errLink()
		}
		if x.Seen, err = s.seen(ctx, app, c, role); err != nil {
			return err
		}
		if in.Agree && (len(c.faults) > 0 || !in.saw(x.Seen)) {
			return fault.New(fault.Conflict, "cosign.changing")
		}
		act, template := EventAgreed, "agreed"
		x.State, x.Reason = Agreed, ""
		if !in.Agree {
			act, template = EventDeclined, "declined"
			x.State, x.Reason, x.Seen = Declined, strings.TrimSpace(in.Reason), nil
		}
		x.AnsweredAt, x.CodeHash, x.CodeUntil = s.Now(), nil, time.Time{}
		_, err = tx.NewUpdate().Model(&x).Column("state", "reason", "seen", "answered_at", "code_hash", "code_until").WherePK().Exec(ctx)
		if err != nil {
			return err
		}
		p := Place{Role: role, N: x.Place, Signer: &x}
		if err := s.record(ctx, tx, app, p, act, identity.Actor{ID: x.ID, Kind: Kind}, map[string]any{"confirmed": "email"}); err != nil {
			return err
		}
		return s.tellApplicant(ctx, tx, app, p, template)
	})
}

// saw reports whether the answer is to what seen identifies: nobody agrees to what changed under their eyes.
func (in AnswerInput) saw(seen []byte) bool {
	shown, err := base64.RawURLEncoding.DecodeString(in.Seen)
	return err == nil && hmac.Equal(shown, seen)
}

// prove holds a code against the link's, in a transaction of its own, so that a wrong try counts whatever follows it.
func (s *Service) prove(ctx context.Context, token, code string) error {
	bad := fault.Fields([]fault.Field{{Name: "code", Code: "wrong_code"}})
	var wrong error
	err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		x, _, err := s.signing(ctx, tx, token)
		if err != nil {
			return err
		}
		if x.CodeHash == nil || !s.Now().Before(x.CodeUntil) || x.CodeTries >= codeTries {
			wrong = errCodeOver()
			return nil
		}
		hash, err := s.codeHash(ctx, x, code)
		if err != nil {
			return err
		}
		if hmac.Equal(hash, x.CodeHash) {
			return nil
		}
		wrong = bad
		_, err = tx.NewUpdate().Model((*Signer)(nil)).Set("code_tries = code_tries + 1").Where("tenant_id = ? AND id = ?", x.TenantID, x.ID).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return wrong
}

// tellApplicant writes to who asked, in the language in which they apply.
func (s *Service) tellApplicant(ctx context.Context, tx bun.IDB, app application.Application, p Place, how string) error {
	l := i18n.Locale(app.Locale)
	who := p.Role.Title(p.N, l)
	body := l.T("cosign.mail."+how, "who", who, "name", p.Signer.Name, "service", app.ServiceName.In(l))
	if p.Signer.Reason != "" {
		body += "\n\n" + p.Signer.Reason
	}
	return s.Deps.Notify.Send(ctx, tx, notify.Message{
		To: app.AccountID, Template: "generic", Locale: l, Key: fmt.Sprintf("cosign_%s:%s:%d:%d", how, p.Signer.ID, p.Signer.Asks, p.Signer.Codes),
		Data: map[string]string{"title": l.T("cosign.mail.title_"+how, "who", who), "body": body, "path": "/permohonan/" + app.ID.String() + "/persetujuan"},
	})
}
