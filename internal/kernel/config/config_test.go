package config

import (
	"fmt"
	"strings"
	"testing"
)

func full() map[string]string {
	return map[string]string{
		"BEDELAU_PUBLIC_URL": "https://layanan.example.id:8443", "DATABASE_URL": "postgres://a:rahasia@h/d",
		"DATABASE_PLATFORM_URL": "postgres://p@h/d", "REDIS_URL": "redis://h:6379/0",
		"BEDELAU_MASTER_KEY":        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"BEDELAU_MASTER_KEY_FORMER": "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=, HgECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
	}
}

func load(t *testing.T, env map[string]string) (Config, error) {
	t.Helper()
	for k, v := range env {
		t.Setenv(k, v)
	}
	return Load()
}

func TestLoad(t *testing.T) {
	c, err := load(t, full())
	if err != nil {
		t.Fatal(err)
	}
	if c.Domain() != "layanan.example.id" || !c.Secure() || c.Workers != 10 || c.Listen != ":8080" {
		t.Errorf("%+v", c)
	}
	if got := c.CityURL("batam", nil); got != "https://batam.layanan.example.id:8443" {
		t.Errorf("CityURL = %s", got)
	}
	if got := c.CityURL("batam", []string{"layanan.batam.example"}); got != "https://layanan.batam.example" {
		t.Errorf("CityURL of a city with a host of its own = %s", got)
	}
	if current, former, err := c.Masters(); err != nil || current[0] != 0 || len(former) != 2 || former[0][0] != 0x1f || former[1][0] != 0x1e {
		t.Errorf("Masters = %x, %x, %v", current, former, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, c); strings.Contains(text, "rahasia") || strings.Contains(text, "ECAw") {
			t.Errorf("%s shows a secret: %s", verb, text)
		}
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	for name, bad := range map[string]string{
		"BEDELAU_PUBLIC_URL": "layanan.example.id", "BEDELAU_MASTER_KEY": "short", "BEDELAU_LOG": "xml", "SMTP_TLS": "maybe",
		"BEDELAU_WORKERS": "0", "BEDELAU_DB_CONNS": "many", "BEDELAU_MASTER_KEY_FORMER": "short",
	} {
		t.Run(name, func(t *testing.T) {
			env := full()
			env[name] = bad
			_, err := load(t, env)
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("Load with %s=%s = %v", name, bad, err)
			}
		})
	}
	for _, required := range []string{"DATABASE_URL", "REDIS_URL", "BEDELAU_PUBLIC_URL", "DATABASE_PLATFORM_URL", "BEDELAU_MASTER_KEY"} {
		t.Run("without "+required, func(t *testing.T) {
			env := full()
			env[required] = ""
			if _, err := load(t, env); err == nil || !strings.Contains(err.Error(), required) {
				t.Errorf("Load without %s = %v", required, err)
			}
		})
	}
}

func TestOwnerURLNeedsNothingElse(t *testing.T) {
	t.Setenv("BEDELAU_WORKERS", "many")
	t.Setenv("DATABASE_OWNER_URL", "")
	if url, err := OwnerURL(); err == nil || !strings.Contains(err.Error(), "DATABASE_OWNER_URL") {
		t.Errorf("without it: %q, %v", string(url), err)
	}
	t.Setenv("DATABASE_OWNER_URL", "postgres://o:rahasia@h/d")
	if url, err := OwnerURL(); err != nil || string(url) != "postgres://o:rahasia@h/d" {
		t.Errorf("%q, %v", string(url), err)
	}
}
