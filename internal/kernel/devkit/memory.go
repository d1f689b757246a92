package devkit

import (
	"crypto/rand"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// memory is an imitation of Redis inside this process, for a demo on a machine without the real one.
type memory struct {
	server *miniredis.Miniredis
	end    chan struct{}
}

// beat is how often the imitation's clock is moved; by itself it stands still, and no lock or session would expire.
const beat = 100 * time.Millisecond

func startMemory() (*Redis, error) {
	m := &memory{server: miniredis.NewMiniRedis(), end: make(chan struct{})}
	r := &Redis{password: rand.Text(), memory: m}
	m.server.RequireAuth(r.password)
	if err := m.server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, failure("Redis", err)
	}
	r.Addr = m.server.Addr()
	go func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-m.end:
				return
			case <-tick.C:
				m.server.FastForward(beat)
			}
		}
	}()
	return r, nil
}

func (m *memory) stop() {
	close(m.end)
	m.server.Close()
}
