package inbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// desk is the inbox on a database of its own, with a clock that the test moves.
type desk struct {
	*Service
	w   *pgtest.World
	ctx context.Context // Batam

	mu sync.Mutex
	at time.Time
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)} // a Tuesday, 10:00 WIB
	d.Service = New(Deps{DB: w.DB, Guard: guard, Keys: keys, Number: number, Now: func() time.Time {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.at
	}})
	return d
}

// number stands in for casework's own reading, which also checks the last character.
func number(typed string) (string, error) {
	s := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	if len(s) != 11 || !strings.HasPrefix(s, "BTM26") {
		return "", errors.New("no number")
	}
	return s[:3] + "-" + s[3:5] + "-" + s[5:10] + "-" + s[10:], nil
}

func (d *desk) on(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = at
}

func (d *desk) officer(name, agency string, roles ...string) identity.Actor {
	return identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: d.w.Batam.ID, Kind: identity.Staff, Name: name, Agency: agency, Roles: roles, TOTP: true}
}

// item is one application as a list sees it. What is empty is as for most.
type item struct {
	name, agency, service, stage, channel string
	holder                                identity.Actor
	rank                                  int
	sent, due, closed                     time.Time
}

// put writes applications straight into the tables as the superuser, past foreign keys: nothing here reads what they
// point at. It returns their ids.
func (d *desk) put(t testing.TB, items ...item) []uuid.UUID {
	t.Helper()
	conn := d.super(t)
	var ids []uuid.UUID
	for i, x := range items {
		id, or := uuid.Must(uuid.NewV7()), func(s, other string) string {
			if s == "" {
				return other
			}
			return s
		}
		if x.sent.IsZero() {
			x.sent = d.at.Add(-time.Hour)
		}
		var closed, holder any
		if !x.closed.IsZero() {
			closed = x.closed
		}
		if x.holder.SignedIn() {
			holder = x.holder.ID
		}
		_, err := conn.Exec(t.Context(), insertSQL+` VALUES ($1, $2, $3, $4, $5, '{"id": "Kartu tanda penduduk hilang"}', $6, '{}', 'D', $2, $7, 'id', 'f', 1, 'w', 1,
			'x', $8, 'running', 2, '{}', $9, 'x', $10, $11, $4, $12, $13, $14, $15, $16, $13, now(), now())`,
			d.w.Batam.ID, id, fmt.Sprintf("BTM-26-%05d-X", d.serial(t, conn)), id.String(), or(x.service, "ktp-el-hilang"), or(x.agency, "disdukcapil"),
			or(x.channel, "web"), or(x.stage, "received"), []byte{byte(i)}, x.name, nameKey(x.name), x.sent, or2(x.due, x.sent), closed, holder, x.rank)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func or2(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// serial is a number that no application has.
func (d *desk) serial(t testing.TB, conn *pgx.Conn) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM application").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n + 1
}

const insertSQL = `INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code, agency_name, agency_short,
	account_id, channel, locale, form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, subject_hash, phone_hash,
	applicant_name, name_key, submit_key, submitted_at, due_at, closed_at, assignee_id, queue_rank, queue_at, created_at, updated_at)`

func (d *desk) super(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	// Vacuum marks a page as visible to all only when the commits of its rows are known to be on disk.
	for _, sql := range []string{"SET session_replication_role = replica", "SET synchronous_commit = on"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

// fill writes n applications of two agencies and 40 officers: one in ten is open, the others were closed over the years.
func (d *desk) fill(t testing.TB, n int, officers []identity.Actor) {
	t.Helper()
	conn := d.super(t)
	ids := make([]uuid.UUID, len(officers))
	for i, o := range officers {
		ids[i] = o.ID
	}
	_, err := conn.Exec(t.Context(), strings.Replace(insertSQL, "tenant_id,", "district_code, subdistrict_code, tenant_id,", 1)+`
		SELECT '21.71.' || lpad((i / 10 % 12 + 1)::text, 2, '0'), '21.71.' || lpad((i / 10 % 12 + 1)::text, 2, '0') || '.1001',
			$1, gen_random_uuid(), 'BTM-26-' || lpad(i::text, 7, '0') || '-X', md5(i::text), 'layanan-' || i % 20, '{"id": "Kartu tanda penduduk hilang"}',
			CASE WHEN i % 4 = 0 THEN 'dinkes' ELSE 'disdukcapil' END, '{}', 'D', $1, CASE WHEN i % 7 = 0 THEN 'api' ELSE 'web' END, 'id', 'f', 1, 'w', 1,
			'x', CASE WHEN i % 10 > 0 THEN 'completed' WHEN i % 3 = 0 THEN 'in_review' ELSE 'received' END, 'running', 2, '{}', sha256(i::text::bytea), 'x',
			'Warga ' || lpad(i::text, 7, '0'), 'warga ' || lpad(i::text, 7, '0'), i::text, $2::timestamptz - i * interval '3 minutes',
			$2::timestamptz + (i % 5000 - 1000) * interval '7 minutes', CASE WHEN i % 10 > 0 THEN $2::timestamptz - i * interval '2 minutes' END,
			CASE WHEN i % 20 > 0 THEN ($3::uuid[])[i / 10 % cardinality($3::uuid[]) + 1] END, CASE WHEN i % 10 > 0 THEN 2 WHEN i % 50 = 0 THEN 3 ELSE 0 END,
			$2::timestamptz + (i % 5000 - 1000) * interval '7 minutes', now(), now()
		FROM generate_series(1, $4::int) i`, d.w.Batam.ID, d.at, ids, n)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), `INSERT INTO application_event (tenant_id, id, application_id, agency_code, at, version, action, actor_id, actor_kind, public, message)
		SELECT tenant_id, gen_random_uuid(), id, agency_code, submitted_at, 1, 'note', id, 'staff', false, 'Berkas ' || number || CASE WHEN right(number, 4) = '07-X' THEN ' langka' ELSE '' END
		FROM application WHERE tenant_id = $1`, d.w.Batam.ID)
	if err == nil {
		_, err = conn.Exec(t.Context(), `INSERT INTO application_answer (tenant_id, application_id, agency_code, at, words)
			SELECT tenant_id, id, agency_code, submitted_at, to_tsvector('simple', 'hilang di pasar ' || number) FROM application WHERE tenant_id = $1`, d.w.Batam.ID)
	}
	if err == nil {
		_, err = conn.Exec(t.Context(), "UPDATE application SET step_due_at = queue_at - interval '1 day' WHERE tenant_id = $1 AND closed_at IS NULL AND service_code = 'layanan-10'", d.w.Batam.ID)
	}
	if err == nil {
		_, err = conn.Exec(t.Context(), "VACUUM ANALYZE application, application_event, application_answer")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// appOf is the id of the nth of ten apps.
func appOf(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n%10)) }

const tellSQL = `INSERT INTO external_application (tenant_id, id, app_id, reference, agency, service, stage, label, service_name, stage_at, stage_event,
	stamps, name_masked, first_at, closed_at, queue_rank, queue_at, updated_at)`

// tell writes what the agencies' apps tell of, as put does; the name is the app's own reference.
func (d *desk) tell(t testing.TB, app int, items ...item) []uuid.UUID {
	t.Helper()
	conn := d.super(t)
	var ids []uuid.UUID
	for _, x := range items {
		var closed any
		if !x.closed.IsZero() {
			closed = x.closed
		}
		id, sent := uuid.Must(uuid.NewV7()), or2(x.sent, d.at.Add(-time.Hour))
		_, err := conn.Exec(t.Context(), tellSQL+` VALUES ($1, $2, $3, $4, $5, $6, $7, 'Menunggu cetak', '{"id": "Izin usaha"}', $8, 'e', '{}', 'B•••', $8, $9, $10, $11, now())`,
			d.w.Batam.ID, id, appOf(app), x.name, cmp.Or(x.agency, "disdukcapil"), cmp.Or(x.service, "izin-usaha"), cmp.Or(x.stage, "in_review"),
			sent, closed, x.rank, or2(x.due, sent))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// fillApps writes n applications of ten apps of two agencies: one in ten is open.
func (d *desk) fillApps(t testing.TB, n int) {
	t.Helper()
	conn := d.super(t)
	var apps []uuid.UUID
	for i := range 10 {
		apps = append(apps, appOf(i))
	}
	_, err := conn.Exec(t.Context(), tellSQL+`
		SELECT $1, gen_random_uuid(), ($3::uuid[])[i % 10 + 1], 'SIP/' || lpad(i::text, 7, '0'), CASE WHEN i % 4 = 0 THEN 'dinkes' ELSE 'disdukcapil' END, 'layanan-' || i % 20,
			CASE WHEN i % 10 > 0 THEN 'completed' ELSE 'in_review' END, '', '{"id": "Izin usaha"}', $2, 'e', '{}', 'B•••', $2::timestamptz - i * interval '3 minutes',
			CASE WHEN i % 10 > 0 THEN $2::timestamptz - i * interval '9 minutes' END, CASE WHEN i % 10 > 0 THEN 2 WHEN i % 50 = 0 THEN 3 ELSE 0 END,
			$2::timestamptz + (i % 5000 - 1000) * interval '7 minutes', now()
		FROM generate_series(1, $4::int) i`, d.w.Batam.ID, d.at, apps, n)
	if err == nil {
		_, err = conn.Exec(t.Context(), "VACUUM ANALYZE external_application")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// names are those of the applicants, or an app's references, which is how the tests tell applications apart.
func (d *desk) names(t testing.TB, items []Item) string {
	t.Helper()
	var out []string
	for _, x := range items {
		sql := "SELECT applicant_name FROM application WHERE tenant_id = ? AND id = ?"
		if x.Elsewhere {
			sql = "SELECT reference FROM external_application WHERE tenant_id = ? AND id = ?"
		}
		var name string
		err := d.w.DB.App.NewRaw(sql, tenancy.Must(d.ctx), x.ID).Scan(d.ctx, &name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func wants(t testing.TB, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}
