package queue

// addressWords are how the values of a filter stand in an address, by the names that filterNames gives its fields: in the
// language of those names. Codes, ids and days stand as they are.
var addressWords = map[string]map[string]string{
	"lihat":     {"mine": "saya", "unassigned": "belum-diambil", "all": "semua", "late": "terlambat", "waiting": "menunggu", "done": "selesai"},
	"sumber":    {"here": "di-sini", "apps": "aplikasi-dinas"},
	"tahap":     {"received": "terkirim", "in_review": "verifikasi", "needs_correction": "perbaikan", "approved": "disetujui", "rejected": "ditolak", "cancelled": "dibatalkan", "completed": "selesai"},
	"kanal":     {"counter": "loket", "web": "situs"},
	"kecamatan": {"none": "tidak-diketahui"},
	"petugas":   {"me": "saya", "none": "belum-ada"},
	"urut":      {"newest": "terbaru", "oldest": "terlama"},
}

// readWords is addressWords the other way round.
var readWords = func() map[string]map[string]string {
	out := map[string]map[string]string{}
	for name, words := range addressWords {
		out[name] = map[string]string{}
		for value, word := range words {
			out[name][word] = value
		}
	}
	return out
}()

// addressWord is how a value of a field stands in an address.
func addressWord(name, value string) string {
	if word, ok := addressWords[name][value]; ok {
		return word
	}
	return value
}

// readWord is the value that a word of an address stands for. A value in English stands for itself: addresses that people
// have kept were made with those.
func readWord(name, word string) string {
	if value, ok := readWords[name][word]; ok {
		return value
	}
	return word
}

// yes is how an address says that a box is ticked; answered reads it, and the English that kept addresses have.
const yes = "ya"

func answered(word string) bool { return word == yes || word == "yes" }
