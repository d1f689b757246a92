package files

import (
	"context"
	"io"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"

	"bedelau/internal/kernel/fault"
)

const (
	// openMost bounds the memory of all the strangers' files that are open at one time.
	openMost = 512 << 20
	// judgedWithin bounds the time that one of them may take: ten times what a large photo needs.
	judgedWithin = 20 * time.Second
	// patience is how long a sender waits for a turn before being asked to try again.
	patience = 45 * time.Second
)

// judges lets few files be opened at once: a sender chooses what is in a file, so it can be made to cost a thousand times
// its size, and twenty at once must not take the process with them.
type judges struct {
	turns *semaphore.Weighted
	share int64 // the least that one file counts for
}

// newJudges leaves a core to everybody who is not uploading.
func newJudges() judges {
	at := max(1, runtime.GOMAXPROCS(0)-1)
	return judges{turns: semaphore.NewWeighted(openMost), share: openMost / int64(at)}
}

// enter waits for the turn of a file that takes so much memory while it is open, and returns the time it has with what
// ends its turn. It refuses Unavailable "file.busy".
func (j judges) enter(ctx context.Context, memory int64) (context.Context, func(), error) {
	weight := min(max(memory, j.share), openMost)
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := j.turns.Acquire(waiting, weight); err != nil {
		return nil, nil, &fault.Error{Kind: fault.Unavailable, Code: "file.busy", RetryAfter: patience, Err: err}
	}
	judged, end := context.WithTimeout(ctx, judgedWithin)
	return judged, func() { end(); j.turns.Release(weight) }, nil
}

// timedReader cannot be read after its time: what decodes it knows of no context.
type timedReader struct {
	ctx context.Context
	io.Reader
}

func (t timedReader) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	return t.Reader.Read(p)
}

// timedWriter is the same for what encodes.
type timedWriter struct {
	ctx context.Context
	io.Writer
}

func (t timedWriter) Write(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	return t.Writer.Write(p)
}
