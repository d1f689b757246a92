package document

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnIssuedPaperLiesSealed: the paper has the holder's number in full, and what lies on the disk shows neither the
// number nor any other part of it.
func TestAnIssuedPaperLiesSealed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	tpl.Unmasked = []string{"nik"}
	d := st.made(t, asked(f, tpl, st.published(t, tpl)))
	if text := st.text(t, d); !strings.Contains(text, "2171046703900003") {
		t.Fatalf("the paper lacks the number: %s", text)
	}
	_, r, err := st.d.Files.Open(st.ctx, d.FileID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	plain, err := io.ReadAll(r)
	if err != nil || !bytes.HasPrefix(plain, []byte("%PDF-")) {
		t.Fatalf("%d bytes, %v", len(plain), err)
	}
	found := 0
	err = filepath.WalkDir(st.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		disk, err := os.ReadFile(path)
		found++
		for at := 0; at+16 <= len(plain); at += 8 {
			if bytes.Contains(disk, plain[at:at+16]) {
				t.Fatalf("%s shows %q", path, plain[at:at+16])
			}
		}
		if bytes.Contains(disk, []byte("2171046703900003")) || bytes.Contains(disk, []byte("PDF")) {
			t.Errorf("%s shows what it is", path)
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("%d files on the disk, %v", found, err)
	}
}
