// Package register is a stand-in for registers of the state, for the demonstration and tests. It is no register: its
// people and businesses are made up, and it says so by its name.
package register

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"time"
)

// Name is what the demonstration calls it, so that nobody mistakes it for the register of the state.
const Name = "Data contoh (bukan Dukcapil)"

// Entry is what it knows of one identifier: attributes by name.
type Entry map[string]string

// Server answers questions on a port of 127.0.0.1 until it is closed.
type Server struct {
	http   *http.Server
	listen net.Listener
}

// Open starts to answer on a free port. entries are by register ("population", "business") and identifier.
func Open(key string, entries map[string]map[string]Entry) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{listen: l, http: &http.Server{Handler: Handler(key, entries), ReadHeaderTimeout: 5 * time.Second}}
	go func() { _ = s.http.Serve(l) }()
	return s, nil
}

// URL is where it answers.
func (s *Server) URL() string { return "http://" + s.listen.Addr().String() }

// Close stops it.
func (s *Server) Close() { _ = s.http.Close() }

// Handler answers POST /<register> with {"id": …} as package registry asks.
func Handler(key string, entries map[string]map[string]Entry) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+key)) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var in struct {
			ID string `json:"id"`
		}
		all, ok := entries[r.URL.Path[1:]]
		if r.Method != http.MethodPost || !ok || json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		found, ok := all[in.ID]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"attributes": found})
	})
}
