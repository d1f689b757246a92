package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"bedelau/internal/kernel/audit"
)

func serveCmd(ops Ops) *cobra.Command {
	var work bool
	c := &cobra.Command{Use: "serve", Short: "Answer residents, staff and programs over HTTP", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Serve(cmd.Context(), work) }}
	c.Flags().BoolVar(&work, "work", false, "run the background tasks in this process too")
	return c
}

func workCmd(ops Ops) *cobra.Command {
	return &cobra.Command{Use: "work", Short: "Run background tasks: mail, documents, deadlines, roll-ups", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Work(cmd.Context()) }}
}

func migrateCmd(ops Ops) *cobra.Command {
	var sql bool
	c := &cobra.Command{Use: "migrate", Short: "Bring the schema up to date, as the owner role", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sql {
				roles, database := ops.SQL()
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n-- In the new database:\n%s", roles, database)
				return err
			}
			n, err := ops.Migrate(cmd.Context())
			if err != nil {
				return err
			}
			return show(cmd, map[string]int{"applied": n}, func(w io.Writer) { fmt.Fprintf(w, "%d migrations applied\n", n) })
		}}
	c.Flags().BoolVar(&sql, "bootstrap-sql", false, "print what a database administrator runs once, and stop")
	return c
}

func demoCmd(ops Ops) *cobra.Command {
	var o DemoOptions
	c := &cobra.Command{Use: "demo", Short: "Start everything here with Batam and Tanjungpinang loaded", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Demo(cmd.Context(), o) }}
	c.Flags().StringVar(&o.Dir, "data", "data", "folder of the demo's data")
	c.Flags().IntVar(&o.Port, "port", 8080, "port of the web server")
	return c
}

func doctorCmd(ops Ops) *cobra.Command {
	var written []string
	c := &cobra.Command{Use: "doctor", Short: "Check the configuration, the database's roles and tables, Redis, the files and the audit record", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			anchors, err := readAnchors(written)
			if err != nil {
				return usageError{err}
			}
			checks := ops.Doctor(cmd.Context(), DoctorOptions{Anchors: anchors})
			bad := 0
			for _, c := range checks {
				if !c.OK && !c.Warning {
					bad++
				}
			}
			err = show(cmd, checks, func(w io.Writer) {
				tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
				for _, c := range checks {
					fmt.Fprintf(tw, "%s\t%s\t%s\n", c.state(), c.Name, c.Note)
				}
				tw.Flush()
			})
			if err == nil && bad > 0 {
				err = fmt.Errorf("%d of %d checks found a fault", bad, len(checks))
			}
			return err
		}}
	c.Flags().StringArrayVar(&written, "anchor", nil, "the end of a city's audit record as it was written down earlier: batam=1204:4f1e-93b0-77ac-0d2e-91c4")
	return c
}

func readAnchors(written []string) (map[string][]audit.Anchor, error) {
	out := map[string][]audit.Anchor{}
	for _, s := range written {
		slug, rest, _ := strings.Cut(s, "=")
		a, err := audit.ParseAnchor(rest)
		if err != nil {
			return nil, fmt.Errorf("--anchor %s: %w", s, err)
		}
		out[slug] = append(out[slug], a)
	}
	return out, nil
}

func benchCmd(ops Ops) *cobra.Command {
	var o BenchOptions
	c := &cobra.Command{Use: "bench", Short: "Measure this program against bare handlers that do the same SQL", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Bench(cmd.Context(), o) }}
	c.Flags().IntVar(&o.Seconds, "seconds", 5, "seconds of each measurement")
	c.Flags().IntVar(&o.Clients, "clients", 8, "requests under way at once")
	c.AddCommand(lifecycleCmd(ops), meteredCmd(ops), ductsCmd(ops))
	return c
}

func lifecycleCmd(ops Ops) *cobra.Command {
	var o LifecycleOptions
	c := &cobra.Command{Use: "lifecycle", Short: "Measure whole lifecycles of applications in a city that grows", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Lifecycle(cmd.Context(), o) }}
	c.Flags().IntVar(&o.Seconds, "seconds", 10, "seconds at each size")
	c.Flags().IntVar(&o.Clients, "clients", 8, "residents and officers at work at once")
	c.Flags().IntSliceVar(&o.Rows, "rows", []int{0, 100_000, 1_000_000}, "applications in the city beforehand, in rising order")
	c.Flags().DurationVar(&o.Think, "think", 0, "time to think between two steps, such as 2s; 0 for none")
	return c
}

func meteredCmd(ops Ops) *cobra.Command {
	var o MeteredOptions
	c := &cobra.Command{Use: "usage", Short: "Measure metering against COPY, and a month's totals beside few and many other cities", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Metered(cmd.Context(), o) }}
	c.Flags().IntVar(&o.Events, "events", 10_000_000, "events of one city in the month that is read")
	c.Flags().IntVar(&o.Cities, "cities", 200, "other cities beside it at the second reading")
	return c
}

func ductsCmd(ops Ops) *cobra.Command {
	var o DuctBenchOptions
	c := &cobra.Command{Use: "ducts", Short: "Measure the import of a network of ducts, plans of ways on it, and its map's tiles against ST_AsMVT", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.DuctBench(cmd.Context(), o) }}
	c.Flags().IntVar(&o.Segments, "segments", 50_000, "segments of the network")
	return c
}

func versionCmd() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd, map[string]string{"version": Version}, func(w io.Writer) { fmt.Fprintln(w, Version) })
		}}
}
