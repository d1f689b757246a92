package pack

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// maxFile bounds one file of a pack; the largest real one is a form of some 20 KB.
const maxFile = 1 << 20

// Load reads the pack of a city from its folder in fsys and from the folders of its bases. It refuses
// ("pack.invalid") a folder without a valid city.yaml, a file no section knows, a base that does not exist or leads
// back, and an exclusion of something the base does not have.
func Load(fsys fs.FS, slug string) (*Pack, error) { return load(fsys, slug, nil) }

// load is Load below the packs in chain, which are based on this one.
func load(fsys fs.FS, slug string, chain []string) (*Pack, error) {
	if !slugPattern.MatchString(slug) {
		return nil, refusal(Problems{{File: slug, Code: "bad_code", Args: []any{"value", slug}}})
	}
	files, err := readFolder(fsys, slug)
	if err != nil {
		return nil, err
	}
	p := &Pack{files: files, City: Profile{Slug: slug}}
	var city Profile
	if err := p.Decode("city.yaml", &city); err != nil {
		return nil, err
	}
	if err := p.checkProfile(city, slug); err != nil {
		return nil, err
	}
	p.City = city
	if city.Base == "" {
		return p, nil
	}
	c := p.Check("city.yaml")
	if _, err := fs.Stat(fsys, city.Base); err != nil || !slugPattern.MatchString(city.Base) {
		c.Add("base", "unknown_base", "value", city.Base)
		return nil, c.Err()
	}
	if chain = append(chain, slug); slices.Contains(chain, city.Base) {
		c.Add("base", "base_cycle", "chain", strings.Join(append(chain, city.Base), " → "))
		return nil, c.Err()
	}
	base, err := load(fsys, city.Base, chain)
	if err != nil {
		return nil, err
	}
	p.inherit(base, c)
	return p, c.Err()
}

// inherit adds the files of base that p neither brings nor excludes.
func (p *Pack) inherit(base *Pack, c *Check) {
	p.Bases = append([]string{base.City.Slug}, base.Bases...)
	inherited := maps.Clone(base.files)
	for i, name := range p.City.Exclude {
		file := excluded(name)
		if _, ok := inherited[file]; !ok {
			c.Add(At("exclude", i), "nothing_to_exclude", "value", name, "base", base.City.Slug)
		}
		delete(inherited, file)
	}
	for name, f := range inherited {
		if _, own := p.files[name]; !own && inheritable(name) {
			f.inherited = true
			p.files[name] = f
		}
	}
}

// excluded returns the file that an entry of `exclude` means: a service by its code, anything else by its path.
func excluded(name string) string {
	if !strings.Contains(name, "/") && !strings.HasSuffix(name, ".yaml") {
		name = "services/" + name
	}
	return strings.TrimSuffix(name, ".yaml") + ".yaml"
}

// inheritable keeps to itself what is true of one city only: who it is, its districts and ground, its looks, its counters,
// who sells its ducts.
func inheritable(name string) bool {
	return name != "city.yaml" && name != "duct/seller.yaml" && name != "areas.yaml" && name != mapName && !strings.HasPrefix(name, "brand/") &&
		!strings.HasPrefix(name, "counters/") && !strings.HasPrefix(name, "agency-calendar/")
}

// known reports whether a section may exist for a file; anything else is a typing mistake in a file's name.
func known(name string) bool {
	switch folder, base := path.Split(name); folder {
	case "":
		return slices.Contains([]string{"city.yaml", "agencies.yaml", "areas.yaml", mapName, retentionName}, base)
	case "calendar/", "agency-calendar/", "counters/", "services/", "forms/", "workflows/", "documents/", "tariffs/", "duct/":
		return path.Ext(base) == ".yaml"
	case "brand/":
		return true
	}
	return false
}

// readFolder reads every file of one pack's own folder.
func readFolder(fsys fs.FS, slug string) (map[string]file, error) {
	files, found := map[string]file{}, Problems{}
	err := fs.WalkDir(fsys, slug, func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".")
		if d.IsDir() {
			if hidden {
				return fs.SkipDir
			}
			return nil
		}
		name := strings.TrimPrefix(full, slug+"/")
		if hidden || name == "README.md" {
			return nil
		}
		if !known(name) {
			found = append(found, Problem{File: full, Code: "unknown_file"})
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxFile {
			found = append(found, Problem{File: full, Code: "file_too_large", Args: []any{"max", maxFile >> 10}})
			return nil
		}
		raw, err := fs.ReadFile(fsys, full)
		files[name] = file{origin: full, raw: raw}
		return err
	})
	if err != nil {
		return nil, refusal(Problems{{File: slug, Code: "unreadable", Args: []any{"cause", err}}})
	}
	return files, refusal(found)
}
