package files

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

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

// TestAPaperIsPagesAndNothingElse brings what an officer may not keep as a signed paper.
func TestAPaperIsPagesAndNothingElse(t *testing.T) {
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
		name, code string
		body       []byte
	}{
		{"a scan", "", with("", 1)},
		{"a scan that opens at its first page", "", with("/OpenAction [3 0 R /Fit]", 3)},
		{"nothing", "file.empty", nil},
		{"half a file", "file.damaged_pdf", with("", 1)[:2100]},
		{"a head alone", "file.damaged_pdf", []byte("%PDF-1.7\n")},
		{"a script", "file.active", with("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", 1)},
		{"a script in an object of its own", "file.active", with("/OpenAction 4 0 R", 1, "<< /S /JavaScript /JS (app.alert(1)) >>")},
		{"a script behind a name", "file.active", with("/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", 1, "<< /S /JavaScript /JS (app.alert(1)) >>")},
		{"another program", "file.active", with("/OpenAction << /S /Launch /F (cmd.exe) >>", 1)},
		{"a form that is sent away", "file.active", with("/AA << /WC << /S /SubmitForm /F (https://example.com) >> >>", 1)},
		{"another file", "file.active", with("/OpenAction << /S /GoToR /F (other.pdf) /D [0 /Fit] >>", 1)},
		{"a file inside", "file.active", with("/Names << /EmbeddedFiles << /Names [] >> >>", 1)},
		{"a script under a name in numbers", "file.active", with("/OpenAction << /S /GoTo /J#53 (app.alert(1)) >>", 1)},
		{"a program under a name in numbers", "file.active", with("/OpenAction << /#53 /Lau#6ech /F (cmd.exe) >>", 1)},
		{"a name that is none", "file.damaged_pdf", with("/OpenAction << /S /Launch# >>", 1)},
		{"a password", "file.encrypted", encrypted},
		{"two thousand pages", "file.too_many_pages", with("", 2000)},
	} {
		f, err := s.Put(ctx, w.DB.App, PutInput{Owner: uuid.New(), Purpose: "document", Name: "pindai.pdf", Rule: Rule{Types: []string{"pdf"}, Paper: true}, Body: bytes.NewReader(tt.body)})
		switch {
		case tt.code == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.code != "" && (!fault.Is(err, tt.code) || f.ID != uuid.Nil):
			t.Errorf("%s: %v, want %s", tt.name, err, tt.code)
		case tt.code != "" && len(fault.From(Refuse(err, "scan")).Fields) != 1:
			t.Errorf("%s names no field: %v", tt.name, Refuse(err, "scan"))
		}
	}
}
