package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// draft is an application that lacks nothing but its submission, and who would submit it.
type draft struct {
	actor identity.Actor
	token string // of the session
	id    uuid.UUID
}

// prepare fills Database: n residents, their sessions, and a finished draft of each, made by the product's own steps.
func (b *run) prepare(ctx context.Context, n int) error {
	p, err := b.Build(ctx, b.Database, Variant{})
	if err != nil {
		return err
	}
	defer p.Close()
	ctx = tenancy.With(ctx, p.City)
	if err := b.residents(ctx, p, n); err != nil {
		return fmt.Errorf("bench: residents: %w", err)
	}
	photo, err := photo()
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(8)
	for i := range b.drafts {
		g.Go(func() (err error) {
			b.drafts[i].id, err = finish(ctx, p, b.drafts[i].actor, i, photo)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("bench: draft: %w", err)
	}
	return nil
}

// perSecond is how many drafts are made for each second that was asked for.
const perSecond = 100

// residents makes one resident and one session as the product does, and copies of both for the other drafts: the
// product hashes each password for a twentieth of a second. A session is used an hour from now, so that no request
// pays for the note, once a minute, that it is in use.
func (b *run) residents(ctx context.Context, p *Program, n int) error {
	const password = "bench-only-7Q2v"
	first := identity.Actor{TenantID: p.City.ID, Kind: identity.Resident, Name: "Siti Rahma", Email: "warga@contoh.id",
		Roles: []string{identity.RoleResident}}
	var err error
	first.ID, err = p.Identity.CreateResident(ctx, identity.SeedInput{Name: first.Name, Email: first.Email, Password: password})
	if err != nil {
		return err
	}
	if _, err := p.Identity.SignIn(ctx, identity.SignInInput{Login: first.Email, Password: password, IP: "127.0.0.1"}); err != nil {
		return err
	}
	b.drafts = make([]draft, n)
	ids, hashes := make([]uuid.UUID, len(b.drafts)), make([]string, len(b.drafts))
	for i := range b.drafts {
		secret := sha256.Sum256(fmt.Append(nil, "session of the benchmark ", i))
		who := first
		if who.ID, err = uuid.NewV7(); err != nil {
			return err
		}
		who.Name = "Siti " + letters(i)
		b.drafts[i] = draft{actor: who, token: base64.RawURLEncoding.EncodeToString(secret[:])}
		ids[i], hashes[i] = who.ID, b.drafts[i].hash()
	}
	conn, err := b.admin.open(ctx, b.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{
		`INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object('id', n.id, 'email_hash', n.hash))).*
		   FROM account a, unnest($2::uuid[], $3::text[]) AS n (id, hash) WHERE a.id = $1`,
		`INSERT INTO session SELECT (jsonb_populate_record(s, jsonb_build_object('id', n.id, 'account_id', n.id, 'hash', n.hash,
		        'seen_at', now() + interval '1 hour'))).*
		   FROM session s, unnest($2::uuid[], $3::text[]) AS n (id, hash) WHERE s.account_id = $1`,
	} {
		if _, err := conn.Exec(ctx, sql, first.ID, ids, hashes); err != nil {
			return err
		}
	}
	return nil
}

// hash is how the database knows the session.
func (d draft) hash() string {
	raw, _ := base64.RawURLEncoding.DecodeString(d.token) // our own
	sum := sha256.Sum256(raw)
	return `\x` + hex.EncodeToString(sum[:])
}

// finish starts an application and answers all of its form.
func finish(ctx context.Context, p *Program, who identity.Actor, n int, photo []byte) (uuid.UUID, error) {
	app, err := p.Casework.Start(ctx, who, service, event.ChannelWeb)
	if err != nil {
		return uuid.Nil, err
	}
	for _, page := range []struct {
		code    string
		answers map[string][]string
	}{
		{"syarat", map[string][]string{"pernyataan_awal": {"ya"}}},
		{"nik", map[string][]string{"nik": {fmt.Sprintf("217104670390%04d", n%9999+1)}}},
		{"identitas", map[string][]string{"nama_lengkap": {who.Name}, "tanggal_lahir": {"27", "3", "1990"}}},
		{"kk", map[string][]string{"nomor_kk": {"2171040102160007"}}},
		{"kontak", map[string][]string{"nomor_hp": {"081234567890"}}},
		{"kecamatan", map[string][]string{"kecamatan": {"21.71.10"}}},
		{"kehilangan", map[string][]string{"tanggal_hilang": {time.Now().AddDate(0, 0, -3).Format(time.DateOnly)}, "tempat_hilang": {"Pasar Mitra Raya"}}},
		{"pernyataan", map[string][]string{"paham_data_pribadi": {"on"}, "pernyataan_benar": {"on"}}},
	} {
		if err := p.Casework.SavePage(ctx, who, app.ID, page.code, page.answers); err != nil {
			return uuid.Nil, fmt.Errorf("page %s: %w", page.code, err)
		}
	}
	for _, field := range []string{"file_kk", "file_surat_kehilangan"} {
		if _, err := p.Casework.Attach(ctx, who, app.ID, field, "foto.jpg", bytes.NewReader(photo)); err != nil {
			return uuid.Nil, fmt.Errorf("field %s: %w", field, err)
		}
	}
	return app.ID, nil
}

func photo() ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil)
	return b.Bytes(), err
}
