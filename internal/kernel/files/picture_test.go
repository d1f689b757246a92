package files

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

// exifOf is what a phone writes before a photo: how it was held, and where (6°S, 104°E in tag 0x8825's directory).
func exifOf(orientation uint16) []byte {
	o := binary.LittleEndian
	tiff := append([]byte("II*\x00"), 8, 0, 0, 0)
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = o.AppendUint16(o.AppendUint16(tiff, tag), kind)
		tiff = o.AppendUint32(o.AppendUint32(tiff, count), value)
	}
	tiff = o.AppendUint16(tiff, 3)
	entry(0x0110, 2, 4, binary.LittleEndian.Uint32([]byte("GPS\x00"))) // the model
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, uint32(8+2+3*12+4))
	tiff = append(tiff, 0, 0, 0, 0)
	tiff = o.AppendUint16(tiff, 1)
	entry(0x0001, 2, 2, uint32('S'))
	tiff = append(tiff, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append([]byte{0xFF, 0xE1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// snapshot is a photo as a phone sends it: red above, blue below as the sensor saw it, with EXIF, and words behind its end.
func snapshot(t testing.TB, w, h int, orientation uint16) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 220, A: 255}
			if y >= h/2 {
				c = color.RGBA{B: 220, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	return append(slices.Concat(plain[:2], exifOf(orientation), plain[2:]), "<script>alert(1)</script>"...)
}

// kept is what the store holds after somebody brought body.
func kept(t *testing.T, s *Store, ctx context.Context, body []byte) (File, []byte) {
	t.Helper()
	f, err := s.Put(ctx, s.db, PutInput{Owner: uuid.New(), Purpose: "application", Name: "foto", Rule: anyDocument, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := s.Open(ctx, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != f.Size {
		t.Fatalf("read %d bytes of %d, %v", len(b), f.Size, err)
	}
	return f, b
}

func TestAPhotoIsKeptUprightAndWithoutItsPlace(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	red := func(c color.Color) bool { r, _, b, _ := c.RGBA(); return r > 0x8000 && b < 0x4000 }
	for orientation, top := range map[uint16]image.Point{ // where the red of the sensor's upper half is seen
		1: {100, 10}, 2: {100, 10}, 3: {100, 110}, 4: {100, 110}, 5: {10, 100}, 6: {110, 100}, 7: {110, 100}, 8: {10, 100}, 9: {100, 10},
	} {
		sent := snapshot(t, 200, 120, orientation)
		f, body := kept(t, s, ctx, sent)
		m, err := jpeg.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		want := image.Pt(200, 120)
		if orientation >= 5 && orientation <= 8 {
			want = image.Pt(120, 200)
		}
		if m.Bounds().Size() != want || f.Width != want.X || f.Height != want.Y {
			t.Errorf("held as %d: %v, row %d × %d", orientation, m.Bounds(), f.Width, f.Height)
		}
		if opposite := want.Sub(top); !red(m.At(top.X, top.Y)) || red(m.At(opposite.X, opposite.Y)) {
			t.Errorf("held as %d: it is not upright", orientation)
		}
		for _, hidden := range []string{"Exif", "GPS", "script", "II*"} {
			if !bytes.Contains(sent, []byte(hidden)) || bytes.Contains(body, []byte(hidden)) {
				t.Errorf("held as %d: %q is kept", orientation, hidden)
			}
		}
	}
}

func TestPicturesOfEveryKindAreKept(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	r := image.Rect(0, 0, 40, 30)
	pngOf := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		p := b.Bytes()
		text := []byte("tEXtComment\x00Jl. Rahasia 1")
		chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
		chunk = binary.BigEndian.AppendUint32(append(chunk, text...), crc32.ChecksumIEEE(text))
		return slices.Concat(p[:33], chunk, p[33:])
	}
	gray := image.NewGray(r)
	var grayJPEG bytes.Buffer
	if err := jpeg.Encode(&grayJPEG, gray, nil); err != nil {
		t.Fatal(err)
	}
	webP, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		body []byte
		mime string
		w, h int
	}{
		"a screenshot":        {pngOf(image.NewRGBA(r)), mimePNG, 40, 30},
		"a stamp on glass":    {pngOf(image.NewNRGBA(r)), mimePNG, 40, 30},
		"a scan in black":     {pngOf(image.NewPaletted(r, color.Palette{color.Black, color.White})), mimePNG, 40, 30},
		"deep colour":         {pngOf(image.NewRGBA64(r)), mimePNG, 40, 30},
		"a gray scan":         {grayJPEG.Bytes(), mimeJPEG, 40, 30},
		"a picture of a page": {webP, mimeJPEG, 1, 1},
		"a long strip":        {pngOf(image.NewGray(image.Rect(0, 0, 9000, 3))), mimePNG, sideMost, 1},
		"a plan of a site":    {pngOf(image.NewGray(image.Rect(0, 0, 5000, 2500))), mimePNG, sideMost, sideMost / 2},
	} {
		f, body := kept(t, s, ctx, tt.body)
		if f.Mime != tt.mime || f.Width != tt.w || f.Height != tt.h || bytes.Contains(body, []byte("Rahasia")) {
			t.Errorf("%s: %s, %d × %d", name, f.Mime, f.Width, f.Height)
		}
		if _, _, err := image.Decode(bytes.NewReader(body)); err != nil {
			t.Errorf("%s cannot be opened: %v", name, err)
		}
	}
}

func TestPicturesThatCannotBeOpenedAreRefused(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	heic := append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...)
	passes := snapshot(t, 64, 64, 1)
	scan := bytes.Index(passes, []byte{0xFF, markScan})
	for range 100 {
		passes = slices.Insert(passes, scan, 0xFF, markScan, 0, 2)
	}
	for name, tt := range map[string]struct {
		body []byte
		code string
	}{
		"a photo of an iPhone":       {heic, "file.heic"},
		"2,500 megapixels":           {sized(t, 50_000, 50_000), "file.too_many_pixels"},
		"a head without its picture": {sized(t, 4000, 3000), "file.damaged"},
		"half a photo":               {snapshot(t, 400, 300, 6)[:2000], "file.damaged"},
		"a hundred passes":           {passes, "file.damaged"},
	} {
		_, err := s.Receive(ctx, PutInput{Owner: uuid.New(), Purpose: "application", Name: "foto.jpg", Rule: anyDocument, Body: bytes.NewReader(tt.body)})
		if !fault.Is(err, tt.code) || len(fault.From(Refuse(err, "foto")).Fields) != 1 {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
	if left := onDisk(t, s); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestTooManyAtOnceAreAskedToWait: a file that is being looked at leaves no room for another like it.
func TestTooManyAtOnceAreAskedToWait(t *testing.T) {
	t.Parallel()
	j := newJudges()
	_, leave, err := j.enter(t.Context(), openMost)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := j.enter(gone, 1); !fault.Is(err, "file.busy") || fault.From(err).RetryAfter == 0 {
		t.Errorf("a second one: %v", err)
	}
	leave()
	if _, leave, err := j.enter(t.Context(), 10*openMost); err != nil {
		t.Errorf("after it: %v", err)
	} else {
		leave()
	}
}

// camera is a photo of twelve million pixels with noise, about as large as a phone's.
func camera(t testing.TB) []byte {
	t.Helper()
	const w, h = 4032, 3024
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(m.Pix); i += 4 {
		x, y, n := i/4%w, i/4/w, byte(r.UintN(14))
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = byte(x*200/w)+n, byte(y*150/h)+byte(x/40%2*60)+n, 128+n, 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 94}); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(b.Bytes()[:2], exifOf(6), b.Bytes()[2:])
}

// Not parallel: it measures the heap of the whole process.
func TestTwentyPhotosAtOnceStayWithinBounds(t *testing.T) {
	w, s := open(t)
	ctx, body := w.Ctx(w.Batam), camera(t)
	peak := watchHeap(t)
	began := time.Now()
	if _, err := s.Receive(ctx, PutInput{Owner: uuid.New(), Purpose: "a", Rule: anyDocument, Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
	t.Logf("a photo of 12 megapixels, %d KB: %s, heap at most %d MB above", len(body)>>10, time.Since(began).Round(time.Millisecond), peak()>>20)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Receive(ctx, PutInput{Owner: uuid.New(), Purpose: "a", Rule: anyDocument, Body: bytes.NewReader(body)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most := peak(); most > 2*openMost { // the collector lets garbage grow as large as what lives
		t.Errorf("twenty took %d MB", most>>20)
	} else {
		t.Logf("twenty at once: heap at most %d MB above", most>>20)
	}
}

// watchHeap returns a function that says how far the heap has grown at the most since.
func watchHeap(t *testing.T) func() uint64 {
	t.Helper()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var mu sync.Mutex
	var most uint64
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			mu.Lock()
			if now.HeapAlloc > before.HeapAlloc {
				most = max(most, now.HeapAlloc-before.HeapAlloc)
			}
			mu.Unlock()
			select {
			case <-tick.C:
			case <-done:
				tick.Stop()
				return
			}
		}
	}()
	return func() uint64 { mu.Lock(); defer mu.Unlock(); return most }
}

// FuzzPicture holds the reading of a stranger's picture to its word: kept and readable, or refused, and never our failure.
func FuzzPicture(f *testing.F) {
	f.Add(snapshot(f, 8, 8, 6))
	f.Add(sized(f, 4, 4))
	f.Add(append([]byte{0xFF, markStart}, exifOf(3)...))
	f.Add([]byte{0xFF, markStart, 0xFF, markApp1, 0, 20, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := readMarkers(bufio.NewReader(bytes.NewReader(body))); err != nil {
			t.Errorf("markers: %v", err)
		}
		row := File{OwnerID: uuid.New(), Mime: kindOf(body[:min(len(body), sniffed)])}
		if c, err := configOf(bytes.NewReader(body), row.Mime); err == nil && c.Width*c.Height > 1<<20 {
			return // large pictures cost the fuzzer its time
		}
		if row.Mime != mimeJPEG && row.Mime != mimePNG && row.Mime != mimeWebP {
			return
		}
		s, kept := &Store{judges: newJudges()}, &bytes.Buffer{}
		v, err := view(bytes.NewReader(body), row.Mime)
		if err == nil {
			err = s.rewrite(t.Context(), bytes.NewReader(body), kept, &row, v)
		}
		switch {
		case err != nil && fault.From(err).Kind == fault.Internal:
			t.Errorf("shown as our own failure: %v", err)
		case err == nil && row.Mime == mimeJPEG:
			if c, err := jpeg.DecodeConfig(kept); err != nil || c.Width != row.Width || c.Height != row.Height {
				t.Errorf("%d × %d was kept as %+v, %v", row.Width, row.Height, c, err)
			}
		}
	})
}
