package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// demoWaves is the waves of the demonstration, in the days in which they came about.
type demoWaves struct {
	*ductwave.Service
	operators *operator.Service
	staff     identity.Actor
	partner   identity.Actor // of the first of the made-up operators
	at        time.Time
}

// seedWaves moves one made-up corridor half-way into the ducts, opens commitments of another, and asks operators about a third.
func (a *App) seedWaves(ctx context.Context, staff identity.Actor, now time.Time) error {
	d := &demoWaves{staff: staff}
	clock := func() time.Time { return d.at }
	d.operators = operator.New(operator.Deps{DB: a.DB.App, Guard: a.Guard, Identity: a.Identity, Leases: a.Leases, Files: a.Files, Now: clock})
	d.Service = ductwave.New(ductwave.Deps{DB: a.DB.App, Guard: a.Guard, Leases: a.Leases, Operators: d.operators, Files: a.Files, Notify: a.Notify, Now: clock})
	var who []uuid.UUID
	if err := a.DB.App.NewRaw("SELECT account_id FROM duct_person WHERE tenant_id = ? AND admin AND ended_at IS NULL ORDER BY account_id LIMIT 1", tenancy.Must(ctx)).Scan(ctx, &who); err != nil || len(who) == 0 {
		return err
	}
	var err error
	if d.partner, err = a.Identity.ActorFor(ctx, who[0]); err != nil {
		return err
	}
	if err := d.moving(ctx, now); err != nil {
		return fmt.Errorf("the wave that moves: %w", err)
	}
	if err := d.committing(ctx, now); err != nil {
		return fmt.Errorf("the wave that is signed for: %w", err)
	}
	d.at = now.AddDate(0, 0, -3)
	w, err := d.begin(ctx, "Sekupang tahap 1 (contoh)", ductwave.RoadInput{Name: "Pelabuhan Sekupang (contoh)", Capacity: 6}, ductwave.RoadInput{Name: "Jalan lingkar rencana (contoh)", LengthM: 800, Capacity: 4})
	if err == nil {
		err = d.goes(ctx, w, ductwave.Survey, now.AddDate(0, 0, 14))
	}
	if err == nil {
		err = d.Publish(ctx, staff, w, true)
	}
	return err
}

// begin puts a wave together.
func (d *demoWaves) begin(ctx context.Context, title string, roads ...ductwave.RoadInput) (uuid.UUID, error) {
	w, err := d.Create(ctx, d.staff, ductwave.Input{Title: title, Note: "Data contoh, bukan rencana kota", Kind: duct.Subduct, Target: 40, CostPerM: 1_200_000, TariffPerM: 13_500})
	for _, r := range roads {
		if err == nil {
			err = d.AddRoad(ctx, d.staff, w.ID, r)
		}
	}
	return w.ID, err
}

// goes brings a wave on.
func (d *demoWaves) goes(ctx context.Context, id uuid.UUID, to string, until time.Time) error {
	v, err := d.Get(ctx, d.staff, id)
	if err != nil {
		return err
	}
	return d.Step(ctx, d.staff, id, ductwave.StepInput{To: to, Until: duct.DayOf(until), Revision: v.Revision})
}

// committing is a wave whose survey is over and for whose ducts companies can sign.
func (d *demoWaves) committing(ctx context.Context, now time.Time) error {
	d.at = now.AddDate(0, 0, -35)
	w, err := d.begin(ctx, "Nongsa tahap 1 (contoh)", ductwave.RoadInput{Name: "Jalan pantai rencana (contoh)", LengthM: 1_200, Capacity: 6}, ductwave.RoadInput{Name: "Jalan bukit rencana (contoh)", LengthM: 500, Capacity: 4})
	if err == nil {
		err = d.goes(ctx, w, ductwave.Survey, d.at.AddDate(0, 0, 20))
	}
	if err == nil {
		err = d.Answer(ctx, d.partner, w, "", []ductwave.Answer{{Position: 1, Cables: 2, Poles: 6, UnitsNow: 2, UnitsLater: 3}, {Position: 2, Cables: 1, Poles: 0, UnitsNow: 1, UnitsLater: 1}})
	}
	if d.at = now.AddDate(0, 0, -10); err == nil { // the day after the survey's last is past
		err = d.goes(ctx, w, ductwave.Committing, now.AddDate(0, 0, 21))
	}
	if err == nil {
		err = d.Publish(ctx, d.staff, w, true)
	}
	return err
}

