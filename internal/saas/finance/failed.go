package finance

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
)

// moneyWork are the packages whose jobs bring money in or lead to it.
func moneyWork() []string { return []string{"billing", "collection", "finance", "metering"} }

// FailedJobs lists the jobs of metering, billing, invoices and collection that are out of retries, of all cities. It needs
// invoice:issue on the platform.
func (s *Service) FailedJobs(ctx context.Context, actor identity.Actor) ([]jobs.Failure, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return jobs.Failures(ctx, s.DB, moneyWork()...)
}

// RunAgain lets such a job run once more. It needs invoice:issue on the platform; the refusals are those of the guard and of
// jobs.Again.
func (s *Service) RunAgain(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.issuing(ctx, actor, "run again", func(ctx context.Context, tx bun.Tx) error {
		f, err := jobs.Again(ctx, s.DB, id, moneyWork()...)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "jobs.again", Object: "job", ObjectID: id,
			Detail: map[string]any{"kind": f.Kind, "error": f.LastError}})
	})
}
