package ductdamage

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// third is who has to answer for a damage, and who pays for it, without being an operator, as it is sealed: copied into another row it does not
// open. It is often a private person.
type third struct {
	Liable string         `json:"liable,omitempty"`
	Shares map[int]string `json:"shares,omitempty"` // names by the position of the share
}

func (d Damage) thirdUse() string { return "duct_damage.third:" + d.ID.String() }

// sealThird seals the names of a damage and its shares; whoever writes the rows leaves the columns in clear empty.
func (s *Service) sealThird(ctx context.Context, d *Damage, shares []Share) (err error) {
	x := third{Liable: d.LiableName, Shares: map[int]string{}}
	for _, y := range shares {
		if y.Name != "" {
			x.Shares[y.Position] = y.Name
		}
	}
	if d.Third = nil; x.Liable == "" && len(x.Shares) == 0 {
		return nil
	}
	d.Third, err = s.d.Keys.SealJSON(ctx, x, d.thirdUse())
	return err
}

// openThird reads the names of a damage and its shares. Rows that no run of sealThirds has come to yet have them in clear.
func (s *Service) openThird(ctx context.Context, d *Damage, shares []Share) error {
	if d.Third == nil {
		return nil
	}
	var x third
	if err := s.d.Keys.OpenJSON(ctx, d.Third, &x, d.thirdUse()); err != nil {
		return fmt.Errorf("ductdamage: third party of %s: %w", d.ID, err)
	}
	if d.Liable == ThirdParty && d.LiableName == "" {
		d.LiableName = x.Liable
	}
	for i := range shares {
		if y := &shares[i]; y.Party == ThirdParty && y.Name == "" {
			y.Name = x.Shares[y.Position]
		}
	}
	return nil
}

// shares are those of a damage, by their position.
func (s *Service) shares(ctx context.Context, db bun.IDB, d *Damage) ([]Share, error) {
	var all []Share
	if err := db.NewSelect().Model(&all).Where("s.tenant_id = ? AND s.damage_id = ?", d.TenantID, d.ID).OrderExpr("s.position").Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductdamage: shares: %w", err)
	}
	return all, s.openThird(ctx, d, all)
}

func (b Bill) debtorUse() string { return "duct_damage_bill.debtor:" + b.ID.String() }

// sealDebtor seals who is charged and leaves nothing of it in clear, but a mark by which the database tells them from others. An operator stands in
// the public register of its trade.
func (s *Service) sealDebtor(ctx context.Context, b *Bill) error {
	if b.OperatorID.Valid {
		return nil
	}
	sealed, err := s.d.Keys.SealJSON(ctx, Debtor{b.Name, b.Address, b.Email}, b.debtorUse())
	if err != nil {
		return err
	}
	mark, err := s.d.Keys.Hash(ctx, "duct_damage_bill.mark", b.Name)
	b.Sealed, b.Mark, b.Name, b.Address, b.Email = sealed, hex.EncodeToString(mark), "", "", ""
	return err
}

// openDebtors reads who is charged. A row that no run of sealDebtors has come to yet has it in clear.
func (s *Service) openDebtors(ctx context.Context, all []Bill) error {
	for i := range all {
		b := &all[i]
		if b.Sealed == nil {
			continue
		}
		var x Debtor
		if err := s.d.Keys.OpenJSON(ctx, b.Sealed, &x, b.debtorUse()); err != nil {
			return fmt.Errorf("ductdamage: debtor of %s: %w", b.ID, err)
		}
		b.Name, b.Address, b.Email = x.Name, x.Address, x.Email
	}
	return nil
}

// known refuses Conflict "ductdamage.third_erased" what needs to know who answered for a damage, once that is erased.
func (d Damage) known() error {
	if !d.ThirdErasedAt.IsZero() {
		return fault.New(fault.Conflict, "ductdamage.third_erased")
	}
	return nil
}

// sealThirds seals who stands in clear from before. A repetition finds nobody.
func (s *Service) sealThirds(ctx context.Context, tx bun.Tx) error {
	tenant := tenancy.Must(ctx)
	find := func(after int) (all []Damage, err error) {
		err = tx.NewSelect().Model(&all).Where("d.tenant_id = ?0 AND d.id IN (SELECT id FROM duct_damage WHERE tenant_id = ?0 AND liable_name <> '' UNION SELECT damage_id FROM duct_damage_share WHERE tenant_id = ?0 AND name <> '')", tenant).
			OrderExpr("d.id").Offset(int64(after)).Limit(sealMost).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			err = fmt.Errorf("ductdamage: seal third parties: %w", err)
		}
		return all, err
	}
	return each(ctx, tx, find, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		shares, err := s.shares(ctx, tx, d)
		if err != nil {
			return err
		}
		if err := s.sealThird(ctx, d, shares); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(d).Column("third").Set("liable_name = ''").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: seal third parties: %w", err)
		}
		if _, err := tx.NewRaw("UPDATE duct_damage_share SET name = '' WHERE tenant_id = ? AND damage_id = ?", tenant, d.ID).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: seal third parties: %w", err)
		}
		return nil
	})
}

