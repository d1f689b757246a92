package desk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// phonePhoto is a photo that a phone took lying on its right side (EXIF orientation 6), with where that was: 1°N in the
// directory of tag 0x8825.
func phonePhoto(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		m.SetGray(x, 0, color.Gray{Y: 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08" +
		"\x00\x02" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + "\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + "\x00\x00\x00\x00" +
		"\x00\x02" + "\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" + "\x00\x02\x00\x05\x00\x00\x00\x03\x00\x00\x00\x44" + "\x00\x00\x00\x00" +
		"\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x2a\x00\x00\x00\x01"
	return slices.Concat(b.Bytes()[:2], []byte{0xFF, 0xE1, 0, byte(len(exif) + 2)}, []byte(exif), b.Bytes()[2:])
}

// TestAPhotoReachesTheOfficerWithoutItsPlace: the phone wrote where it was taken, and the officer gets the picture alone,
// upright. What would run something never gets there, and the page says what to do.
func TestAPhotoReachesTheOfficerWithoutItsPlace(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := siti.Draft(pagetest.SitiNIK)
	page := root + "/isi/berkas_kk"
	remove := func() {
		_, rest, _ := strings.Cut(siti.Page(page), `formaction="`)
		at, _, _ := strings.Cut(rest, `"`)
		siti.Goes(siti.Post(at), page)
	}
	remove()
	script := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (1) >> >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000104 00000 n \n0000000161 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n230\n%%EOF\n"
	siti.Sees(siti.Upload(page, "file_kk", "kk.pdf", []byte(script)), http.StatusUnprocessableEntity, "PDF memuat program", "Simpan sebagai PDF")
	siti.Sees(siti.Upload(page, "file_kk", "IMG_1.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")), http.StatusUnprocessableEntity, "Paling Kompatibel", "tangkapan layar")
	sent := phonePhoto(t)
	if a := siti.Upload(page, "file_kk", "kk.jpg", sent); a.Status != http.StatusSeeOther {
		t.Fatalf("the photo: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	root, _ = siti.Sent(root)

	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	desk := pagetest.AtDesk(root)
	_, rest, _ := strings.Cut(andi.Page(desk, "kk.jpg"), `href="`+desk+`/berkas/`)
	file, _, _ := strings.Cut(rest, `"`)
	got := andi.Get(desk + "/berkas/" + file)
	m, err := jpeg.Decode(strings.NewReader(got.Body))
	if got.Status != http.StatusOK || err != nil || m.Bounds().Size() != image.Pt(40, 60) {
		t.Fatalf("the officer gets %d, %v", got.Status, err)
	}
	if !strings.Contains(string(sent), "Exif") || strings.Contains(got.Body, "Exif") {
		t.Error("the officer is told where the photo was taken")
	}
}

// TestAPaperIsViewedBesideTheCase: one at a time, only when it is asked for.
func TestAPaperIsViewedBesideTheCase(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	root, _ := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234").Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	page := andi.Page(pagetest.AtDesk(root)+"?dari=saya", "Lihat di samping")
	if strings.Contains(page, `id="penampil"`) || strings.Contains(page, "<img src=\""+pagetest.AtDesk(root)) {
		t.Error("a paper is shown before it is asked for")
	}
	i := strings.Index(page, "berkas=")
	file := page[i+len("berkas=") : i+len("berkas=")+36]
	page = andi.Page(pagetest.AtDesk(root)+"?dari=saya&berkas="+file, "Tutup", "Buka berkas di tab baru")
	if !strings.Contains(page, `id="penampil"`) || !strings.Contains(page, `src="`+pagetest.AtDesk(root)+"/berkas/"+file+`"`) {
		t.Error("the paper is not shown")
	}
	// The next paper is one step away.
	others, _, _ := strings.Cut(page[strings.Index(page, `class="others"`):], "</nav>")
	if strings.Count(others, "berkas=") != 2 || strings.Count(others, `aria-current="true"`) != 1 || !strings.Contains(others, ">Surat keterangan kehilangan") {
		t.Errorf("the other papers are not offered: %s", others)
	}
	if page := andi.Page(pagetest.AtDesk(root) + "?berkas=../../rahasia"); strings.Contains(page, `id="penampil"`) {
		t.Error("something else is shown")
	}
	policy := andi.Get(pagetest.AtDesk(root)).Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-src 'self';") {
		t.Errorf("the page may show nothing in a frame: %s", policy)
	}
}
