package app

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/faktur"
	"bedelau/tenants"
)

// TestDemoLooksAtItsPortsFirst holds ports that the demo would like to have.
func TestDemoLooksAtItsPortsFirst(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	defer ln.Close()
	taken := ln.Addr().(*net.TCPAddr).Port
	if on, err := demoDoors(taken); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), fmt.Sprintf("--port %d", taken+1)) {
		on.close()
		t.Errorf("with its port taken: %v", err)
	}
	if on, err := demoDoors(70_000); err == nil || strings.Contains(err.Error(), "taken") || !strings.Contains(err.Error(), "--port") {
		on.close()
		t.Errorf("with a port that is none: %v", err)
	}
	if got := aside(t).metrics.Addr().(*net.TCPAddr).Port; got == 0 {
		t.Error("the greeting would print no port")
	}
}

// aside is the demo's doors when another program has the port of the metrics.
func aside(t *testing.T) doors {
	t.Helper()
	var err error
	for range 10 { // the port of the web server, 1010 below, may be in use as well
		ln := listen(t)
		defer ln.Close()
		var on doors
		if on, err = demoDoors(ln.Addr().(*net.TCPAddr).Port - 1010); err == nil {
			t.Cleanup(on.close)
			return on
		}
	}
	t.Fatalf("with the port of the metrics taken: %v", err)
	return doors{}
}

// TestTheFileForCoretaxCanBeLookedAt: the seller of the demonstration has a tax number, and says that it is nobody's.
func TestTheFileForCoretaxCanBeLookedAt(t *testing.T) {
	t.Parallel()
	setup, err := demoSeller()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := faktur.Write(&file, tenants.Coretax, setup.Seller, nil, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(file.String(), "<TIN>"+demoNPWP+"</TIN>") || !strings.Contains(setup.Seller.Source, "bukan milik siapa pun") {
		t.Errorf("%s\n%s", setup.Seller.Source, file.String())
	}
}
