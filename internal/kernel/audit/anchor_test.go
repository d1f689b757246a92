package audit_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
)

// broken asserts that err names this place, of this kind.
func broken(t *testing.T, err error, seq int64, how string) {
	t.Helper()
	var b *audit.Broken
	if !errors.As(err, &b) || b.Seq != seq || b.How != how {
		t.Errorf("got %v, want %s at link %d", err, how, seq)
	}
}

// age makes every entry of Batam one that was recorded in 2024.
const age = "UPDATE audit_entry SET id = ('01900000' || substr(id::text, 9))::uuid WHERE tenant_id = $1"

func TestAnEmptiedChainIsNotBegunAnew(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(t, w, w.Batam, 3)
	seal(t, w, w.Batam, 3)
	asSuperuser(t, w, "DELETE FROM audit_link WHERE tenant_id = $1", w.Batam.ID)
	asSuperuser(t, w, age, w.Batam.ID)
	record(t, w, w.Batam, 1)
	if n, err := audit.Seal(w.Ctx(w.Batam), w.DB.App); n != 0 {
		t.Errorf("%d entries sealed", n)
	} else {
		broken(t, err, 1, audit.Missing)
	}
	_, err := audit.Verify(w.Ctx(w.Batam), w.DB.App)
	broken(t, err, 1, audit.Missing)
	record(t, w, w.Other, 2) // a city that only begins
	seal(t, w, w.Other, 2)
}

// TestAWorkerThatWasAwayCatchesUp: a chain that has begun goes on, however long nobody sealed.
func TestAWorkerThatWasAwayCatchesUp(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(t, w, w.Batam, 1)
	seal(t, w, w.Batam, 1)
	asSuperuser(t, w, strings.Replace(age, "0190", "0180", 1), w.Batam.ID)
	asSuperuser(t, w, "UPDATE audit_link SET entry_id = ('01800000' || substr(entry_id::text, 9))::uuid WHERE tenant_id = $1", w.Batam.ID)
	record(t, w, w.Batam, 2)
	asSuperuser(t, w, age+" AND id::text > '0181'", w.Batam.ID)
	seal(t, w, w.Batam, 2)
}

func TestARewrittenRecordIsFoundByAnAnchor(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	record(t, w, w.Batam, 5)
	seal(t, w, w.Batam, 5)
	head, err := audit.Head(ctx, w.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	paper, err := audit.ParseAnchor(head.Short())
	if err != nil {
		t.Fatal(err)
	}
	record(t, w, w.Batam, 2)
	seal(t, w, w.Batam, 2)
	if end, err := audit.Verify(ctx, w.DB.App, head, paper); err != nil || end.Seq != 7 {
		t.Fatalf("untouched: %v, %v", end, err)
	}

	asSuperuser(t, w, "UPDATE audit_entry SET actor_id = gen_random_uuid() WHERE tenant_id = $1 AND action = 'application.step_3'", w.Batam.ID)
	asSuperuser(t, w, "DELETE FROM audit_link WHERE tenant_id = $1", w.Batam.ID)
	seal(t, w, w.Batam, 7)
	if _, err := audit.Verify(ctx, w.DB.App); err != nil {
		t.Errorf("the new chain holds in itself: %v", err)
	}
	for _, a := range []audit.Anchor{head, paper, {Seq: 5}, {Seq: 5, Hash: head.Hash[:9]}} {
		_, err := audit.Verify(ctx, w.DB.App, a)
		broken(t, err, 5, audit.Cut)
	}
	_, err = audit.Verify(ctx, w.DB.App, audit.Anchor{Seq: 8, Hash: head.Hash})
	broken(t, err, 8, audit.Cut)
}

func TestVerifyGoesByParts(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx, end, more := w.Ctx(w.Batam), audit.Anchor{}, true
	fillRecord(t, w, 2500)
	seal(t, w, w.Batam, 2500)
	head, err := audit.Head(ctx, w.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	var ends []int64
	for more {
		if end, more, err = audit.VerifyPart(ctx, w.DB.App, end, 1, head); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end.Seq)
	}
	if len(ends) != 3 || ends[0] != 1000 || ends[1] != 2000 || ends[2] != 2500 {
		t.Errorf("parts end at %v", ends)
	}
	if end, more, err = audit.VerifyPart(ctx, w.DB.App, head, math.MaxInt); err != nil || more || end.Seq != 2500 {
		t.Errorf("after the last link: %v, %v, %v", end, more, err)
	}
	_, _, err = audit.VerifyPart(ctx, w.DB.App, audit.Anchor{Seq: 1000, Hash: head.Hash}, 1)
	broken(t, err, 1001, audit.Changed)

	asSuperuser(t, w, "UPDATE audit_entry SET object = 'x' WHERE id = (SELECT entry_id FROM audit_link WHERE tenant_id = $1 AND seq = 2100)", w.Batam.ID)
	if end, _, err = audit.VerifyPart(ctx, w.DB.App, audit.Anchor{}, 2000); err != nil || end.Seq != 2000 {
		t.Errorf("the part before the change: %v, %v", end, err)
	}
	_, _, err = audit.VerifyPart(ctx, w.DB.App, end, 2000)
	broken(t, err, 2100, audit.Changed)
}

// fillRecord writes n entries of Batam straight into the table.
func fillRecord(t testing.TB, w *pgtest.World, n int) {
	t.Helper()
	_, err := w.DB.App.NewRaw(`INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id, detail)
		SELECT ?0, (lpad(to_hex(?1 + i), 12, '0') || '7000' || '8' || substr(md5(i::text), 1, 15))::uuid, now(), gen_random_uuid(), 'staff',
			'application.approve', 'application', gen_random_uuid(), '{"number": "BTM-26-7K3QX-4", "state": "approved", "version": 3}'
		FROM generate_series(1, ?2) i`, w.Batam.ID, time.Now().UnixMilli(), n).Exec(w.Ctx(w.Batam))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAnchorIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	sum := make([]byte, 32)
	for i := range sum {
		sum[i] = byte(i * 7)
	}
	a := audit.Anchor{Seq: 1204, Hash: sum}
	for _, written := range []string{a.String(), a.Short(), " 1204 : " + strings.ToUpper(a.Short()[5:]), "1204:0007 0e15 1c23 2a31 383f"} {
		got, err := audit.ParseAnchor(written)
		if err != nil || got.Seq != 1204 || !strings.HasPrefix(a.String(), got.String()) {
			t.Errorf("%q is read as %v, %v", written, got, err)
		}
	}
	for _, bad := range []string{"", "1204", "1204:", "1204:0007-0e15", ":" + a.String(), "0" + a.String()[4:], "-1" + a.String()[4:],
		"x" + a.String()[4:], a.String() + "00", "1204:zz07-0e15-1c23-2a31-383f", "99999999999999999999:" + a.Short()[5:], "1204:\x00"} {
		if _, err := audit.ParseAnchor(bad); !fault.Is(err, "audit.anchor") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
