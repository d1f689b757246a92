package ductsurvey

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Apply has a checked file made part of the network in the background, all of it or nothing, for staff with duct:manage. It
// refuses Conflict "duct.not_checked" for a file in any other state.
func (s *Service) Apply(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		i, err := find(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if i.State != Checked {
			return fault.New(fault.Conflict, "duct.not_checked")
		}
		i.State, i.Done = Applying, 0
		if _, err := tx.NewUpdate().Model(&i).Column("state", "done").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductsurvey: apply: %w", err)
		}
		if err := jobs.Add(ctx, tx, applyKind, importArgs{id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.apply", Object: "duct_import", ObjectID: id})
	})
}

// Again has a file checked or applied once more whose job has given up, such as after a day without a database, for staff with
// duct:manage. It does no harm while the first is still at work. It refuses Conflict "duct.not_waiting" for a file that waits
// for nothing.
func (s *Service) Again(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		i, err := find(ctx, tx, id, false)
		if err != nil {
			return err
		}
		kind, ok := map[string]jobs.Kind[importArgs]{Read: checkKind, Applying: applyKind}[i.State]
		if !ok {
			return fault.New(fault.Conflict, "duct.not_waiting")
		}
		if err := jobs.Add(ctx, tx, kind, importArgs{id}); err != nil {
			return fmt.Errorf("ductsurvey: again: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.again", Object: "duct_import", ObjectID: id, Detail: map[string]any{"state": i.State}})
	})
}

// apply makes a file part of the network. The network may have changed since it was checked, so it is checked again first;
// a file that no longer fits goes back to be looked at.
func (s *Service) apply(ctx context.Context, tx bun.Tx, args importArgs) error {
	if err := unhurried(ctx, tx, applyKind); err != nil {
		return err
	}
	if err := duct.Lock(ctx, tx); err != nil { // first, so that of two at work the second finds it done
		return err
	}
	i, err := find(ctx, tx, args.ImportID, false) // its progress is written beside this transaction
	if err != nil || i.State != Applying {
		return err
	}
	if err := s.judge(ctx, tx, &i); err != nil {
		return fmt.Errorf("ductsurvey: apply: %w", err)
	}
	i.State = Refused
	if i.Faults == 0 {
		if err := s.write(ctx, tx, &i); err != nil {
			return fmt.Errorf("ductsurvey: apply: %w", err)
		}
		i.State = Applied
	}
	_, err = tx.NewUpdate().Model(&i).Column("state", "done", "faults", "doubts", "counts").WherePK().Exec(ctx)
	return err
}

// applyBatch is how many features are written at a time, so that progress is seen.
const applyBatch = 2000

func (s *Service) write(ctx context.Context, tx bun.Tx, i *Import) error {
	change, err := duct.Begin(ctx, tx, duct.Change{Kind: duct.ByImport, OnDay: i.OnDay, Why: i.Title, ImportID: uuid.NullUUID{UUID: i.ID, Valid: true}, Counts: i.Counts, At: s.now(), ByID: i.CreatedBy})
	if err != nil {
		return err
	}
	i.Done = 0
	for _, kind := range []string{NodeFeature, SegmentFeature} {
		for after := 0; ; {
			var last, n int
			err := tx.NewRaw(`SELECT coalesce(max(n), 0), count(*) FROM (SELECT n FROM duct_feature WHERE tenant_id = ? AND import_id = ? AND kind = ? AND n > ? ORDER BY n LIMIT ?) x`,
				i.TenantID, i.ID, kind, after, applyBatch).Scan(ctx, &last, &n)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			for _, sql := range writing[kind] {
				if _, err := tx.NewRaw(sql, i.TenantID, i.ID, i.OnDay, change, after, last).Exec(ctx); err != nil {
					return err
				}
			}
			if kind == SegmentFeature {
				if err := layBanks(ctx, tx, i, change, after, last); err != nil {
					return err
				}
			}
			after, i.Done = last, i.Done+n
			if err := s.progress(ctx, *i); err != nil {
				return err
			}
		}
	}
	return nil
}

// progress is written outside the transaction, for whoever watches.
func (s *Service) progress(ctx context.Context, i Import) error {
	_, err := s.d.DB.NewRaw("UPDATE duct_import SET done = ? WHERE tenant_id = ? AND id = ? AND state = ?", i.Done, i.TenantID, i.ID, Applying).Exec(ctx)
	return err
}

// within are the features of one batch that change something.
const within = `f.tenant_id = ?0 AND f.import_id = ?1 AND f.n > ?4 AND f.n <= ?5 AND f.act IN ('new', 'changed')`

