package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
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
	status, body := get(t, on.metrics, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("metrics = %d %s", status, body)
	}
	for _, want := range []string{
		`bedelau_http_request_seconds_count{method="GET",route="/healthz",status="200"} 1`, "go_goroutines ", "process_open_fds ", "outbox_waiting ",
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("the metrics lack %s:\n%s", want, body)
		}
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
	if status, body := get(t, ln, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"redis"`) || strings.Contains(body, "database") {
		t.Errorf("readyz without Redis = %d %s", status, body)
	}
	if status, _ := get(t, ln, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz without Redis = %d", status)
	}
}
