package devkit

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the services run as. PostgreSQL refuses to run as root, so root hands them to somebody else.
type account struct {
	uid, gid uint32
	change   bool // we are root and become this account
}

// own gives path to the account, when it is not ours already.
func (a account) own(path string) error {
	if !a.change {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// reaches reports whether the account can pass through every folder from the root down to dir.
func (a account) reaches(dir string) bool {
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil || !a.mayPass(info) {
			return false
		}
		if d == filepath.Dir(d) {
			return true
		}
	}
}

func (a account) mayPass(dir fs.FileInfo) bool {
	st, ok := dir.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	switch {
	case a.uid == st.Uid:
		return dir.Mode()&0o100 != 0
	case a.gid == st.Gid:
		return dir.Mode()&0o010 != 0
	}
	return dir.Mode()&0o001 != 0
}

// candidates lists the accounts that may run the services, the best first: ourselves unless we are root, then the
// one that Debian's package made, then the owner of the folder (a checkout that was built with sudo), then nobody.
func candidates(dir string) []account {
	if os.Geteuid() != 0 {
		return []account{{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}}
	}
	var all []account
	if a, ok := named("postgres"); ok {
		all = append(all, a)
	}
	if a, ok := ownerOf(dir); ok {
		all = append(all, a)
	}
	if a, ok := named("nobody"); ok {
		all = append(all, a)
	}
	return all
}

func named(name string) (account, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, false
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, false
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, false
	}
	return account{uid: uint32(uid), gid: uint32(gid), change: true}, uid != 0
}

// ownerOf is the account that a folder belongs to, when that is not root.
func ownerOf(dir string) (account, bool) {
	info, err := os.Stat(dir)
	if err != nil {
		return account{}, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Uid == 0 {
		return account{}, false
	}
	return account{uid: st.Uid, gid: st.Gid, change: os.Geteuid() == 0}, true
}
