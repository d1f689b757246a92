package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/event"
	"bedelau/internal/saas/metering"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// TestStopLetsARunningRequestFinish ends the program while a request is under way: it is answered, and no new one is.
func TestStopLetsARunningRequestFinish(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	entered, release := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		fmt.Fprint(w, "done")
	})
	ln := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serveOn(ctx, doors{web: ln}, slow, true) }()

	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-entered
	stop()
	eventually(t, "the port is closed to new requests", func() bool {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	close(release)
	if got := <-answer; got != "done" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// TestMetricsAreAnswered serves the program as an installation does, and reads what its operator watches.
func TestMetricsAreAnswered(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	h, err := a.Handler(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	on := doors{web: listen(t), metrics: listen(t)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serveOn(ctx, on, h, true) }()
	defer func() { stop(); <-ended }()

	if status, _ := get(t, on.web, "/healthz"); status != http.StatusOK {
		t.Fatalf("healthz = %d", status)
	}
	_, batam := a.city(t, "batam")
	a.Collector.Requested(batam, event.APIRequested{RequestID: uuid.New()}) // without a time: it cannot be counted
	odd, err := http.NewRequestWithContext(t.Context(), "SEEK-42", "http://"+on.web.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(odd); err != nil {
		t.Fatal(err)
	} else if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	status, body := get(t, on.metrics, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("metrics = %d %s", status, body)
	}
	for _, want := range []string{
		`bedelau_http_request_seconds_count{method="GET",route="/healthz",status="200"} 1`, "go_goroutines ", "process_open_fds ", "outbox_waiting ", "usage_dropped_total 1\n",
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("the metrics lack %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "SEEK") || !strings.Contains(body, `method="other"`) {
		t.Error("a caller adds measurements by inventing methods")
	}
}

// TestAProgramServesUnderTheNextSchema: until every process is restarted, and for ever after going back to it, a program reads tables to which the
// version after it has added columns.
func TestAProgramServesUnderTheNextSchema(t *testing.T) {
	t.Parallel()
	a, w := newAppAndWorld(t)
	_, batam := a.city(t, "batam")
	_, resident := a.signIn(t, "warga@batam.localhost")
	_, officer := a.signIn(t, "pendapatan@batam.localhost")
	use := func(nik string) {
		t.Helper()
		a.fileKTP(t, batam, resident, nik)
		_, err := a.Revenue.AddClaim(batam, officer, revenue.Claim{Code: "4.1.03", Payer: "BUMD", Basis: "RUPS " + nik, DecidedOn: time.Now().AddDate(0, 0, -1), DueOn: time.Now().AddDate(0, 1, 0), Amount: 1_000})
		if err != nil {
			t.Error(err)
		}
		if _, err := a.Revenue.Claims(batam, officer); err != nil {
			t.Error(err)
		}
	}
	use("2171046703900003")
	owner, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.WithoutCancel(t.Context()))
	if _, err := owner.Exec(t.Context(), `DO $$ DECLARE t regclass; BEGIN
		FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_get_userbyid(c.relowner) = current_user LOOP
			EXECUTE format('ALTER TABLE %s ADD COLUMN newer text', t);
		END LOOP; END $$`); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		use(fmt.Sprintf("21710467039001%02d", n))
	}
}

func get(t *testing.T, ln net.Listener, path string) (int, string) {
	t.Helper()
	res, err := http.Get("http://" + ln.Addr().String() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

// TestHealthNamesTheIllDependency asks a program whose Redis has gone.
func TestHealthNamesTheIllDependency(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	h, err := a.Handler(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serveOn(ctx, doors{web: ln}, h, false) }()
	defer func() { stop(); <-ended }()

	if status, body := get(t, ln, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz = %d %s", status, body)
	}
	a.Redis.Close()
	if status, body := get(t, ln, "/readyz"); status != http.StatusOK || body != `{"ill":{"redis":"degraded"},"ready":true}` {
		t.Errorf("readyz without Redis = %d %s", status, body)
	}
	a.DB.Pool.Close()
	if status, body := get(t, ln, "/readyz"); status != http.StatusServiceUnavailable ||
		body != `{"ill":{"database":"unavailable","redis":"degraded"},"ready":false}` {
		t.Errorf("readyz without Redis and PostgreSQL = %d %s", status, body)
	}
	if status, _ := get(t, ln, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz without Redis and PostgreSQL = %d", status)
	}
}

// TestStopIsToldBeforeThePortCloses asks a stopping program what a load balancer asks.
func TestStopIsToldBeforeThePortCloses(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.Config.StopWait = 2 * time.Second
	h, err := a.Handler(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serveOn(ctx, doors{web: ln}, h, false) }()
	if status, body := get(t, ln, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz before the stop = %d %s", status, body)
	}
	stop()
	eventually(t, "readyz is off", func() bool {
		status, body := get(t, ln, "/readyz")
		return status == http.StatusServiceUnavailable && body == `{"ill":{"program":"stopping"},"ready":false}`
	})
	if status, _ := get(t, ln, "/openapi.json"); status != http.StatusOK {
		t.Errorf("a request that the load balancer still sent = %d", status)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// TestUsageOutlivesTheDrain stops the program while one request takes all of the drain's time and the database keeps
// the usage of another waiting.
func TestUsageOutlivesTheDrain(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.Config.Drain = time.Nanosecond
	_, ctx := a.city(t, "batam")
	asked := event.APIRequested{RequestID: uuid.New(), AccountID: uuid.New(), Route: "/api/v1/services", At: time.Now()}
	tx, err := a.DB.App.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	// The same event, not yet committed: whoever records it again waits to learn whether it is there.
	same := metering.Event{Source: "/api", ID: asked.RequestID.String(), Type: asked.Topic(), Subject: asked.AccountID.String(), Time: asked.At, Quantity: 1}
	if _, err := metering.Record(ctx, tx, []metering.Event{same}); err != nil {
		t.Fatal(err)
	}

	entered, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	endless := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(entered); <-release })
	ln := listen(t)
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serveOn(serving, doors{web: ln}, endless, false) }()
	go func() {
		if res, err := http.Get("http://" + ln.Addr().String()); err == nil {
			res.Body.Close()
		}
	}()
	<-entered
	a.Collector.Requested(ctx, asked)
	stop()
	eventually(t, "the usage waits to be written", func() bool {
		var n int
		err := a.DB.Pool.QueryRow(t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n)
		return err == nil && n == 1
	})
	select {
	case err := <-ended:
		t.Fatalf("serve ended (%v) before the usage was written", err)
	default:
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("serve ended with %v, want the drain's deadline", err)
	}
	u, err := a.usage(t.Context(), "batam", time.Now().Format("2006-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range u.Meters {
		if m.Meter == "api_requests" && m.Quantity != 1 || a.Collector.Dropped() != 0 {
			t.Errorf("%s = %d, %d dropped", m.Meter, m.Quantity, a.Collector.Dropped())
		}
	}
}
