package document

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// Printable refuses a document that would not say what was answered, for its officer to learn before it is issued:
// Conflict "document.unprintable" names the letters that no page can show, and what they stand in. The caller has checked
// who may ask. Make refuses the same.
func (s *Service) Printable(ctx context.Context, db bun.IDB, r Request) error {
	t, err := s.Template(ctx, db, r.Template, r.Version)
	if err != nil {
		return err
	}
	city, _ := tenancy.CityFrom(ctx)
	local := s.now().In(city.Location())
	signer, err := s.signerAt(ctx, db, r.Agency.Code, local)
	if err != nil {
		return err
	}
	values := r.values(t.Unmasked)
	values["signer_name"], values["signer_nip"] = signer.Name, signer.NIP
	return t.printable(city, r, values, local)
}

// Fits reports whether a version of a template asks for nothing but what the request's form has, as one may that was written
// for a later form.
func (s *Service) Fits(ctx context.Context, db bun.IDB, r Request) (bool, error) {
	t, err := s.Template(ctx, db, r.Template, r.Version)
	if err != nil || r.Form == nil {
		return err == nil, err
	}
	c := pack.CheckOf(t.Code)
	t.Check(c, r.Form)
	return c.Err() == nil, nil
}

// printable is Printable once the values are known. An answer is named by its question.
func (t *Template) printable(city tenancy.City, r Request, values map[string]string, at time.Time) error {
	const l = i18n.ID
	page, err := t.sheetOf(city, r, values, at)
	if err != nil {
		return err
	}
	texts := []string{page.title, values["signer_name"], fillIn(t.SignerTitle.In(l), values)}
	for _, p := range page.body {
		texts = append(texts, p.text)
		for _, row := range p.rows {
			texts = append(texts, row[0], row[1])
		}
	}
	head := []string{page.head.Over, page.head.Name, page.head.Address}
	lacks := sheet.Unprintable(slices.Concat(texts, head)...)
	if len(lacks) == 0 {
		return nil
	}
	var what []string
	tell := func(name string, letters []rune) {
		if len(letters) > 0 {
			what = append(what, name+": "+sheet.Spelled(letters))
			lacks = slices.DeleteFunc(lacks, func(r rune) bool { return slices.Contains(letters, r) })
		}
	}
	named := map[string]string{}
	if r.Form != nil {
		for _, f := range r.Form.Named() {
			named[f.Code] = f.Label.In(l)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		found := slices.DeleteFunc(sheet.Unprintable(values[name]), func(r rune) bool { return !slices.Contains(lacks, r) })
		if label := named[name]; label != "" {
			name = label
		} else {
			name = l.T("template.name." + name)
		}
		tell(name, found)
	}
	tell(l.T("document.letterhead"), slices.DeleteFunc(sheet.Unprintable(head...), func(r rune) bool { return !slices.Contains(lacks, r) }))
	tell(t.Title.In(l), slices.Clone(lacks))
	return fault.New(fault.Conflict, "document.unprintable", "what", strings.Join(what, "; "))
}
