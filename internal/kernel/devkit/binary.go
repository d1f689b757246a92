package devkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first version of PostgreSQL that the schema runs on.
const oldest = 15

const install = "run deploy/setup.sh (Debian, Ubuntu), or install PostgreSQL 15 or later with PostGIS"

// postgresFor finds the folder of the server's programs. A data folder that exists needs the very version that made it;
// a new one gets the newest version that has PostGIS.
func postgresFor(data string) (string, error) {
	found := installed()
	if made, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err == nil {
		version := strings.TrimSpace(string(made))
		for _, f := range found {
			if strconv.Itoa(f.version) == version {
				return f.bin, nil
			}
		}
		return "", fmt.Errorf("the data was made by PostgreSQL %s, which is no longer installed: install it again, or drop the data with make demo-reset", version)
	}
	if len(found) == 0 {
		return "", errors.New("no server on this machine: " + install)
	}
	for _, f := range found {
		if f.postgis() {
			return f.bin, nil
		}
	}
	return "", fmt.Errorf("PostgreSQL %d has no PostGIS: %s", found[0].version, install)
}

type server struct {
	version int
	bin     string
}

// installed lists the servers on this machine, the newest first: Debian's and Red Hat's places, then the PATH.
func installed() []server {
	var dirs []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // the pattern is a constant
		}
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	var all []server
	for _, dir := range dirs {
		if v := versionOf(dir); v >= oldest {
			all = append(all, server{v, dir})
		}
	}
	slices.SortStableFunc(all, func(a, b server) int { return b.version - a.version })
	return all
}

// versionOf is the major version of the server in dir, or 0 when it is not one that can start a cluster. The path
// tells it in every package; otherwise the server is asked.
func versionOf(dir string) int {
	for _, program := range []string{"postgres", "initdb"} {
		if _, err := exec.LookPath(filepath.Join(dir, program)); err != nil {
			return 0
		}
	}
	parent := filepath.Base(filepath.Dir(dir))
	if v, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(parent, "pgsql-"), "postgresql@")); err == nil {
		return v
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	words := strings.Fields(string(out)) // postgres (PostgreSQL) 15.20 (Debian …)
	if len(words) < 3 {
		return 0
	}
	major, _, _ := strings.Cut(words[2], ".")
	v, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return v
}

func (s server) postgis() bool {
	share := filepath.Join("/usr/share/postgresql", strconv.Itoa(s.version))
	if !strings.HasPrefix(s.bin, "/usr/lib/postgresql/") {
		out, err := exec.Command(filepath.Join(s.bin, "pg_config"), "--sharedir").Output()
		if err != nil {
			return false
		}
		share = strings.TrimSpace(string(out))
	}
	_, err := os.Stat(filepath.Join(share, "extension", "postgis.control"))
	return err == nil
}
