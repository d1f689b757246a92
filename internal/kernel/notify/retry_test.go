package notify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// tries is how often the jobs of Batam have run.
func (d *desk) tries(t *testing.T) int {
	t.Helper()
	var n int
	if err := d.DB.App.NewRaw("SELECT coalesce(sum(attempts), 0) FROM outbox WHERE kind = 'notify.send.v1'").Scan(d.Ctx(d.Batam), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMailWaitsForItsServer has trouble that is no answer to the mail, for more tries than a refused mail has, and then
// none.
func TestMailWaitsForItsServer(t *testing.T) {
	t.Parallel()
	const trouble = 40
	first := func(code int) func(int) error {
		return func(n int) error {
			if n <= trouble {
				return &smtp.SMTPError{Code: code, Message: "not now, not you"}
			}
			return nil
		}
	}
	for name, srv := range map[string]*server{
		"it talks to nobody":        {greet: first(554)},
		"it wants a sign-in":        {sender: first(530)},
		"it does not know us":       {sender: first(550)},
		"it is closing":             {answer: first(421)},
		"it wants another password": {answer: first(535)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host, port := srv.start(t)
			d := newDesk(t, func(deps *notify.Deps) { deps.SMTP.Host, deps.SMTP.Port = host, port })
			d.send(t, d.Batam, submitted(""))
			eventually(t, "sent", func() bool { return d.status(t, d.Batam).Status == "sent" })
			if got := d.status(t, d.Batam); got.Attempts != 0 || len(srv.mails()) != 1 {
				t.Errorf("%+v, %d mails", got, len(srv.mails()))
			}
		})
	}
	t.Run("there is none", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, func(deps *notify.Deps) { deps.SMTP.Host = "" })
		d.send(t, d.Batam, submitted(""))
		eventually(t, "tried often", func() bool { return d.tries(t) > trouble })
		if got := d.status(t, d.Batam); got.Status != "queued" || got.Attempts != 0 {
			t.Errorf("%+v", got)
		}
		if waiting, lost, err := d.Backlog(d.Ctx(d.Batam)); err != nil || waiting != 1 || lost != 0 {
			t.Errorf("%d wait, %d given up, %v", waiting, lost, err)
		}
	})
}

// TestGivenUpMailIsSentAgain has no server for two weeks; then the operator mends it and sends again.
func TestGivenUpMailIsSentAgain(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	var later atomic.Int64
	srv := &server{greet: func(int) error {
		if !up.Load() {
			return errors.New("down")
		}
		return nil
	}}
	host, port := srv.start(t)
	d := newDesk(t, func(deps *notify.Deps) {
		deps.SMTP.Host, deps.SMTP.Port = host, port
		deps.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	})
	d.send(t, d.Batam, submitted(""))
	account := event.AccountMail{AccountID: budi, Purpose: "password_reset"}
	sealed, err := d.keys.Seal(d.Ctx(d.Batam), []byte("token"), event.AccountMailUse)
	if err != nil {
		t.Fatal(err)
	}
	account.Sealed = base64.StdEncoding.EncodeToString(sealed)
	err = tenancy.InTx(d.Ctx(d.Batam), d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return event.Publish(ctx, tx, d.bus, account)
	})
	if err != nil {
		t.Fatal(err)
	}
	backlog := func(waiting, lost int) bool {
		w, l, err := d.Backlog(d.Ctx(d.Batam))
		if err != nil {
			t.Fatal(err)
		}
		return w == waiting && l == lost
	}
	eventually(t, "both wait", func() bool { return backlog(2, 0) })
	later.Store(int64(14*24*time.Hour - time.Minute))
	before := d.tries(t)
	eventually(t, "both wait still", func() bool { return backlog(2, 0) && d.tries(t) > before+1 })
	later.Store(int64(14*24*time.Hour + time.Minute))
	eventually(t, "both are given up", func() bool { return backlog(0, 2) })

	up.Store(true)
	if again, left, err := d.Retry(d.Ctx(d.Other)); err != nil || again != 0 || left != 0 {
		t.Errorf("another city: %d again, %d left, %v", again, left, err)
	}
	if again, left, err := d.Retry(d.Ctx(d.Batam)); err != nil || again != 1 || left != 1 {
		t.Errorf("%d again, %d left, %v; want the application's again, and the link left", again, left, err)
	}
	eventually(t, "sent", func() bool { return backlog(0, 1) })
	if n := len(srv.mails()); n != 1 || d.announced() != 1 {
		t.Errorf("%d mails, %d facts", n, d.announced())
	}
	if again, left, err := d.Retry(d.Ctx(d.Batam)); err != nil || again != 0 || left != 1 {
		t.Errorf("a second time: %d again, %d left, %v", again, left, err)
	}
	if _, _, err := d.Retry(t.Context()); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("without a city: %v", err)
	}
}
