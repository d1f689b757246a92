package httpapi

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
)

// TestWithoutASessionNothingButThePublic asks every operation without a token, with the cookie of the pages, and with a
// token that is none.
func TestWithoutASessionNothingButThePublic(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	for _, r := range w.Table() {
		if r.Needs == access.Public {
			continue
		}
		c := w.at(batam)
		if r.Scope == gate.Platform {
			c.host = bumd
		}
		path := fill(r, uuid.NewString())
		for _, header := range [][]string{nil, {"Cookie", "bedelau_session=" + siti.token}, {"Authorization", "Basic " + siti.token}} {
			a := c.do(t, r.Method, path, nil, header...)
			if a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" || !strings.Contains(string(a.body), "/problems/access.sign_in") {
				t.Errorf("%s %s with %v: %d %s", r.Method, path, header, a.status, a.body)
			}
		}
		c.token = "x"
		if a := c.do(t, r.Method, path, nil); a.status != 401 || a.header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` {
			t.Errorf("%s %s with a token that is none: %d %s", r.Method, path, a.status, a.body)
		}
	}
}

// fill puts an id into every parameter of a route.
func fill(r gate.Route, id string) string {
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = id
		}
	}
	return strings.Join(parts, "/")
}

// TestAnotherPersonsApplicationDoesNotExist walks every operation on an application as those who have no part in it.
func TestAnotherPersonsApplicationDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	x := siti.submitted(t, sitiNIK, "Siti Rahma")
	draft := w.resident(t, w.w.Batam, "Andi", "andi@contoh.id").draft(t, "2171046703900004", "Andi")
	strangers := map[string]client{
		"another resident":              w.resident(t, w.w.Batam, "Budi Santoso", "budi@contoh.id"),
		"a resident of elsewhere":       w.resident(t, w.w.Other, "Rudi", "rudi@contoh.id"),
		"an officer of another OPD":     w.staff(t, w.w.Batam, "kominfo@batam.example.id", "diskominfo", "officer"),
		"an administrator of elsewhere": w.staff(t, w.w.Other, "admin@tanjungpinang.example.id", "", "city_admin"),
		"a session of elsewhere":        {w: w, host: tanjung, token: siti.token, lang: "en"},
	}
	for who, c := range strangers {
		for _, r := range w.Table() {
			if r.IDs["id"] != "application" {
				continue
			}
			for _, id := range []uuid.UUID{x.ID, draft.ID} {
				body := strings.NewReader(`{"version": ` + strconv.Itoa(x.Version) + `, "action": "start_review", "officer": "` + uuid.NewString() + `"}`)
				a := c.do(t, r.Method, fill(r, id.String()), body, "Content-Type", "application/json", "Idempotency-Key", "x")
				if a.status != 401 && a.status != 403 && a.status != 404 && a.status != 422 && a.status != 415 {
					t.Errorf("%s: %s %s: %d %s", who, r.Method, r.Path, a.status, a.body)
				}
				if strings.Contains(string(a.body), x.Number) || strings.Contains(string(a.body), "Siti") {
					t.Errorf("%s: %s %s says %s", who, r.Method, r.Path, a.body)
				}
			}
		}
	}
	var d applicationDetail
	if siti.get(t, "/applications/"+x.ID.String(), &d); d.Application.Version != x.Version || len(d.Timeline) != 1 {
		t.Errorf("after the strangers: %+v", d.Application)
	}
}

// TestStaffWithoutTheSecondFactorMayDoNothing signs in by password alone.
func TestStaffWithoutTheSecondFactorMayDoNothing(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	c := w.staff(t, w.w.Batam, "budi@batam.example.id", "disdukcapil", "officer")
	full := c.token
	var s session
	c.post(t, 201, "/sessions", signInRequest{Login: "budi@batam.example.id", Password: password}, &s)
	c.token = s.Token
	if !s.NeedsTOTP || !s.Enrolled {
		t.Errorf("session %+v", s)
	}
	c.refused(t, http.MethodGet, "/queue", nil, 403, "access.second_factor")
	c.refused(t, http.MethodGet, "/applications/"+uuid.NewString(), nil, 403, "access.second_factor")
	c.refused(t, http.MethodPost, "/sessions/totp", codeRequest{Code: "000000"}, 401, "identity.code_wrong")
	var m me
	c.get(t, "/me", &m)
	if m.TOTP || len(m.Permissions) != 0 {
		t.Errorf("me: %+v", m)
	}
	c.call(t, http.MethodDelete, 204, "/sessions/current", nil, nil)
	c.refused(t, http.MethodGet, "/me", nil, 401, "identity.no_session")
	c.token = full
	c.get(t, "/me", &m)
	if !m.TOTP || m.Agency != "disdukcapil" || len(m.Permissions) == 0 {
		t.Errorf("me: %+v", m)
	}
}

// TestTooOftenSaysWhenAgain calls a route past its limit.
func TestTooOftenSaysWhenAgain(t *testing.T) {
	t.Parallel()
	c := newAPI(t).at(batam)
	for range 20 {
		c.refused(t, http.MethodPost, "/tracking", trackRequest{Number: "BTM-26-00000-0", Phone4: "1234"}, 422, "input.invalid")
	}
	a := c.do(t, http.MethodPost, "/tracking", strings.NewReader("{}"))
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != 429 || err != nil || seconds < 1 || seconds > 60 {
		t.Errorf("%d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
}
