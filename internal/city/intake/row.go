package intake

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	forms "bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
)

// DropRow takes a row, counted from 1, out of a group of the applicant's own application: its answers and files go, and those
// of the rows behind it move up, so that no file stays with another person's answers. It refuses Invalid for what is no
// group and Conflict "application.not_editable".
func (s *Service) DropRow(ctx context.Context, actor identity.Actor, id uuid.UUID, group string, row int) error {
	return s.edit(ctx, actor, id, "page", func(ctx context.Context, tx bun.Tx, app *application.Application, form *forms.Form) ([]string, error) {
		fd, ok := form.Field(group)
		if !ok || fd.Type != forms.Group || row < 1 {
			return nil, fault.Fields([]fault.Field{{Name: forms.Clip(group), Code: "unknown_field"}})
		}
		brought, err := s.broughtUp(ctx, tx, *app, form)
		if err != nil {
			return nil, err
		}
		if !editable(*app, group, brought) {
			return nil, fault.New(fault.Conflict, "application.not_editable")
		}
		all, err := s.Answers(ctx, *app)
		if err != nil {
			return nil, err
		}
		moved, changed := withoutRow(all, group, row)
		filed, err := s.moveFiles(ctx, tx, *app, group, row)
		if changed = union(changed, filed); err != nil || len(changed) == 0 {
			return nil, err
		}
		return changed, s.SetAnswers(ctx, app, form, moved)
	})
}

// rowOf parts a code such as "saksi.2.ktp" into the number of its row and what it asks there; ok is false outside the group.
func rowOf(code, group string) (n int, inner string, ok bool) {
	rest, ok := strings.CutPrefix(code, group+".")
	number, inner, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	return n, inner, ok && err == nil
}

// withoutRow are answers without a row of a group, and the codes whose answers that changes.
func withoutRow(all forms.Answers, group string, row int) (forms.Answers, []string) {
	out, changed := forms.Answers{}, []string{}
	for code, v := range all {
		n, inner, ok := rowOf(code, group)
		switch {
		case code == group:
			count, _ := strconv.Atoi(all.Get(group))
			if count >= row {
				v, changed = []string{strconv.Itoa(count - 1)}, append(changed, code)
			}
			out[code] = v
		case !ok || n < row:
			out[code] = v
		case n > row:
			to := group + "." + strconv.Itoa(n-1) + "." + inner
			out[to], changed = v, append(changed, to, code)
		default:
			changed = append(changed, code)
		}
	}
	slices.Sort(changed)
	return out, slices.Compact(changed)
}

// moveFiles takes away the files of a row of a group and moves those of the rows behind it up. It returns the codes that had
// them.
func (s *Service) moveFiles(ctx context.Context, tx bun.IDB, app application.Application, group string, row int) ([]string, error) {
	held, err := s.FilesOf(ctx, tx, app)
	if err != nil {
		return nil, err
	}
	var changed []string
	for code, list := range held {
		n, inner, ok := rowOf(code, group)
		if !ok || n < row {
			continue
		}
		changed = append(changed, code)
		for _, f := range list {
			if n == row {
				err = s.dropFile(ctx, tx, app, f.ID)
			} else {
				err = s.moveFile(ctx, tx, app, f, group+"."+strconv.Itoa(n-1)+"."+inner)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(changed)
	return changed, nil
}

func (s *Service) moveFile(ctx context.Context, tx bun.IDB, app application.Application, f files.File, field string) error {
	_, err := tx.NewUpdate().Model((*application.Attachment)(nil)).Set("field = ?", field).
		Where("tenant_id = ? AND application_id = ? AND file_id = ?", app.TenantID, app.ID, f.ID).Exec(ctx)
	return err
}

// dropRows takes away the files of rows that a page no longer has, now that its answers say how many there are.
func (s *Service) dropRows(ctx context.Context, tx bun.IDB, app application.Application, p forms.Page, answers forms.Answers, held map[string][]files.File, brought []string) ([]string, error) {
	var changed []string
	for _, fd := range p.Fields {
		if fd.Type != forms.Group {
			continue
		}
		count, _ := strconv.Atoi(answers.Get(fd.Code))
		for code, list := range held {
			n, _, ok := rowOf(code, fd.Code)
			if !ok || n <= count || !editable(app, code, brought) {
				continue
			}
			changed = append(changed, code)
			for _, f := range list {
				if err := s.dropFile(ctx, tx, app, f.ID); err != nil {
					return nil, err
				}
			}
			delete(held, code)
		}
	}
	slices.Sort(changed)
	return changed, nil
}
