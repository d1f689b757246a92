package app

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// seedDuctMoney gives the made-up seller of Batam's ducts a bank, and the city a made-up year of its own revenue from them, once.
func (a *App) seedDuctMoney(ctx context.Context, made map[string]uuid.UUID) error {
	const officer = "pendapatan@batam.localhost"
	if made[officer] == uuid.Nil {
		return nil
	}
	ctx, actor, err := a.demoActor(ctx, made, officer)
	if err == nil {
		err = a.seedDuctSeller(ctx)
	}
	if err == nil {
		err = a.seedRevenue(ctx, actor, time.Now())
	}
	if err != nil {
		return fmt.Errorf("money of the ducts: %w", err)
	}
	return nil
}

// seedDuctSeller gives the made-up seller of the ducts an account and numbers that no bank has and a tax number that is nobody's, so that a
// statement can be imported and the file for Coretax written.
func (a *App) seedDuctSeller(ctx context.Context) error {
	raw, err := fs.ReadFile(tenants.FS, "batam/duct/seller.yaml")
	if err != nil {
		return err
	}
	setup, err := invoice.ReadSetup(raw)
	if err != nil {
		return err
	}
	platform, err := demoSeller()
	if err != nil {
		return err
	}
	x := &setup.Seller
	x.EffectiveFrom, x.Accounts, x.VirtualAccount = x.EffectiveFrom.AddDate(0, 0, 1), platform.Seller.Accounts, invoice.VirtualAccounts{Bank: "Bank Contoh", Prefix: "00001"}
	x.NPWP, x.Source = platform.Seller.NPWP, platform.Seller.Source
	x.Accounts[0].Number, x.Accounts[0].Holder = "000-67890", "BUMD ducting contoh"
	return tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: identity.Kind(audit.System)}, setup)
		return err
	})
}

// seedRevenue makes up what the city was to have of the ducts this year, what was decided, and what came in of it.
func (a *App) seedRevenue(ctx context.Context, actor identity.Actor, now time.Time) error {
	const dividend, retribution, rent = "4.1.03", "4.1.02", "4.1.04"
	for _, t := range []revenue.Target{{Code: dividend, Amount: 1_200_000_000}, {Code: retribution, Amount: 240_000_000}, {Code: rent, Amount: 480_000_000}} {
		t.Year, t.Basis = now.Year(), fmt.Sprintf("APBD %d (contoh)", now.Year())
		if err := a.Revenue.SetTarget(ctx, actor, t); err != nil {
			return err
		}
	}
	day := func(ago int) time.Time { return now.AddDate(0, 0, -ago) }
	var claims []revenue.Claim
	for _, c := range []revenue.Claim{
		{Code: dividend, Payer: "BUMD Ducting Bersama Batam (contoh)", Basis: "RUPS tahun buku lalu (contoh)", DecidedOn: day(160), DueOn: day(40), Amount: 900_000_000},
		{Code: rent, Payer: "BUMD Ducting Bersama Batam (contoh)", Basis: "Perjanjian sewa BMD (contoh)", LegalNote: "Perjanjian sewa gedung dan gudang, bukan jalur kabel (contoh)", DecidedOn: day(300), DueOn: day(-20), Amount: 420_000_000},
		{Code: retribution, Payer: "PT Galian Umpama (contoh)", Basis: "SKRD (contoh)", DecidedOn: day(70), DueOn: day(10), Amount: 36_000_000},
	} {
		c, err := a.Revenue.AddClaim(ctx, actor, c)
		if err != nil {
			return err
		}
		claims = append(claims, c)
	}
	for i, r := range []revenue.Receipt{
		{Code: dividend, ClaimID: uuid.NullUUID{UUID: claims[0].ID, Valid: true}, OnDay: day(45), Payer: claims[0].Payer, Amount: 500_000_000},
		{Code: rent, ClaimID: uuid.NullUUID{UUID: claims[1].ID, Valid: true}, OnDay: day(120), Payer: claims[1].Payer, Amount: 210_000_000},
		{Code: retribution, OnDay: day(15), Payer: "PT Kabel Umpama Batam (contoh)", Amount: 18_500_000},
	} {
		r.Number = fmt.Sprintf("STS-CONTOH-%03d", i+1)
		if _, err := a.Revenue.Receive(ctx, actor, r); err != nil {
			return err
		}
	}
	return nil
}
