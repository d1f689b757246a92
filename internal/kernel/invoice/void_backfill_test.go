package invoice_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/pgtest"
)

// TestWhatWasVoidIsBilledNoMore runs the migration that says what follows a void over the books of before, as their owner under row-level
// security: what was void by then is dropped as of its void, unless it is billed anew; nothing follows a void that nobody said it of.
func TestWhatWasVoidIsBilledNoMore(t *testing.T) {
	t.Parallel()
	past := pgtest.Before(t, 350)
	one, other := uuid.New(), uuid.New()
	voided, dropped := time.Date(2026, 9, 2, 4, 0, 0, 0, time.UTC), time.Date(2026, 10, 2, 4, 0, 0, 0, time.UTC)
	draft := func(book, invoice, replaces uuid.UUID, at *time.Time) uuid.UUID {
		t.Helper()
		id := uuid.New()
		past.Exec(`INSERT INTO invoice_draft (tenant_id, id, party_id, series, charges, due_days, invoice_id, replaces, dropped_at, created_at, updated_at)
			VALUES ($1, $2, $2, 'BDL', '[]', 30, nullif($3::uuid, $5::uuid), nullif($4::uuid, $5::uuid), $6::timestamptz, now(), now())`, book, id, invoice, replaces, uuid.Nil, at)
		return id
	}
	entry := func(book, invoice uuid.UUID, kind string) {
		t.Helper()
		past.Exec(`INSERT INTO invoice_entry (tenant_id, id, party_id, invoice_id, kind, amount, on_day, at, by) VALUES ($1, $2, $2, $3, $4, 1, '2026-09-02', $5, $2)`, book, uuid.New(), invoice, kind, voided)
	}
	request := func(kind, follows string, decided bool) uuid.UUID {
		t.Helper()
		id := uuid.New()
		past.Exec(`INSERT INTO invoice_request (tenant_id, id, kind, invoice_id, reason, made_by, made_at, follows, decided_by, decided_at, approved)
			VALUES ($1, $2::uuid, $3, $2, 'Salah alamat', $2, now(), $4, CASE WHEN $5::boolean THEN $6::uuid END, CASE WHEN $5 THEN now() END, CASE WHEN $5 THEN true END)`, one, id, kind, follows, decided, uuid.New())
		return id
	}
	type what struct {
		id   uuid.UUID
		want time.Time // when it was dropped
	}
	drafts := map[string]what{}
	for name, book := range map[string]uuid.UUID{"": one, " in another book": other} {
		is, paid := uuid.New(), uuid.New()
		entry(book, is, "charge")
		entry(book, is, "void")
		entry(book, paid, "charge")
		drafts["void"+name] = what{draft(book, is, uuid.Nil, nil), voided}
		drafts["not void"+name] = what{draft(book, paid, uuid.Nil, nil), time.Time{}}
	}
	again, known, elsewhere := uuid.New(), uuid.New(), uuid.New()
	entry(one, again, "void")
	entry(one, known, "void")
	entry(other, elsewhere, "void")
	drafts["billed anew"] = what{draft(one, again, uuid.Nil, nil), time.Time{}}
	drafts["the one that bills it anew"] = what{draft(one, uuid.Nil, again, nil), time.Time{}}
	drafts["dropped already"] = what{draft(one, known, uuid.Nil, &dropped), dropped}
	drafts["not issued"] = what{draft(one, uuid.Nil, uuid.Nil, nil), time.Time{}}
	drafts["of the number that is void in another book"] = what{draft(one, elsewhere, uuid.Nil, nil), time.Time{}}
	requests := map[uuid.UUID]string{request("void", "", false): "nothing", request("void", "", true): "nothing", request("void", "replacement", false): "replacement", request("write_off", "", false): ""}

	past.To(350)
	for name, x := range drafts {
		var at *time.Time
		if err := past.Row("SELECT dropped_at FROM invoice_draft WHERE id = $1", x.id).Scan(&at); err != nil {
			t.Fatal(err)
		}
		if got := at != nil; got == x.want.IsZero() || got && !at.Equal(x.want) {
			t.Errorf("%s: dropped at %v, want %v", name, at, x.want)
		}
	}
	for id, want := range requests {
		var got string
		if err := past.Row("SELECT follows FROM invoice_request WHERE id = $1", id).Scan(&got); err != nil || got != want {
			t.Errorf("%q follows a request, %v; want %q", got, err, want)
		}
	}
	past.Ends("invoice_draft", "invoice_entry", "invoice_request")
}
