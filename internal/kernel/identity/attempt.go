package identity

import (
	"context"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Who knows a login must not be able to keep its owner out, and nobody may guess for long. So failures lock a login for
// the place they come from: five are free, and from then on each makes the next wait longer, from half a minute,
// doubling, up to a quarter of an hour. A place is an IPv4 address or the /48 of an IPv6 site, which one customer may
// hold and walk through; for a change of password it is the session. A place gets nine tries into its first quarter of
// an hour and one into every further one, so for a crowd of places each login has a bound of its own: fifty tries in a
// quarter of an hour, after which it waits for all, its owner too, until that has passed. It takes six places to reach
// that bound and fifty to hold it. All of it is counted alike for logins that nobody has.
//
// A code of the second factor is counted by its account alone: who is asked for one has given the password.
const (
	freeFailures = 5
	forgetAfter  = 24 * time.Hour // after which failures no longer count
	triesInAll   = 50
	totalFor     = 15 * time.Minute
)

// How many mails of one purpose go to one address in an hour: few when one network asks, so that a stranger does not
// use up what the owner may ask for, and a bound for all together, so that a crowd cannot flood a mailbox. A crowd that
// uses up the resets has not kept the owner out: it has mailed them links, of which the newest works for an hour, and
// another may be asked for every six minutes. Registrations and resets are counted apart, because a registration mails
// no link that resets anything.
const (
	mailsPerNetwork = 3
	mailsPerHour    = 10
)

// reserve counts one attempt to prove handle, before it is made, so that a burst of parallel guesses is counted too;
// forgive takes it back after success. It returns RateLimited "identity.locked" while waiting, for handles that exist
// and for those that do not.
func (s *Service) reserve(ctx context.Context, handle []byte) error {
	return s.count(ctx, s.DB, handle, nil)
}

// attempt is a try to prove a login with its password.
type attempt struct {
	login []byte // the keyed hash of an address or a number
	here  []byte // the keyed hash of login and the place
}

// reserveLogin is reserve for a login from a place, which forgiveLogin takes back. What is refused is not counted: a
// place that keeps knocking uses up nothing of what the others have.
func (s *Service) reserveLogin(ctx context.Context, login []byte, place string) (attempt, error) {
	here, err := s.Keys.Hash(ctx, useSignIn, hex.EncodeToString(login)+" "+place)
	if err != nil {
		return attempt{}, err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.count(ctx, tx, here, login); err != nil {
			return err
		}
		return s.countTotal(ctx, tx, login)
	})
	return attempt{login: login, here: here}, err
}

func (s *Service) count(ctx context.Context, db bun.IDB, handle, login []byte) error {
	now := s.now()
	var failures []int
	err := db.NewRaw(`
INSERT INTO sign_in_failure AS f (tenant_id, handle, login, failures, last_at, locked_until) VALUES (?0, ?1, ?5, 1, ?2, NULL)
ON CONFLICT (tenant_id, handle) DO UPDATE
   SET failures = CASE WHEN f.last_at < ?3 THEN 1 ELSE f.failures + 1 END,
       last_at = ?2,
       locked_until = CASE WHEN f.last_at >= ?3 AND f.failures + 1 >= ?4 THEN ?2::timestamptz
           + make_interval(secs => least(900, 30 * power(2, least(f.failures + 1 - ?4, 20)))) END
 WHERE f.locked_until IS NULL OR f.locked_until <= ?2
RETURNING failures`, tenancy.Must(ctx), handle, now, now.Add(-forgetAfter), freeFailures, login).Scan(ctx, &failures)
	if err != nil || len(failures) == 1 {
		return err
	}
	var until []time.Time
	err = db.NewRaw(`SELECT locked_until FROM sign_in_failure
		WHERE tenant_id = ? AND handle = ? AND locked_until IS NOT NULL`, tenancy.Must(ctx), handle).Scan(ctx, &until)
	if err != nil {
		return err
	}
	return errLocked(now, until)
}

// countTotal counts one try at a login among those from everywhere.
func (s *Service) countTotal(ctx context.Context, db bun.IDB, login []byte) error {
	now := s.now()
	var tries []int
	err := db.NewRaw(`
INSERT INTO sign_in_total AS t (tenant_id, login, tries, ends_at) VALUES (?0, ?1, 1, ?3)
ON CONFLICT (tenant_id, login) DO UPDATE
   SET tries = CASE WHEN t.ends_at <= ?2 THEN 1 ELSE t.tries + 1 END,
       ends_at = CASE WHEN t.ends_at <= ?2 THEN ?3 ELSE t.ends_at END
 WHERE t.ends_at <= ?2 OR t.tries < ?4
RETURNING tries`, tenancy.Must(ctx), login, now, now.Add(totalFor), triesInAll).Scan(ctx, &tries)
	if err != nil || len(tries) == 1 {
		return err
	}
	var until []time.Time
	err = db.NewRaw(`SELECT ends_at FROM sign_in_total WHERE tenant_id = ? AND login = ?`, tenancy.Must(ctx), login).
		Scan(ctx, &until)
	if err != nil {
		return err
	}
	return errLocked(now, until)
}

