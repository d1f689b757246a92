package ductdamage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// words is what somebody said of a damage, as it is sealed: copied into another row it does not open. Who reports writes there who
// they are, or whose house it is.
type words struct {
	Words string `json:"words"`
	Place string `json:"place"`
}

func (d Damage) wordsUse() string { return "duct_damage.words:" + d.ID.String() }

// sealWords seals what was said; whoever writes the row leaves the columns in clear empty.
func (s *Service) sealWords(ctx context.Context, d *Damage) (err error) {
	d.Sealed, err = s.d.Keys.SealJSON(ctx, words{d.Words, d.Place}, d.wordsUse())
	return err
}

// openWords reads what was said. A row that no run of sealAll has come to yet has it in clear.
func (s *Service) openWords(ctx context.Context, d *Damage) error {
	if d.Sealed == nil {
		return nil
	}
	var x words
	if err := s.d.Keys.OpenJSON(ctx, d.Sealed, &x, d.wordsUse()); err != nil {
		return fmt.Errorf("ductdamage: words of %s: %w", d.ID, err)
	}
	d.Words, d.Place = x.Words, x.Place
	return nil
}

// sealMost is how many damages one run seals, or erases the words of; the next run finds the rest.
const sealMost = 500

// each does something with every row apart, with sealMost of them in a run: those with which it cannot be done keep none of the others from it,
// however many they are. find reads up to sealMost rows that wait, in an order of their own, after so many that still do. What cannot be done is told
// once nothing else is left, by a run that fails.
func each[T any](ctx context.Context, tx bun.Tx, find func(after int) ([]T, error), fn func(ctx context.Context, tx bun.Tx, x *T) error) error {
	var bad []error
	for done := 0; done < sealMost; {
		all, err := find(len(bad))
		if err != nil {
			return err
		}
		for i := range all {
			if err := tx.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error { return fn(ctx, tx, &all[i]) }); err != nil {
				bad = append(bad, err)
			} else {
				done++
			}
		}
		if len(all) < sealMost {
			if done == 0 {
				return errors.Join(bad...)
			}
			break
		}
	}
	return nil
}

// sealAll seals what stands in clear from before, where its event said it once more too. A repetition finds nothing.
func (s *Service) sealAll(ctx context.Context, tx bun.Tx) error {
	find := func(after int) (all []Damage, err error) {
		err = tx.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.sealed IS NULL AND d.erased_at IS NULL", tenancy.Must(ctx)).OrderExpr("d.id").Offset(int64(after)).Limit(sealMost).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			err = fmt.Errorf("ductdamage: seal: %w", err)
		}
		return all, err
	}
	return each(ctx, tx, find, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		if err := s.sealWords(ctx, d); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(d).Column("sealed").Set("words = '', place = ''").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: seal: %w", err)
		}
		if _, err := tx.NewRaw("UPDATE duct_damage_event SET words = '' WHERE tenant_id = ? AND damage_id = ? AND what = ?", d.TenantID, d.ID, Reported).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: seal: %w", err)
		}
		return nil
	})
}

// erase erases what was said of damages once the city's days after their end are over.
func (s *Service) erase(ctx context.Context, tx bun.Tx) error {
	before, ok, err := pack.KeptBefore(ctx, tx, pack.KeptReports, s.day(ctx, s.now()))
	if err != nil || !ok {
		return err
	}
	find := func(after int) (all []Damage, err error) {
		err = tx.NewRaw("SELECT id, number FROM duct_damage WHERE tenant_id = ? AND erased_at IS NULL AND state IN ('closed', 'dismissed') AND updated_at < ? ORDER BY updated_at, id LIMIT ? OFFSET ? FOR UPDATE SKIP LOCKED",
			tenancy.Must(ctx), s.begins(ctx, before), sealMost, after).Scan(ctx, &all)
		if err != nil {
			err = fmt.Errorf("ductdamage: erase: %w", err)
		}
		return all, err
	}
	return each(ctx, tx, find, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		_, err := tx.NewRaw("UPDATE duct_damage SET sealed = NULL, words = '', place = '', erased_at = ? WHERE tenant_id = ? AND id = ?", s.now(), tenancy.Must(ctx), d.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: erase: %w", err)
		}
		// What an earlier version wrote into the event goes too, should no run of sealAll have come to it.
		if _, err := tx.NewRaw("UPDATE duct_damage_event SET words = '' WHERE tenant_id = ? AND damage_id = ? AND what = ?", tenancy.Must(ctx), d.ID, Reported).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: erase: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "ductdamage.words_erase", Object: "duct_damage", ObjectID: d.ID, At: s.now(),
			Detail: map[string]any{"number": d.Number, "kept_before": before.Format(time.DateOnly)}})
	})
}

// begins is the moment at which a day of the city begins.
func (s *Service) begins(ctx context.Context, day time.Time) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, city.Location()).UTC()
}
