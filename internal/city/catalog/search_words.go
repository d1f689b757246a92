package catalog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What one search may ask. Longer input is cut, not refused: a pasted sentence still finds something.
const (
	maxWords = 8
	maxWord  = 40
)

// fillers are words of asking, not of what is asked for: "cara bikin ktp" is about ktp. In Indonesian and English.
var fillers = strings.Fields(`
	a ada adalah agar aja akan aku anda apa apakah atau bagaimana bagi biar bikin bikinin bisa boleh bolehkah buat
	buatkan butuh cara caranya dan dari daripada dengan di dimana dong gimana hendak ingin itu jadi jika juga ka kah
	kalau kalo kami ke kenapa kepada kita kok layanan lewat mana masih mau membuat memiliki mengajukan mengurus
	mengurusi minta mohon nih nya oleh online pada para pengajuan pengurusan perlu permohonan persyaratan punya
	punyaku saja saya sebuah sih supaya syarat tentang tidak tolong untuk untukku urus yang yg
	about an and apply can do does for get have how i in is make me my need of on or please the to want what where with`)

// words splits what a person typed into the words to look for, lower case, without fillers. When nothing but fillers
// is left, they are what is asked for.
func words(q string) []string {
	all := split(q)
	var out []string
	for _, w := range all {
		if utf8.RuneCountInString(w) > maxWord {
			w = string([]rune(w)[:maxWord])
		}
		single := utf8.RuneCountInString(w) == 1 && !unicode.IsDigit([]rune(w)[0])
		if !single && !slices.Contains(fillers, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		out = all
	}
	return out[:min(len(out), maxWords)]
}

// split lowers s and cuts it at everything that is neither letter nor digit, so that "KTP-el" and "ktp el" are alike
// on both sides of a search.
func split(s string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(s, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// plain returns texts as one line of words for the index. A hyphenated word is there in its parts and joined, because
// people write "ektp" and "ak1".
func plain(texts ...string) string {
	var out []string
	for _, t := range texts {
		out = append(out, split(t)...)
		for _, w := range strings.Fields(t) {
			if strings.Contains(strings.Trim(w, "-"), "-") {
				out = append(out, strings.Join(split(w), ""))
			}
		}
	}
	return strings.Join(out, " ")
}
