package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

const (
	// signAttempts is how often a signature is tried by itself: for some three hours, as jobs space their attempts.
	signAttempts = 13
	// signLost is after how long without an attempt nothing tries any more, whatever became of the job.
	signLost = 24 * time.Hour
	// againMost bounds the documents that one act has signed again.
	againMost = 500
)

// Failed reports whether a document waits for its signature and nothing tries any more: a person has to.
func (d Document) Failed() bool { return d.Status == Unsigned && !d.SignFailedAt.IsZero() }

// attempt counts an attempt before it is made, so that one which ends the process counts too.
func (s *Service) attempt(ctx context.Context, d Document) (int, error) {
	var n int
	err := s.d.DB.App.NewRaw(`UPDATE issued_document SET sign_attempts = sign_attempts + 1, sign_tried_at = ?
		WHERE tenant_id = ? AND id = ? AND status = ? RETURNING sign_attempts`, s.now(), d.TenantID, d.ID, Unsigned).Scan(ctx, &n)
	if err != nil {
		return 0, orUnknown(err, "document.not_found")
	}
	return n, nil
}

// missed deals with a signature that could not be made: a refusal is a person's to mend at once, anything else when the
// attempts have run out.
func (s *Service) missed(ctx context.Context, d Document, n int, err error) error {
	var refused *fault.Error
	code, final := "document.sign_failed", false
	if errors.As(err, &refused) {
		code, final = refused.Code, refused.Kind != fault.Unavailable && refused.Kind != fault.Internal
	}
	if !final && n < signAttempts {
		return fmt.Errorf("document: sign: %w", err)
	}
	// The attempt may have used up its time; that it was the last must be written all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if failed := s.fail(ctx, d, code); failed != nil {
		return errors.Join(failed, err)
	}
	if final {
		return nil
	}
	return fmt.Errorf("document: sign: %w", err)
}

// fail notes that a document is not signed and why, where those responsible see it.
func (s *Service) fail(ctx context.Context, d Document, code string) error {
	now := s.now()
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model((*Document)(nil)).Set("sign_error = ?", code).Set("sign_failed_at = ?", now).Set("sign_told_at = NULL").
			Where("tenant_id = ? AND id = ? AND status = ? AND sign_failed_at IS NULL", d.TenantID, d.ID, Unsigned).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "document.sign_failed", Object: "document", ObjectID: d.ID, At: now,
			Detail: map[string]any{"document_number": d.Number, "code": code}})
	})
	if err != nil {
		return fmt.Errorf("document: sign: %w", err)
	}
	return nil
}

// askSignature has documents signed, from the first attempt on.
func (s *Service) askSignature(ctx context.Context, tx bun.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*Document)(nil)).Set("sign_attempts = 0, sign_error = '', sign_tried_at = ?, sign_failed_at = NULL, sign_told_at = NULL", s.now()).
		Where("tenant_id = ? AND id IN (?) AND status = ?", tenancy.Must(ctx), bun.List(ids), Unsigned).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: sign: %w", err)
	}
	for _, id := range ids {
		if err := jobs.Add(ctx, tx, signKind, signArgs{DocumentID: id}); err != nil {
			return err
		}
	}
	return nil
}

// SignAgain tries again to sign a document whose attempts have run out. It needs document:sign in the office that issued
// it, and refuses Conflict "document.not_failed" for one that is signed, or still being tried.
func (s *Service) SignAgain(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if _, err := s.within(ctx, actor, access.DocumentSign, id); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		d, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if !d.Failed() {
			return fault.New(fault.Conflict, "document.not_failed")
		}
		return s.again(ctx, tx, actor, d)
	})
	if err != nil {
		return fmt.Errorf("document: sign again: %w", err)
	}
	return nil
}

// SignAllAgain does what SignAgain does to every such document of the actor's reach, at most 500 at a time, and returns
// how many. It needs document:sign.
func (s *Service) SignAllAgain(ctx context.Context, actor identity.Actor) (int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DocumentSign); err != nil {
		return 0, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return 0, err
	}
	var all []Document
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.status = ? AND d.sign_failed_at IS NOT NULL", tenancy.Must(ctx), Unsigned)
		q = reached(q, r)
		if err := q.OrderExpr("d.issued_at, d.id").Limit(againMost).For("UPDATE SKIP LOCKED").Scan(ctx); err != nil {
			return err
		}
		for _, d := range all {
			if err := s.again(ctx, tx, actor, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("document: sign again: %w", err)
	}
	return len(all), nil
}

