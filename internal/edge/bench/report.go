package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// machine is where the figures come from; without it they say nothing.
type machine struct{ cpu, postgres, fsync string }

func machineOf(ctx context.Context, a *admin) (m machine, err error) {
	err = a.conn.QueryRow(ctx, "SELECT current_setting('server_version'), current_setting('fsync')").Scan(&m.postgres, &m.fsync)
	m.cpu = "CPU"
	f, ferr := os.Open("/proc/cpuinfo") // elsewhere the count must do
	if ferr != nil {
		return m, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			m.cpu = strings.TrimSpace(value)
			break
		}
	}
	return m, err
}

func (m machine) line() string {
	return fmt.Sprintf("%d × %s, %s/%s, %s, PostgreSQL %s (fsync %s)", runtime.NumCPU(), m.cpu, runtime.GOOS, runtime.GOARCH,
		runtime.Version(), m.postgres, m.fsync)
}

// spread is the middle of some rounds and how far they lie apart.
type spread struct{ median, low, high float64 }

func spreadOf(values []float64) spread {
	slices.Sort(values)
	n := len(values)
	return spread{(values[(n-1)/2] + values[n/2]) / 2, values[0], values[n-1]}
}

// compare applies f to each round of two sides.
func compare(a, b []sample, f func(a, b sample) float64) spread {
	values := make([]float64, len(a))
	for i := range a {
		values[i] = f(a[i], b[i])
	}
	return spreadOf(values)
}

func ratio(a, b sample) float64 { return a.rate() / b.rate() }

// saved is which part of an answer's time would go away, in percent: all clients wait all the time, so that time is
// the inverse of the rate.
func saved(with, without sample) float64 { return 100 * (1 - with.rate()/without.rate()) }

type report struct {
	run     *run
	machine machine
	page    pageResult
	submit  contest
}

func (r report) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	single, inTx, txs := r.run.recorded.submit.counts()
	pageSingle, pageTx, _ := r.run.recorded.page.counts()
	fmt.Fprintf(w, "\n%s\n", r.machine.line())
	fmt.Fprintf(w, "%d clients over loopback HTTP on the same machine, %d connections to the database, medians of %d rounds (lowest–highest)\n\n",
		r.run.Clients, r.run.Conns, rounds)
	title := "%s\trequests/s\tp50\tp99\tratio to bare\n"
	fmt.Fprintf(w, title, fmt.Sprintf("Service page (%d statements, %.0f KB)", pageSingle+pageTx, float64(len(r.run.recorded.body))/1024))
	r.page.contest.rows(w)
	fmt.Fprintf(w, "\t\t\t\t\n")
	fmt.Fprintf(w, title, fmt.Sprintf("Submit an application (%d statements, %d of them in %d transaction)", single+inTx, inTx, txs))
	r.submit.rows(w)
	if err := w.Flush(); err != nil {
		return err
	}
	return r.isolation(out)
}

func (c contest) rows(w io.Writer) {
	row := func(name string, rounds []sample, last string) {
		all := join(rounds)
		rate := compare(rounds, rounds, func(a, _ sample) float64 { return a.rate() })
		fmt.Fprintf(w, "  %s\t%.0f (%.0f–%.0f)\t%s\t%s\t%s\n", name, rate.median, rate.low, rate.high,
			milli(all.quantile(.5)), milli(all.quantile(.99)), last)
	}
	against := func(side []sample) string {
		s := compare(side, c.bare, ratio)
		return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high)
	}
	row("Bedelau", c.product, against(c.product))
	row("bare net/http + pgx", c.bare, "1")
	row("Bedelau without isolation", c.open, against(c.open))
}

func milli(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// isolation prints the share of isolation in a request, by leaving it out and by its parts.
func (r report) isolation(out io.Writer) error {
	page, submit := compare(r.page.product, r.page.open, saved), compare(r.submit.product, r.submit.open, saved)
	alone := compare(r.page.alone.product, r.page.alone.open, saved)
	guarded, bare := join(r.page.door.guarded).quantile(.5), join(r.page.door.plain).quantile(.5)
	one := join(r.page.alone.product).quantile(.5)
	single, inTx, _ := r.run.recorded.page.counts()
	parts := time.Duration(single+inTx)*(guarded-bare) + r.page.door.allow
	_, err := fmt.Fprintf(out, `
Share of isolation (tenant door, row-level security) in a request
  Service page            %.0f %% (%.0f–%.0f) of %d clients' time, %.0f %% (%.0f–%.0f) of one client's
  Submit an application   %.0f %% (%.0f–%.0f)
  By its parts            one statement %s through the door, %s without; one question to Casbin's compiled rules %s:
                          %s of the page's %s, %.0f %%

Bedelau is all of it: host to city, rate limit in Redis, headers, log line (JSON, discarded), session, permission,
validation, sealing, rendering. Background tasks do not run meanwhile. Bare is net/http and pgxpool with prepared statements
that replay what the product was seen to run, as a role without row-level security, and write a body of the same size.
Without isolation is the product as that role, whose statements do not say for which city they are.
`, page.median, page.low, page.high, r.run.Clients, alone.median, alone.low, alone.high, submit.median, submit.low, submit.high,
		micro(guarded), micro(bare), r.page.door.allow, micro(parts), micro(one), 100*float64(parts)/float64(one))
	return err
}

func micro(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
