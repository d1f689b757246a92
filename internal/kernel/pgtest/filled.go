package pgtest

import (
	"sync"
	"testing"
)

// Filled is a world in which much is written before each test of a process begins, such as the pack of a city. It is written once,
// and each test has a copy of its own.
type Filled struct {
	mu       sync.Mutex
	template string // empty until it is whole
}

// Open is the package's Open of a world in which fill has written. Only the first test that asks runs fill, which leaves nothing
// connected to the database; where it fails, the next one tries again.
func (f *Filled) Open(t testing.TB, fill func(*World)) *World {
	t.Helper()
	s := serverFor(t)
	return s.open(t, f.made(t, s, fill))
}

func (f *Filled) made(t testing.TB, s *server, fill func(*World)) string {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.template != "" {
		return f.template
	}
	name := s.create(t, worldTemplate) // stays for as long as the server
	w := s.connect(t, name)
	func() {
		defer w.DB.Close() // a copy can be made of what nobody is connected to; a test that fails ends within fill
		fill(w)
	}()
	f.template = name
	return name
}