func (s *Service) again(ctx context.Context, tx bun.Tx, actor identity.Actor, d Document) error {
	e := actBy(actor, "document.sign_again", d)
	e.At = s.now()
	e.Detail["code"] = d.SignError
	if err := audit.Record(ctx, tx, e); err != nil {
		return err
	}
	return s.askSignature(ctx, tx, []uuid.UUID{d.ID})
}

// Unsignable returns how many documents of the actor's reach wait for a signature that nothing tries any more. It needs
// document:sign.
func (s *Service) Unsignable(ctx context.Context, actor identity.Actor) (int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DocumentSign); err != nil {
		return 0, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return 0, err
	}
	q := s.d.DB.App.NewSelect().Model((*Document)(nil)).Where("d.tenant_id = ? AND d.status = ? AND d.sign_failed_at IS NOT NULL", tenancy.Must(ctx), Unsigned)
	q = reached(q, r)
	n, err := q.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("document: unsignable: %w", err)
	}
	return int(n), nil
}

// watchSigning gives up what no job tries any more, and tells those responsible of what was given up since the last time:
// one letter for each office, however many documents it has.
func (s *Service) watchSigning(ctx context.Context, tx bun.Tx, _ time.Time) error {
	now, tenant := s.now(), tenancy.Must(ctx)
	_, err := tx.NewRaw(`UPDATE issued_document d SET sign_failed_at = ?0, sign_error = coalesce(nullif(d.sign_error, ''), 'document.sign_failed')
		FROM document_definition t
		WHERE d.tenant_id = ?1 AND d.status = 'unsigned' AND d.sign_failed_at IS NULL AND coalesce(d.sign_tried_at, d.issued_at) < ?2
			AND t.tenant_id = d.tenant_id AND t.code = d.document_code AND t.version = d.document_version AND t.body->>'signature' = 'certificate'`,
		now, tenant, now.Add(-signLost)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: watch signing: %w", err)
	}
	var failed []unsigned
	err = tx.NewRaw(`WITH told AS (
			UPDATE issued_document SET sign_told_at = ? WHERE tenant_id = ? AND status = 'unsigned' AND sign_failed_at IS NOT NULL AND sign_told_at IS NULL
			RETURNING agency_code, agency_name, coalesce(district_code, '') AS district, coalesce(subdistrict_code, '') AS subdistrict
		) SELECT agency_code, min(agency_name::text)::jsonb AS agency, district, subdistrict, count(*) AS n
		FROM told GROUP BY agency_code, district, subdistrict ORDER BY agency_code, district, subdistrict`, now, tenant).Scan(ctx, &failed)
	if err != nil {
		return fmt.Errorf("document: watch signing: %w", err)
	}
	return s.tellUnsigned(ctx, tx, failed, now)
}

// unsigned is how many documents of an office in one place were given up.
type unsigned struct {
	AgencyCode            string
	Agency                i18n.Text
	District, Subdistrict string
	N                     int
}

// tellUnsigned writes to the heads of each office, who can have it tried again, and to the city's administrators, who keep
// the certificates: to each of what lies in their areas.
func (s *Service) tellUnsigned(ctx context.Context, tx bun.Tx, failed []unsigned, now time.Time) error {
	type letter struct {
		to   uuid.UUID
		path string
		of   unsigned // the office, and how many in all
	}
	var letters []letter
	for _, f := range failed {
		for _, who := range []struct{ role, agency, path string }{
			{"agency_head", f.AgencyCode, "/petugas/dokumen/menunggu"}, {"city_admin", "", "/petugas/dokumen?status=" + Failed},
		} {
			all, err := identity.Holders(ctx, tx, who.role, who.agency)
			if err == nil {
				all, err = access.Covering(ctx, tx, all, f.District, f.Subdistrict)
			}
			if err != nil {
				return err
			}
			for _, to := range all {
				i := slices.IndexFunc(letters, func(x letter) bool { return x.to == to && x.path == who.path && x.of.AgencyCode == f.AgencyCode })
				if i < 0 {
					letters = append(letters, letter{to, who.path, f})
				} else {
					letters[i].of.N += f.N
				}
			}
		}
	}
	const l = i18n.ID
	for _, x := range letters {
		n, agency := x.of.N, x.of.Agency.In(l)
		err := s.d.Notify.Send(ctx, tx, notify.Message{To: x.to, Template: "generic", Locale: l,
			Key: fmt.Sprintf("document_unsigned:%s:%s:%d", x.of.AgencyCode, x.to, now.UnixMicro()),
			Data: map[string]string{"title": l.T("signing.told_title", "n", n, "agency", agency), "body": l.T("signing.told_body", "n", n, "agency", agency),
				"path": x.path}})
		if err != nil {
			return fmt.Errorf("document: watch signing: %w", err)
		}
	}
	return nil
}
