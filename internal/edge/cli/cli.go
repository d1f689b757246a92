// Package cli is the operator's door: the same services as the site and the API, for the person at the server's
// prompt. It prints for people, or JSON with --json; results go to standard output and everything else to standard
// error. Exit status 0 means done, 1 that something was refused or failed, 2 that the call itself was wrong.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// Version is written by the build: -ldflags "-X bedelau/internal/edge/cli.Version=…".
var Version = "dev"

// Ops is what the program can do, given by the composition root.
type Ops struct {
	Serve     func(ctx context.Context, alsoWork bool) error
	Work      func(ctx context.Context) error
	Migrate   func(ctx context.Context) (applied int, err error)
	SQL       func() (roles, database string) // what a DBA runs before the first migration
	Demo      func(ctx context.Context, o DemoOptions) error
	Doctor    func(ctx context.Context, o DoctorOptions) []Check
	Usage     func(ctx context.Context, slug, month string) (Usage, error) // month "" is the present one, where the city is
	Metering  MeteringOps
	Pack      PackOps
	Cities    func(ctx context.Context) ([]CityRow, error)
	Bench     func(ctx context.Context, o BenchOptions) error
	Lifecycle func(ctx context.Context, o LifecycleOptions) error
	Metered   func(ctx context.Context, o MeteredOptions) error
	DuctBench func(ctx context.Context, o DuctBenchOptions) error
	Admin     func(ctx context.Context, o AdminOptions) (password string, err error)
	MailRetry func(ctx context.Context, slug string) (MailRetry, error)
	Registry  func(ctx context.Context, o RegistryOptions) error
	Rotate    func(ctx context.Context) (KeyRotation, error)
	Billing   BillingOps
	Payin     PayinOps
}

// DemoOptions says where the demo keeps its data and listens.
type DemoOptions struct {
	Dir  string
	Port int
}

// BenchOptions bounds a benchmark.
type BenchOptions struct {
	Seconds int
	Clients int
}

// LifecycleOptions bounds a benchmark of whole lifecycles.
type LifecycleOptions struct {
	Seconds int
	Clients int
	Rows    []int
	Think   time.Duration
}

// MeteredOptions bounds a benchmark of metering.
type MeteredOptions struct {
	Events int
	Cities int
}

// DuctBenchOptions bounds a benchmark of the shared ducts.
type DuctBenchOptions struct {
	Segments int
}

// AdminOptions names the first administrator of a city or of the platform.
type AdminOptions struct{ City, Email, Name string }

// DoctorOptions holds what auditors wrote down of each city's record, by the city's slug.
type DoctorOptions struct{ Anchors map[string][]audit.Anchor }

// Check is one finding of `doctor`. What is not OK is a fault, or with Warning something to mend at leisure.
type Check struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Warning bool   `json:"warning,omitempty"`
	Note    string `json:"note,omitempty"`
}

func (c Check) state() string {
	switch {
	case c.OK:
		return "ok"
	case c.Warning:
		return "warning"
	}
	return "FAULT"
}

// CityRow is one line of `city list`.
type CityRow struct {
	Slug   string `json:"slug"`
	Name   string `json:"name"`
	Code   string `json:"code"`
	Status string `json:"status"`
	URL    string `json:"url"`
}

// Run parses args and runs one command. It returns the exit status.
func Run(ctx context.Context, args []string, ops Ops) int {
	root := command(ops)
	root.SetArgs(args)
	root.SetContext(ctx)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return 0
	}
	fmt.Fprintln(os.Stderr, "bedelau:", sentence(err))
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

type usageError struct{ error }

func command(ops Ops) *cobra.Command {
	root := &cobra.Command{
		Use:               "bedelau",
		Short:             "Public services of Indonesian cities, one installation for many",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().Bool("json", false, "print the result as JSON")
	root.AddCommand(serveCmd(ops), workCmd(ops), migrateCmd(ops), demoCmd(ops), doctorCmd(ops), usageCmd(ops), meteringCmd(ops), billingCmd(ops),
		packCmd(ops), cityCmd(ops), mailCmd(ops), registryCmd(ops), keysCmd(ops), benchCmd(ops), versionCmd())
	return root
}

// sentence gives a refusal in words and anything else as it is.
func sentence(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		s := i18n.EN.T("fault."+f.Code, f.Args...)
		for _, field := range f.Fields {
			s += "\n  " + field.Name + ": " + i18n.EN.T("field."+field.Code, field.Args...)
		}
		return s
	}
	return err.Error()
}

// show prints v as JSON when asked, else by text.
func show(cmd *cobra.Command, v any, text func(io.Writer)) error {
	out := cmd.OutOrStdout()
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	text(out)
	return nil
}
