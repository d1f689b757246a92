package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// MailRetry is what became of a tenant's messages that had been given up.
type MailRetry struct {
	Queued int `json:"queued"` // wait for the mail server again
	Left   int `json:"left"`   // about an account, with a link that has gone
}

func mailCmd(ops Ops) *cobra.Command {
	c := &cobra.Command{Use: "mail", Short: "Send again what no mail server took"}
	var slug string
	retry := &cobra.Command{Use: "retry", Short: "Queue the messages again that were given up; the worker sends them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := ops.MailRetry(cmd.Context(), slug)
			if err != nil {
				return err
			}
			return show(cmd, r, func(w io.Writer) {
				fmt.Fprintf(w, "%d messages queued again\n", r.Queued)
				if r.Left > 0 {
					fmt.Fprintf(w, "%d about an account left as they are: their link has gone, and the person asks for another\n", r.Left)
				}
			})
		}}
	retry.Flags().StringVar(&slug, "tenant", "", "slug of the city, or platform")
	_ = retry.MarkFlagRequired("tenant")
	c.AddCommand(retry)
	return c
}
