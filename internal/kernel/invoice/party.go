package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identifier"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// PartyVersion is what is said of a party from a day on. It is never changed; a later one takes its place.
type PartyVersion struct {
	bun.BaseModel `bun:"table:party_version,alias:v"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ID            uuid.UUID `bun:"id,pk"`
	PartyID       uuid.UUID `bun:"party_id"`
	EffectiveFrom time.Time `bun:"effective_from"`
	Profile       Party     `bun:"profile,type:jsonb"`
	Reason        string    `bun:"reason"`
	MadeAt        time.Time `bun:"made_at"`
	MadeBy        uuid.UUID `bun:"made_by"`
}

// The words of Party.Collector besides none.
const (
	GovernmentCollects = "government" // a government treasurer collects the PPN
	OtherCollects      = "other"      // another collector whom the law names
)

// ReviseParty keeps what is said of a party from a day on, as part of tx; what was issued before stays as it is. It refuses Invalid
// for what no party can have, without a reason and for a day before today, and NotFound "invoice.no_party".
func (b *Book) ReviseParty(ctx context.Context, tx bun.Tx, actor identity.Actor, p Party, from, today time.Time, reason string) (PartyVersion, error) {
	v := PartyVersion{TenantID: tenancy.Must(ctx), PartyID: p.ID, EffectiveFrom: dayOf(from), Reason: strings.TrimSpace(reason), MadeAt: b.Now().UTC().Truncate(time.Microsecond), MadeBy: actor.ID}
	var kept Party
	err := tx.NewSelect().Model(&kept).Where("tenant_id = ? AND id = ?", v.TenantID, p.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.New(fault.NotFound, "invoice.no_party")
	}
	if err != nil {
		return v, err
	}
	for _, text := range []*string{&p.Name, &p.Address, &p.Email, &p.NPWP, &p.Basis} {
		*text = strings.TrimSpace(*text)
	}
	if npwp, refusal, _ := identifier.NPWP(p.NPWP); refusal == "" {
		p.NPWP = npwp
	}
	p.City, p.VirtualAccount = kept.City, kept.VirtualAccount
	bad := p.check()
	if v.Reason == "" {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if utf8.RuneCountInString(v.Reason) > reasonsMost {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonsMost}})
	}
	if v.EffectiveFrom.Before(dayOf(today)) {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "plan_past"})
	}
	for _, r := range []struct{ name, code, kind string }{{"ppn", p.PPN, PPN}, {"pph", p.PPh, PPh}} {
		if r.code == "" && r.kind == PPh {
			continue
		}
		if _, err := ruleOn(ctx, tx, r.code, r.kind, v.EffectiveFrom); fault.Is(err, "invoice.no_tax_rule") {
			bad = append(bad, fault.Field{Name: r.name, Code: "not_an_option"})
		} else if err != nil {
			return v, err
		}
	}
	if err := fault.Fields(bad); err != nil {
		return v, err
	}
	if v.ID, err = uuid.NewV7(); err != nil {
		return v, err
	}
	v.Profile = p
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return v, fmt.Errorf("invoice: party: %w", err)
	}
	if err := b.RenewParties(ctx, tx, today); err != nil {
		return v, err
	}
	return v, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "party.revise", Object: "party", ObjectID: p.ID, At: v.MadeAt,
		Detail: map[string]any{"from": v.EffectiveFrom.Format(time.DateOnly), "ppn": p.PPN, "pph": p.PPh, "collector": p.Collector, "free_zone": p.FreeZone, "reason": v.Reason}})
}

// check refuses what no party can have, by the names of a form.
func (p Party) check() []fault.Field {
	var bad []fault.Field
	for _, f := range []struct {
		name, text string
		most       int
		needed     bool
	}{{"name", p.Name, 200, true}, {"address", p.Address, 400, true}, {"email", p.Email, 200, false}, {"basis", p.Basis, 300, true}} {
		if f.text == "" && f.needed {
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		} else if utf8.RuneCountInString(f.text) > f.most {
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", f.most}})
		}
	}
	if _, refusal, _ := identifier.NPWP(p.NPWP); p.NPWP != "" && refusal != "" {
		bad = append(bad, fault.Field{Name: "npwp", Code: refusal})
	}
	if p.Email != "" && !strings.Contains(p.Email, "@") {
		bad = append(bad, fault.Field{Name: "email", Code: "email"})
	}
	if p.Collector != "" && p.Collector != GovernmentCollects && p.Collector != OtherCollects {
		bad = append(bad, fault.Field{Name: "collector", Code: "not_an_option"})
	}
	return bad
}

// partyOn is a party as it is on a day; where nothing was said of it from a day on it is as it was first written.
func partyOn(ctx context.Context, db bun.IDB, id uuid.UUID, day time.Time) (Party, error) {
	var p Party
	tenant := tenancy.Must(ctx)
	if err := db.NewSelect().Model(&p).Where("tenant_id = ? AND id = ?", tenant, id).Scan(ctx); err != nil {
		return p, err
	}
	var v PartyVersion
	err := db.NewSelect().Model(&v).Where("tenant_id = ? AND party_id = ? AND effective_from <= ?", tenant, id, day.Format(time.DateOnly)).Order("effective_from DESC", "id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	v.Profile.TenantID, v.Profile.ID, v.Profile.City, v.Profile.VirtualAccount, v.Profile.Version = p.TenantID, p.ID, p.City, p.VirtualAccount, some(v.ID)
	return v.Profile, err
}

// RenewParties puts on the parties what is said of them from today on, as part of tx, for whoever reads a party without a day.
func (b *Book) RenewParties(ctx context.Context, tx bun.Tx, today time.Time) error {
	var due []uuid.UUID
	err := tx.NewRaw(`SELECT p.id FROM party p JOIN LATERAL (SELECT v.id FROM party_version v WHERE v.tenant_id = p.tenant_id AND v.party_id = p.id AND v.effective_from <= ?
			ORDER BY v.effective_from DESC, v.id DESC LIMIT 1) v ON true
		WHERE p.tenant_id = ? AND p.version IS DISTINCT FROM v.id`, dayOf(today).Format(time.DateOnly), tenancy.Must(ctx)).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("invoice: parties: %w", err)
	}
	for _, id := range due {
		p, err := partyOn(ctx, tx, id, dayOf(today))
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model(&p).Column("name", "address", "email", "npwp", "free_zone", "collector", "ppn", "pph", "basis", "verified", "version").Set("updated_at = ?", b.Now().UTC()).WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("invoice: parties: %w", err)
		}
	}
	return nil
}

// PartyVersions lists what was and will be said of a party, the latest day first, 100 at most.
func (b *Book) PartyVersions(ctx context.Context, party uuid.UUID) ([]PartyVersion, error) {
	var all []PartyVersion
	err := b.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND party_id = ?", tenancy.Must(ctx), party).Order("effective_from DESC", "id DESC").Limit(100).Scan(ctx)
	return all, err
}

// Rules lists the tax rules of a kind as they are on a day, by code.
func (b *Book) Rules(ctx context.Context, kind string, day time.Time) ([]Rule, error) {
	var all []Rule
	err := b.DB.App.NewSelect().Model(&all).DistinctOn("code").Where("tenant_id = ? AND kind = ? AND effective_from <= ?", tenancy.Must(ctx), kind, day.Format(time.DateOnly)).
		Order("code", "effective_from DESC").Scan(ctx)
	return all, err
}
