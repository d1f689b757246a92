package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// PackOps is what can be done with city packs.
type PackOps struct {
	Check func(ctx context.Context, dir, slug string) (summary string, err error)
	Apply func(ctx context.Context, dir, slug string) (summary string, err error)
}

func packCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "pack", Short: "Check and apply city packs"}
	var dir string
	c.PersistentFlags().StringVar(&dir, "dir", "", "folder of packs instead of the built-in ones")
	act := func(use, short string, fn func(context.Context, string, string) (string, error)) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: one("the slug of a city"),
			RunE: func(cmd *cobra.Command, args []string) error {
				summary, err := fn(cmd.Context(), dir, args[0])
				if err != nil {
					return err
				}
				return show(cmd, map[string]string{"city": args[0], "summary": summary}, func(w io.Writer) { fmt.Fprintln(w, summary) })
			}}
	}
	c.AddCommand(
		act("check CITY", "Read a pack and report every fault with its place", ops.Pack.Check),
		act("apply CITY", "Create or update a city from its pack; a second time changes nothing", ops.Pack.Apply))
	return c
}

func cityCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "city", Short: "List the cities; create the first administrator of one"}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List the cities and their addresses", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := ops.Cities(cmd.Context())
			if err != nil {
				return err
			}
			return show(cmd, rows, func(w io.Writer) {
				if len(rows) == 0 {
					fmt.Fprintln(w, "No city yet. Load one with: bedelau pack apply batam")
					return
				}
				tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
				fmt.Fprintln(tw, "SLUG\tNAME\tCODE\tSTATUS\tADDRESS")
				for _, r := range rows {
					fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", r.Slug, r.Name, r.Code, r.Status, r.URL)
				}
				tw.Flush()
			})
		}})
	var o AdminOptions
	admin := &cobra.Command{Use: "admin", Short: "Create the first administrator of a city or the platform; print the first password once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := ops.Admin(cmd.Context(), o)
			if err != nil {
				return err
			}
			return show(cmd, map[string]string{"email": o.Email, "password": password}, func(w io.Writer) {
				fmt.Fprintf(w, "%s may sign in with this password, shown once: %s\nThe first sign-in sets up the second factor; change the password then.\n", o.Email, password)
			})
		}}
	admin.Flags().StringVar(&o.City, "tenant", "", "slug of the city, or platform")
	admin.Flags().StringVar(&o.Email, "email", "", "address of the administrator")
	admin.Flags().StringVar(&o.Name, "name", "", "name of the administrator")
	for _, f := range []string{"tenant", "email", "name"} {
		_ = admin.MarkFlagRequired(f)
	}
	c.AddCommand(admin)
	return c
}

func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("name %s", what)}
		}
		return nil
	}
}
