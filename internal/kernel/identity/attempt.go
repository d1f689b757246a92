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

const (
	freeFailures = 5              // attempts before waiting begins
	forgetAfter  = 24 * time.Hour // after which failures no longer count
)

// How many mails of one purpose go to one address in an hour: few when one network asks, so that a stranger does not use
// up what the owner may ask for, and a bound for all together, so that a crowd cannot flood a mailbox. A crowd that uses
// up the resets has not kept the owner out: it has mailed them links, of which the newest works for an hour, and another
// may be asked for every six minutes. Registrations and resets are counted apart, because a registration mails no link
// that resets anything.
const (
	mailsPerNetwork = 3
	mailsPerHour    = 10
)

// reserve counts one attempt to prove handle, before it is made, so that a burst of parallel guesses is counted too;
// forgive takes it back after success. From the fifth failure on each one makes the next wait longer: half a minute,
// doubling up to a quarter of an hour. It returns RateLimited "identity.locked" while waiting, for handles that exist
// and for those that do not.
func (s *Service) reserve(ctx context.Context, handle []byte) error {
	now := s.now()
	var failures []int
	err := s.DB.NewRaw(`
INSERT INTO sign_in_failure AS f (tenant_id, handle, failures, last_at, locked_until) VALUES (?0, ?1, 1, ?2, NULL)
ON CONFLICT (tenant_id, handle) DO UPDATE
   SET failures = CASE WHEN f.last_at < ?3 THEN 1 ELSE f.failures + 1 END,
       last_at = ?2,
       locked_until = CASE WHEN f.last_at >= ?3 AND f.failures + 1 >= ?4 THEN ?2::timestamptz
           + make_interval(secs => least(900, 30 * power(2, least(f.failures + 1 - ?4, 20)))) END
 WHERE f.locked_until IS NULL OR f.locked_until <= ?2
RETURNING failures`, tenancy.Must(ctx), handle, now, now.Add(-forgetAfter), freeFailures).Scan(ctx, &failures)
	if err != nil {
		return err
	}
	if len(failures) == 1 {
		return nil
	}
	var until []time.Time
	err = s.DB.NewRaw(`SELECT locked_until FROM sign_in_failure
		WHERE tenant_id = ? AND handle = ? AND locked_until IS NOT NULL`,
		tenancy.Must(ctx), handle).Scan(ctx, &until)
	if err != nil {
		return err
	}
	wait := time.Second
	if len(until) == 1 {
		wait = max(wait, until[0].Sub(now))
	}
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return &fault.Error{Kind: fault.RateLimited, Code: "identity.locked", Args: []any{"n", minutes}, RetryAfter: wait}
}

func forgive(ctx context.Context, tx bun.IDB, handles ...[]byte) error {
	_, err := tx.NewRaw(`DELETE FROM sign_in_failure WHERE tenant_id = ? AND handle IN (?)`,
		tenancy.Must(ctx), bun.List(handles)).Exec(ctx)
	return err
}

// limitIP bounds how often one network address may try act. Whole towns share an address behind a mobile carrier, so
// the bound is wide and the lock of each login does the fine work. When Redis is away the attempt goes on: that lock is
// in the database.
func (s *Service) limitIP(ctx context.Context, act, ip string, perHour int) error {
	res, err := s.spend(ctx, act+":"+network(ip), redis_rate.PerHour(perHour))
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
	}{{key + ":" + network(ip), mailsPerNetwork}, {key, mailsPerHour}} {
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

// network is what counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber holds.
func network(ip string) string {
	a, err := netip.ParseAddr(strings.TrimSpace(ip))
	if err != nil {
		return "unknown"
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
