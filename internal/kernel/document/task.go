package document

import (
	"time"

	"bedelau/internal/kernel/jobs"
)

var signKind = jobs.Kind[signArgs]{Name: "document.sign.v1", Queue: jobs.Urgent, MaxRetry: signAttempts - 1, Timeout: time.Minute}

// Register binds the jobs of documents and plans the reminders and the watch over signatures; call it once, before the
// runner starts. Each job opens its own transaction and looks at the document's row first, so a repeated delivery
// changes nothing.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "document.reminders", 30*time.Minute, s.remind)
	jobs.EachCity(r, "document.watch_signing", 10*time.Minute, s.watchSigning)
	return jobs.HandleCall(r, signKind, s.sign)
}
