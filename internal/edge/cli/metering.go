package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// MeteringOps is what operators do with usage.
type MeteringOps struct {
	Verify   func(ctx context.Context, slug, month string) ([]Verified, error) // "" is every city, and every month with usage
	Register func(ctx context.Context, o ProducerOptions) (secret string, err error)
	Renew    func(ctx context.Context, source string, days int) (secret string, err error)
	Close    func(ctx context.Context, source string) error
	List     func(ctx context.Context) ([]ProducerRow, error)
}

// Verified is what a new count of one city's month found.
type Verified struct {
	City        string   `json:"city"`
	Month       string   `json:"month"`
	Differences []string `json:"differences"` // hours and days whose roll-up is not what the events say
}

// ProducerOptions is what the platform says of a program that reports usage.
type ProducerOptions struct {
	Name, Contact, Source string
	Meters, Cities        []string
	Days                  int
}

// ProducerRow is one line of `metering producer list`.
type ProducerRow struct {
	Name   string   `json:"name"`
	Source string   `json:"source"`
	Meters []string `json:"meters"`
	Cities []string `json:"cities"`
	Closed bool     `json:"closed"`
}

func meteringCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "metering", Short: "Prove what was counted, and say who else may report usage"}
	c.AddCommand(verifyUsageCmd(ops), producerCmd(ops))
	return c
}

func verifyUsageCmd(ops Ops) *cobra.Command {
	var slug, month string
	c := &cobra.Command{Use: "verify", Short: "Count every event again and compare the roll-ups with that", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if month != "" && !monthPattern.MatchString(month) {
				return usageError{fmt.Errorf("--month must be like 2026-11, not %q", month)}
			}
			all, err := ops.Metering.Verify(cmd.Context(), slug, month)
			if err != nil {
				return err
			}
			bad := 0
			for _, v := range all {
				bad += len(v.Differences)
			}
			err = show(cmd, all, func(w io.Writer) {
				for _, v := range all {
					state := "ok"
					if len(v.Differences) > 0 {
						state = "DIFFERS"
					}
					fmt.Fprintf(w, "%s  %s  %s\n", v.City, v.Month, state)
					for _, d := range v.Differences {
						fmt.Fprintf(w, "  %s\n", d)
					}
				}
			})
			if err == nil && bad > 0 {
				err = fmt.Errorf("%d roll-ups are not what the events say", bad)
			}
			return err
		}}
	c.Flags().StringVar(&slug, "tenant", "", "slug of the city; all when left out")
	c.Flags().StringVar(&month, "month", "", "month in the city's time, like 2026-11; all with usage when left out")
	return c
}

func producerCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "producer", Short: "Programs of others that report usage with an API key"}
	var o ProducerOptions
	secret := func(cmd *cobra.Command, key string) error {
		return show(cmd, map[string]string{"key": key}, func(w io.Writer) {
			fmt.Fprintf(w, "%s\nThis key is shown once. Hand it over on a safe way.\n", key)
		})
	}
	add := &cobra.Command{Use: "add", Short: "Register a producer and print its key", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := ops.Metering.Register(cmd.Context(), o)
			if err != nil {
				return err
			}
			return secret(cmd, key)
		}}
	add.Flags().StringVar(&o.Name, "name", "", "what it is")
	add.Flags().StringVar(&o.Contact, "contact", "", "whom to write to about it: an office, not a person")
	add.Flags().StringVar(&o.Source, "source", "", "source of its events, such as https://sms.example.id")
	add.Flags().StringSliceVar(&o.Meters, "meters", nil, "codes of the meters that it may move, by commas")
	add.Flags().StringSliceVar(&o.Cities, "tenants", nil, "slugs of the cities whose usage it reports, by commas; all when left out")
	add.Flags().IntVar(&o.Days, "days", 365, "days that the key works")
	for _, f := range []string{"name", "contact", "source", "meters"} {
		_ = add.MarkFlagRequired(f)
	}
	var source string
	var days int
	renew := &cobra.Command{Use: "renew", Short: "Print a new key of a producer; the old one works for seven days more", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := ops.Metering.Renew(cmd.Context(), source, days)
			if err != nil {
				return err
			}
			return secret(cmd, key)
		}}
	renew.Flags().IntVar(&days, "days", 365, "days that the key works, when there is none that works now")
	end := &cobra.Command{Use: "close", Short: "End a producer and its keys at once; what it has reported stays", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return ops.Metering.Close(cmd.Context(), source) }}
	for _, one := range []*cobra.Command{renew, end} {
		one.Flags().StringVar(&source, "source", "", "source of its events")
		_ = one.MarkFlagRequired("source")
	}
	list := &cobra.Command{Use: "list", Short: "List the producers", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := ops.Metering.List(cmd.Context())
			if err != nil {
				return err
			}
			return show(cmd, rows, func(w io.Writer) { printProducers(w, rows) })
		}}
	c.AddCommand(add, renew, end, list)
	return c
}

func printProducers(w io.Writer, rows []ProducerRow) {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "NAME\tSOURCE\tMETERS\tCITIES\tSTATE")
	for _, r := range rows {
		cities, state := strings.Join(r.Cities, ","), "open"
		if cities == "" {
			cities = "all"
		}
		if r.Closed {
			state = "closed"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", r.Name, r.Source, strings.Join(r.Meters, ","), cities, state)
	}
	tw.Flush()
}
