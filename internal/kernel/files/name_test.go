package files

import (
	"mime"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, mime, want string }{
		{"KK.jpg", "image/jpeg", "KK.jpg"},
		{"KK.jpeg", "image/jpeg", "KK.jpg"},
		{"kk.pdf.exe", "image/jpeg", "kk.pdf.jpg"},
		{"../../etc/passwd", "application/pdf", "passwd.pdf"},
		{`..\..\windows\win.ini`, "application/pdf", "win.pdf"},
		{"a\x00b\r\nSet-Cookie: x.pdf", "application/pdf", "abSet-Cookie- x.pdf"},
		{"foto\u202egpj.exe", "image/png", "fotogpj.png"},
		{"  Surat   Kehilangan .pdf", "application/pdf", "Surat Kehilangan.pdf"},
		{"", "application/pdf", "berkas.pdf"},
		{"...", "image/png", "berkas.png"},
		{".htaccess", "image/png", "htaccess.png"},
		{"bad\xff\xfename.pdf", "application/pdf", "badname.pdf"},
		{"Kartu Keluarga No. 2171", "application/pdf", "Kartu Keluarga No. 2171.pdf"},
		{`a"b;c.pdf`, "application/pdf", "a-b;c.pdf"},
		{"家族カード.png", "image/png", "家族カード.png"},
	} {
		if got := CleanName(tt.in, tt.mime); got != tt.want {
			t.Errorf("CleanName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := CleanName(strings.Repeat("é", 500)+".pdf", "application/pdf"); utf8.RuneCountInString(got) != maxName || !strings.HasSuffix(got, ".pdf") {
		t.Errorf("a long name became %d characters", utf8.RuneCountInString(got))
	}
}

func TestDispositionIsReadBackAsTheName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"KK saya.jpg", "Surat é+%.pdf", "家.png", `a;b.pdf`} {
		kind, params, err := mime.ParseMediaType(File{Name: name}.Disposition(true))
		if err != nil || kind != "inline" || params["filename"] != name {
			t.Errorf("%s: %s %v %v", name, kind, params, err)
		}
	}
	if got := (File{Name: "a.pdf"}).Disposition(false); !strings.HasPrefix(got, "attachment;") {
		t.Error(got)
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("KK.jpg")
	f.Add("../a\x00\u202e")
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in, "application/pdf")
		if !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\r\n\"") || !strings.HasSuffix(got, ".pdf") ||
			utf8.RuneCountInString(got) > maxName || got != CleanName(got, "application/pdf") {
			t.Errorf("CleanName(%q) = %q", in, got)
		}
	})
}
