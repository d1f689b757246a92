// Command bedelau is the whole product in one binary: the web server, the worker, and the operator's commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"bedelau/internal/app"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300) // what is held is small beside what each request throws away
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := app.Main(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}