// writing are the statements for a batch of nodes and for one of segments: what is new, the end of what was, and what is from
// the day on. A state that began on the same day was never so, and is voided.
var writing = map[string][]string{
	NodeFeature: {
		"INSERT INTO duct_node (tenant_id, id, code) SELECT f.tenant_id, f.id, f.code FROM duct_feature f WHERE " + within + " AND f.kind = 'node' AND NOT f.known",
		ending("duct_node_state", "node"), voiding("duct_node_state", "node"),
		`INSERT INTO duct_node_state (tenant_id, id, node_id, since, until, kind, at, authority, free_trade, condition, address, note, change_id)
			SELECT f.tenant_id, f.state_id, f.id, ?2, f.until, coalesce(f.body ->> 'node_kind', c.kind), coalesce(f.geom, c.at), coalesce(f.body ->> 'authority', c.authority),
				coalesce((f.body ->> 'free_trade')::boolean, c.free_trade, a.free_trade), coalesce(f.body ->> 'condition', c.condition, 'unknown'),
				coalesce(f.body ->> 'address', c.address, ''), coalesce(f.body ->> 'note', c.note, ''), ?3
			FROM duct_feature f LEFT JOIN duct_node_state c ON c.tenant_id = f.tenant_id AND c.id = f.was
			LEFT JOIN duct_authority a ON a.tenant_id = f.tenant_id AND a.code = f.body ->> 'authority'
			WHERE ` + within + ` AND f.kind = 'node'`,
	},
	SegmentFeature: {
		"INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) SELECT f.tenant_id, f.id, f.code, f.from_node, f.to_node FROM duct_feature f WHERE " + within + " AND f.kind = 'segment' AND NOT f.known",
		ending("duct_segment_state", "segment"), voiding("duct_segment_state", "segment"),
		`INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, until, line, surveyed_mm, billed_mm, road, class, authority, free_trade, condition, depth_mm, note, change_id)
			SELECT f.tenant_id, f.state_id, f.id, ?2, f.until, coalesce(f.geom, c.line), coalesce((f.body ->> 'surveyed')::bigint, c.surveyed_mm), coalesce((f.body ->> 'billed')::bigint, c.billed_mm),
				coalesce(f.body ->> 'road', c.road), coalesce(f.body ->> 'class', c.class, 'unknown'), coalesce(f.body ->> 'authority', c.authority),
				coalesce((f.body ->> 'free_trade')::boolean, c.free_trade, a.free_trade), coalesce(f.body ->> 'condition', c.condition, 'unknown'),
				coalesce((f.body ->> 'depth')::int, c.depth_mm), coalesce(f.body ->> 'note', c.note, ''), ?3
			FROM duct_feature f LEFT JOIN duct_segment_state c ON c.tenant_id = f.tenant_id AND c.id = f.was
			LEFT JOIN duct_authority a ON a.tenant_id = f.tenant_id AND a.code = f.body ->> 'authority'
			WHERE ` + within + ` AND f.kind = 'segment'`,
	},
}

func ending(table, kind string) string {
	return "UPDATE " + table + " c SET until = ?2, ended_by = ?3 FROM duct_feature f WHERE " + within + " AND f.kind = '" + kind + "' AND c.tenant_id = f.tenant_id AND c.id = f.was AND c.since < ?2"
}

func voiding(table, kind string) string {
	return "UPDATE " + table + " c SET voided_by = ?3 FROM duct_feature f WHERE " + within + " AND f.kind = '" + kind + "' AND c.tenant_id = f.tenant_id AND c.id = f.was AND c.since = ?2"
}

// layBanks lays what is missing of the banks of a batch of segments. What lies there already stays.
func layBanks(ctx context.Context, tx bun.Tx, i *Import, change uuid.UUID, after, last int) error {
	var found []struct {
		ID   uuid.UUID
		Bank json.RawMessage
	}
	err := tx.NewRaw(`SELECT f.id, f.body -> 'bank' AS bank FROM duct_feature f WHERE f.tenant_id = ? AND f.import_id = ? AND f.n > ? AND f.n <= ? AND f.kind = 'segment'
		AND f.body #>> '{bank,ducts}' IS NOT NULL ORDER BY f.n`, i.TenantID, i.ID, after, last).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(found))
	for k := range found {
		ids[k] = found[k].ID
	}
	var lying []duct.Unit
	err = tx.NewSelect().Model(&lying).Where("u.tenant_id = ? AND u.segment_id IN (?) AND u.voided_by IS NULL AND u.until IS NULL", i.TenantID, bun.List(ids)).Scan(ctx)
	if err != nil {
		return err
	}
	l := layer{since: i.OnDay, tenant: i.TenantID, change: change, has: map[place]uuid.UUID{}}
	for _, u := range lying {
		l.has[place{u.SegmentID, u.ParentID.UUID, u.Position}] = u.ID
	}
	for _, f := range found {
		var b Bank
		if err := json.Unmarshal(f.Bank, &b); err != nil {
			return err
		}
		if err := l.lay(f.ID, b); err != nil {
			return err
		}
	}
	return l.flush(ctx, tx)
}
