package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// KeyRotation is what a change of master key came to.
type KeyRotation struct {
	Moved int `json:"moved"` // tenants whose keys a former master key sealed
	Kept  int `json:"kept"`  // tenants whose keys the present one seals already, or that have none
}

func keysCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Change the master key"}
	c.AddCommand(&cobra.Command{Use: "rotate", Short: "Seal every city's key with the present master key; a second time changes nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := ops.Rotate(cmd.Context())
			if err != nil {
				return err
			}
			return show(cmd, r, func(w io.Writer) {
				fmt.Fprintf(w, "%d keys sealed anew, %d left as they are: BEDELAU_MASTER_KEY_FORMER is not needed any more\n", r.Moved, r.Kept)
			})
		}})
	return c
}