// errLocked says how long to wait; a lock that went away meanwhile is a second's wait.
func errLocked(now time.Time, until []time.Time) error {
	wait := time.Second
	if len(until) == 1 {
		wait = max(wait, until[0].Sub(now))
	}
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return &fault.Error{Kind: fault.RateLimited, Code: "identity.locked", Args: []any{"n", minutes}, RetryAfter: wait}
}

func forgive(ctx context.Context, tx bun.IDB, handle []byte) error {
	_, err := tx.NewRaw(`DELETE FROM sign_in_failure WHERE tenant_id = ? AND handle = ?`, tenancy.Must(ctx), handle).Exec(ctx)
	return err
}

// forgiveLogin clears the place that has given the right password. Of the tries from everywhere it takes back its own
// alone: the owner's coming and going gives a crowd no new ones.
func forgiveLogin(ctx context.Context, tx bun.IDB, a attempt) error {
	if err := forgive(ctx, tx, a.here); err != nil {
		return err
	}
	_, err := tx.NewRaw(`UPDATE sign_in_total SET tries = greatest(tries - 1, 0) WHERE tenant_id = ? AND login = ?`,
		tenancy.Must(ctx), a.login).Exec(ctx)
	return err
}

// unlock lifts every lock of logins whose owner has proved their mailbox.
func unlock(ctx context.Context, tx bun.IDB, logins ...[]byte) error {
	for _, table := range []string{"sign_in_failure", "sign_in_total"} {
		_, err := tx.NewRaw(`DELETE FROM ? WHERE tenant_id = ? AND login IN (?)`, bun.Ident(table), tenancy.Must(ctx), bun.List(logins)).
			Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// limitIP bounds how often one network address may try act. Whole towns share an address behind a mobile carrier, so
// the bound is wide and the lock of each login does the fine work. When Redis is away the attempt goes on: that lock is
// in the database.
func (s *Service) limitIP(ctx context.Context, act, ip string, perHour int) error {
	res, err := s.spend(ctx, act+":"+network(ip, subscriberBits), redis_rate.PerHour(perHour))
	if err != nil || res == nil || res.Allowed > 0 {
		return nil
	}
	return &fault.Error{Kind: fault.RateLimited, Code: "identity.too_many", RetryAfter: res.RetryAfter}
}

// mayMail reports whether another mail of a purpose to the address behind handle is decent now, asked for from ip.
func (s *Service) mayMail(ctx context.Context, purpose string, handle []byte, ip string) bool {
	key := "mail:" + purpose + ":" + hex.EncodeToString(handle)
	for _, bound := range []struct { // the network's first: what it refuses must not count against everyone
		key     string
		perHour int
	}{{key + ":" + network(ip, siteBits), mailsPerNetwork}, {key, mailsPerHour}} {
		res, err := s.spend(ctx, bound.key, redis_rate.PerHour(bound.perHour))
		if err == nil && res != nil && res.Allowed == 0 {
			return false
		}
	}
	return true
}

func (s *Service) spend(ctx context.Context, key string, limit redis_rate.Limit) (*redis_rate.Result, error) {
	if s.Limiter == nil {
		return nil, nil
	}
	res, err := s.Limiter.Allow(ctx, "identity:"+tenancy.Must(ctx).String()+":"+key, limit)
	if err != nil {
		s.Log.WarnContext(ctx, "identity: rate limiter unavailable", "err", err)
	}
	return res, err
}

// How much of an IPv6 address is one customer's: at least the /64 of a subscriber, at most the /48 of a site. A limit
// that others feel takes the first; one that concerns a single login or mailbox the second.
const (
	subscriberBits = 64
	siteBits       = 48
)

// Subscriber is what counts as one customer's connection behind an address: an IPv4 address, or the /64 of an IPv6 one, of
// which a subscriber has 2^64 addresses to choose from. Limits by address count these.
func Subscriber(ip string) string { return network(ip, subscriberBits) }

// network is what counts as one place: an IPv4 address, or the first bits of an IPv6 address.
func network(ip string, bits int) string {
	a, err := netip.ParseAddr(strings.TrimSpace(ip))
	if err != nil {
		return "unknown"
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(bits); err == nil {
			return p.String()
		}
	}
	return a.String()
}
