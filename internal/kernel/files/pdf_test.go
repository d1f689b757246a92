package files

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"bedelau/internal/kernel/fault"
)

// pdfOf writes a PDF of objects, the catalogue first, with a cross-reference table and more in its trailer.
func pdfOf(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%" + strings.Repeat("x", 2048) + "\n") // as large as the smallest scan
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, xref)
	return b.Bytes()
}

func pages(n int) []string {
	kids := strings.Repeat("3 0 R ", n)
	return []string{fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", n, kids), "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}
}

// letter is a PDF of one page with words that no reader shows.
func letter(words string) string {
	return string(pdfOf("", append([]string{"<< /Type /Catalog /Pages 2 0 R >>"}, pages(1)...)...)) + "%" + words + "\n"
}

// packedPDF keeps one object, number 5, in a pack as newer programs do, behind a cross-reference stream.
func packedPDF(t testing.TB, object io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	add := func(object string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), object)
	}
	add("<< /Type /Catalog /Pages 2 0 R /Extra 5 0 R >>")
	for _, o := range pages(1) {
		add(o)
	}
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(z, io.MultiReader(strings.NewReader("5 0 "), object)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	add(fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", packed.Len(), packed.String()))
	var rows bytes.Buffer
	row := func(kind byte, n uint32, i uint16) {
		rows.WriteByte(kind)
		rows.Write(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(nil, n), i))
	}
	row(0, 0, 65535)
	xref := b.Len()
	for _, n := range at {
		row(1, uint32(n), 0)
	}
	row(2, 4, 0)
	row(1, uint32(xref), 0)
	fmt.Fprintf(&b, "6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", rows.Len(), rows.String(), xref)
	return b.Bytes()
}

