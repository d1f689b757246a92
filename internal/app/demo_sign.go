package app

import (
	"context"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/testca"
)

// demoCA is the file with the authority whose certificates sign in the demonstration, beside its data.
const demoCA = "ca-uji.pem"

const demoAdmin = "admin@batam.localhost"

// seedSigner has somebody who does not exist sign for the one-stop office, with a certificate that is marked as one for
// tests, and keeps its issuer where `pdfsig` can be given it. A second start finds the administrator made and changes nothing.
func (a *App) seedSigner(ctx context.Context, made map[string]uuid.UUID) error {
	if _, ok := made[demoAdmin]; !ok {
		return nil
	}
	ctx, admin, err := a.demoActor(ctx, made, demoAdmin)
	if err != nil {
		return err
	}
	const name = "Contoh Pejabat, S.E., M.Si."
	by, err := a.Documents.Appoint(ctx, admin, document.OfficialInput{Agency: "dpmptsp", Name: name, NIP: "198001012005011001", From: "2026-01-01",
		Title: i18n.Text{"id": "Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "en": "Head of the Investment and One-Stop Services Office"}})
	if err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	file, ca, err := testca.Key(name, time.Now())
	if err != nil {
		return err
	}
	if _, err := a.Documents.AddKey(ctx, admin, document.KeyInput{Official: by.ID, File: file, Test: true}); err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	return os.WriteFile(filepath.Join(a.Config.DataDir, demoCA), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}), 0o644)
}
