// Package pack turns a city's folder of YAML into that city's rows: who it is, when its offices work, its districts,
// and whatever other packages register a Section for.
//
// Cities differ by these files and never by code. A folder may name another as its base: every file it does not bring
// itself is then the base's, with {kota} and {kota_pendek} read as its own names and every `verified` read as false,
// because nobody has checked the copy. Loading and checking need no database and report everything wrong at once,
// each with its file, line and path; applying is one transaction and changes nothing the second time.
package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Pack is one city's data, its base's included, as Load read it. It does not change after loading.
type Pack struct {
	City  Profile
	Bases []string // the packs it is based on, nearest first

	files map[string]file
}

// file is one file of the merged pack.
type file struct {
	origin    string // the path an author opens: "batam/services/ktp-el-hilang.yaml"
	inherited bool   // from a base: its `verified` says nothing about this city
	raw       []byte
}

// Names lists the files of a folder ("services") in name order, as Decode takes them ("services/akta.yaml").
func (p *Pack) Names(folder string) []string {
	var names []string
	for name := range p.files {
		if strings.HasPrefix(name, folder+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Has reports whether the pack brings or inherits a file.
func (p *Pack) Has(name string) bool { _, ok := p.files[name]; return ok }

// Decode reads a YAML file strictly into a pointer: a field that into does not have, a second document or a key given
// twice is refused. {kota} and {kota_pendek} are filled in, and verified is false throughout an inherited file. The
// error is a refusal "pack.invalid" with Problems inside.
func (p *Pack) Decode(name string, into any) error {
	f, ok := p.files[name]
	if !ok {
		return refusal(Problems{{File: p.City.Slug + "/" + name, Code: "missing_file"}})
	}
	root, err := f.parse(reflect.New(reflect.TypeOf(into).Elem()).Interface())
	if err == nil {
		fill(root, strings.NewReplacer("{kota}", p.City.Name, "{kota_pendek}", p.City.ShortName), f.inherited)
		err = root.Decode(into)
	}
	return yamlRefusal(f.origin, err)
}

var errSecondDocument = errors.New("a second document begins; one file holds one document")

// parse checks f against the shape of strict, which it throws away, and returns the tree.
func (f file) parse(strict any) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(f.raw))
	d.KnownFields(true)
	if err := d.Decode(strict); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errSecondDocument
	}
	var root yaml.Node
	if err := yaml.Unmarshal(f.raw, &root); err != nil {
		return nil, err
	}
	return &root, nil
}

// fill writes the city's names into every text below n and, in an inherited file, denies every `verified`.
func fill(n *yaml.Node, names *strings.Replacer, inherited bool) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		n.Value = names.Replace(n.Value)
	}
	for i, c := range n.Content {
		if inherited && n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == "verified" {
			*c = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false", Line: c.Line, Column: c.Column}
		}
		fill(c, names, inherited)
	}
}

// Asset returns a file as it is, such as the logo.
func (p *Pack) Asset(name string) ([]byte, bool) {
	f, ok := p.files[name]
	return f.raw, ok
}

// hashes returns the content hash of each file; whether it was inherited is part of what it says.
func (p *Pack) hashes() map[string]string {
	out := map[string]string{}
	for name, f := range p.files {
		h := sha256.New()
		h.Write(f.raw)
		if f.inherited {
			h.Write([]byte("\x00inherited"))
		}
		out[name] = hex.EncodeToString(h.Sum(nil)[:16])
	}
	return out
}
