package casework

import (
	"encoding/base64"
	"strings"
	"testing"

	"bedelau/internal/kernel/identity"
)

// names lists the applicants of a page, which is how the tests below tell rows apart.
func names(rows []Application) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ApplicantName)
	}
	return strings.Join(out, " ")
}

func TestTheQueueByDeadline(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	apply := func(name, at string, n int) Application {
		st.on(t, at)
		return st.submitted(t, st.resident(t, st.ctx, name), nikOf(n))
	}
	act := func(app Application, action, reason string) Application {
		in := ActInput{ID: app.ID, Action: action, Version: app.Version, Reason: reason}
		if action == "request_correction" {
			in.Fields = []string{"file_kk"}
		}
		app, err := st.Act(st.ctx, budi, in)
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
	late := apply("Late", "2026-11-16 09:00", 1)
	waits := apply("Waits", "2026-11-20 09:00", 2)
	done := apply("Done", "2026-11-20 10:00", 3)
	ready := apply("Ready", "2026-11-20 11:00", 4)
	apply("Second", "2026-11-24 09:00", 5)
	apply("First", "2026-11-23 09:00", 6)
	st.on(t, "2026-11-24 10:00")
	act(waits, "request_correction", "Buram.")
	act(act(ready, "start_review", ""), "approve", "Cocok.")
	done = act(act(act(done, "start_review", ""), "approve", "Cocok."), "hand_over", "")
	if _, err := st.Claim(st.ctx, dewi, late.ID, late.Version, false); err != nil {
		t.Fatal(err)
	}
	elsewhere := st.offer
	st.offer.Agency = "dinkes"
	apply("Other", "2026-11-24 11:00", 7)
	st.offer = elsewhere

	for _, tt := range []struct {
		who  identity.Actor
		view View
		want string
	}{
		{budi, ViewAll, "Late First Second Ready Waits"},
		{budi, ViewUnassigned, "First Second"},
		{budi, ViewMine, "Ready"},
		{dewi, ViewMine, "Late"},
		{budi, ViewLate, "Late"},
		{budi, ViewWaiting, "Waits"},
		{budi, ViewDone, "Done"},
		{st.officer(t, "Kepala", "dinkes", "agency_head"), ViewAll, "Other"},
		{st.officer(t, "Admin", "", "city_admin"), ViewAll, "Late First Other Second Ready Waits"},
	} {
		q, err := st.Queue(st.ctx, tt.who, QueueFilter{View: tt.view})
		if err != nil {
			t.Fatal(err)
		}
		got := names(q.Rows)
		if tt.view == ViewAll && tt.who.Name == "Admin" {
			got = strings.Replace(got, "Second Other", "Other Second", 1) // due at the same moment
		}
		if got != tt.want || q.Counts[tt.view] != len(q.Rows) {
			t.Errorf("%s of %s: %s, counted %d; want %s", tt.view, tt.who.Name, got, q.Counts[tt.view], tt.want)
		}
	}
	st.on(t, "2026-12-30 10:00") // done more than thirty days ago
	if q, err := st.Queue(st.ctx, budi, QueueFilter{View: ViewDone}); err != nil || len(q.Rows) != 0 || q.Counts[ViewDone] != 0 {
		t.Errorf("done long ago: %v, %v", q.Counts, err)
	}
	if q, err := st.Queue(st.ctx, budi, QueueFilter{Search: done.Number}); err != nil || names(q.Rows) != "Done" {
		t.Errorf("search finds %s, %v", names(q.Rows), err)
	}
	_, err := st.Queue(st.ctx, st.resident(t, st.ctx, "Siti"), QueueFilter{})
	wants(t, err, "access.denied")
}

func TestPagesOfTheQueueMeetWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.fill(t, 60)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	for _, view := range []View{ViewAll, ViewDone} {
		seen, cursor := map[string]bool{}, ""
		for {
			q, err := st.Queue(st.ctx, budi, QueueFilter{View: view, Limit: 7, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range q.Rows {
				if seen[r.Number] {
					t.Fatalf("%s comes twice", r.Number)
				}
				seen[r.Number] = true
			}
			if cursor = q.Next; cursor == "" {
				if len(seen) != q.Counts[view] {
					t.Errorf("%s: %d rows, counted %d", view, len(seen), q.Counts[view])
				}
				break
			}
		}
	}
	for _, bad := range []string{"x", "%%%", base64.RawURLEncoding.EncodeToString([]byte("0 1 2")), base64.RawURLEncoding.EncodeToString([]byte("999 -1 " + st.w.Batam.ID.String()))} {
		_, err := st.Queue(st.ctx, budi, QueueFilter{Cursor: bad})
		wants(t, err, "request.cursor")
	}
	_, err := st.Queue(st.ctx, budi, QueueFilter{View: "everything"})
	wants(t, err, "input.invalid")
}

func TestSearchByNumberAndByTheBeginningOfAName(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.fill(t, 40)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	siti := st.submitted(t, st.resident(t, st.ctx, "Siti Rahma"), sitiNIK)
	for _, tt := range []struct {
		typed string
		want  int
	}{
		{"siti", 1}, {"SITI  RAHMA", 1}, {"Siti Rahma", 1}, {"Rahma", 0},
		{siti.Number, 1}, {strings.ToLower(strings.ReplaceAll(siti.Number, "-", "")), 1}, {siti.Number[:12], 1},
		{"Warga 000", 9}, {"BTM-26-", 25}, {"%", 0}, {"_", 0}, {"' OR 1=1 --", 0}, {"\xff\x00", 25}, {strings.Repeat("w", 100_000), 0},
	} {
		q, err := st.Queue(st.ctx, budi, QueueFilter{Search: tt.typed})
		if err != nil || len(q.Rows) != tt.want || q.More != (tt.want == 25) {
			t.Errorf("%.40q finds %d, more %v, %v; want %d", tt.typed, len(q.Rows), q.More, err, tt.want)
		}
	}
	q, err := st.Queue(st.ctx, st.officer(t, "Lain", "dinkes", "officer"), QueueFilter{Search: siti.Number})
	if err != nil || len(q.Rows) != 0 {
		t.Errorf("another agency finds %d, %v", len(q.Rows), err)
	}
}

// fill writes n submitted applications straight into the table, a third of them closed.
func (st *stage) fill(t testing.TB, n int) {
	t.Helper()
	who := st.resident(t, st.ctx, "Warga")
	_, err := st.w.DB.App.NewRaw(`INSERT INTO application (tenant_id, id, number, receipt_token, service_code, service_name, agency_code,
			agency_name, agency_short, account_id, channel, locale, form_code, form_version, workflow_code, workflow_version, state, stage, clock, version,
			answers, subject_hash, phone_hash, applicant_name, name_key, submit_key, submitted_at, due_at, closed_at, queue_rank, queue_at, created_at, updated_at)
		SELECT ?, gen_random_uuid(), 'BTM-26-' || lpad(i::text, 5, '0') || '-X', md5(i::text), 'ktp-el-hilang', '{}', 'disdukcapil', '{}', 'D', ?, 'web', 'id',
			'ktp-el-hilang', 1, 'adminduk', 1, CASE WHEN i % 3 = 0 THEN 'completed' ELSE 'submitted' END, CASE WHEN i % 3 = 0 THEN 'completed' ELSE 'received' END,
			CASE WHEN i % 3 = 0 THEN 'stopped' ELSE 'running' END, 2, '{}', 'x', 'x', 'Warga ' || lpad(i::text, 4, '0'), 'warga ' || lpad(i::text, 4, '0'),
			'k' || i, ?::timestamptz - interval '5 days', ?::timestamptz + i * interval '7 minutes', CASE WHEN i % 3 = 0 THEN ?::timestamptz - i * interval '1 minute' END,
			CASE WHEN i % 3 = 0 THEN 2 ELSE 0 END, ?::timestamptz + (i / 2) * interval '7 minutes', now(), now()
		FROM generate_series(1, ?) i`, st.w.Batam.ID, who.ID, st.clock(), st.clock(), st.clock(), st.clock(), n).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheQueueCountsExactly(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.fill(t, 200)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	agency, err := st.within(st.ctx, budi)
	if err != nil {
		t.Fatal(err)
	}
	counted, err := st.count(st.ctx, st.w.DB.App, budi, agency)
	if err != nil || counted[ViewAll] != 134 || counted[ViewDone] != 66 || counted[ViewUnassigned] != 134 {
		t.Errorf("counts %v, %v", counted, err)
	}
}
