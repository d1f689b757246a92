package identity_test

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

func TestNormalEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Siti@Contoh.ID ": "siti@contoh.id", "a.b+c@sub.contoh.co.id": "a.b+c@sub.contoh.co.id",
		"": "", "siti": "", "siti@": "", "@contoh.id": "", "siti@localhost": "", "siti@contoh.id, b@c.id": "",
		"Siti <siti@contoh.id>": "", "siti @contoh.id": "", "siti@contoh.id\r\nBcc: x@y.id": "", "siti@[127.0.0.1]": "",
		"sití@contoh.id": "", "a@b.c\x00": "", strings.Repeat("a", 250) + "@b.id": "", "\"a b\"@contoh.id": "",
	} {
		if got, ok := identity.NormalEmail(in); got != want || ok != (want != "") {
			t.Errorf("NormalEmail(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
}

func TestNormalPhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"081234567890": "+6281234567890", "+62 812-3456-7890": "+6281234567890", "6281234567890": "+6281234567890",
		"(0812) 3456.7890": "+6281234567890", "0812345678": "+62812345678", "0812345678901": "+62812345678901",
		"+65 9123 4567": "+6591234567", "+1 202 555 0123": "+12025550123",
		"": "", "08123": "", "08123456789012": "", "81234567890": "", "0778123456": "", "+0812345678": "",
		"08123456789x": "", "+62+81234567890": "", "0812+34567890": "", "+629123456789": "", "٠٨١٢٣٤٥٦٧٨٩": "",
	} {
		got, ok := identity.NormalPhone(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("NormalPhone(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
}

// TestOfficePhone: an office is called at a fixed line with its area code too, and at nothing that nobody could dial.
func TestOfficePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"081234567890": true, "+65 9123 4567": true, "0778 123456": true, "(021) 5550123": true, "+62 778-123.456": true, "62 (0)21 5550 1234": true, "0778 000 0000": true, "112": true, "1500-123": true,
		"": false, "1": false, "11": false, "15001234": false, "223": false, "0778": false, "0778 123": false, "778 123456": false, "0178 123456": false, "0778 123 456 789": false, "0778 12345x": false, "telepon": false, "08123": false,
	} {
		if got := identity.OfficePhone(in); got != want {
			t.Errorf("OfficePhone(%q) = %t", in, got)
		}
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		goodPassword: "", "sembilan9": "password_short", "sepuluh 10": "", "éééééééééé": "password_common",
		"Password123": "password_common", "QWERTYUIOP": "password_common", "Indonesia2026": "password_common",
		"aaaabbbbccc": "password_common", "ada.rasa@contoh.id": "password_login", "ADA.RASA@CONTOH.ID": "password_login",
		"081234567890": "password_login", "6281234567890": "password_login", "": "required",
		strings.Repeat("laut biru ", 20): "", strings.Repeat("laut biru ", 21): "too_long", "sandi\xff\xfe yang rusak": "invalid",
	} {
		var fields []fault.Field
		identity.PasswordField("password", password, &fields, "ada.rasa@contoh.id", "+6281234567890")
		got := ""
		if len(fields) > 0 {
			got = fields[0].Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

func TestShortAgent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36":                      "Chrome · Android",
		"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0 Safari/537.36": "Samsung Internet · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile Safari/604.1":        "Safari · iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0":                   "Edge · Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:132.0) Gecko/20100101 Firefox/132.0":                                                     "Firefox · macOS",
		"curl/8.5.0": "curl", "": "", "<script>": "",
	} {
		if got := identity.ShortAgent(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"203.0.113.9": {"203.0.113.9", "203.0.113.9"}, "::ffff:203.0.113.9": {"203.0.113.9", "203.0.113.9"},
		"2001:db8:1:2:3::9": {"2001:db8:1:2::/64", "2001:db8:1::/48"}, "": {"unknown", "unknown"}, "x": {"unknown", "unknown"},
	} {
		if got := [2]string{identity.Network(in, 64), identity.Network(in, 48)}; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestHashesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	most, bound, err := identity.HashTogether(t.Context(), 50)
	if err != nil || most > bound || bound > 64 {
		t.Errorf("%d at once, bound %d, %v", most, bound, err)
	}
}
