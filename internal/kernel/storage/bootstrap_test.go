package storage_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/storage"
)

func TestBootstrapMayRunAgain(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	if err := storage.Bootstrap(t.Context(), w.SuperURL, storage.Roles{Database: w.Database}); err != nil {
		t.Error(err)
	}
	if err := storage.Bootstrap(t.Context(), w.SuperURL, storage.Roles{Database: w.Database, AppPassword: "a'b"}); err == nil {
		t.Error("a password with a quote was accepted")
	}
}

// TestLimitsAreTheRoles: what serves is limited by its role, also where nobody sets anything on the connection.
func TestLimitsAreTheRoles(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	if err := w.DB.VerifyTimeouts(t.Context()); err != nil {
		t.Error(err)
	}
	for url, want := range map[string]string{w.AppURL: "30s 1min", w.PlatformURL: "30s 1min", w.OwnerURL: "0 0"} {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
		var got string
		err = conn.QueryRow(t.Context(), "SELECT current_setting('statement_timeout') || ' ' || current_setting('idle_in_transaction_session_timeout')").Scan(&got)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", url, got, err, want)
		}
	}
}

// TestADatabaseWithoutLimitsStillServes: roles that an earlier bootstrap made work, and are named.
func TestADatabaseWithoutLimitsStillServes(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	db, err := storage.Open(t.Context(), w.AppURL+"&statement_timeout=0", w.PlatformURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.VerifyTimeouts(t.Context()); err == nil || !strings.Contains(err.Error(), "bedelau_app has no statement_timeout;") {
		t.Errorf("VerifyTimeouts = %v", err)
	}
}

// pooled are the parameters that PgBouncer takes from a client without being told to.
var pooled = map[string]bool{"user": true, "database": true, "client_encoding": true, "datestyle": true, "timezone": true,
	"standard_conforming_strings": true, "application_name": true}

func TestOpenSaysNothingThatPgBouncerRefuses(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	said := make(chan map[string]string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			close(said)
			return
		}
		defer conn.Close()
		defer ln.Close()
		if m, err := pgproto3.NewBackend(conn, conn).ReceiveStartupMessage(); err == nil {
			if s, ok := m.(*pgproto3.StartupMessage); ok {
				said <- s.Parameters
			}
		}
		close(said)
	}()
	url := "postgres://bedelau_app@" + ln.Addr().String() + "/bedelau?sslmode=disable"
	if _, err := storage.Open(t.Context(), url, url, 4); err == nil {
		t.Fatal("a server that hangs up is taken for a database")
	}
	parameters := <-said
	if parameters["user"] != "bedelau_app" || parameters["timezone"] != "UTC" {
		t.Errorf("said %v", parameters)
	}
	for name := range parameters {
		if !pooled[name] {
			t.Errorf("PgBouncer refuses the startup parameter %s", name)
		}
	}
}