// sealDebtors seals who is charged and stands in clear from before. A repetition finds nobody.
func (s *Service) sealDebtors(ctx context.Context, tx bun.Tx) error {
	find := func(after int) (all []Bill, err error) {
		err = tx.NewSelect().Model(&all).Where("b.tenant_id = ? AND b.operator_id IS NULL AND b.sealed IS NULL AND b.erased_at IS NULL", tenancy.Must(ctx)).OrderExpr("b.id").Offset(int64(after)).Limit(sealMost).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			err = fmt.Errorf("ductdamage: seal debtors: %w", err)
		}
		return all, err
	}
	return each(ctx, tx, find, func(ctx context.Context, tx bun.Tx, b *Bill) error {
		if err := s.sealDebtor(ctx, b); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(b).Column("sealed", "mark", "name", "address", "email").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: seal debtors: %w", err)
		}
		return nil
	})
}

// eraseThirds erases who answered for damages without being an operator, once the city's days after their end are over and the book has erased
// whom it charged for them: until then somebody may ask what became of it. What was charged, and to what share, stays.
func (s *Service) eraseThirds(ctx context.Context, tx bun.Tx) error {
	before, ok, err := pack.KeptBefore(ctx, tx, pack.KeptDebtors, s.day(ctx, s.now()))
	if err != nil || !ok {
		return err
	}
	find := func(after int) (all []Damage, err error) {
		err = tx.NewRaw(`WITH of AS (SELECT id FROM duct_damage WHERE tenant_id = ?0 AND third IS NOT NULL AND state IN ('closed', 'dismissed') UNION SELECT damage_id FROM duct_damage_bill WHERE tenant_id = ?0 AND operator_id IS NULL AND erased_at IS NULL)
		SELECT d.id, d.number FROM duct_damage d WHERE d.tenant_id = ?0 AND d.id IN (SELECT id FROM of) AND d.state IN ('closed', 'dismissed') AND d.updated_at < ?1 AND d.liable_name = ''
				AND NOT EXISTS (SELECT FROM duct_damage_bill b LEFT JOIN invoice_draft i ON i.tenant_id = b.tenant_id AND i.id = b.draft_id LEFT JOIN party p ON p.tenant_id = i.tenant_id AND p.id = i.party_id
					WHERE b.tenant_id = d.tenant_id AND b.damage_id = d.id AND b.operator_id IS NULL
						AND (b.sealed IS NULL AND b.erased_at IS NULL OR greatest(b.asked_at, b.decided_at, b.undone_at) >= ?1 OR b.approved IS NULL AND b.undone_at IS NULL OR p.id IS NOT NULL AND p.erased_at IS NULL))
			ORDER BY d.updated_at, d.id LIMIT ?2 OFFSET ?3 FOR UPDATE OF d SKIP LOCKED`, tenancy.Must(ctx), s.begins(ctx, before), sealMost, after).Scan(ctx, &all)
		if err != nil {
			err = fmt.Errorf("ductdamage: erase third parties: %w", err)
		}
		return all, err
	}
	return each(ctx, tx, find, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		_, err := tx.NewRaw("UPDATE duct_damage SET third = NULL, third_erased_at = ? WHERE tenant_id = ? AND id = ?", s.now(), tenancy.Must(ctx), d.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: erase third parties: %w", err)
		}
		if err := s.forgetDebtors(ctx, tx, d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "ductdamage.third_erase", Object: "duct_damage", ObjectID: d.ID, At: s.now(),
			Detail: map[string]any{"number": d.Number, "kept_before": before.Format(time.DateOnly)}})
	})
}

func (s *Service) forgetDebtors(ctx context.Context, tx bun.Tx, damage uuid.UUID) error {
	_, err := tx.NewRaw("UPDATE duct_damage_bill SET sealed = NULL, mark = '', erased_at = ? WHERE tenant_id = ? AND damage_id = ? AND operator_id IS NULL", s.now(), tenancy.Must(ctx), damage).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductdamage: erase third parties: %w", err)
	}
	return nil
}
