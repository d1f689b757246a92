# `make` alone lists what there is. Every target may be run at any time and again.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help demo demo-reset build assets generate test test-fast e2e lint bench migrate clean \
	setup check-setup check-format check-vet check-templates check-openapi test-script test-plain test-race

# What is tested under the race detector: packages whose code starts goroutines, which is read off it, and those that
# every request goes through at once. The readers of map programs' files run an SQLite that is WebAssembly in Go, which
# the detector makes a hundred times slower; what they start is one goroutine that a context ends.
STARTS := [[:space:]]go [a-zA-Z.]+\(|\.Go\(
RACE := $(filter-out internal/kernel/gis/,$(sort $(addprefix internal/,kernel/tenancy/ kernel/event/ kernel/identity/ edge/gate/) \
	$(dir $(shell grep -rlE '$(STARTS)' --include='*.go' --exclude='*_test.go' internal))))
# Tests of those packages in which one thing is done after another, for which the detector looks in vain and takes several times as long,
# say `//go:build !race` and run with the plain ones.
STEADY := $(shell grep -rlx --include='*_test.go' '//go:build !race' $(RACE))

# What the stylesheets and the script are made from; the pages count, because unused rules are left out.
ASSETS := web/build.mjs web/package.json $(shell find web/style web/script web/ui web/page -type f ! -name '*_templ.go' ! -name '*_test.go' 2>/dev/null)

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: setup build ## install what is missing, build, and start everything at http://localhost:8080; PORT=8081 for another
	@bin/bedelau demo $(if $(PORT),--port $(PORT)) || (($$? == 1)) # it has said why in one line; make would add its own

demo-reset: ## drop the demo's data
	@if [[ -e data/services/lock ]] && ! flock -n data/services/lock true; then echo "The demo is running: stop it with Ctrl-C first."; exit 1; fi
	@rm -rf "$$(readlink -f data/services)" data

build: assets ## build bin/bedelau
	@go build -buildvcs=$$(git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false) -o bin/bedelau ./cmd/bedelau

assets: web/static/dist/manifest.json ## build the stylesheets and the script

web/static/dist/manifest.json: web/node_modules/.package-lock.json $(ASSETS)
	@npm --prefix web run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	@deploy/setup.sh
	@npm --prefix web ci --no-audit --no-fund --loglevel=error
	@touch $@

generate: ## make the pages' Go code from the .templ files
	@go tool templ generate -path web -log-level error

test: check-setup assets lint test-script test-plain test-race e2e ## every check, exactly as CI runs them
	@rm -rf /dev/shm/bedelau-pgtest-$$(id -u)
	@echo "Every check passed."

test-fast: assets ## the Go tests alone
	@go test ./...

e2e: build ## the path of the product in Chromium, at phone and desktop width
	@npm --prefix web run --if-present e2e

lint: check-format check-vet check-templates check-openapi ## gofmt, vet, staticcheck, templ, OpenAPI

bench: build ## measure against a bare net/http + pgx
	@bin/bedelau bench
	@bin/bedelau bench usage --events 10000000
	@bin/bedelau bench ducts --segments 50000

migrate: build ## migrate the database of DATABASE_OWNER_URL
	@bin/bedelau migrate

clean: ## drop what was built and the test databases; the demo's data stays
	@rm -rf bin web/static/dist web/node_modules /dev/shm/bedelau-pgtest-$$(id -u) "$${TMPDIR:-/tmp}/bedelau-pgtest-$$(id -u)"

setup:
	@deploy/setup.sh

check-setup:
	@deploy/setup.sh --test

check-format:
	@bad=$$(gofmt -l $$(go list -f '{{.Dir}}' ./...)); [[ -z $$bad ]] || { echo "gofmt: $$bad"; exit 1; }

check-vet:
	@go vet ./...
	@go tool staticcheck ./...

# The generated files are committed; a page changed without `make generate` would be built from the old one.
check-templates:
	@sum() { find web -path web/node_modules -prune -o -name '*_templ.go' -print0 | sort -z | xargs -0r sha256sum; }; \
	before=$$(sum); $(MAKE) generate; [[ $$before == "$$(sum)" ]] || { echo "templ: run make generate and commit the result"; exit 1; }

check-openapi:
	@npm --prefix web run --if-present lint:openapi

test-script: web/node_modules/.package-lock.json
	@npm --prefix web run --silent test

# Without vet, which `go test` would run again over everything in two ways: lint has run all of it.
test-plain:
	@go test -vet=off $$(go list ./... | grep -vxF "$$(printf 'bedelau/%s\n' $(RACE:/=))")
	@go test -vet=off -run "^($$(cat /dev/null $(STEADY) | sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/\1/p' | paste -sd '|'))$$" $(addprefix ./,$(sort $(dir $(STEADY))))

test-race:
	@go test -vet=off -race $(addprefix ./,$(RACE))
