package builder

import (
	"slices"
	"strings"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
)

func gone(what string) error { return fault.New(fault.NotFound, "form.no_part", "code", what) }

func pageAt(f *form.Form, code string) int {
	return slices.IndexFunc(f.Pages, func(p form.Page) bool { return p.Code == code })
}

// list returns the questions among which one stands, a page's or a group's, and its place there. code is that of a question,
// or of one in a group as "saksi.nama".
func list(f *form.Form, code string) (*[]form.Field, int) {
	first, rest, inGroup := strings.Cut(code, ".")
	for i := range f.Pages {
		fields := &f.Pages[i].Fields
		for j := range *fields {
			if (*fields)[j].Code != first {
				continue
			}
			if !inGroup {
				return fields, j
			}
			inner := &(*fields)[j].Fields
			for k := range *inner {
				if (*inner)[k].Code == rest {
					return inner, k
				}
			}
		}
	}
	return nil, 0
}

// Find returns the question of this code, of a group as "saksi.nama".
func Find(f form.Form, code string) (form.Field, bool) {
	at, i := list(&f, code)
	if at == nil {
		return form.Field{}, false
	}
	return (*at)[i], true
}

// AddPage puts a page behind the others.
func AddPage(p form.Page) func(*form.Form) error {
	return func(f *form.Form) error {
		if pageAt(f, p.Code) >= 0 {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		f.Pages = append(f.Pages, p)
		return nil
	}
}

// EditPage gives a page another title, hint, condition or code; its questions stay.
func EditPage(code string, p form.Page) func(*form.Form) error {
	return func(f *form.Form) error {
		at := pageAt(f, code)
		if at < 0 {
			return gone(code)
		}
		if other := pageAt(f, p.Code); other >= 0 && other != at {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		p.Fields = f.Pages[at].Fields
		f.Pages[at] = p
		return nil
	}
}

// RemovePage drops a page with its questions.
func RemovePage(code string) func(*form.Form) error {
	return func(f *form.Form) error {
		at := pageAt(f, code)
		if at < 0 {
			return gone(code)
		}
		f.Pages = slices.Delete(f.Pages, at, at+1)
		return nil
	}
}

// MovePage moves a page up (-1) or down (1).
func MovePage(code string, by int) func(*form.Form) error {
	return func(f *form.Form) error {
		at := pageAt(f, code)
		if at < 0 {
			return gone(code)
		}
		if to := at + by; to >= 0 && to < len(f.Pages) {
			f.Pages[at], f.Pages[to] = f.Pages[to], f.Pages[at]
		}
		return nil
	}
}

// taken reports whether another question than the one called but has this code; codes differ across the whole form.
func taken(f *form.Form, code, but string) bool {
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.Code == code && fd.Code != but {
				return true
			}
			for _, sub := range fd.Fields {
				if sub.Code == code && fd.Code+"."+sub.Code != but {
					return true
				}
			}
		}
	}
	return false
}

// AddField puts a question at the end of a page, or of a group.
func AddField(page, group string, fd form.Field) func(*form.Form) error {
	return func(f *form.Form) error {
		if taken(f, fd.Code, "") {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		if group != "" {
			at, i := list(f, group)
			if at == nil || (*at)[i].Type != form.Group {
				return gone(group)
			}
			(*at)[i].Fields = append((*at)[i].Fields, fd)
			return nil
		}
		at := pageAt(f, page)
		if at < 0 {
			return gone(page)
		}
		f.Pages[at].Fields = append(f.Pages[at].Fields, fd)
		return nil
	}
}

// EditField changes a question; what a group asks stays in it.
func EditField(code string, fd form.Field) func(*form.Form) error {
	return func(f *form.Form) error {
		at, i := list(f, code)
		if at == nil {
			return gone(code)
		}
		if taken(f, fd.Code, code) {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		if fd.Type == form.Group {
			fd.Fields = (*at)[i].Fields
		}
		(*at)[i] = fd
		return nil
	}
}

// RemoveField drops a question.
func RemoveField(code string) func(*form.Form) error {
	return func(f *form.Form) error {
		at, i := list(f, code)
		if at == nil {
			return gone(code)
		}
		*at = slices.Delete(*at, i, i+1)
		return nil
	}
}

// MoveField moves a question up (-1) or down (1). From the end of a page it goes on to the next one.
func MoveField(code string, by int) func(*form.Form) error {
	return func(f *form.Form) error {
		at, i := list(f, code)
		if at == nil {
			return gone(code)
		}
		if to := i + by; to >= 0 && to < len(*at) {
			(*at)[i], (*at)[to] = (*at)[to], (*at)[i]
			return nil
		}
		for n := range f.Pages {
			if at != &f.Pages[n].Fields || n+by < 0 || n+by >= len(f.Pages) {
				continue
			}
			fd, next := (*at)[i], &f.Pages[n+by].Fields
			*at = slices.Delete(*at, i, i+1)
			if by > 0 {
				*next = slices.Insert(*next, 0, fd)
			} else {
				*next = append(*next, fd)
			}
		}
		return nil
	}
}

// PlaceField puts a question of a page before another place on a page, as dragging does. index is counted without it.
func PlaceField(code, page string, index int) func(*form.Form) error {
	return func(f *form.Form) error {
		at, i := list(f, code)
		to := pageAt(f, page)
		if at == nil || to < 0 || strings.Contains(code, ".") {
			return gone(code)
		}
		fd := (*at)[i]
		*at = slices.Delete(*at, i, i+1)
		target := &f.Pages[to].Fields
		*target = slices.Insert(*target, min(max(index, 0), len(*target)), fd)
		return nil
	}
}
