package registry

import (
	"sync"
	"time"
)

// The circuit breaker: after so many failures in a row a register is left alone for a time; then one question tries it.
const (
	failuresMost = 4
	restFor      = 30 * time.Second
)

type breaker struct {
	mu       sync.Mutex
	failures int
	until    time.Time
}

// may reports whether the register may be asked now. Of those who come when it has rested, the first tries it for all.
func (b *breaker) may(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < failuresMost {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(restFor)
	return true
}

// tell notes how a question went.
func (b *breaker) tell(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failures = 0
		return
	}
	if b.failures++; b.failures >= failuresMost {
		b.until = now.Add(restFor)
	}
}
