package spreadsheet

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWhatFailsBeforeItsFirstRowIsTold: a refusal is an error and no file; a list of nothing is a file with its head; what fails on
// its way breaks off, so that no browser takes a part for the whole.
func TestWhatFailsBeforeItsFirstRowIsTold(t *testing.T) {
	t.Parallel()
	failed, quiet := errors.New("the database is gone"), slog.New(slog.DiscardHandler)
	for name, tt := range map[string]struct {
		fill       func(row func([]any) error) error
		want       error
		body       string
		breaksOff  bool
		attachment bool
	}{
		"refused":   {func(func([]any) error) error { return failed }, failed, "", false, false},
		"nothing":   {func(func([]any) error) error { return nil }, nil, "\ufeffNomor\n", false, true},
		"two":       {func(row func([]any) error) error { return errors.Join(row([]any{"A"}), row([]any{"B"})) }, nil, "\ufeffNomor\nA\nB\n", false, true},
		"broke off": {func(row func([]any) error) error { _ = row([]any{"A"}); return failed }, nil, "", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := httptest.NewRecorder()
			defer func() {
				p := recover()
				if (p == http.ErrAbortHandler) != tt.breaksOff {
					t.Errorf("it ends with %v", p)
				}
				if got := rec.Header().Get("Content-Disposition"); strings.Contains(got, `"antrean.csv"`) != tt.attachment {
					t.Errorf("it is sent as %q", got)
				}
			}()
			if err := Send(t.Context(), rec, quiet, NewCSV(rec), "antrean", []any{"Nomor"}, tt.fill); !errors.Is(err, tt.want) || rec.Body.String() != tt.body {
				t.Errorf("%q, %v", rec.Body, err)
			}
		})
	}
}
