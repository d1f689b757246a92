package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/intake"
	"bedelau/internal/city/simulation"
	"bedelau/internal/kernel/tenancy"
)

const demoDukcap2 = "petugas2@batam.localhost"

// demoNames are of the people who came to the counter of the demonstration. Their numbers are of no living person.
var demoNames = []string{"Ahmad Subagio", "Rohani Harahap", "Dedi Kurniawan", "Yanti Siregar", "Fitri Handayani", "Slamet Riyadi", "Maria Simanjuntak", "Teguh Prakoso",
	"Nur Aini", "Hasan Basri", "Lina Wati", "Irwan Saputra", "Desi Ratnasari", "Bambang Suryadi", "Ayu Lestari", "Rizal Effendi", "Sri Mulyani", "Toni Hutagalung",
	"Endang Sulastri", "Zulkifli Nasution"}

// demoTook is after how many working days a lost card of the past was decided, in turn; two are promised.
var demoTook = []int{0, 1, 1, 2, 0, 3, 1, 2, 6, 1}

// demoDistricts are where those people live, in turn.
var demoDistricts = []string{"21.71.10", "21.71.04", "21.71.03", "21.71.06", "21.71.11"}

// demoCounter brings cases through an office at moments of its own choosing, by the same calls as people make.
type demoCounter struct {
	*App
	cases *casework.Service
	made  map[string]uuid.UUID
	at    time.Time
}

// seedCounter makes cases that people brought to a counter. There are lost cards of the whole last quarter, each decided in
// its time, so that a simulation has something to say; and children's cards that one officer has checked, so that many
// documents can be issued at once. made are the accounts that are new: without the officers among them it makes nothing.
func (a *App) seedCounter(ctx context.Context, made map[string]uuid.UUID) error {
	d := &demoCounter{App: a, made: made}
	d.cases = casework.New(a.caseworkDeps(func() time.Time { return d.at }))
	if made[demoDukcap] == uuid.Nil || made[demoDukcap2] == uuid.Nil {
		return nil
	}
	ctx, err := a.inCity(ctx, "batam")
	if err != nil {
		return err
	}
	city, _ := tenancy.CityFrom(ctx)
	now := time.Now().In(city.Location())
	first, _ := simulation.LastQuarter(now)
	from, err := time.ParseInLocation(time.DateOnly, first, city.Location())
	if err != nil {
		return err
	}
	if from.Year() >= 2026 { // from which year on the city's standards are in force
		for i, name := range demoNames {
			if err := d.lostCard(ctx, i, name, from.AddDate(0, 0, i*4)); err != nil {
				return fmt.Errorf("lost card of %s: %w", name, err)
			}
		}
	}
	for i, name := range demoNames[:5] {
		d.at = now.Add(time.Duration(i-60) * time.Minute)
		if err := d.childCard(ctx, i, name); err != nil {
			return fmt.Errorf("child's card of %s: %w", name, err)
		}
	}
	return nil
}

// lostCard is brought on the first working day from a day on, looked at within hours, and decided when demoTook says.
func (d *demoCounter) lostCard(ctx context.Context, i int, name string, day time.Time) error {
	day = workday(day, 0)
	d.at = day.Add(time.Duration(8*60+i*7) * time.Minute)
	born := time.Date(1961+2*i, time.Month(1+i%12), 3+i, 0, 0, 0, 0, time.UTC)
	id, err := d.brought(ctx, demoDukcap, "ktp-el-hilang", name, filledIn(map[string]string{"pernyataan_awal": "yes", "nik": demoNIK(born, 11+i), "nama_lengkap": name,
		"tanggal_lahir": born.Format(time.DateOnly), "nomor_kk": fmt.Sprintf("217104010216%04d", 101+i), "nomor_hp": fmt.Sprintf("0812700020%02d", i),
		"kecamatan": demoDistricts[i%len(demoDistricts)], "tanggal_hilang": day.AddDate(0, 0, -3).Format(time.DateOnly), "tempat_hilang": "Pasar Botania"}))
	if err != nil {
		return err
	}
	d.at = d.at.Add(time.Hour)
	if err := d.step(ctx, demoDukcap2, id, demoStep{action: "start_review"}); err != nil {
		return err
	}
	took := demoTook[i%len(demoTook)]
	d.at = workday(day, took).Add(time.Duration(14*60+i) * time.Minute)
	if i == 12 {
		return d.step(ctx, demoDukcap2, id, demoStep{action: "reject", reason: "NIK belum tercatat di Kota Batam."})
	}
	if err := d.step(ctx, demoDukcap2, id, demoStep{action: "approve", reason: "Data cocok."}); err != nil {
		return err
	}
	d.at = workday(day, took+1).Add(10 * time.Hour)
	return d.step(ctx, demoDukcap2, id, demoStep{action: "hand_over"})
}

// childCard is brought to one officer and checked by another.
func (d *demoCounter) childCard(ctx context.Context, i int, parent string) error {
	born, older := d.at.AddDate(-2-i%3, -i, 0), time.Date(1985+i, time.Month(2+i), 4+i, 0, 0, 0, 0, time.UTC)
	answers := filledIn(demoAddress("orang_tua", "Batam Kota"), map[string]string{"anak_nik": demoNIK(born, 41+i), "anak_nama": "Anak " + parent,
		"anak_tanggal_lahir": born.Format(time.DateOnly), "nomor_akta": fmt.Sprintf("2171-LU-%s-%04d", born.Format("02012006"), 11+i), "jenis_permohonan": "baru",
		"orang_tua.nik": demoNIK(older, 61+i), "orang_tua.name": parent, "orang_tua.birth_date": older.Format(time.DateOnly), "orang_tua.phone": fmt.Sprintf("0812700030%02d", i),
		"nomor_kk": fmt.Sprintf("217104010216%04d", 201+i)})
	id, err := d.brought(ctx, demoDukcap2, "kia", parent, answers)
	if err != nil {
		return err
	}
	return d.step(ctx, demoDukcap, id, demoStep{action: "start_review"})
}

// brought is an application that an officer fills in for who stands at the counter.
func (d *demoCounter) brought(ctx context.Context, by, service, name string, answers map[string]string) (uuid.UUID, error) {
	_, officer, err := d.demoActor(ctx, d.made, by)
	if err != nil {
		return uuid.Nil, err
	}
	app, err := d.cases.StartCounter(ctx, officer, intake.CounterInput{Service: service, Name: name, Seen: "kk", Consent: true})
	if err != nil {
		return uuid.Nil, err
	}
	who, err := d.cases.AtCounter(ctx, officer, app.ID)
	if err != nil {
		return uuid.Nil, err
	}
	if err := fillDemo(ctx, d.cases, who, app.ID, answers); err != nil {
		return uuid.Nil, err
	}
	_, err = d.cases.Submit(ctx, who, intake.SubmitInput{ID: app.ID, Key: "demo " + app.ID.String()})
	return app.ID, err
}

func (d *demoCounter) step(ctx context.Context, by string, id uuid.UUID, s demoStep) error {
	_, officer, err := d.demoActor(ctx, d.made, by)
	if err == nil {
		err = demoTake(ctx, d.cases, officer, id, s)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.action, err)
	}
	return nil
}

// workday is n days from Monday to Friday after a day, or after the next of them.
func workday(day time.Time, n int) time.Time {
	for {
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			if n == 0 {
				return day
			}
			n--
		}
		day = day.AddDate(0, 0, 1)
	}
}

// demoNIK is the number of a person of Batam Kota who was born on a day.
func demoNIK(born time.Time, n int) string {
	return "217110" + born.Format("020106") + fmt.Sprintf("%04d", n)
}
