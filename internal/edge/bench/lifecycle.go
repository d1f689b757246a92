package bench

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// LifecycleOptions bounds a measurement of whole lifecycles.
type LifecycleOptions struct {
	Seconds int           // at each size
	Clients int           // residents and officers at work at once
	Rows    []int         // applications in the city beforehand, smallest first
	Think   time.Duration // about how long a person thinks between two steps; zero: not at all
}

// The steps of a lifecycle, in order: a resident submits a finished form, an officer finds it, takes it, begins the
// review and approves it. Each is one request of a browser with a session.
const (
	stepCreate = iota
	stepSearch
	stepAssign
	stepReview
	stepResolve
	stepCount
)

var stepNames = [stepCount]string{"create", "search", "assign", "review", "resolve"}

// lifecycles is what was found at one size.
type lifecycles struct {
	rows    int
	done    int
	elapsed time.Duration
	steps   [stepCount][]time.Duration
	queue   []time.Duration // an officer's list with all its counts, one client, after the rest
	cpu     cpu             // for all of them, without the list
}

func (l lifecycles) rate() float64 { return float64(l.done) / l.elapsed.Seconds() }

// officer is a member of the agency that the applications go to.
type officer struct {
	id    uuid.UUID
	token string
}

// Lifecycle measures how many applications go from submission to approval, over HTTP with real sessions, in a city that
// holds so many applications already, and prints the rate, the times of each step and how the rate falls as the city
// grows. Forms are filled in beforehand, a hundred for each second and size: when all are submitted the size is done.
func Lifecycle(ctx context.Context, out io.Writer, d Deps, o LifecycleOptions) error {
	if o.Seconds < 1 || o.Clients < 1 || len(o.Rows) == 0 || !slices.IsSorted(o.Rows) || o.Rows[0] < 0 {
		return errors.New("bench: --seconds and --clients must be at least 1, and --rows numbers in rising order")
	}
	a, err := connect(ctx, d.SuperURL)
	if err != nil {
		return err
	}
	defer a.close()
	b := &run{Deps: d, Options: Options{Seconds: o.Seconds, Clients: o.Clients}, admin: a}
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	each := o.Seconds * perSecond
	say("Preparing %d residents, each with a finished draft …", each*len(o.Rows))
	if err := b.prepare(ctx, each*len(o.Rows)); err != nil {
		return err
	}
	s, p, err := b.product(ctx, b.Database, Variant{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	w := &worker{run: b, addr: s.addr, options: o}
	if err := w.hire(ctx, p); err != nil {
		return err
	}
	var found []lifecycles
	grown := 0
	for i, rows := range o.Rows {
		if rows > grown {
			say("Filling the city with %d applications …", rows)
		}
		if err := b.grow(ctx, w.officers, grown, rows); err != nil {
			return err
		}
		grown = rows
		say("Measuring at %d applications …", rows)
		l, err := w.measure(ctx, b.drafts[i*each:(i+1)*each])
		if err != nil {
			return err
		}
		l.rows = rows
		found = append(found, l)
	}
	m, err := machineOf(ctx, a)
	if err != nil {
		return err
	}
	return writeLifecycles(out, b, m, o, found)
}

// worker drives the clients.
type worker struct {
	*run
	addr     string
	options  LifecycleOptions
	officers []officer
	first    int // version of a finished draft
	asked    atomic.Int64
}

// hire makes an officer for each client, signed in with the second factor.
func (w *worker) hire(ctx context.Context, p *Program) error {
	ctx = tenancy.With(ctx, p.City)
	conn, err := w.admin.open(ctx, w.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for i := range w.Clients {
		id, err := p.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Petugas Uji", Email: fmt.Sprintf("petugas%d@contoh.id", i), Password: "bench-only-7Q2v",
			Roles: []string{"officer"}, Agency: agency, TOTPSecret: "JBSWY3DPEHPK3PXP"})
		if err != nil {
			return fmt.Errorf("bench: officer: %w", err)
		}
		secret := sha256.Sum256(fmt.Append(nil, "officer of the benchmark ", i))
		o := officer{id: id, token: base64.RawURLEncoding.EncodeToString(secret[:])}
		hash := sha256.Sum256(secret[:])
		_, err = conn.Exec(ctx, `INSERT INTO session (tenant_id, id, account_id, hash, totp_at, created_at, seen_at, idle_at, expires_at, ip, agent)
			VALUES ($1, gen_random_uuid(), $2, decode($3, 'hex'), now(), now(), now() + interval '1 hour', now() + interval '8 hours', now() + interval '8 hours', '', '')`,
			p.City.ID, id, hex.EncodeToString(hash[:]))
		if err != nil {
			return err
		}
		w.officers = append(w.officers, o)
	}
	return conn.QueryRow(ctx, "SELECT version FROM application WHERE id = $1", w.drafts[0].id).Scan(&w.first)
}

// agency is whose the service of the benchmark is.
const agency = "disdukcapil"

// measure takes drafts through their lives until none is left or the time is over.
func (w *worker) measure(ctx context.Context, drafts []draft) (lifecycles, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	each := make([]lifecycles, w.Clients)
	before, start := cpuNow(), time.Now()
	var wg sync.WaitGroup
	for i := range w.Clients {
		wg.Go(func() {
			var s sender
			defer s.close()
			for ctx.Err() == nil && time.Since(start) < time.Duration(w.Seconds)*time.Second {
				n := int(next.Add(1)) - 1
				if n >= len(drafts) {
					return
				}
				if err := w.live(ctx, &s, i, drafts[n], &each[i]); err != nil {
					cancel(fmt.Errorf("bench: lifecycle %d: %w", n, err))
					return
				}
			}
		})
	}
	wg.Wait()
	all := lifecycles{elapsed: time.Since(start), cpu: cpuNow().sub(before)}
	if err := context.Cause(ctx); err != nil {
		return all, err
	}
	for _, l := range each {
		all.done += l.done
		for step := range l.steps {
			all.steps[step] = append(all.steps[step], l.steps[step]...)
		}
	}
	var s sender
	defer s.close()
	for range 50 {
		sent := time.Now()
		if err := s.ask(w.addr, w.request(w.officers[0].token, http.MethodGet, "/petugas/antrean?lihat=saya", nil), http.StatusOK); err != nil {
			return all, err
		}
		all.queue = append(all.queue, time.Since(sent))
	}
	return all, nil
}

// live is one lifecycle. Every step raises the version by one, and a wrong one would be refused.
func (w *worker) live(ctx context.Context, s *sender, client int, d draft, l *lifecycles) error {
	desk, who := "/petugas/permohonan/"+d.id.String(), w.officers[client].token
	version := func(n int) string { return fmt.Sprint(w.first + n) }
	for step, ask := range [stepCount]struct {
		request []byte
		want    int
	}{
		stepCreate: {d.request(), http.StatusSeeOther},
		stepSearch: {w.request(who, http.MethodPost, "/petugas/antrean", url.Values{"q": {d.actor.Name}}), http.StatusSeeOther},
		stepAssign: {w.request(who, http.MethodPost, desk+"/ambil", url.Values{"version": {version(1)}}), http.StatusSeeOther},
		stepReview: {w.request(who, http.MethodPost, desk+"/tindakan", url.Values{"version": {version(2)}, "action": {"start_review"}}), http.StatusSeeOther},
		stepResolve: {w.request(who, http.MethodPost, desk+"/tindakan", url.Values{"version": {version(3)}, "action": {"approve"}, "reason": {"Cocok."}}),
			http.StatusSeeOther},
	} {
		if step > 0 && w.options.Think > 0 {
			select {
			case <-time.After(w.options.Think/2 + rand.N(w.options.Think)):
			case <-ctx.Done():
				return nil
			}
		}
		sent := time.Now()
		if err := s.ask(w.addr, ask.request, ask.want); err != nil {
			return fmt.Errorf("%s: %w", stepNames[step], err)
		}
		if step == stepSearch { // what it found is the page that it leads to
			if err := s.ask(w.addr, w.request(who, http.MethodGet, s.to, nil), http.StatusOK); err != nil {
				return fmt.Errorf("%s: %w", stepNames[step], err)
			}
		}
		l.steps[step] = append(l.steps[step], time.Since(sent))
	}
	l.done++
	return nil
}

// request is what a browser sends for an officer. It comes from one address after another, as from many offices.
func (w *worker) request(token, method, path string, form url.Values) []byte {
	n := int(w.asked.Add(1))
	out := fmt.Appendf(nil, "%s %s HTTP/1.1\r\n%sX-Forwarded-For: %s\r\nCookie: %s=%s\r\n", method, path, headers, address(200+n/perAddress/60000, n), sessionCookie, token)
	if form == nil {
		return append(out, "\r\n"...)
	}
	body := form.Encode()
	return fmt.Appendf(out, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// grow fills the city up: one application in twenty-five is open, in the hands of the officers, and all others were closed
// over the last two years. Each has its story of two events. It writes as the superuser, past policies and foreign keys.
func (b *run) grow(ctx context.Context, officers []officer, from, to int) error {
	if to <= from {
		return nil
	}
	conn, err := b.admin.open(ctx, b.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	ids := make([]uuid.UUID, len(officers))
	for i, o := range officers {
		ids[i] = o.id
	}
	const part = 100_000
	if _, err := conn.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return err
	}
	for ; from < to; from += part {
		last := min(from+part, to)
		for _, sql := range []string{applicationsSQL, eventsSQL} {
			args := []any{b.drafts[0].id, from + 1, last}
			if sql == applicationsSQL {
				args = append(args, ids)
			}
			if _, err := conn.Exec(ctx, sql, args...); err != nil {
				return fmt.Errorf("bench: filling: %w", err)
			}
		}
	}
	for _, sql := range []string{"VACUUM ANALYZE application", "VACUUM ANALYZE application_event", "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("bench: filling: %w", err)
		}
	}
	return nil
}

const applicationsSQL = `
INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short, account_id, channel, locale,
	form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, sealed, subject_hash, phone_hash, applicant_name, name_key,
	submit_key, submitted_at, due_at, decided_at, outcome, on_time, closed_at, assignee_id, queue_rank, queue_at, created_at, updated_at)
SELECT d.tenant_id, md5('bench' || i)::uuid, 'BTM-20-' || lpad(i::text, 7, '0') || '-X', md5('receipt' || i), d.service_code, d.service_name, d.agency_code, d.agency_name,
	d.agency_short, d.account_id, 'web', 'id', d.form_code, d.form_version, d.workflow_code, d.workflow_version, CASE WHEN o.open THEN 'in_review' ELSE 'completed' END,
	CASE WHEN o.open THEN 'in_review' ELSE 'completed' END, CASE WHEN o.open THEN 'running' ELSE 'stopped' END, 4, d.answers, d.sealed, sha256(i::text::bytea), sha256('x'),
	'Penduduk Lama ' || i, 'penduduk lama ' || i, 'bench' || i, t.at, t.at + interval '3 days', CASE WHEN NOT o.open THEN t.at + interval '2 days' END,
	CASE WHEN o.open THEN '' ELSE 'approved' END, CASE WHEN NOT o.open THEN true END, CASE WHEN NOT o.open THEN t.at + interval '2 days' END,
	($4::uuid[])[i % cardinality($4::uuid[]) + 1], CASE WHEN o.open THEN 0 ELSE 2 END, t.at + interval '3 days', t.at, t.at
FROM application d, generate_series($2::int, $3::int) i, LATERAL (SELECT i % 25 = 0 AS open) o,
	LATERAL (SELECT now() - CASE WHEN o.open THEN i % 3000 * interval '1 minute' ELSE interval '3 days' + i % 1000000 * interval '1 minute' END AS at) t
WHERE d.id = $1`

const eventsSQL = `
INSERT INTO application_event (tenant_id, id, application_id, at, version, action, from_state, to_state, actor_id, actor_kind, public)
SELECT d.tenant_id, gen_random_uuid(), md5('bench' || i)::uuid, now(), n, CASE WHEN n = 2 THEN 'submitted' ELSE 'start_review' END, '', '', d.account_id, 'resident', true
FROM application d, generate_series($2::int, $3::int) i, generate_series(2, 3) n WHERE d.id = $1`

func writeLifecycles(out io.Writer, b *run, m machine, o LifecycleOptions, found []lifecycles) error {
	fmt.Fprintf(out, "\n%s\n", m.line())
	think := "without think time"
	if o.Think > 0 {
		think = "thinking about " + o.Think.String() + " between two steps"
	}
	fmt.Fprintf(out, "%d clients over loopback HTTP on the same machine, %s, %d connections to the database\n\n", b.Clients, think, b.Conns)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "applications\tlifecycles\tper second\t")
	for _, name := range stepNames {
		fmt.Fprintf(w, "%s p50\tp95\tp99\t", name)
	}
	fmt.Fprint(w, "list p50\tp95\tp99\t\n")
	for _, l := range found {
		fmt.Fprintf(w, "%d\t%d\t%.1f\t", l.rows, l.done, l.rate())
		for _, took := range append(l.steps[:], l.queue) {
			s := sample{took: took}
			for _, q := range []float64{.5, .95, .99} {
				fmt.Fprintf(w, "%.1f\t", float64(s.quantile(q).Microseconds())/1000)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\napplications\tCPU time of a lifecycle\tproduct and clients\tPostgreSQL\tRedis\t\n")
	for _, l := range found {
		of := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(max(l.done, 1)) }
		fmt.Fprintf(w, "%d\t%.1f\t%.1f\t%.1f\t%.1f\t\n", l.rows, of(l.cpu.product+l.cpu.postgres+l.cpu.redis), of(l.cpu.product), of(l.cpu.postgres), of(l.cpu.redis))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	first, last := found[0], found[len(found)-1]
	_, err := fmt.Fprintf(out, `
Slope: %.2f of the rate at %d applications is left at %d. Times are in milliseconds.

A lifecycle is five requests of a browser with a session: a resident submits a finished form, an officer finds it by the name,
takes it, begins the review, approves it. All of the product is in it but the background: documents and messages wait
in the outbox. The list is an officer's own work with the counts of all views, asked for by one client alone. CPU time
depends less than the rate on what else the machine does.
`, last.rate()/first.rate(), first.rows, last.rows)
	return err
}

// letters spells a number, for a name that no other has.
func letters(n int) string {
	var b strings.Builder
	for range 5 {
		b.WriteByte(byte('a' + n%26))
		n /= 26
	}
	return b.String()
}
