package document

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
)

func TestTheRegister(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	tpl.ValidityMonths = 1
	v := st.published(t, tpl)
	var all []Document
	for i := range 5 {
		st.set(st.clock().Add(time.Minute))
		r := asked(f, tpl, v)
		r.SubjectNumber = fmt.Sprintf("BTM-26-0000%d-X", i)
		if i == 4 {
			r.Agency.Code, r.Service = "disdukcapil", "lain"
		}
		all = append(all, st.made(t, r))
	}
	head, admin := st.staff("dinkes", "agency_head"), st.staff("", "city_admin")
	if _, err := st.Revoke(st.ctx, head, all[1].ID, "Keterangan palsu"); err != nil {
		t.Fatal(err)
	}
	list := func(f Filter) (numbers []string) {
		t.Helper()
		for {
			page, next, err := st.List(st.ctx, admin, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page {
				numbers = append(numbers, d.SubjectNumber[7:12])
			}
			if f.Cursor = next; next == "" {
				return numbers
			}
		}
	}
	for _, tt := range []struct {
		name string
		f    Filter
		want []string
	}{
		{"everything, page by page", Filter{Limit: 2}, []string{"00004", "00003", "00002", "00001", "00000"}},
		{"revoked", Filter{Status: Revoked}, []string{"00001"}},
		{"a service", Filter{Service: "lain"}, []string{"00004"}},
		{"the beginning of a number", Filter{Search: "003/"}, []string{"00002"}},
		{"an application", Filter{Search: "btm-26-00003-x"}, []string{"00003"}},
		{"since the third", Filter{From: all[2].IssuedAt, To: all[3].IssuedAt}, []string{"00002"}},
		{"expired, before they are", Filter{Status: Expired}, nil},
	} {
		if got := list(tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	st.set(st.clock().AddDate(0, 2, 0))
	if got := list(Filter{Status: Expired}); len(got) != 4 {
		t.Errorf("expired: %v", got)
	}
	if got := list(Filter{Status: Valid}); got != nil {
		t.Errorf("valid: %v", got)
	}
	if page, _, err := st.List(st.ctx, head, Filter{}); err != nil || len(page) != 4 {
		t.Errorf("a head sees %d, %v", len(page), err)
	}
	if page, _, err := st.List(st.ctx, st.staff("", "agency_head"), Filter{}); err != nil || len(page) != 0 {
		t.Errorf("a head of no office sees %d, %v", len(page), err)
	}
	_, _, err := st.List(st.ctx, st.staff("dinkes", "officer"), Filter{})
	wants(t, err, "access.denied")
	_, _, err = st.List(st.ctx, admin, Filter{Cursor: "x"})
	wants(t, err, "document.bad_cursor")
}

// TestHoldersAreRemindedOnce for each of the template's days, as time passes.
func TestHoldersAreRemindedOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	var told []int
	event.OnTx(st.d.Bus, func(_ context.Context, _ bun.IDB, f event.DocumentExpiring) error {
		told = append(told, f.Days)
		return nil
	})
	f, tpl := permit()
	tpl.ValidityMonths, tpl.Reminders = 12, []int{90, 30, 7}
	r := asked(f, tpl, st.published(t, tpl))
	r.HolderID = uuid.NullUUID{UUID: uuid.New(), Valid: true}
	d := st.made(t, r)
	nobody := asked(f, tpl, r.Version) // without an account
	st.made(t, nobody)
	ended := asked(f, tpl, r.Version)
	ended.HolderID = r.HolderID
	if _, err := st.Revoke(st.ctx, st.staff("dinkes", "agency_head"), st.made(t, ended).ID, "Dicabut saja"); err != nil {
		t.Fatal(err)
	}
	run := func(before time.Duration) []int {
		t.Helper()
		told = nil
		st.set(d.ValidUntil.Add(-before))
		for range 2 {
			err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.remind(ctx, tx, st.clock()) })
			if err != nil {
				t.Fatal(err)
			}
		}
		return told
	}
	const day = 24 * time.Hour
	for _, tt := range []struct {
		before time.Duration
		want   []int
	}{{91 * day, nil}, {90 * day, []int{90}}, {60 * day, nil}, {20 * day, []int{30}}, {7 * day, []int{7}}, {day, nil}, {-day, nil}} {
		if got := run(tt.before); !slices.Equal(got, tt.want) {
			t.Errorf("%s before: %v, want %v", tt.before, got, tt.want)
		}
	}
	// One that is short from the beginning is told of the last day alone.
	tpl.ValidityMonths = 1
	r.Version = st.published(t, tpl)
	r.Subject.ID = uuid.New()
	st.set(time.Date(2027, 12, 1, 3, 0, 0, 0, time.UTC))
	d = st.made(t, r)
	if got := run(25 * day); !slices.Equal(got, []int{30}) {
		t.Errorf("a short one: %v", got)
	}
}
