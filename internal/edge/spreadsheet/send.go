package spreadsheet

import (
	"context"
	"log/slog"
	"net/http"
)

// Send answers with a table as the file name, whose ending is added: the head, and the rows that fill hands on. Nothing is sent
// before the first of them, or before fill is done, so that what fill refuses at once comes back as its error and can be told
// on a page. What fails once the file has begun is logged and breaks the download off, which a browser tells from one that is
// complete.
func Send(ctx context.Context, w http.ResponseWriter, log *slog.Logger, out Sheet, name string, head []any, fill func(row func([]any) error) error) error {
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		w.Header().Set("Content-Type", out.Mime())
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+out.Ending()+`"`)
		return out.Row(head)
	}
	err := fill(func(cells []any) error {
		if err := begin(); err != nil {
			return err
		}
		return out.Row(cells)
	})
	if err != nil && !begun {
		return err
	}
	if err == nil {
		err = begin() // of nothing: the head alone
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		log.ErrorContext(ctx, "export broke off", "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