// moving is a wave whose only company has moved and whose old cable is coming down.
func (d *demoWaves) moving(ctx context.Context, now time.Time) error {
	d.at = now.AddDate(0, 0, -120)
	w, err := d.begin(ctx, "Bandara tahap 1 (contoh)", ductwave.RoadInput{Name: "Koridor Bandara (contoh)", Capacity: 6})
	if err != nil {
		return err
	}
	if err := d.goes(ctx, w, ductwave.Survey, d.at.AddDate(0, 0, 20)); err != nil {
		return err
	}
	if err := d.Answer(ctx, d.partner, w, "Dua kabel lama, satu tidak dipakai (contoh)", []ductwave.Answer{{Position: 1, Cables: 2, Poles: 14, UnitsNow: 3, UnitsLater: 4}}); err != nil {
		return err
	}
	d.at = now.AddDate(0, 0, -95)
	if err := d.goes(ctx, w, ductwave.Committing, d.at.AddDate(0, 0, 20)); err != nil {
		return err
	}
	letter, err := d.picture(ctx, d.partner, "surat-komitmen-contoh.png", 0)
	if err != nil {
		return err
	}
	if _, err := d.Commit(ctx, d.partner, ductwave.CommitInput{Wave: w, Units: map[int]int{1: 3}, Months: 60, Paper: letter}); err != nil {
		return err
	}
	if err := d.goes(ctx, w, ductwave.Plan, time.Time{}); err != nil {
		return err
	}
	self, err := d.operators.Self(ctx, d.partner)
	if err != nil {
		return err
	}
	company := self.Company.ID
	if err := d.Schedule(ctx, d.staff, w, company, duct.DayOf(now.AddDate(0, 0, -30)), duct.DayOf(now.AddDate(0, 0, -20))); err != nil {
		return err
	}
	if err := d.goes(ctx, w, ductwave.Building, time.Time{}); err != nil {
		return err
	}
	d.at = now.AddDate(0, 0, -32)
	if err := d.goes(ctx, w, ductwave.CutOver, time.Time{}); err != nil {
		return err
	}
	d.at = now.AddDate(0, 0, -22)
	before, err := d.picture(ctx, d.partner, "sebelum-contoh.png", 5)
	if err != nil {
		return err
	}
	for _, item := range []string{"foto_sebelum", "kabel_baru", "uji", "pindah", "kabel_mati"} {
		x := ductwave.CheckInput{Wave: w, Company: company, Item: item, On: d.at}
		if item == "foto_sebelum" {
			x.Photo = &before
		}
		if err := d.Tick(ctx, d.staff, x); err != nil {
			return fmt.Errorf("%s: %w", item, err)
		}
	}
	d.at = now.AddDate(0, 0, -6)
	if err := d.goes(ctx, w, ductwave.AerialDown, time.Time{}); err != nil {
		return err
	}
	if err := d.TakenDown(ctx, d.staff, w, company, 1_150, 9, d.at); err != nil {
		return err
	}
	return d.show(ctx, w)
}

// show lets everybody see the wave with a photo of before and one of after.
func (d *demoWaves) show(ctx context.Context, w uuid.UUID) error {
	after, err := d.picture(ctx, d.staff, "sesudah-contoh.png", 0)
	if err != nil {
		return err
	}
	if _, err := d.AddPhoto(ctx, d.staff, w, ductwave.After, 1, "Gambar contoh: jalan setelah kabel udara turun", after); err != nil {
		return err
	}
	v, err := d.Get(ctx, d.staff, w)
	if err != nil {
		return err
	}
	for _, f := range v.Photos {
		text := f.Caption
		if text == "" {
			text = "Gambar contoh: kabel udara sebelum pekerjaan"
		}
		if err := d.ShowPhoto(ctx, d.staff, w, f.ID, true, 1, text); err != nil {
			return err
		}
	}
	return d.Publish(ctx, d.staff, w, true)
}

// picture is a drawing of a street with so many cables in the air, which stands for a photo or a letter.
func (d *demoWaves) picture(ctx context.Context, who identity.Actor, name string, cables int) (files.File, error) {
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	fill := func(r image.Rectangle, c color.Color) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	fill(m.Bounds(), color.RGBA{214, 230, 242, 255})
	fill(image.Rect(0, 380, 640, 480), color.RGBA{120, 124, 128, 255})
	fill(image.Rect(0, 360, 640, 380), color.RGBA{196, 190, 176, 255})
	for x := 60; x < 640 && cables > 0; x += 260 {
		fill(image.Rect(x, 90, x+12, 370), color.RGBA{96, 78, 60, 255})
	}
	for i := range cables {
		fill(image.Rect(0, 110+i*18, 640, 113+i*18), color.RGBA{40, 40, 44, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return files.File{}, err
	}
	return d.ReceivePhoto(ctx, who, name, &b)
}
