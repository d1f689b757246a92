package files

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const maxName = 100

// fileEnding is what a program adds to a name, unlike the number in "KK No. 2171".
var fileEnding = regexp.MustCompile(`\.[A-Za-z][A-Za-z0-9]{0,4}$`)

// CleanName makes a sender's file name safe to show, to store and to offer: no folders, no control or direction
// characters, at most 100 characters, and always the ending of what the content is, so that "kk.pdf.exe" of a JPEG
// becomes "kk.pdf.jpg".
func CleanName(name, mime string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		case strings.ContainsRune(`"*/:<>?|`, r):
			return '-'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = norm.NFC.String(name) // last: a mark may now follow another letter
	ending := endingOf(mime)
	stem := fileEnding.ReplaceAllString(name, "")
	stem = strings.Trim(strings.Join(strings.Fields(stem), " "), ". ")
	for utf8.RuneCountInString(stem)+len(ending) > maxName {
		_, n := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-n]
	}
	if stem == "" {
		stem = "berkas"
	}
	return stem + ending
}

func endingOf(mime string) string {
	for name, m := range mimes() {
		if m == mime {
			return "." + name
		}
	}
	return ".bin"
}

// Disposition is the Content-Disposition header for serving f: to look at, or to save. Both spellings of the name
// are there because old programs read only the first.
func (f File) Disposition(inline bool) string {
	how := "attachment"
	if inline {
		how = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, f.Name)
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20")
}
