package cli

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// RegistryOptions is how a city's register of the state is reached. The key is read from the environment, because what
// is written on a command line is there for every user of the machine.
type RegistryOptions struct {
	City, Kind, Name, URL, Key string
	Timeout                    time.Duration
	Off                        bool
}

// registryKey names the variable that holds the key.
const registryKey = "BEDELAU_REGISTRY_KEY"

func registryCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "registry", Short: "Say how a city asks a register of the state, such as the population's"}
	var o RegistryOptions
	set := &cobra.Command{Use: "set", Short: "Keep the address, name and key (from " + registryKey + ") of a register", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Key = os.Getenv(registryKey); o.Key == "" {
				return usageError{errors.New(registryKey + " is empty: put the key of the register there")}
			}
			if err := ops.Registry(cmd.Context(), o); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s asks %s at %s\n", o.City, o.Kind, o.URL)
			return nil
		}}
	set.Flags().StringVar(&o.City, "tenant", "", "slug of the city")
	set.Flags().StringVar(&o.Kind, "kind", "", "population or business")
	set.Flags().StringVar(&o.Name, "name", "", "what residents are told it is")
	set.Flags().StringVar(&o.URL, "url", "", "address; the question is POST <address>/<kind>")
	set.Flags().DurationVar(&o.Timeout, "timeout", 3*time.Second, "time limit of one attempt")
	set.Flags().BoolVar(&o.Off, "off", false, "keep it and ask no more")
	for _, f := range []string{"tenant", "kind", "name", "url"} {
		_ = set.MarkFlagRequired(f)
	}
	c.AddCommand(set)
	return c
}