// locked is a PDF that anybody, or only who knows a word, can open; who made it alone may change it.
func locked(t *testing.T, word string) []byte {
	t.Helper()
	var b bytes.Buffer
	conf := bounded(nil)
	conf.Limits, conf.Eol, conf.WriteObjectStream, conf.WriteXRefStream = model.DefaultResourceLimits(), types.EolLF, true, true
	conf.UserPW, conf.OwnerPW, conf.EncryptUsingAES, conf.EncryptKeyLength, conf.Permissions = word, "dinas", true, 256, model.PermissionsPrint
	if err := api.Encrypt(strings.NewReader(letter("")), &b, conf); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAPDFIsJudgedByTheHarmItCanDo brings what residents send, and what nobody should open; an officer who brings a signed
// paper may bring less.
func TestAPDFIsJudgedByTheHarmItCanDo(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	catalog := func(more string) string { return "<< /Type /Catalog /Pages 2 0 R " + more + " >>" }
	with := func(more string, n int, others ...string) []byte {
		return pdfOf("", append(append([]string{catalog(more)}, pages(n)...), others...)...)
	}
	encrypted := pdfOf("/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]", append(append([]string{catalog("")}, pages(1)...),
		"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -44 /O <"+strings.Repeat("ab", 32)+"> /U <"+strings.Repeat("cd", 32)+"> >>")...)
	for _, tt := range []struct {
		name, code, paper string // what a resident is told, and an officer with a signed paper where that differs
		body              []byte
	}{
		{"a scan", "", "", with("", 1)},
		{"a scan that opens at its first page", "", "", with("/OpenAction [3 0 R /Fit]", 3)},
		{"a form that is filled in", "", "", with("/AcroForm << /Fields [4 0 R] /NeedAppearances true >>", 1, "<< /FT /Tx /T (nama) /V (Siti) /Subtype /Widget /Rect [0 0 9 9] >>")},
		{"a signature", "", "", with("/AcroForm << /SigFlags 3 /Fields [4 0 R] >>", 1, "<< /FT /Sig /T (ttd) /V 5 0 R >>", "<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> >>")},
		{"a link to a page of the city", "", "", with("/Outlines 4 0 R", 1, "<< /Type /Outlines /First 5 0 R /Last 5 0 R /Count 1 >>", "<< /Title (a) /Parent 4 0 R /A << /S /URI /URI (https://batam.go.id) >> >>")},
		{"objects in a pack", "", "", packedPDF(t, strings.NewReader("<< /Title (surat) >>"))},
		{"a pack of spaces", "", "", packedPDF(t, io.MultiReader(io.LimitReader(spaces{}, 1<<20), strings.NewReader("<< >>")))},
		{"an object that says nothing", "", "", with("", 1, "null")},
		{"a letter that may be printed only", "", "file.encrypted", locked(t, "")},
		{"three hundred pages", "", "file.too_many_pages", with("", 300)},
		{"nothing", "file.empty", "", nil},
		{"half a file", "file.damaged_pdf", "", with("", 1)[:2100]},
		{"a head alone", "file.damaged_pdf", "", []byte("%PDF-1.7\n")},
		{"a script", "file.active", "", with("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", 1)},
		{"a script in an object of its own", "file.active", "", with("/OpenAction 4 0 R", 1, "<< /S /JavaScript /JS (app.alert(1)) >>")},
		{"a script in a pack", "file.active", "", packedPDF(t, strings.NewReader("<< /S /JavaScript /JS (app.alert(1)) >>"))},
		{"a script behind a name", "file.active", "", with("/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", 1, "<< /S /JavaScript /JS (app.alert(1)) >>")},
		{"another program", "file.active", "", with("/OpenAction << /S /Launch /F (cmd.exe) >>", 1)},
		{"a form that is sent away", "file.active", "", with("/AA << /WC << /S /SubmitForm /F (https://example.com) >> >>", 1)},
		{"a form of code", "file.active", "", with("/AcroForm << /XFA 4 0 R >>", 1, "<< >>")},
		{"another file", "file.active", "", with("/OpenAction << /S /GoToR /F (other.pdf) /D [0 /Fit] >>", 1)},
		{"a list of no files", "", "", with("/Names << /EmbeddedFiles << /Names [] >> >>", 1)},
		{"a file inside", "file.active", "", with("/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>", 1, "<< /Type /Filespec /EF << /F 5 0 R >> >>")},
		{"a file inside that nothing names", "file.active", "", with("", 1, "<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream")},
		{"a file pinned to a page", "file.active", "", with("", 1, "<< /Subtype /FileAttachment /FS << /F (a.exe) /EF << /F 5 0 R >> >> >>")},
		{"a script under a name in numbers", "file.active", "", with("/OpenAction << /S /GoTo /J#53 (app.alert(1)) >>", 1)},
		{"a program under a name in numbers", "file.active", "", with("/OpenAction << /#53 /Lau#6ech /F (cmd.exe) >>", 1)},
		{"a name that is none", "file.damaged_pdf", "", with("/OpenAction << /S /Launch# >>", 1)},
		{"a password", "file.encrypted", "", encrypted},
		{"a password that somebody knows", "file.encrypted", "", locked(t, "rahasia")},
		{"two thousand pages", "file.too_many_pages", "", with("", 2000)},
		{"a pack larger than any", "file.damaged_pdf", "", packedPDF(t, io.MultiReader(strings.NewReader("["), io.LimitReader(spaces{}, packMost), strings.NewReader("]")))},
		{"brackets without an end", "file.damaged_pdf", "", with("/Extra "+strings.Repeat("[", 500_000)+strings.Repeat("]", 500_000), 1)},
	} {
		for _, paper := range []bool{false, true} {
			want := tt.code
			if paper && tt.paper != "" {
				want = tt.paper
			}
			f, err := s.Put(ctx, w.DB.App, PutInput{Owner: uuid.New(), Purpose: "document", Name: "pindai.pdf", Rule: Rule{Types: []string{"pdf"}, Paper: paper}, Body: bytes.NewReader(tt.body)})
			switch {
			case want == "" && err != nil:
				t.Errorf("%s: %v", tt.name, err)
			case want != "" && (!fault.Is(err, want) || f.ID != uuid.Nil):
				t.Errorf("%s: %v, want %s", tt.name, err, want)
			case want != "" && len(fault.From(Refuse(err, "scan")).Fields) != 1:
				t.Errorf("%s names no field: %v", tt.name, Refuse(err, "scan"))
			}
		}
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// Not parallel: it measures the heap of the whole process.
func TestAPDFThatUnpacksToAGigabyteIsNotUnpacked(t *testing.T) {
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	bomb := packedPDF(t, io.LimitReader(spaces{}, 1<<30))
	peak := watchHeap(t)
	_, err := s.Receive(ctx, PutInput{Owner: uuid.New(), Purpose: "a", Rule: Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(bomb)})
	if !fault.Is(err, "file.damaged_pdf") {
		t.Errorf("got %v", err)
	}
	if most := peak(); most > 128<<20 {
		t.Errorf("%d KB took %d MB", len(bomb)>>10, most>>20)
	}
}

// FuzzPDF holds the reading of a stranger's PDF to its word: it passes or is refused in time, and never as our failure.
func FuzzPDF(f *testing.F) {
	f.Add([]byte(letter("")))
	f.Add(packedPDF(f, strings.NewReader("<< /S /JavaScript /JS (app.alert(1)) >>")))
	f.Add(pdfOf("/Encrypt 4 0 R", "<< /Type /Catalog /Pages 2 0 R >>", pages(1)[0], pages(1)[1], "<< /Filter /Standard /V 1 /R 2 /P -44 /O <ab> /U <cd> >>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		began := time.Now()
		if err := judge(t.Context(), body, false); err != nil && fault.From(err).Kind == fault.Internal {
			t.Errorf("shown as our own failure: %v", err)
		}
		if took := time.Since(began); took > judgedWithin {
			t.Errorf("it took %s", took)
		}
	})
}
